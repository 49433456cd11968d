import { Injectable } from '@nestjs/common'
import type { Selectable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import type { OrderLineRow, OrderRow, PaymentRow, SubOrderRow } from './sub-orders.ts'

export interface FulfilmentRow {
  id: string
  sub_order_id: string
  carrier: string | null
  tracking_number: string | null
  created_at: Date
  lines: { line_id: string; quantity: number }[]
}

/** Everything that belongs to some orders, or to one sub-order of them. */
export interface OrderRows {
  subOrders: SubOrderRow[]
  lines: OrderLineRow[]
  payments: PaymentRow[]
  fulfilments: FulfilmentRow[]
  events: Selectable<DB['order_event']>[]
}

/** Reads of whole orders: one round trip, a second one for what was fulfilled; whatever their size. */
@Injectable()
export class OrderRowsReader {
  constructor(private readonly database: Database) {}

  async of(tx: Tx, order: Pick<OrderRow, 'id'>, subOrderId?: string): Promise<OrderRows> {
    return this.complete(tx, await this.database.together(tx, this.questions(tx, order.id, subOrderId)))
  }

  /** The order itself with everything that belongs to it; null when there is none. */
  async whole(tx: Tx, orderId: string): Promise<{ row: OrderRow; rows: OrderRows } | null> {
    const [[row], ...found] = await this.database.together(tx, [
      tx.selectFrom('order').selectAll().where('id', '=', orderId),
      ...this.questions(tx, orderId),
    ])
    return row ? { row, rows: await this.complete(tx, found) } : null
  }

  private questions(tx: Tx, orderId: string, subOrderId?: string) {
    return [
      tx
        .selectFrom('sub_order')
        .selectAll()
        .where('order_id', '=', orderId)
        .$if(subOrderId !== undefined, (query) => query.where('id', '=', subOrderId!))
        .orderBy('number'),
      tx
        .selectFrom('order_line')
        .selectAll()
        .where('order_id', '=', orderId)
        .$if(subOrderId !== undefined, (query) => query.where('sub_order_id', '=', subOrderId!))
        .orderBy('position'),
      tx
        .selectFrom('payment')
        .selectAll()
        .where('order_id', '=', orderId)
        .$if(subOrderId !== undefined, (query) => query.where('sub_order_id', '=', subOrderId!))
        .orderBy('id'),
      tx
        .selectFrom('order_event')
        .selectAll()
        .where('order_id', '=', orderId)
        .$if(subOrderId !== undefined, (query) =>
          query.where((eb) => eb.or([eb('sub_order_id', 'is', null), eb('sub_order_id', '=', subOrderId!)])),
        )
        .orderBy('created_at')
        .orderBy('id'),
    ] as const
  }

  private async complete(
    tx: Tx,
    [subOrders, lines, payments, events]: readonly [SubOrderRow[], OrderLineRow[], PaymentRow[], OrderRows['events']],
  ): Promise<OrderRows> {
    const touched = subOrders.filter((row) => !['placed', 'confirmed', 'expired'].includes(row.status)).map((row) => row.id)
    const fulfilments = touched.length > 0 ? await this.fulfilments(tx, touched) : []
    return { subOrders, lines, payments, fulfilments, events }
  }

  private async fulfilments(tx: Tx, subOrderIds: string[]): Promise<FulfilmentRow[]> {
    const rows = await tx
      .selectFrom('fulfilment as f')
      .innerJoin('fulfilment_line as l', 'l.fulfilment_id', 'f.id')
      .where('f.sub_order_id', 'in', subOrderIds)
      .select(['f.id', 'f.sub_order_id', 'f.carrier', 'f.tracking_number', 'f.created_at', 'l.order_line_id', 'l.quantity'])
      .orderBy('f.created_at')
      .execute()
    const found = new Map<string, FulfilmentRow>()
    for (const { order_line_id: lineId, quantity, ...row } of rows) {
      const fulfilment = found.get(row.id) ?? { ...row, lines: [] }
      fulfilment.lines.push({ line_id: lineId, quantity })
      found.set(row.id, fulfilment)
    }
    return [...found.values()]
  }
}
