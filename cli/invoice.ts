import { formatMoney, type Money } from '@cityos/contract'
import { type Invoice, type InvoiceDetail, listInvoices, payInvoice, readInvoice, writeOffInvoice } from '@cityos/control-plane/contract'
import { type CommonOptions, sessionOf } from './command.ts'
import { Failure } from './failure.ts'
import { printFacts, printJson, printTable, say } from './output.ts'

export interface ListOptions extends CommonOptions {
  tenant?: string
  status?: Invoice['status']
  overdue?: boolean
  limit: string
}

const money = (sum: Money): string => formatMoney(sum, 'en')
const day = (at: string | null): string => at?.slice(0, 10) ?? '–'

export async function listAll(options: ListOptions): Promise<void> {
  const session = await sessionOf(options)
  const query = {
    tenant: options.tenant,
    status: options.status,
    limit: Number(options.limit),
    ...(options.overdue ? { overdue: 'true' } : {}),
  }
  const page = await session.call(listInvoices, { query })
  if (options.json) return printJson(page.items)
  printTable(
    ['number', 'tenant', 'for', 'status', 'total', 'left', 'issued', 'due'],
    page.items.map((each) => [
      each.number ?? '–',
      each.tenant_slug,
      each.kind === 'credit_note' ? `credit of ${each.refers_to?.number ?? '–'}` : each.scope,
      each.is_overdue ? 'overdue' : each.status,
      money(each.total),
      money(each.balance),
      day(each.issued_at),
      day(each.due_at),
    ]),
    'No invoices.',
  )
}

export async function show(id: string, options: CommonOptions): Promise<void> {
  const session = await sessionOf(options)
  const invoice = await session.call(readInvoice, { params: { id } })
  if (options.json) return printJson(invoice)
  printInvoice(invoice)
}

/** Books a bank transfer for an invoice; without an amount it pays all that is left. */
export async function pay(id: string, options: CommonOptions & { reference: string; amount?: string }): Promise<void> {
  const session = await sessionOf(options)
  const invoice = await session.call(readInvoice, { params: { id } })
  const amount = options.amount === undefined ? undefined : { amount: minorUnits(options.amount), currency: invoice.total.currency }
  const paid = await session.call(payInvoice, { params: { id: invoice.id }, body: { reference: options.reference, amount } })
  if (options.json) return printJson(paid)
  say(`${paid.number}: ${paid.status}, ${money(paid.balance)} left`)
}

/** Gives up on an invoice: its add-on, or the tenant, goes off; a payment that still comes switches it on again. */
export async function writeOff(id: string, options: CommonOptions & { reason: string }): Promise<void> {
  const session = await sessionOf(options)
  const invoice = await session.call(writeOffInvoice, { params: { id }, body: { reason: options.reason } })
  if (options.json) return printJson(invoice)
  say(`${invoice.number}: ${invoice.status}`)
}

function minorUnits(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new Failure(`"${text}" is not an amount.`, 'Give it in the smallest unit of the currency: 114885 is SAR 1,148.85.')
}

function printInvoice(invoice: InvoiceDetail): void {
  printFacts({
    number: invoice.number ?? '–',
    tenant: invoice.tenant_slug,
    buyer: [invoice.buyer.name, invoice.buyer.vat_number, invoice.buyer.country].filter(Boolean).join(', '),
    status: invoice.is_overdue ? 'overdue' : invoice.status,
    issued: day(invoice.issued_at),
    due: day(invoice.due_at),
    net: money(invoice.net),
    tax: `${money(invoice.tax)} (${invoice.tax_rule.replace('_', ' ')})`,
    total: money(invoice.total),
    paid: money(invoice.paid),
    credited: money(invoice.credited),
    left: money(invoice.balance),
  })
  say()
  printTable(
    ['line', 'quantity', 'net', 'tax', 'from', 'to'],
    invoice.lines.map((line) => [
      line.description.en ?? line.code,
      String(line.quantity),
      money(line.net),
      money(line.tax),
      day(line.period_start),
      day(line.period_end),
    ]),
    'No lines.',
  )
  for (const payment of invoice.payments)
    say(`${day(payment.at)}  ${payment.kind} ${money(payment.amount)}  ${payment.method} ${payment.reference}`)
}
