import { hash } from 'node:crypto'

const newline = 0x0a

/** Splits COPY's text format into rows: a line break inside a value is written as `\n`, so that every real one ends a row. */
export class RowSplitter {
  private rest: Buffer = Buffer.alloc(0)

  /** @returns whole rows without their line break */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk
    const rows: Buffer[] = []
    let from = 0
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, from)) {
      rows.push(bytes.subarray(from, at))
      from = at + 1
    }
    this.rest = Buffer.from(bytes.subarray(from))
    return rows
  }

  /** Whether everything that was pushed ended with a row. */
  get isWhole(): boolean {
    return this.rest.length === 0
  }
}

/**
 * Counts rows and sums them up whatever their order: eight sums modulo 2³² over the SHA-256 of each row. Postgres gives
 * rows back in no order one may rely on. Against tampering stands the encryption; this finds what was lost or changed.
 */
export class RowSum {
  rows = 0
  private readonly sums = new Uint32Array(8)

  add(row: Uint8Array): void {
    const digest = hash('sha256', row, 'buffer')
    for (let lane = 0; lane < 8; lane++) this.sums[lane]! += digest.readUInt32BE(lane * 4)
    this.rows += 1
  }

  get checksum(): string {
    return [...this.sums].map((sum) => sum.toString(16).padStart(8, '0')).join('')
  }

  /** Row count and checksum, as a manifest has them. */
  get result(): { rows: number; checksum: string } {
    return { rows: this.rows, checksum: this.checksum }
  }
}
