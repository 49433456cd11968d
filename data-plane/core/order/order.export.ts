import { currencyExponent, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { audit } from '../../platform/audit/audit.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import type { exportAdminOrders } from './contract.ts'
import { OrderFilters } from './order.filters.ts'

const mostRows = 10_000
const header = [
  'number',
  'placed_at',
  'status',
  'payment_status',
  'payment_method',
  'currency',
  'subtotal',
  'shipping',
  'discount',
  'tax',
  'total',
  'refunded',
  'email',
]

/** A cell that no spreadsheet takes for a formula, quoted where needed. */
export function csvCell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Minor units as a plain decimal: 4995 SAR → 49.95. */
export function decimal(amount: number, currency: string): string {
  const exponent = currencyExponent(currency)
  return (amount / 10 ** exponent).toFixed(exponent)
}

/** Orders as a table for a spreadsheet; every export is in the audit log. */
@Injectable()
export class OrderExport {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly filters: OrderFilters,
    private readonly pii: Pii,
  ) {}

  async csv(ctx: RequestContext, query: Input<typeof exportAdminOrders>['query']): Promise<Output<typeof exportAdminOrders>> {
    const rows = await this.filters.apply(this.database.read, query).selectAll().orderBy('placed_at', 'desc').limit(mostRows).execute()
    const lines = rows.map((row) => {
      const of = (amount: number) => decimal(amount, row.currency_code)
      const cells = [row.number, row.placed_at.toISOString(), row.status, row.payment_status, row.payment_method, row.currency_code]
      const amounts = [
        row.subtotal_amount,
        row.shipping_amount,
        row.discount_amount,
        row.tax_amount,
        row.total_amount,
        row.refunded_amount,
      ].map(of)
      return [...cells, ...amounts, this.pii.decryptOptional(row.email) ?? ''].map(csvCell).join(',')
    })
    await this.database.transaction((tx) =>
      audit(tx, ctx, { action: 'order.export', resource: { type: 'order', id: 'list' }, after: { rows: rows.length } }),
    )
    return {
      filename: `orders-${this.clock.now().toISOString().slice(0, 10)}.csv`,
      rows: rows.length,
      csv: `${[header.join(','), ...lines].join('\r\n')}\r\n`,
    }
  }
}
