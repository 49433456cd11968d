import { newId } from '@cityos/contract'
import type { Actor, RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { type OpenSession, SessionSources } from '../../platform/auth/session-sources.ts'
import { Clock, days, hours, later } from '../../platform/clock/clock.ts'
import { hashSecret, newSecret } from '../../platform/credential/secret.ts'
import { Database, type Tx } from '../../platform/db/index.ts'

export type AccountKind = 'customer' | 'vendor_user'

/** The cookie each kind of account carries its token in. */
export const sessionCookie: Record<AccountKind, string> = { customer: 'session', vendor_user: 'vendor_session' }

const lifetime: Record<AccountKind, number> = { customer: days(30), vendor_user: hours(12) }
const mostSessions = 5
const seenEvery = hours(1)

/** Opaque sessions of customers and vendor staff: the token is random, only its hash is stored. */
@Injectable()
export class Sessions implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly sources: SessionSources,
  ) {}

  onModuleInit(): void {
    this.sources.on('customer', (hash) => this.customer(hash))
    this.sources.on('vendor', (hash) => this.vendor(hash))
  }

  /** Signs an account in and sets its cookie. At most five sessions: the oldest goes. */
  async start(tx: Tx, ctx: RequestContext, kind: AccountKind, accountId: string): Promise<{ token: string; expiresAt: Date }> {
    const now = this.clock.now()
    const token = newSecret()
    const expiresAt = later(now, lifetime[kind])
    await tx
      .insertInto('account_session')
      .values({
        id: newId('ses'),
        account_kind: kind,
        account_id: accountId,
        token_hash: hashSecret(token),
        user_agent: (ctx.headers['user-agent'] ?? '').slice(0, 200) || null,
        created_at: now,
        last_seen_at: now,
        expires_at: expiresAt,
      })
      .execute()
    const oldest = await tx
      .deleteFrom('account_session')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('account_session')
          .select('id')
          .where('account_kind', '=', kind)
          .where('account_id', '=', accountId)
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .offset(mostSessions),
      )
      .returning('token_hash')
      .execute()
    await this.tell(oldest)
    ctx.cookies.set(sessionCookie[kind], token, { maxAge: lifetime[kind] / 1000 })
    return { token, expiresAt }
  }

  /** Ends the session behind a token; an unknown one is fine. */
  async end(ctx: RequestContext, kind: AccountKind): Promise<void> {
    if (ctx.actor.kind === 'customer' || ctx.actor.kind === 'vendor') {
      await this.endOne(kind, ctx.actor.sessionId)
    }
    ctx.cookies.clear(sessionCookie[kind])
  }

  async endAll(tx: Tx, kind: AccountKind, accountId: string): Promise<void> {
    const ended = await tx
      .deleteFrom('account_session')
      .where('account_kind', '=', kind)
      .where('account_id', '=', accountId)
      .returning('token_hash')
      .execute()
    await this.tell(ended)
  }

  /** @returns whether there was one. @param accountId only a session of this account */
  async endOne(kind: AccountKind, sessionId: string, accountId?: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      let query = tx.deleteFrom('account_session').where('id', '=', sessionId).where('account_kind', '=', kind)
      if (accountId !== undefined) query = query.where('account_id', '=', accountId)
      const ended = await query.returning('token_hash').execute()
      await this.tell(ended)
      return ended.length > 0
    })
  }

  private tell(ended: readonly { token_hash: string }[]): Promise<void> {
    return this.sources.changed(ended.map((row) => row.token_hash))
  }

  private async customer(tokenHash: string): Promise<OpenSession | null> {
    const row = await this.database.read
      .selectFrom('account_session as s')
      .innerJoin('customer as c', 'c.id', 's.account_id')
      .where('s.token_hash', '=', tokenHash)
      .where('s.account_kind', '=', 'customer')
      .where('c.status', 'in', ['registered', 'verified'])
      .select(['s.id', 's.account_id', 's.expires_at', 's.last_seen_at'])
      .executeTakeFirst()
    if (!row || !(await this.alive(row))) return null
    return { actor: { kind: 'customer', id: row.account_id, sessionId: row.id }, expiresAt: row.expires_at }
  }

  private async vendor(tokenHash: string): Promise<OpenSession | null> {
    const row = await this.database.read
      .selectFrom('account_session as s')
      .innerJoin('vendor_user as u', 'u.id', 's.account_id')
      .where('s.token_hash', '=', tokenHash)
      .where('s.account_kind', '=', 'vendor_user')
      .where('u.status', '=', 'active')
      .where('u.deleted_at', 'is', null)
      .select(['s.id', 's.account_id', 's.expires_at', 's.last_seen_at', 'u.vendor_id', 'u.role'])
      .executeTakeFirst()
    if (!row || !(await this.alive(row))) return null
    const actor: Actor = { kind: 'vendor', userId: row.account_id, vendorId: row.vendor_id, role: row.role, sessionId: row.id }
    return { actor, expiresAt: row.expires_at }
  }

  /** Whether a session has time left; notes when it was last seen, once an hour. */
  private async alive(row: { id: string; expires_at: Date; last_seen_at: Date }): Promise<boolean> {
    const now = this.clock.now()
    if (row.expires_at <= now) return false
    if (later(row.last_seen_at, seenEvery) < now) {
      await this.database.read.updateTable('account_session').set({ last_seen_at: now }).where('id', '=', row.id).execute()
    }
    return true
  }
}
