import { newId } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Database } from '../../platform/db/index.ts'
import type { Authorization, Capture, PaymentProvider } from './provider.ts'

/** Card tokens and what each does (00-conventions, Payments). */
export const sandboxTokens = ['tok_ok', 'tok_declined', 'tok_3ds', 'tok_capture_fails', 'tok_auth_expired'] as const
export type SandboxToken = (typeof sandboxTokens)[number]

export function isSandboxToken(token: string): token is SandboxToken {
  return (sandboxTokens as readonly string[]).includes(token)
}

const week = 7 * 24 * 3600 * 1000

/**
 * A card processor without a network: deterministic by token, for tests and demonstrations. It keeps books of its own
 * (`sandbox_charge`) and opens its own transactions, because it stands for a system outside the house.
 */
@Injectable()
export class SandboxProvider implements PaymentProvider {
  constructor(private readonly database: Database) {}

  async authorize({ key, token, money, confirmed, now }: Parameters<PaymentProvider['authorize']>[0]): Promise<Authorization> {
    if (!isSandboxToken(token)) return { outcome: 'declined', reason: 'unknown_token' }
    if (token === 'tok_declined') return { outcome: 'declined', reason: 'card_declined' }
    if (token === 'tok_3ds' && !confirmed) return { outcome: 'action_required' }
    const expiresAt = new Date(now.getTime() + (token === 'tok_auth_expired' ? 0 : week))
    const inserted = await this.database.read
      .insertInto('sandbox_charge')
      .values({
        id: newId('sbx'),
        idempotency_key: key,
        token,
        currency_code: money.currency,
        authorized_amount: money.amount,
        expires_at: expiresAt,
        created_at: now,
      })
      .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
      .returning(['id', 'expires_at'])
      .executeTakeFirst()
    const charge =
      inserted ??
      (await this.database.read
        .selectFrom('sandbox_charge')
        .select(['id', 'expires_at'])
        .where('idempotency_key', '=', key)
        .executeTakeFirstOrThrow())
    return { outcome: 'authorized', reference: charge.id, expiresAt: charge.expires_at }
  }

  async capture({ key, reference, money, now }: Parameters<PaymentProvider['capture']>[0]): Promise<Capture> {
    const { rows } = await sql`
      WITH once AS (
        INSERT INTO sandbox_operation (idempotency_key, charge_id, kind, amount, created_at)
        SELECT ${key}, id, 'capture', ${money.amount}, ${now} FROM sandbox_charge
        WHERE id = ${reference} AND NOT voided AND token <> 'tok_capture_fails' AND expires_at > ${now} AND captured_amount + ${money.amount}::bigint <= authorized_amount
        ON CONFLICT (idempotency_key) DO NOTHING RETURNING charge_id, amount
      )
      UPDATE sandbox_charge c SET captured_amount = c.captured_amount + once.amount FROM once WHERE c.id = once.charge_id RETURNING c.id`.execute(
      this.database.read,
    )
    return rows.length > 0 ? { outcome: 'captured' } : this.notCaptured(key, reference, now)
  }

  async charge({ key, reference, money, now }: Parameters<PaymentProvider['charge']>[0]): Promise<Capture> {
    const { rows } = await sql`
      WITH once AS (
        INSERT INTO sandbox_operation (idempotency_key, charge_id, kind, amount, created_at)
        SELECT ${key}, id, 'charge', ${money.amount}, ${now} FROM sandbox_charge
        WHERE id = ${reference} AND NOT voided AND token <> 'tok_capture_fails'
        ON CONFLICT (idempotency_key) DO NOTHING RETURNING charge_id, amount
      )
      UPDATE sandbox_charge c SET authorized_amount = c.authorized_amount + once.amount, captured_amount = c.captured_amount + once.amount
      FROM once WHERE c.id = once.charge_id RETURNING c.id`.execute(this.database.read)
    return rows.length > 0 ? { outcome: 'captured' } : this.notCaptured(key, reference, now)
  }

  /** Captured before under this key, or the reason why it cannot be. */
  private async notCaptured(key: string, reference: string, now: Date): Promise<Capture> {
    const known = await this.database.read
      .selectFrom('sandbox_operation')
      .select('kind')
      .where('idempotency_key', '=', key)
      .executeTakeFirst()
    if (known) return { outcome: 'captured' }
    const charge = await this.database.read.selectFrom('sandbox_charge').selectAll().where('id', '=', reference).executeTakeFirst()
    if (!charge) return { outcome: 'declined', reason: 'unknown_charge' }
    if (charge.token === 'tok_capture_fails') return { outcome: 'declined', reason: 'capture_failed' }
    return { outcome: 'declined', reason: charge.expires_at > now ? 'not_authorized' : 'authorization_expired' }
  }

  async reverse({ captureKey, reference, booked }: Parameters<PaymentProvider['reverse']>[0]): Promise<void> {
    await this.database.transaction(async (tx) => {
      const charge = await tx.selectFrom('sandbox_charge').selectAll().where('id', '=', reference).forUpdate().executeTakeFirst()
      const operation = await tx
        .selectFrom('sandbox_operation')
        .select(['amount', 'kind'])
        .where('idempotency_key', '=', captureKey)
        .executeTakeFirst()
      // what a void gave back already is not given back again
      const free = charge ? charge.captured_amount - Math.max(booked, charge.refunded_amount) : 0
      if (!charge || !operation || free < operation.amount) return
      await tx.deleteFrom('sandbox_operation').where('idempotency_key', '=', captureKey).execute()
      await tx
        .updateTable('sandbox_charge')
        .set({
          captured_amount: charge.captured_amount - operation.amount,
          ...(operation.kind === 'charge' && { authorized_amount: charge.authorized_amount - operation.amount }),
        })
        .where('id', '=', reference)
        .execute()
    })
  }

  async void({ reference, booked }: Parameters<PaymentProvider['void']>[0]): Promise<void> {
    await this.database.read
      .updateTable('sandbox_charge')
      .set({
        authorized_amount: sql<number>`captured_amount`,
        voided: sql<boolean>`captured_amount = 0`,
        refunded_amount: sql<number>`greatest(refunded_amount, captured_amount - ${booked}::bigint)`,
      })
      .where('id', '=', reference)
      .execute()
  }

  async refund({ key, reference, money, now }: Parameters<PaymentProvider['refund']>[0]): ReturnType<PaymentProvider['refund']> {
    return this.database.transaction(async (tx) => {
      const charge = await tx.selectFrom('sandbox_charge').selectAll().where('id', '=', reference).forUpdate().executeTakeFirst()
      if (!charge) return { outcome: 'declined', reason: 'unknown_charge' }
      const known = await tx.selectFrom('sandbox_operation').select('idempotency_key').where('idempotency_key', '=', key).executeTakeFirst()
      if (known) return { outcome: 'refunded', reference: key }
      if (charge.refunded_amount + money.amount > charge.captured_amount) return { outcome: 'declined', reason: 'more_than_captured' }
      await tx
        .insertInto('sandbox_operation')
        .values({ idempotency_key: key, charge_id: reference, kind: 'refund', amount: money.amount, created_at: now })
        .execute()
      await tx
        .updateTable('sandbox_charge')
        .set((eb) => ({ refunded_amount: eb('refunded_amount', '+', money.amount) }))
        .where('id', '=', reference)
        .execute()
      return { outcome: 'refunded', reference: key }
    })
  }
}
