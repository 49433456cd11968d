import { endpoint, I18nText, listEndpoint, Money, staff } from '@cityos/contract'
import { z } from 'zod'

export const InvoiceStatus = z.enum(['draft', 'open', 'paid', 'void', 'uncollectible'])
export type InvoiceStatus = z.infer<typeof InvoiceStatus>

export const InvoiceLine = z.object({
  kind: z.enum(['plan', 'add_on', 'usage', 'proration', 'carried', 'manual']),
  code: z.string(),
  description: I18nText,
  quantity: z.int(),
  unit_price: Money,
  /** Net; negative for what goes back. */
  net: Money,
  tax: Money,
  period_start: z.iso.datetime().nullable(),
  period_end: z.iso.datetime().nullable(),
})

export const InvoicePayment = z.object({
  id: z.string(),
  kind: z.enum(['payment', 'refund']),
  method: z.enum(['bank_transfer', 'credit', 'stripe']),
  reference: z.string(),
  amount: Money,
  recorded_by: z.string(),
  at: z.iso.datetime(),
})

export const Invoice = z.object({
  id: z.string(),
  /** Null while it is a draft. */
  number: z.string().nullable(),
  kind: z.enum(['invoice', 'credit_note']),
  status: InvoiceStatus,
  tenant_id: z.string(),
  tenant_slug: z.string(),
  /** `plan`, or the vertical of the add-on that goes off when this stays unpaid. */
  scope: z.string(),
  buyer: z.object({ name: z.string(), country: z.string(), vat_number: z.string().nullable(), address: z.string().nullable() }),
  net: Money,
  tax: Money,
  total: Money,
  /** Basis points: 15 % = 1500. */
  tax_rate_bps: z.int(),
  tax_rule: z.enum(['standard', 'reverse_charge', 'out_of_scope']),
  paid: Money,
  refunded: Money,
  credited: Money,
  /** Still to be paid. */
  balance: Money,
  is_overdue: z.boolean(),
  period_start: z.iso.datetime().nullable(),
  period_end: z.iso.datetime().nullable(),
  issued_at: z.iso.datetime().nullable(),
  due_at: z.iso.datetime().nullable(),
  paid_at: z.iso.datetime().nullable(),
  closed_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  /** A credit note: the invoice it corrects. */
  refers_to: z.object({ id: z.string(), number: z.string().nullable() }).nullable(),
  /** Collected by the payment provider, or by bank transfer. */
  collection: z.enum(['offline', 'stripe']),
  actions: z.array(z.enum(['pay', 'void', 'credit', 'uncollectible', 'refund'])),
})
export type Invoice = z.infer<typeof Invoice>

export const InvoiceDetail = Invoice.extend({
  reason: z.string().nullable(),
  lines: z.array(InvoiceLine),
  payments: z.array(InvoicePayment),
  credit_notes: z.array(z.object({ id: z.string(), number: z.string().nullable(), total: Money, reason: z.string().nullable() })),
  /** Days after the due date on which it is looked at, and what came of it. */
  reminders: z.array(
    z.object({ day: z.int(), due_at: z.iso.datetime(), done_at: z.iso.datetime().nullable(), outcome: z.string().nullable() }),
  ),
})
export type InvoiceDetail = z.infer<typeof InvoiceDetail>

const filter = z.object({
  tenant: z.string().optional().describe('Id or slug'),
  status: InvoiceStatus.optional(),
  kind: z.enum(['invoice', 'credit_note']).optional(),
  /** Only what is open and past its due date. */
  overdue: z.stringbool().optional(),
  from: z.iso.date().optional().describe('Issued on or after this day'),
  to: z.iso.date().optional().describe('Issued before this day'),
})
/** `{id}` is the invoice's id or its number. */
const byId = z.object({ id: z.string() })

export const listInvoices = listEndpoint({
  id: 'invoice.list',
  method: 'GET',
  path: '/api/v1/invoices',
  summary: 'Invoices and credit notes the caller may see, newest first; `order` created_at, due_at, total, number',
  access: staff('read', 'invoice'),
  query: filter,
  response: Invoice,
})

export const exportInvoices = endpoint({
  id: 'invoice.export',
  method: 'GET',
  path: '/api/v1/invoices.csv',
  summary: 'The same as CSV, up to 100,000 rows, oldest first',
  access: staff('export', 'invoice'),
  query: filter,
  response: z.string(),
})

export const readInvoice = endpoint({
  id: 'invoice.read',
  method: 'GET',
  path: '/api/v1/invoices/{id}',
  summary: 'One invoice with lines, payments, credit notes and reminders',
  access: staff('read', 'invoice'),
  params: byId,
  response: InvoiceDetail,
})

export const payInvoice = endpoint({
  id: 'invoice.pay',
  method: 'POST',
  path: '/api/v1/invoices/{id}/pay',
  summary: 'Book a bank transfer; without an amount it is all that is left to pay',
  access: staff('operate', 'invoice'),
  params: byId,
  body: z.object({
    reference: z.string().trim().min(1).max(140).describe('The bank’s reference; one reference pays once'),
    amount: Money.optional(),
    paid_at: z.iso.datetime().optional(),
  }),
  response: InvoiceDetail,
  idempotencyKey: true,
  errors: ['invalid_transition', 'amount_out_of_range', 'currency_mismatch', 'already_exists'],
})

export const creditInvoice = endpoint({
  id: 'invoice.credit',
  method: 'POST',
  path: '/api/v1/invoices/{id}/credit',
  summary: 'Write a credit note; what was paid becomes the tenant’s credit',
  access: staff('operate', 'invoice'),
  params: byId,
  body: z.object({
    /** Gross; without it all that is left to credit. */
    amount: Money.optional(),
    reason: z.string().trim().min(3).max(500),
  }),
  response: InvoiceDetail,
  status: 201,
  idempotencyKey: true,
  errors: ['invalid_transition', 'credit_exceeds_invoice', 'currency_mismatch'],
})

export const refundInvoice = endpoint({
  id: 'invoice.refund',
  method: 'POST',
  path: '/api/v1/invoices/{id}/refund',
  summary: 'Write a credit note and pay it out by bank transfer',
  access: staff('operate', 'invoice'),
  params: byId,
  body: z.object({
    amount: Money.optional(),
    reason: z.string().trim().min(3).max(500),
    reference: z.string().trim().min(1).max(140).describe('The bank’s reference of the payment back'),
  }),
  response: InvoiceDetail,
  status: 201,
  idempotencyKey: true,
  errors: ['invalid_transition', 'credit_exceeds_invoice', 'currency_mismatch', 'already_exists'],
})

const reasoned = z.object({ reason: z.string().trim().min(3).max(500) })

export const voidInvoice = endpoint({
  id: 'invoice.void',
  method: 'POST',
  path: '/api/v1/invoices/{id}/void',
  summary: 'Withdraw an open invoice on which nothing was paid; its number stays',
  access: staff('operate', 'invoice'),
  params: byId,
  body: reasoned,
  response: InvoiceDetail,
  errors: ['invalid_transition'],
})

export const writeOffInvoice = endpoint({
  id: 'invoice.uncollectible',
  method: 'POST',
  path: '/api/v1/invoices/{id}/uncollectible',
  summary: 'Give up on an open invoice: what it pays for goes off at once; a payment that still comes switches it on again',
  access: staff('operate', 'invoice'),
  params: byId,
  body: reasoned,
  response: InvoiceDetail,
  errors: ['invalid_transition'],
})

const MonthRevenue = z.object({
  /** `2026-11`. */
  month: z.string(),
  invoiced: Money,
  credited: Money,
  paid: Money,
})

export const readRevenue = endpoint({
  id: 'revenue.read',
  method: 'GET',
  path: '/api/v1/revenue',
  summary: 'Recurring revenue, what is open and overdue, and the last twelve months (net of VAT where it says so)',
  access: staff('read', 'billing'),
  query: z.object({
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('SAR'),
  }),
  response: z.object({
    currency: z.string(),
    /** Net, of all running subscriptions and add-ons, by the month. */
    mrr: Money,
    /** Gross. */
    open: Money,
    overdue: Money,
    open_count: z.int(),
    overdue_count: z.int(),
    subscriptions: z.object({ trialing: z.int(), active: z.int(), past_due: z.int(), unpaid: z.int(), cancelled: z.int() }),
    by_plan: z.array(z.object({ plan: z.string(), subscriptions: z.int(), mrr: Money })),
    by_month: z.array(MonthRevenue),
  }),
})
