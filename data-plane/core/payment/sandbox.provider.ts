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
    return this.database.transaction(async (tx) => {
      const charge = await tx.selectFrom('sandbox_charge').selectAll().where('id', '=', reference).forUpdate().executeTakeFirst()
      if (!charge) return { outcome: 'declined', reason: 'unknown_charge' }
      if (charge.token === 'tok_capture_fails') return { outcome: 'declined', reason: 'capture_failed' }
      const once = await tx
        .insertInto('sandbox_operation')
        .values({ idempotency_key: key, charge_id: reference, kind: 'capture', amount: money.amount, created_at: now })
        .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
        .executeTakeFirst()
      if (once.numInsertedOrUpdatedRows === 0n) return { outcome: 'captured' }
      const possible = !charge.voided && charge.expires_at > now && charge.captured_amount + money.amount <= charge.authorized_amount
      if (!possible) {
        await tx.deleteFrom('sandbox_operation').where('idempotency_key', '=', key).execute()
        return { outcome: 'declined', reason: charge.expires_at > now ? 'not_authorized' : 'authorization_expired' }
      }
      await tx
        .updateTable('sandbox_charge')
        .set((eb) => ({ captured_amount: eb('captured_amount', '+', money.amount) }))
        .where('id', '=', reference)
        .execute()
      return { outcome: 'captured' }
    })
  }

  async reverse({ captureKey, reference, booked }: Parameters<PaymentProvider['reverse']>[0]): Promise<void> {
    await this.database.transaction(async (tx) => {
      const charge = await tx.selectFrom('sandbox_charge').selectAll().where('id', '=', reference).forUpdate().executeTakeFirst()
      const operation = await tx
        .selectFrom('sandbox_operation')
        .select('amount')
        .where('idempotency_key', '=', captureKey)
        .executeTakeFirst()
      if (!charge || !operation || charge.captured_amount - booked < operation.amount) return
      await tx.deleteFrom('sandbox_operation').where('idempotency_key', '=', captureKey).execute()
      await tx
        .updateTable('sandbox_charge')
        .set({ captured_amount: charge.captured_amount - operation.amount })
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
