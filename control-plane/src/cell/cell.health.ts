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
const alerts = {
  'cell-unreachable': (kind: string) => kind !== databaseKind,
  'cell-database': (kind: string) => kind === databaseKind,
} satisfies Partial<Record<AlertKind, (kind: string) => boolean>>
type CellAlert = keyof typeof alerts

const subjectOf = (alert: CellAlert, cell: string) => `${alert}:${cell}`
/** Subjects of all alerts there can be about a cell. */
export const cellAlerts = (cell: string): string[] => Object.keys(alerts).map((alert) => subjectOf(alert as CellAlert, cell))

interface Failing {
  since: number
  fault: Error
}

/** Whether clusters and their Postgres answer: by kind of question, since a missing right fails one and a dead API server all of them. */
export class CellHealth {
  /** Cell → kind → since when it fails. */
  readonly #failing = new Map<string, Map<string, Failing>>()
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
      const longest = longestOf(kinds, () => true)
      const isAway = longest !== null && this.#now - longest.since >= awayAfter
      await this.#once(cell, 'page', isAway ? longest.fault.message : 'well', () => this.#write(cell, isAway ? longest : null))
      for (const alert of Object.keys(alerts) as CellAlert[]) {
        const untold = longestOf(kinds, alerts[alert])
        const isTold = untold !== null && this.#now - untold.since >= tellAfter
        await this.#once(cell, alert, isTold ? untold.fault.message : 'well', () =>
          isTold ? this.#tell(alert, cell, untold.fault.message) : this.alerts.resolve(subjectOf(alert, cell)),
        )
      }
    }
  }

  async #once(cell: string, what: string, state: string, write: () => Promise<unknown>): Promise<void> {
    const noted = this.#noted.get(cell) ?? new Map<string, string>()
    this.#noted.set(cell, noted)
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

/** Of the questions that are meant, the one that has failed for longest. */
function longestOf(kinds: ReadonlyMap<string, Failing>, isMeant: (kind: string) => boolean): Failing | null {
  const meant = [...kinds].filter(([kind]) => isMeant(kind)).map(([, failing]) => failing)
  return meant.sort((a, b) => a.since - b.since)[0] ?? null
}
