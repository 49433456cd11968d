import { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock, days, later } from '../../platform/clock/clock.ts'
import type { Tx } from '../../platform/db/index.ts'
import { transition } from '../../platform/lifecycle/lifecycle.ts'
import { schedule } from '../../platform/timer/timers.ts'
import { SettingService } from '../store/setting.service.ts'
import { completeTimer, subOrderLifecycle } from './sub-order.lifecycle.ts'
import { type OrderLineRow, SubOrders } from './sub-orders.ts'

/** A part follows its lines where verticals lead them: its status is never the vertical's affair. */
@Injectable()
export class LineStatus {
  constructor(
    private readonly clock: Clock,
    private readonly subOrders: SubOrders,
    private readonly settings: SettingService,
  ) {}

  /** Reads what status depends on; call it before the transaction that follows. */
  async prepare(): Promise<void> {
    await this.settings.all()
  }

  /** Moves the part to where its lines are now, in the transaction that changed them. */
  async follow(tx: Tx, ctx: RequestContext, subOrderId: string): Promise<void> {
    const { row, lines } = await this.subOrders.lock(tx, subOrderId)
    const name = followed(row.status, lines)
    if (name === null) return
    const now = this.clock.now()
    const changes = {
      follow_accept: { accepted_at: now },
      follow_part: {},
      follow_fulfil: { fulfilled_at: now },
      follow_cancel: { ended_at: now, end_reason: 'lines_ended' },
    }[name]
    const system = RequestContext.system('order', { correlationId: ctx.correlationId, log: ctx.log })
    await transition(tx, subOrderLifecycle, { id: row.id, name, ctx: system, changes })
    if (name !== 'follow_fulfil') return
    const shop = lines.some((line) => line.fulfilment === 'sub_order')
    const window = shop ? days(await this.settings.get('consumer.withdrawal_days')) : 0
    await schedule(tx, { kind: completeTimer, ref: row.id, dueAt: later(now, window) })
  }
}

type Followed = 'follow_accept' | 'follow_part' | 'follow_fulfil' | 'follow_cancel'

/**
 * The transition that brings a part where its lines are; null when it is there, or when what the part itself leads is still
 * on its way. Pure.
 */
export function followed(
  status: string,
  lines: readonly Pick<OrderLineRow, 'fulfilment' | 'quantity_open' | 'quantity_fulfilled' | 'accepted_at'>[],
): Followed | null {
  if (!['confirmed', 'accepted', 'preparing', 'partially_fulfilled'].includes(status)) return null
  const open = lines.filter((line) => line.quantity_open > 0)
  if (open.some((line) => line.fulfilment === 'sub_order')) return null
  const given = lines.some((line) => line.quantity_fulfilled > 0)
  if (open.length === 0) return given ? 'follow_fulfil' : status === 'partially_fulfilled' ? null : 'follow_cancel'
  if (given) return status === 'partially_fulfilled' ? null : 'follow_part'
  return status === 'confirmed' && open.every((line) => line.accepted_at !== null) ? 'follow_accept' : null
}
