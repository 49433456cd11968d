import { DomainError } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import type { Selectable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import type { Tx } from '../../platform/db/index.ts'
import type { LineToCancel } from '../vertical/purchasable.ts'

export type OrderRow = Selectable<DB['order']>
export type SubOrderRow = Selectable<DB['sub_order']>
export type OrderLineRow = Selectable<DB['order_line']>
export type PaymentRow = Selectable<DB['payment']>

export interface SubOrderWhole {
  row: SubOrderRow
  lines: OrderLineRow[]
  payments: PaymentRow[]
}

/** Units of a line that have left it: they come before the open ones in the line's row of units. */
export const doneUnits = (line: OrderLineRow): number => line.quantity - line.quantity_open

export const amountsOf = (line: OrderLineRow) => ({ total: line.total_amount, tax: line.tax_amount, commission: line.commission_amount })

/** Rows of sub-orders: the aggregate root of everything that happens to one vendor's part (K3). */
@Injectable()
export class SubOrders {
  /** Locks a sub-order and reads all of it. @throws DomainError not_found */
  async lock(tx: Tx, id: string): Promise<SubOrderWhole> {
    const row = await tx.selectFrom('sub_order').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return this.whole(tx, row)
  }

  async whole(tx: Tx, row: SubOrderRow): Promise<SubOrderWhole> {
    const lines = await tx.selectFrom('order_line').selectAll().where('sub_order_id', '=', row.id).orderBy('position').execute()
    const payments = await tx.selectFrom('payment').selectAll().where('sub_order_id', '=', row.id).orderBy('id').execute()
    return { row, lines, payments }
  }

  async ofOrder(tx: Tx, orderId: string): Promise<SubOrderRow[]> {
    return tx.selectFrom('sub_order').selectAll().where('order_id', '=', orderId).orderBy('id').execute()
  }
}

/** What a vertical needs to know about the units of a line that end early. */
export function lineToCancel(line: OrderLineRow, quantity: number, cause: LineToCancel['cause'], paidAmount: number): LineToCancel {
  return {
    orderLineId: line.id,
    entitlement: { type: line.entitlement_type ?? 'cart_line', id: line.entitlement_id ?? '' },
    resourceId: line.resource_id,
    quantity,
    cause,
    paidAmount,
    cancellationTiers: line.cancellation_tiers as LineToCancel['cancellationTiers'],
    startsAt: line.starts_at,
    acceptedAt: line.accepted_at,
  }
}
