import type { AlertKind } from '../alert/alert.contract.ts'
import type { Alerts } from '../alert/alerts.ts'
import type { Clock } from '../clock.ts'
import type { Registry } from '../registry/registry.ts'

/** Milliseconds a question must have failed for until the cell counts as away: a restarted API server is none. */
const awayAfter = 5_000
/** Milliseconds until operators are told. */
const tellAfter = 30_000

/** The question to the cell's Postgres; all others go to its cluster, and are named by the kind of object they are about. */
export const databaseKind = 'database'

/** What is told apart for operators: without its API server a cell's tenants go on serving, without its Postgres they do not. */
const alerts = ['cell-unreachable', 'cell-database'] as const satisfies readonly AlertKind[]
type CellAlert = (typeof alerts)[number]
const alertOf = (kind: string): CellAlert => (kind === databaseKind ? 'cell-database' : 'cell-unreachable')

const subjectOf = (alert: CellAlert, cell: string) => `${alert}:${cell}`
/** Subjects of all alerts there can be about a cell. */
export const cellAlerts = (cell: string): string[] => alerts.map((alert) => subjectOf(alert, cell))

interface Failing {
  since: number
  fault: Error
}

/** Whether clusters and their Postgres answer: by kind of question, since a missing right fails one and a dead API server all of them. */
export class CellHealth {
  /** Cell → kind → since when it fails; null: it was answered. */
  readonly #kinds = new Map<string, Map<string, Failing | null>>()
  /** Cell → what of → what was written down last, so that nothing is written twice. */
  readonly #noted = new Map<string, Map<string, string>>()
  #now = 0

  constructor(
    private readonly registry: Registry,
    private readonly alerts: Alerts,
    private readonly clock: Clock,
  ) {}

  /** @param now milliseconds of the monotonic clock */
  answered(cell: string, kind: string, fault: Error | null, now: number): void {
    this.#now = Math.max(this.#now, now)
    const kinds = this.#kinds.get(cell) ?? new Map<string, Failing | null>()
    this.#kinds.set(cell, kinds)
    kinds.set(kind, fault && { since: kinds.get(kind)?.since ?? now, fault })
  }

  /** Nothing is known of it any more: what was written down stays until it has answered, or failed to for long enough. */
  forget(cell: string): void {
    this.#kinds.delete(cell)
    this.#noted.delete(cell)
  }

  /** Writes down for everybody which cells are away, and since when. */
  async note(): Promise<void> {
    for (const [cell, kinds] of this.#kinds) {
      const parts = alerts.map((alert) => {
        const answers = [...kinds].filter(([kind]) => alertOf(kind) === alert).map(([, failing]) => failing)
        // Before anything was answered it is unknown.
        return { alert, longest: longestOf(answers), isWell: answers.length > 0 && answers.every((failing) => failing === null) }
      })
      const away = this.#failsFor(longestOf(parts.map(({ longest }) => longest)), awayAfter)
      if (away || parts.every(({ isWell }) => isWell)) await this.#once(cell, 'page', away, () => this.#write(cell, away))
      for (const { alert, longest, isWell } of parts) {
        const told = this.#failsFor(longest, tellAfter)
        if (told) await this.#once(cell, alert, told, () => this.#tell(alert, cell, told.fault.message))
        else if (isWell) await this.#once(cell, alert, null, () => this.alerts.resolve(subjectOf(alert, cell)))
      }
    }
  }

  #failsFor(failing: Failing | null, milliseconds: number): Failing | null {
    return failing && this.#now - failing.since >= milliseconds ? failing : null
  }

  async #once(cell: string, what: string, failing: Failing | null, write: () => Promise<unknown>): Promise<void> {
    const noted = this.#noted.get(cell) ?? new Map<string, string>()
    this.#noted.set(cell, noted)
    const state = failing?.fault.message ?? 'well'
    if (noted.get(what) === state) return
    await write()
    noted.set(what, state)
  }

  async #write(name: string, away: Failing | null): Promise<void> {
    const { cell } = this.registry.db
    if (away === null) {
      await cell.updateMany({
        where: { name, unreachable_since: { not: null } },
        data: { unreachable_since: null, unreachable_reason: null },
      })
      return
    }
    const since = new Date(this.clock.now().getTime() - (this.#now - away.since))
    await cell.updateMany({ where: { name, unreachable_since: null }, data: { unreachable_since: since } })
    await cell.updateMany({ where: { name }, data: { unreachable_reason: away.fault.message.slice(0, 500) } })
  }

  async #tell(kind: CellAlert, cell: string, reason: string): Promise<void> {
    const tenants = await this.registry.db.tenant.count({ where: { cell, deleted_at: null } })
    await this.alerts.raise({
      kind,
      subject: subjectOf(kind, cell),
      severity: 'critical',
      tenantId: null,
      parameters: { cell, reason: reason.slice(0, 500), tenants },
    })
  }
}

/** What has failed for longest; null when nothing fails. */
const longestOf = (answers: readonly (Failing | null)[]): Failing | null =>
  answers.filter((failing) => failing !== null).sort((a, b) => a.since - b.since)[0] ?? null
