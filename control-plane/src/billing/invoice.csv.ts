import { csvLine } from '@cityos/http'
import type { Invoice } from './invoice.contract.ts'

const heads = [
  'number',
  'kind',
  'status',
  'tenant',
  'buyer',
  'vat_number',
  'country',
  'scope',
  'issued_at',
  'due_at',
  'paid_at',
  'currency',
  'net_minor',
  'tax_minor',
  'total_minor',
  'credited_minor',
  'paid_minor',
  'refunded_minor',
  'balance_minor',
  'tax_rule',
  'tax_rate_bps',
  'refers_to',
] as const

/** Invoices as CSV, line by line; amounts in minor units, as everywhere in the platform. */
export async function* csvOf(rows: AsyncIterable<Invoice>): AsyncGenerator<string> {
  yield csvLine(heads)
  for await (const row of rows) {
    yield csvLine([
      row.number,
      row.kind,
      row.status,
      row.tenant_slug,
      row.buyer.name,
      row.buyer.vat_number,
      row.buyer.country,
      row.scope,
      row.issued_at,
      row.due_at,
      row.paid_at,
      row.total.currency,
      row.net.amount,
      row.tax.amount,
      row.total.amount,
      row.credited.amount,
      row.paid.amount,
      row.refunded.amount,
      row.balance.amount,
      row.tax_rule,
      row.tax_rate_bps,
      row.refers_to?.number ?? null,
    ])
  }
}
