import type { I18nText } from '@cityos/contract'
import type { billing_due, invoice, invoice_line, invoice_payment } from '../../generated/client.ts'
import type { Invoice, InvoiceDetail } from './invoice.contract.ts'
import { balanceOf } from './invoice.settle.ts'

export type InvoiceRow = invoice & { tenant: { slug: string }; refers: { id: string; number: string | null } | null }
export const withParties = { tenant: { select: { slug: true } }, refers: { select: { id: true, number: true } } }

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

/** What may be done with an invoice as it stands; the service has the last word. */
function actionsOf(row: invoice): Invoice['actions'] {
  if (row.kind === 'credit_note' || row.status === 'draft' || row.status === 'void') return []
  const unpaid = balanceOf(row) > 0
  const isFree = row.paid_amount === 0n && row.credited_amount === 0n
  return [
    ...(unpaid && row.stripe_invoice_id === null ? ['pay' as const] : []),
    ...(row.status === 'open' && isFree && row.stripe_invoice_id === null ? ['void' as const] : []),
    ...(row.credited_amount < row.total_amount && row.stripe_invoice_id === null ? ['credit' as const] : []),
    ...(row.status === 'open' && row.stripe_invoice_id === null ? ['uncollectible' as const] : []),
    ...(row.status === 'paid' && row.credited_amount < row.total_amount && row.stripe_invoice_id === null ? ['refund' as const] : []),
  ]
}

/** @param mayAct whether the caller may do anything with invoices at all */
export function viewInvoice(row: InvoiceRow, now: Date, mayAct: boolean): Invoice {
  const money = (amount: bigint | number) => ({ amount: Number(amount), currency: row.currency_code })
  return {
    id: row.id,
    number: row.number,
    kind: row.kind as Invoice['kind'],
    status: row.status as Invoice['status'],
    tenant_id: row.tenant_id,
    tenant_slug: row.tenant.slug,
    scope: row.scope,
    buyer: row.buyer as Invoice['buyer'],
    net: money(row.subtotal_amount),
    tax: money(row.tax_amount),
    total: money(row.total_amount),
    tax_rate_bps: row.tax_bps,
    tax_rule: row.tax_rule as Invoice['tax_rule'],
    paid: money(row.paid_amount),
    refunded: money(row.refunded_amount),
    credited: money(row.credited_amount),
    balance: money(row.kind === 'invoice' && row.status !== 'void' ? balanceOf(row) : 0),
    is_overdue: row.status === 'open' && row.due_at !== null && row.due_at < now,
    period_start: iso(row.period_start),
    period_end: iso(row.period_end),
    issued_at: iso(row.issued_at),
    due_at: iso(row.due_at),
    paid_at: iso(row.paid_at),
    closed_at: iso(row.closed_at),
    created_at: row.created_at.toISOString(),
    refers_to: row.refers,
    collection: row.stripe_invoice_id === null ? 'offline' : 'stripe',
    actions: mayAct ? actionsOf(row) : [],
  }
}

export interface InvoiceParts {
  lines: invoice_line[]
  payments: invoice_payment[]
  credits: invoice[]
  reminders: billing_due[]
}

export function viewDetail(row: InvoiceRow, parts: InvoiceParts, now: Date, mayAct: boolean): InvoiceDetail {
  const money = (amount: bigint) => ({ amount: Number(amount), currency: row.currency_code })
  return {
    ...viewInvoice(row, now, mayAct),
    reason: row.reason,
    lines: parts.lines.map((line) => ({
      kind: line.kind as InvoiceDetail['lines'][number]['kind'],
      code: line.code,
      description: line.description as I18nText,
      quantity: Number(line.quantity),
      unit_price: money(line.unit_amount),
      net: money(line.amount),
      tax: money(line.tax_amount),
      period_start: iso(line.period_start),
      period_end: iso(line.period_end),
    })),
    payments: parts.payments.map((payment) => ({
      id: payment.id,
      kind: payment.kind as 'payment' | 'refund',
      method: payment.method as 'bank_transfer' | 'credit' | 'stripe',
      reference: payment.reference,
      amount: money(payment.amount),
      recorded_by: payment.recorded_by,
      at: payment.at.toISOString(),
    })),
    credit_notes: parts.credits.map((note) => ({ id: note.id, number: note.number, total: money(note.total_amount), reason: note.reason })),
    reminders: parts.reminders.map((due) => ({
      day: Number(due.ref.split(':')[1]),
      due_at: due.due_at.toISOString(),
      done_at: iso(due.done_at),
      outcome: due.outcome,
    })),
  }
}
