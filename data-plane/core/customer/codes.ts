import { DomainError, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock, days, later, minutes } from '../../platform/clock/clock.ts'
import { newCode } from '../../platform/credential/secret.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { appendEvent } from '../../platform/outbox/outbox.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'

export type CodePurpose = 'sign_up' | 'reset' | 'claim'

const lifetime = minutes(10)
const mostTries = 5

/** Six-digit codes that prove an address: hashed, ten minutes, five tries. */
@Injectable()
export class Codes {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly tenant: TenantContext,
  ) {}

  /**
   * Makes a code and leaves the message for it in the outbox. Only where the sandbox is allowed, where no mail leaves the
   * house, the answer shows the code.
   * @param payload kept encrypted until the code comes back
   */
  async send(
    ctx: RequestContext,
    email: string,
    purpose: CodePurpose,
    payload: Record<string, unknown> | null,
  ): Promise<{ sent: true; code?: string }> {
    const code = newCode()
    const id = newId('vcd')
    const now = this.clock.now()
    await this.database.transaction(async (tx) => {
      // nothing ticks: old codes go when a new one is asked for
      await tx
        .deleteFrom('verification_code')
        .where('expires_at', '<', later(now, -days(1)))
        .execute()
      await tx
        .insertInto('verification_code')
        .values({
          id,
          purpose,
          email_index: this.pii.index('email', email),
          code_hash: this.hash(id, code),
          payload: payload && this.pii.encrypt(JSON.stringify(payload)),
          expires_at: later(now, lifetime),
          created_at: now,
        })
        .execute()
      await appendEvent(tx, {
        type: 'customer.verification_code.requested',
        aggregate: { type: 'verification_code', id, version: 0 },
        payload: { id, purpose, locale: ctx.locale, sealed: this.pii.encrypt(JSON.stringify({ email, code })) },
        ctx,
      })
    })
    return this.tenant.sandboxAllowed ? { sent: true, code } : { sent: true }
  }

  /**
   * Uses up one try of the newest code; when it is right, `redeem` must follow in the transaction of its effect.
   * @throws DomainError validation_failed (wrong or none), token_expired, code_locked after five wrong tries
   */
  async check(email: string, purpose: CodePurpose, code: string): Promise<{ id: string; payload: Record<string, unknown> | null }> {
    const newest = await this.database.read
      .selectFrom('verification_code')
      .select(['id', 'expires_at', 'tries'])
      .where('email_index', '=', this.pii.index('email', email))
      .where('purpose', '=', purpose)
      .where('consumed_at', 'is', null)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    const wrong = new DomainError('validation_failed', { field: 'code' })
    if (!newest) throw wrong
    if (newest.tries >= mostTries) throw new DomainError('code_locked', { field: 'code' })
    if (newest.expires_at <= this.clock.now()) throw new DomainError('token_expired', { field: 'code' })
    const tried = await this.database.read
      .updateTable('verification_code')
      .set((eb) => ({ tries: eb('tries', '+', 1) }))
      .where('id', '=', newest.id)
      .where('tries', '<', mostTries)
      .where('consumed_at', 'is', null)
      .returning(['code_hash', 'payload', 'tries'])
      .executeTakeFirst()
    if (!tried) throw new DomainError('code_locked', { field: 'code' })
    if (tried.code_hash !== this.hash(newest.id, code))
      throw tried.tries >= mostTries ? new DomainError('code_locked', { field: 'code' }) : wrong
    return {
      id: newest.id,
      payload: tried.payload === null ? null : (JSON.parse(this.pii.decrypt(tried.payload)) as Record<string, unknown>),
    }
  }

  /** Consumes a checked code (K4). @throws DomainError validation_failed when another request was faster */
  async redeem(tx: Tx, id: string): Promise<void> {
    const used = await tx
      .updateTable('verification_code')
      .set({ consumed_at: this.clock.now() })
      .where('id', '=', id)
      .where('consumed_at', 'is', null)
      .executeTakeFirst()
    if (used.numUpdatedRows === 0n) throw new DomainError('validation_failed', { field: 'code' })
  }

  /** Keyed, because six digits alone could be tried out on a stolen copy. */
  private hash(id: string, code: string): string {
    return this.pii.index('token', `${id}:${code}`)
  }
}
