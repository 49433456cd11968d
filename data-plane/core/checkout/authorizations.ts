import { newId } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Clock } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import type { Authorization } from '../payment/provider.ts'
import { PaymentProviders } from '../payment/providers.ts'
import type { AuthorizeResult } from './checkout.workflow.ts'
import { CheckoutOutcomes } from './outcomes.ts'

/** One payment and what its provider said. */
interface Answer {
  id: string
  authorization: Extract<Authorization, { outcome: 'authorized' }>
}

/** Asks the provider for every payment of a checkout, outside any transaction; one refusal ends the checkout. */
@Injectable()
export class Authorizations {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly providers: PaymentProviders,
    private readonly outcomes: CheckoutOutcomes,
  ) {}

  /** @param confirmed the shopper has said yes to the challenge */
  async authorize(checkoutId: string, confirmed: boolean): Promise<AuthorizeResult> {
    const payments = await this.database.read
      .selectFrom('payment as p')
      .innerJoin('checkout as c', 'c.order_id', 'p.order_id')
      .where('c.id', '=', checkoutId)
      .select(['p.id', 'p.provider', 'p.token', 'p.amount', 'p.upfront_amount', 'p.currency_code', 'p.status', 'c.payment_deadline'])
      .orderBy('p.id')
      .execute()
    const deadline = payments[0]!.payment_deadline
    const answers: Answer[] = []
    for (const payment of payments) {
      if (['authorized', 'partially_captured', 'captured'].includes(payment.status)) continue
      if (!['pending', 'requires_action'].includes(payment.status)) return declined(`payment_${payment.status}`)
      if (deadline <= this.clock.now()) return declined('deadline_passed')
      const authorization = await this.ask(payment, confirmed)
      if (authorization.outcome === 'action_required') {
        await this.write(answers)
        await this.challenge(checkoutId)
        this.outcomes.actionRequired(checkoutId)
        return { outcome: 'action_required' }
      }
      if (authorization.outcome === 'declined') {
        // what was authorised before has to be known, so that undoing lets go of it
        await this.write(answers)
        return declined(authorization.reason)
      }
      answers.push({ id: payment.id, authorization })
    }
    await this.write(answers)
    return answers.length > 0 && deadline <= this.clock.now() ? declined('deadline_passed') : { outcome: 'authorized' }
  }

  private async ask(
    payment: { id: string; provider: string; token: string | null; amount: number; upfront_amount: number; currency_code: string },
    confirmed: boolean,
  ): Promise<Authorization> {
    const provider = this.providers.get(payment.provider)
    const now = this.clock.now()
    if (!provider || payment.amount === 0) return { outcome: 'authorized', reference: '', expiresAt: now }
    return provider.authorize({
      key: `authorize:${payment.id}`,
      token: this.pii.decryptOptional(payment.token) ?? '',
      money: { amount: payment.upfront_amount, currency: payment.currency_code },
      confirmed,
      now,
    })
  }

  private async write(answers: readonly Answer[]): Promise<void> {
    if (answers.length === 0) return
    const now = this.clock.now()
    await sql`UPDATE payment p SET status = 'authorized', authorized_amount = p.upfront_amount, provider_ref = nullif(x.reference, ''),
        auth_expires_at = x.expires_at, token = null, version = p.version + 1, updated_at = ${now}
      FROM unnest(${answers.map((answer) => answer.id)}::text[], ${answers.map((answer) => answer.authorization.reference)}::text[],
        ${answers.map((answer) => answer.authorization.expiresAt.toISOString())}::timestamptz[]) AS x(id, reference, expires_at)
      WHERE p.id = x.id AND p.status IN ('pending', 'requires_action')`.execute(this.database.read)
  }

  /** One challenge for the whole checkout, whatever the number of payments; repeating finds it. */
  private async challenge(checkoutId: string): Promise<void> {
    const now = this.clock.now()
    await this.database.transaction(async (tx) => {
      const checkout = await tx
        .updateTable('checkout')
        .set({ status: 'action_required', updated_at: now })
        .where('id', '=', checkoutId)
        .where('status', 'in', ['running', 'action_required'])
        .returningAll()
        .executeTakeFirst()
      if (!checkout) return
      const order = await tx.selectFrom('order').select('number').where('id', '=', checkout.order_id).executeTakeFirstOrThrow()
      await tx
        .insertInto('payment_challenge')
        .values({
          id: newId('chl'),
          checkout_id: checkoutId,
          order_id: checkout.order_id,
          order_number: order.number,
          currency_code: checkout.currency_code,
          amount: checkout.total_amount,
          expires_at: checkout.payment_deadline,
          created_at: now,
          updated_at: now,
        })
        .onConflict((conflict) => conflict.column('checkout_id').doNothing())
        .execute()
      await tx
        .updateTable('payment')
        .set({ status: 'requires_action', updated_at: now })
        .where('order_id', '=', checkout.order_id)
        .where('status', '=', 'pending')
        .execute()
    })
  }
}

function declined(reason: string): AuthorizeResult {
  return { outcome: 'failed', failure: { code: 'payment_declined', details: { reason } } }
}
