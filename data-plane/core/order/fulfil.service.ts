import { DomainError, type Input, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { sql } from 'kysely'
import { Clock, days, later } from '../../platform/clock/clock.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { transition } from '../../platform/lifecycle/lifecycle.ts'
import { schedule, TimerHandlers } from '../../platform/timer/timers.ts'
import { accounts } from '../ledger/accounts.ts'
import { Ledger } from '../ledger/ledger.service.ts'
import { releaseEntries } from '../ledger/postings.ts'
import { Captures } from '../payment/captures.ts'
import { SettingService } from '../store/setting.service.ts'
import { Purchasables } from '../vertical/purchasable.ts'
import type { fulfilVendorOrder } from './contract.ts'
import { LineRelease } from './line-release.ts'
import { Settlement, type Takings, unitsOfPayment, wholePayment } from './settlement.ts'
import { completeTimer, subOrderLifecycle } from './sub-order.lifecycle.ts'
import { type SubOrderRow, SubOrders, type SubOrderWhole } from './sub-orders.ts'
import { recordTimeline } from './timeline.ts'

type FulfilBody = Input<typeof fulfilVendorOrder>['body']

/** What a vendor does with a confirmed part: accept, prepare, hand over. */
@Injectable()
export class FulfilService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly subOrders: SubOrders,
    private readonly purchasables: Purchasables,
    private readonly captures: Captures,
    private readonly settlement: Settlement,
    private readonly settings: SettingService,
    private readonly ledger: Ledger,
    private readonly releases: LineRelease,
    private readonly timers: TimerHandlers,
  ) {}

  onModuleInit(): void {
    this.timers.on(completeTimer, (ctx, timer) => this.complete(ctx, timer.ref))
  }

  /** confirmed → accepted; payments captured at acceptance are captured, or nothing changes (402). */
  async accept(ctx: RequestContext, id: string): Promise<void> {
    const before = await this.read(id)
    const takings =
      before.row.status === 'confirmed'
        ? before.payments
            .filter((payment) => payment.capture_mode === 'on_accept' && payment.status === 'authorized')
            .map((payment) => wholePayment(before, payment))
        : []
    await this.captures.take(takings)
    await this.captures.settled(takings, () =>
      this.database.transaction(async (tx) => {
        const now = this.clock.now()
        const row = await transition(tx, subOrderLifecycle, { id, name: 'accept', ctx, changes: { accepted_at: now } })
        await this.settlement.book(tx, takings, now)
        await recordTimeline(tx, ctx.actor, [{ orderId: row.order_id, subOrderId: id, type: 'accepted' }], now)
      }),
    )
  }

  async prepare(ctx: RequestContext, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const row = await transition(tx, subOrderLifecycle, { id, name: 'prepare', ctx })
      await recordTimeline(tx, ctx.actor, [{ orderId: row.order_id, subOrderId: id, type: 'preparing' }], this.clock.now())
    })
  }

  /**
   * Hands over units: all open ones, or the given ones. Cash on delivery is collected here (00-conventions, Ledger).
   * @throws DomainError quantity_exceeds_open | invalid_transition | payment_declined
   */
  async fulfil(ctx: RequestContext, id: string, body: FulfilBody): Promise<void> {
    const fulfilmentId = newId('ful')
    const before = await this.read(id)
    const planned = leavingUnits(before, body)
    // outside money is asked for first, under a key that names these very units: a repeat takes nothing twice
    const part = [...planned]
      .map(([line, units]) => `${line}:${before.lines.find((row) => row.id === line)!.quantity_open}-${units}`)
      .sort()
      .join(',')
    const window = await this.settings.get('consumer.withdrawal_days')
    const online = this.takingsOf(before, planned, part).filter((taking) => taking.payment.provider !== 'offline')
    if (before.row.status !== 'confirmed') await this.captures.take(online)
    await this.captures.settled(online, () =>
      this.database.transaction(async (tx) => {
        const now = this.clock.now()
        const whole = await this.subOrders.lock(tx, id)
        const leaving = leavingUnits(whole, body)
        const last = whole.lines.every((line) => line.quantity_open === (leaving.get(line.id) ?? 0))
        const changes = last ? { fulfilled_at: now } : {}
        const row = await transition(tx, subOrderLifecycle, {
          id,
          name: last ? 'fulfil' : 'fulfil_part',
          ctx,
          changes,
          payload: { fulfilment_id: fulfilmentId },
        })
        await this.handOver(tx, whole, leaving, now)
        await this.settlement.book(tx, this.takingsOf(whole, leaving, part), now)
        await this.writeFulfilment(tx, fulfilmentId, id, leaving, body, now)
        await recordTimeline(
          tx,
          ctx.actor,
          [{ orderId: row.order_id, subOrderId: id, type: last ? 'fulfilled' : 'partially_fulfilled' }],
          now,
        )
        if (last) await schedule(tx, { kind: completeTimer, ref: id, dueAt: later(now, days(window)) })
      }),
    )
  }

  /** fulfilled → completed when the return window has passed: the vendor's money becomes available. */
  async complete(ctx: RequestContext, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const whole = await this.subOrders.lock(tx, id)
      if (whole.row.status !== 'fulfilled') return
      const waitsFor = Math.max(...whole.lines.map((line) => (line.quantity_fulfilled > 0 ? (line.release_at?.getTime() ?? 0) : 0)))
      if (waitsFor > now.getTime()) return schedule(tx, { kind: completeTimer, ref: id, dueAt: new Date(waitsFor) })
      const row = await transition(tx, subOrderLifecycle, { id, name: 'complete', ctx, changes: { completed_at: now } })
      for (const line of whole.lines.filter((candidate) => candidate.fulfilment === 'own'))
        await this.releases.release(tx, whole, line, now)
      const net = await this.pendingOf(tx, row)
      await this.ledger.post(
        tx,
        [
          {
            ref: `release:${id}`,
            kind: 'release',
            orderId: row.order_id,
            memo: null,
            currency: row.currency_code,
            entries: releaseEntries(row.vendor_id, net),
          },
        ],
        now,
      )
      await recordTimeline(tx, ctx.actor, [{ orderId: row.order_id, subOrderId: id, type: 'completed' }], now)
    })
  }

  private async read(id: string): Promise<SubOrderWhole> {
    const row = await this.database.read.selectFrom('sub_order').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return this.subOrders.whole(this.database.read, row)
  }

  private takingsOf(whole: SubOrderWhole, leaving: ReadonlyMap<string, number>, part: string): Takings[] {
    return whole.payments
      .filter((payment) => payment.capture_mode === 'on_fulfil' && ['pending', 'authorized', 'partially_captured'].includes(payment.status))
      .map((payment) => unitsOfPayment(whole, payment, leaving, part))
  }

  private async handOver(tx: Tx, whole: SubOrderWhole, leaving: ReadonlyMap<string, number>, now: Date): Promise<void> {
    const moving = whole.lines.filter((line) => (leaving.get(line.id) ?? 0) > 0)
    for (const kind of [...new Set(moving.map((line) => line.kind))].sort()) {
      const own = moving
        .filter((line) => line.kind === kind)
        .map((line) => ({ orderLineId: line.id, resourceId: line.resource_id, quantity: leaving.get(line.id)! }))
      await this.purchasables.get(kind)?.fulfil?.(tx, own, { now })
    }
    await sql`UPDATE order_line l SET quantity_open = l.quantity_open - x.units, quantity_fulfilled = l.quantity_fulfilled + x.units, updated_at = ${now}
      FROM unnest(${[...leaving.keys()]}::text[], ${[...leaving.values()]}::int[]) AS x(line_id, units) WHERE l.id = x.line_id`.execute(tx)
  }

  private async writeFulfilment(
    tx: Tx,
    id: string,
    subOrderId: string,
    leaving: ReadonlyMap<string, number>,
    body: FulfilBody,
    now: Date,
  ): Promise<void> {
    await tx
      .insertInto('fulfilment')
      .values({ id, sub_order_id: subOrderId, carrier: body.carrier, tracking_number: body.tracking_number, created_at: now })
      .execute()
    await tx
      .insertInto('fulfilment_line')
      .values([...leaving].map(([orderLineId, quantity]) => ({ fulfilment_id: id, order_line_id: orderLineId, quantity })))
      .execute()
  }

  /** What the ledger holds as pending for this part, without what refunds on their way will take of it. */
  private async pendingOf(tx: Tx, row: SubOrderRow): Promise<number> {
    const { rows } = await sql<{ amount: number }>`
      SELECT coalesce((SELECT -sum(e.amount) FROM ledger_txn t JOIN ledger_entry e ON e.txn_id = t.id JOIN ledger_account a ON a.id = e.account_id
          WHERE t.order_id = ${row.order_id} AND a.code = ${accounts.vendorPending(row.vendor_id)} AND e.currency_code = ${row.currency_code}), 0)::bigint
        - coalesce((SELECT sum(amount - tax_amount - commission_amount - available_amount) FROM refund
          WHERE order_id = ${row.order_id} AND sub_order_id = ${row.id} AND status = 'pending'), 0)::bigint AS amount`.execute(tx)
    return rows[0]!.amount
  }
}

/**
 * Units that leave, by line.
 * @throws DomainError quantity_exceeds_open | not_found | invalid_transition when nothing is open
 */
export function leavingUnits(whole: SubOrderWhole, body: FulfilBody): Map<string, number> {
  const asked =
    body.lines ??
    whole.lines
      .filter((line) => line.quantity_open > 0 && line.fulfilment === 'sub_order')
      .map((line) => ({ line_id: line.id, quantity: line.quantity_open }))
  const units = new Map<string, number>()
  for (const { line_id: id, quantity } of asked) units.set(id, (units.get(id) ?? 0) + quantity)
  for (const [id, quantity] of units) {
    const line = whole.lines.find((row) => row.id === id)
    if (!line) throw new DomainError('not_found', { field: 'lines', details: { line_id: id } })
    if (line.fulfilment === 'own') throw new DomainError('invalid_transition', { field: 'lines', details: { line_id: id, led_by: 'own' } })
    if (quantity > line.quantity_open)
      throw new DomainError('quantity_exceeds_open', { field: 'lines', details: { line_id: id, open: line.quantity_open } })
  }
  if (units.size === 0) throw new DomainError('invalid_transition', { details: { status: whole.row.status } })
  return units
}
