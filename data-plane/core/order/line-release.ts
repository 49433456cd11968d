import { applyRate, DomainError } from '@cityos/contract'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { schedule, TimerHandlers } from '../../platform/timer/timers.ts'
import { Ledger } from '../ledger/ledger.service.ts'
import { releaseEntries } from '../ledger/postings.ts'
import { vendorNet } from './line-money.ts'
import { type OrderLineRow, SubOrders, type SubOrderWhole } from './sub-orders.ts'

/** Timer that makes the vendor's money for one line available. */
export const releaseTimer = 'order_line.release'

/** pending → available, line by line, for lines that are led by their vertical (00-conventions, Ledger). */
@Injectable()
export class LineRelease implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly subOrders: SubOrders,
    private readonly ledger: Ledger,
    private readonly timers: TimerHandlers,
  ) {}

  onModuleInit(): void {
    this.timers.on(releaseTimer, (_ctx, timer) => this.releaseLine(timer.ref))
  }

  /** Part of the vendor's money for a line, before its time. @param bps share of all of it that is available afterwards */
  async advance(orderLineId: string, bps: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { whole, line } = await this.lock(tx, orderLineId)
      if (line.released_at !== null) return
      const amount = applyRate(vendorNet(line, whole.payments), bps) - line.released_amount
      if (amount > 0) await this.post(tx, whole, line, amount, null, this.clock.now())
    })
  }

  /** All that is left, once. What was advanced and then refunded comes back out of what is available. */
  async release(tx: Tx, whole: SubOrderWhole, line: OrderLineRow, now: Date): Promise<void> {
    if (line.released_at !== null) return
    await this.post(tx, whole, line, vendorNet(line, whole.payments) - line.released_amount, now, now)
  }

  private async releaseLine(orderLineId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { whole, line } = await this.lock(tx, orderLineId)
      const now = this.clock.now()
      const due = line.quantity_open === 0 && (line.release_at === null || line.release_at <= now)
      if (due) await this.release(tx, whole, line, now)
      else if (line.quantity_open === 0) await schedule(tx, { kind: releaseTimer, ref: orderLineId, dueAt: line.release_at! })
    })
  }

  private async lock(tx: Tx, orderLineId: string): Promise<{ whole: SubOrderWhole; line: OrderLineRow }> {
    const found = await tx.selectFrom('order_line').select('sub_order_id').where('id', '=', orderLineId).executeTakeFirst()
    if (!found) throw new DomainError('not_found')
    const whole = await this.subOrders.lock(tx, found.sub_order_id)
    return { whole, line: whole.lines.find((row) => row.id === orderLineId)! }
  }

  private async post(tx: Tx, whole: SubOrderWhole, line: OrderLineRow, amount: number, releasedAt: Date | null, now: Date): Promise<void> {
    const total = line.released_amount + amount
    await this.ledger.post(
      tx,
      [
        {
          ref: `release:${line.id}:${releasedAt ? 'all' : total}`,
          kind: 'release',
          orderId: line.order_id,
          memo: null,
          currency: whole.row.currency_code,
          entries: releaseEntries(line.vendor_id, amount),
        },
      ],
      now,
    )
    await tx
      .updateTable('order_line')
      .set({ released_amount: total, released_at: releasedAt, updated_at: now })
      .where('id', '=', line.id)
      .execute()
  }
}
