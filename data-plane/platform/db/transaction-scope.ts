import type { Kysely } from 'kysely'
import type { DB } from '../../generated/db.ts'
import type { Clock } from '../clock/clock.ts'
import type { TenantClient } from './client.ts'

/** Something a transaction wrote that is acted on right after its commit. */
export type CommitSignal = { kind: 'event' } | { kind: 'timer'; dueAt: Date } | { kind: 'audit' } | { kind: 'mail' }

/** What belongs to one running transaction. */
export interface TransactionScope {
  clock: Clock
  tenantId: string
  /** The connection it runs on. */
  client: TenantClient
  signals: CommitSignal[]
  afterCommit: (() => Promise<void>)[]
}

const scopes = new WeakMap<object, TransactionScope>()

export function bindTransaction(tx: Kysely<DB>, scope: TransactionScope): void {
  scopes.set(tx, scope)
}

/** The scope of a transaction; undefined outside one. */
export function scopeIn(tx: Kysely<DB>): TransactionScope | undefined {
  return scopes.get(tx)
}

/**
 * The scope of a transaction made by `Database.transaction`.
 * @throws when `tx` is none: events, timers and audit entries are written together with their cause or not at all
 */
export function scopeOf(tx: Kysely<DB>): TransactionScope {
  const scope = scopes.get(tx)
  if (!scope) throw new Error('this must run inside Database.transaction')
  return scope
}
