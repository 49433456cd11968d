import { DomainError, type Output } from '@cityos/contract'
import type { Log, RequestContext } from '@cityos/http'
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common'
import { Clock, later, minutes } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'
import { LOG } from '../../platform/log/log.ts'
import { schedule, TimerHandlers } from '../../platform/timer/timers.ts'
import { WorkflowEngine, Workflows } from '../../platform/workflow/workflow-engine.ts'
import { CartStore } from '../cart/cart.store.ts'
import type { completeCart, getChallenge } from '../cart/contract.ts'
import { OrderViews } from '../order/order.views.ts'
import { OrderSecrets } from '../order/order-secrets.ts'
import type { CheckoutRow } from './checkout.rows.ts'
import { type CheckoutInput, type CheckoutResult, challengeSignal, checkoutKind, checkoutWorkflow } from './checkout.workflow.ts'
import { CheckoutOutcomes } from './outcomes.ts'
import { type CompleteBody, PlaceService } from './place.service.ts'
import { MustWait, StraightRun } from './straight-run.ts'

type Completed = Output<typeof completeCart>

/** From the click to the confirmed order, and back when it fails. */
@Injectable()
export class CheckoutService implements OnModuleInit {
  /** Checkouts whose end this process waits for. */
  private readonly running = new Map<string, Promise<CheckoutResult>>()

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly carts: CartStore,
    private readonly placing: PlaceService,
    private readonly engine: WorkflowEngine,
    private readonly workflows: Workflows,
    @Inject(LOG) private readonly log: Log,
    private readonly outcomes: CheckoutOutcomes,
    private readonly secrets: OrderSecrets,
    private readonly orders: OrderViews,
    private readonly timers: TimerHandlers,
  ) {}

  onModuleInit(): void {
    this.timers.on('checkout.sweep', (_ctx, timer) => this.sweep(timer.ref))
  }

  /**
   * Buys a cart. The same Idempotency-Key finds the checkout it started, also after this process was killed.
   * @throws DomainError cart_changed | cart_completing | insufficient_stock | payment_action_required | payment_declined | …
   */
  async complete(ctx: RequestContext, cartId: string, body: CompleteBody): Promise<Completed> {
    const row = await this.placing.place(ctx, cartId, body).catch(async (error: unknown) => {
      const earlier = error instanceof DomainError && error.code === 'cart_completing' ? await this.earlier(ctx, cartId) : null
      if (!earlier) throw error
      return earlier
    })
    return this.answer(ctx, row)
  }

  async challenge(ctx: RequestContext, id: string): Promise<Output<typeof getChallenge>> {
    const row = await this.database.read.selectFrom('payment_challenge').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    await this.ownCart(ctx, row.checkout_id)
    const expired = row.status === 'pending' && row.expires_at <= this.clock.now()
    return {
      id: row.id,
      status: expired ? 'expired' : (row.status as Output<typeof getChallenge>['status']),
      amount: { amount: row.amount, currency: row.currency_code },
      order_number: row.order_number,
      expires_at: row.expires_at.toISOString(),
    }
  }

  /** The shopper's answer; the first one counts (K4). The checkout goes on and its result is the answer. */
  async answerChallenge(ctx: RequestContext, id: string, approve: boolean): Promise<Completed> {
    const now = this.clock.now()
    const status = approve ? 'approved' : 'declined'
    await this.challenge(ctx, id)
    const checkoutId = await this.database.transaction(async (tx) => {
      const row = await tx.selectFrom('payment_challenge').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
      if (!row) throw new DomainError('not_found')
      if (row.status === status) return row.checkout_id
      if (row.status !== 'pending') throw new DomainError('invalid_transition', { details: { status: row.status } })
      if (row.expires_at <= now) throw new DomainError('token_expired')
      await tx.updateTable('payment_challenge').set({ status, updated_at: now }).where('id', '=', id).execute()
      await this.engine.send(tx, row.checkout_id, challengeSignal, { approve })
      return row.checkout_id
    })
    return this.answer(ctx, await this.row(checkoutId), true)
  }

  /** The live checkout of this cart that the same request started before, if any. */
  private async earlier(ctx: RequestContext, cartId: string): Promise<CheckoutRow | null> {
    const live = await this.database.read
      .selectFrom('checkout')
      .selectAll()
      .where('cart_id', '=', cartId)
      .where('status', 'in', ['running', 'action_required', 'succeeded'])
      .executeTakeFirst()
    if (!live) return null
    await this.carts.get(this.database.read, ctx, cartId)
    if (live.idempotency_key === ctx.idempotencyKey) return live
    throw new DomainError('cart_completing', { details: { status: live.status } })
  }

  /** Waits until the checkout has ended or needs the shopper. */
  private async answer(ctx: RequestContext, row: CheckoutRow, answered = false): Promise<Completed> {
    const { asked, stop } = this.outcomes.onActionRequired(row.id)
    try {
      if (row.status === 'succeeded') return await this.completed(ctx, row)
      if (row.status === 'action_required' && !answered) return await this.refuse(ctx, row)
      const result = await Promise.race([this.run(row), ...(answered ? [] : [asked.then(() => null)])])
      if (result === null) return await this.refuse(ctx, row)
      if (result.status === 'failed') throw new DomainError(result.failure.code, { details: result.failure.details })
      return await this.completed(ctx, row)
    } finally {
      stop()
    }
  }

  private async completed(ctx: RequestContext, row: CheckoutRow): Promise<Completed> {
    return { order: await this.orders.whole(ctx, row.order_id), token: this.secrets.orderToken(row.order_id) }
  }

  /** Starts the workflow, or joins the one that runs under this id: here at once, elsewhere by asking for it. */
  private run(row: CheckoutRow): Promise<CheckoutResult> {
    const known = this.running.get(row.id)
    if (known) return known
    const result = this.start(row).finally(() => this.running.delete(row.id))
    this.running.set(row.id, result)
    return result
  }

  private async start(row: CheckoutRow): Promise<CheckoutResult> {
    try {
      return await checkoutWorkflow(new StraightRun(row.id, this.workflows), inputOf(row))
    } catch (error) {
      if (!(error instanceof MustWait)) this.log.warn({ error, checkout_id: row.id }, 'the engine takes the checkout over')
      const handle = await this.engine.start(checkoutKind, row.id, inputOf(row))
      return handle.result()
    }
  }

  /** 402 with the way to the provider's challenge. */
  private async refuse(ctx: RequestContext, row: CheckoutRow): Promise<never> {
    const challenge = await this.database.read
      .selectFrom('payment_challenge')
      .selectAll()
      .where('checkout_id', '=', row.id)
      .executeTakeFirstOrThrow()
    throw new DomainError('payment_action_required', {
      details: {
        challenge_id: challenge.id,
        challenge_url: `/${ctx.locale}/checkout/verify/${challenge.id}`,
        order_number: challenge.order_number,
      },
    })
  }

  /** Only the shopper whose cart it is. */
  private async ownCart(ctx: RequestContext, checkoutId: string): Promise<void> {
    await this.carts.get(this.database.read, ctx, (await this.row(checkoutId)).cart_id)
  }

  private row(checkoutId: string): Promise<CheckoutRow> {
    return this.database.read.selectFrom('checkout').selectAll().where('id', '=', checkoutId).executeTakeFirstOrThrow()
  }

  /**
   * Looks after a checkout that has not ended two minutes after the click: a process killed between placing and starting
   * leaves it without a workflow. Ends by itself when the checkout has.
   */
  private async sweep(checkoutId: string): Promise<void> {
    const row = await this.row(checkoutId)
    if (row.status === 'succeeded' || row.status === 'failed') return
    await this.engine.start(checkoutKind, row.id, inputOf(row))
    await this.database.transaction((tx) =>
      schedule(tx, { kind: 'checkout.sweep', ref: checkoutId, dueAt: later(this.clock.now(), minutes(2)) }),
    )
  }
}

function inputOf(row: CheckoutRow): CheckoutInput {
  return { checkoutId: row.id, online: row.method === 'sandbox', paymentDeadline: row.payment_deadline.toISOString() }
}
