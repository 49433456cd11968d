/** The node's log: JSON lines on standard output (G1, docs/spec/requirements.md), and the last of them for `status`. */
export class Journal {
  private readonly clock: { now(): Date }
  private readonly write: (line: string) => void
  readonly recent: { at: string; message: string }[] = []

  constructor(clock: { now(): Date }, write: (line: string) => void) {
    this.clock = clock
    this.write = write
  }

  note(message: string, fields: { tenant_id?: string; level?: 'INFO' | 'WARN' | 'ERROR' } = {}): void {
    const timestamp = this.clock.now().toISOString()
    this.recent.push({ at: timestamp, message: fields.tenant_id ? `${fields.tenant_id}: ${message}` : message })
    if (this.recent.length > 200) this.recent.shift()
    this.write(`${JSON.stringify({ timestamp, level: 'INFO', service: 'node', ...fields, message })}\n`)
  }
}
