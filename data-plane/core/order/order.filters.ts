import { Injectable } from '@nestjs/common'
import type { Tx } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'

export interface OrderFilter {
  q?: string
  status?: string
  vendor_id?: string
  customer_id?: string
  placed_from?: string
  placed_to?: string
}

/** The filter of the staff's order list and export: `q` is an order number or a whole e-mail address. */
@Injectable()
export class OrderFilters {
  constructor(private readonly pii: Pii) {}

  apply(tx: Tx, filter: OrderFilter) {
    let found = tx.selectFrom('order').where('checkout_failed_at', 'is', null)
    if (filter.status) found = found.where('status', '=', filter.status)
    if (filter.customer_id) found = found.where('customer_id', '=', filter.customer_id)
    if (filter.placed_from) found = found.where('placed_at', '>=', new Date(filter.placed_from))
    if (filter.placed_to) found = found.where('placed_at', '<', new Date(filter.placed_to))
    if (filter.vendor_id) {
      const vendorId = filter.vendor_id
      found = found.where((eb) =>
        eb.exists(
          eb.selectFrom('sub_order as s').whereRef('s.order_id', '=', 'order.id').where('s.vendor_id', '=', vendorId).select('s.id'),
        ),
      )
    }
    if (filter.q) {
      const text = filter.q.trim()
      found = text.includes('@')
        ? found.where('email_index', '=', this.pii.index('email', text))
        : found.where('number', 'like', `${text.replace(/[%_\\]/g, '\\$&')}%`)
    }
    return found
  }
}
