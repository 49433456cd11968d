import type { Alerts } from '../alert/alerts.ts'
import type { Clock } from '../clock.ts'
import type { Registry } from '../registry/registry.ts'

/** Milliseconds a question must have failed for until the cell counts as away: a restarted API server is none. */
const awayAfter = 5_000
/** Milliseconds until operators are told. */
const tellAfter = 30_000

interface Failing {
  since: number
  fault: Error
}

/** Whether clusters answer: by kind of question, since a missing right fails one and a dead API server all of them. */
export class CellHealth {
  /** Cell → kind → since when it fails. */
  readonly #failing = new Map<string, Map<string, Failing>>()
  /** What was written down last, so that nothing is written twice. */
  readonly #noted = new Map<string, string>()
  #now = 0

  constructor(
    private readonly registry: Registry,
    private readonly alerts: Alerts,
    private readonly clock: Clock,
  ) {}

  /** @param now milliseconds of the monotonic clock */
  answered(cell: string, kind: string, fault: Error | null, now: number): void {
    this.#now = Math.max(this.#now, now)
    const kinds = this.#failing.get(cell) ?? new Map<string, Failing>()
    this.#failing.set(cell, kinds)
    if (fault === null) kinds.delete(kind)
    else kinds.set(kind, { since: kinds.get(kind)?.since ?? now, fault })
  }

  forget(cell: string): void {
    this.#failing.delete(cell)
    this.#noted.delete(cell)
  }

  /** Writes down for everybody which cells are away, and since when. */
  async note(): Promise<void> {
    for (const [cell, kinds] of this.#failing) {
      const longest = [...kinds.values()].sort((a, b) => a.since - b.since)[0]
      const failedFor = longest ? this.#now - longest.since : 0
      const state = !longest || failedFor < awayAfter ? 'well' : failedFor < tellAfter ? 'away' : `told ${longest.fault.message}`
      if (this.#noted.get(cell) === state) continue
      await this.#write(cell, state === 'well' ? null : longest!.fault.message, failedFor)
      if (state.startsWith('told')) await this.#tell(cell, longest!.fault.message)
      if (state === 'well') await this.alerts.resolve(`cell-unreachable:${cell}`)
      this.#noted.set(cell, state)
    }
  }

  async #write(name: string, reason: string | null, failedFor: number): Promise<void> {
    const since = new Date(this.clock.now().getTime() - failedFor)
    const { cell } = this.registry.db
    if (reason === null)
      await cell.updateMany({
        where: { name, unreachable_since: { not: null } },
        data: { unreachable_since: null, unreachable_reason: null },
      })
    else {
      await cell.updateMany({ where: { name, unreachable_since: null }, data: { unreachable_since: since } })
      await cell.updateMany({ where: { name }, data: { unreachable_reason: reason.slice(0, 500) } })
    }
  }

  async #tell(cell: string, reason: string): Promise<void> {
    const tenants = await this.registry.db.tenant.count({ where: { cell, deleted_at: null } })
    await this.alerts.raise({
      kind: 'cell-unreachable',
      subject: `cell-unreachable:${cell}`,
      severity: 'critical',
      tenantId: null,
      parameters: { cell, reason: reason.slice(0, 500), tenants },
    })
  }
}
