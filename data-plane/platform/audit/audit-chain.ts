import { createHash } from 'node:crypto'
import { type Log, Metrics } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Clock, later } from '../clock/clock.ts'
import { Database, type Tx } from '../db/database.ts'
import { LOG } from '../log/log.ts'

/** The link before the first. */
const genesis = '0'.repeat(64)
const batch = 500
const gatherMilliseconds = 50

interface EntryRow {
  id: string
  at: Date
  actor_kind: string
  actor_id: string | null
  actor: unknown
  action: string
  resource_type: string
  resource_id: string
  before: unknown
  after: unknown
  reason: string | null
  request_id: string
  correlation_id: string
}

export interface ChainReport {
  entries: number
  verified: boolean
  /** Where it breaks: position in the chain and id of the entry that was changed, removed or slipped in. */
  broken: { position: number; entryId: string; reason: 'entry_changed' | 'entry_missing' | 'link_changed' | 'anchor_changed' } | null
}

/**
 * Closes the tenant's hash chain over audit entries: hash = SHA-256(prev_hash, SHA-256(entry)). Links are made right
 * after the commit by the holder of the lease, in a table of their own, so that audited transactions never queue behind
 * one row. The application can neither update nor delete entries or links.
 */
@Injectable()
export class AuditChain {
  #running = false
  #round: Promise<unknown> | undefined
  #again = false
  #gathering: NodeJS.Timeout | undefined

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
    metrics: Metrics,
  ) {
    database.onCommitted((signals) => {
      if (signals.some((signal) => signal.kind === 'audit')) this.#soon()
    })
    metrics.gauge(
      'audit_unsealed',
      'Audit entries not yet in the hash chain',
      async () => (await this.#unsealed(this.database.read, 10_000)).length,
    )
  }

  start(): void {
    this.#running = true
    this.wake()
  }

  async stop(): Promise<void> {
    this.#running = false
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    await this.#round
  }

  /** A moment later, so that entries that follow each other closely are linked in one transaction. */
  #soon(): void {
    if (!this.#running) return
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined
      this.wake()
    }, gatherMilliseconds)
  }

  wake(): void {
    if (!this.#running) return
    if (this.#round) {
      this.#again = true
      return
    }
    this.#round = this.seal()
      .catch((error: unknown) => this.log.error({ error }, 'audit entries could not be sealed'))
      .finally(() => {
        this.#round = undefined
        if (this.#again) {
          this.#again = false
          this.wake()
        }
      })
  }

  /** Links every entry that has no link yet. */
  async seal(): Promise<void> {
    for (;;) {
      const sealed = await this.database.transaction(async (tx) => {
        await sql`select pg_advisory_xact_lock(hashtext('cityos audit chain'))`.execute(tx)
        const entries = await this.#unsealed(tx, batch)
        let { position, hash } = await this.#end(tx)
        for (const entry of entries) {
          const entryHash = hashOf(entry)
          const prev = hash
          hash = link(prev, entryHash)
          position += 1
          await tx
            .insertInto('audit_link')
            .values({ position, entry_id: entry.id, entry_hash: entryHash, prev_hash: prev, hash, sealed_at: this.clock.now() })
            .execute()
        }
        return entries.length
      })
      if (sealed < batch) return
    }
  }

  /** Writes the chain's end down under today's date, once a day. */
  async anchor(): Promise<void> {
    await this.seal()
    const { position, hash } = await this.#end(this.database.read)
    const now = this.clock.now()
    await this.database.read
      .insertInto('audit_anchor')
      .values({ day: now.toISOString().slice(0, 10), position, last_hash: hash, at: now })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }

  /** Walks the whole chain and compares every entry with its link. */
  async verify(): Promise<ChainReport> {
    await this.seal()
    const anchors = new Map(
      (await this.database.read.selectFrom('audit_anchor').selectAll().execute()).map((anchor) => [anchor.position, anchor.last_hash]),
    )
    let previous = genesis
    let position = 0
    for (;;) {
      const { rows } = await sql<EntryRow & { position: number; entry_id: string; entry_hash: string; prev_hash: string; hash: string }>`
        select l.position, l.entry_id, l.entry_hash, l.prev_hash, l.hash, e.*
        from audit_link l left join audit_entry e on e.id = l.entry_id
        where l.position > ${position} order by l.position limit ${batch}`.execute(this.database.read)
      for (const row of rows) {
        position += 1
        const broken = (reason: NonNullable<ChainReport['broken']>['reason']): ChainReport => ({
          entries: position,
          verified: false,
          broken: { position, entryId: row.entry_id, reason },
        })
        if (row.position !== position || row.prev_hash !== previous || row.hash !== link(row.prev_hash, row.entry_hash))
          return broken('link_changed')
        if (row.id === null) return broken('entry_missing')
        if (hashOf(row) !== row.entry_hash) return broken('entry_changed')
        if (anchors.has(position) && anchors.get(position) !== row.hash) return broken('anchor_changed')
        previous = row.hash
      }
      if (rows.length < batch) break
    }
    const beyond = [...anchors.keys()].find((anchored) => anchored > position)
    if (beyond !== undefined)
      return { entries: position, verified: false, broken: { position: beyond, entryId: '', reason: 'entry_missing' } }
    return { entries: position, verified: true, broken: null }
  }

  async #end(tx: Tx): Promise<{ position: number; hash: string }> {
    const last = await tx.selectFrom('audit_link').select(['position', 'hash']).orderBy('position', 'desc').limit(1).executeTakeFirst()
    return last ?? { position: 0, hash: genesis }
  }

  /** Entries commit in another order than they are numbered, so the search starts an hour before the last link. */
  async #unsealed(tx: Tx, most: number): Promise<EntryRow[]> {
    const last = await tx.selectFrom('audit_link').select('sealed_at').orderBy('position', 'desc').limit(1).executeTakeFirst()
    const since = last ? later(last.sealed_at, -3_600_000) : new Date(0)
    const { rows } = await sql<EntryRow>`
      select e.* from audit_entry e where e.at >= ${since} and not exists (select 1 from audit_link l where l.entry_id = e.id)
      order by e.seq limit ${most}`.execute(tx)
    return rows
  }
}

function link(previous: string, entryHash: string): string {
  return createHash('sha256').update(`${previous}${entryHash}`).digest('hex')
}

/** Canonical text of an entry: fixed order of fields, keys of JSON values sorted. */
function hashOf(entry: EntryRow): string {
  const fields = [
    entry.id,
    entry.at.toISOString(),
    entry.actor_kind,
    entry.actor_id,
    entry.actor,
    entry.action,
    entry.resource_type,
    entry.resource_id,
    entry.before,
    entry.after,
    entry.reason,
    entry.request_id,
    entry.correlation_id,
  ]
  return createHash('sha256').update(JSON.stringify(fields, sortedKeys)).digest('hex')
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
