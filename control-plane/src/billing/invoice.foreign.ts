import { newId, splitByWeight } from '@cityos/contract'
import { json, type Tx } from '../registry/registry.ts'
import { dunningDays, schedule } from './billing.due.ts'
import { taxFor } from './billing.tax.ts'
import { buyerOf } from './invoice.issue.ts'
import { takeNumber } from './invoice.number.ts'

/** An invoice that the payment provider made: its sums stand, ours is the number. */
export interface ForeignInvoice {
  tenantId: string
  scope: string
  cause: string
  stripeInvoiceId: string
  currency: string
  /** Minor units, of all lines together. */
  tax: number
  dueAt: Date
  lines: readonly { code: string; description: string; amount: number; start: Date; end: Date }[]
}

const day = 86_400_000

/** Enters it into our series, open, with the same days of dunning as our own. @returns its id */
export async function issueForeignInvoice(tx: Tx, given: ForeignInvoice, now: Date): Promise<string> {
  const buyer = await buyerOf(tx, given.tenantId)
  const rule = taxFor(buyer)
  const subtotal = given.lines.reduce((sum, line) => sum + line.amount, 0)
  const taxes = splitByWeight(
    given.tax,
    given.lines.map((line) => Math.abs(line.amount)),
  )
  const id = newId('inv')
  await tx.invoice.create({
    data: {
      id,
      tenant_id: given.tenantId,
      kind: 'invoice',
      ...(await takeNumber(tx, 'invoice', now)),
      scope: given.scope,
      cause: given.cause,
      status: 'open',
      buyer: json(buyer),
      currency_code: given.currency,
      subtotal_amount: subtotal,
      tax_amount: given.tax,
      total_amount: subtotal + given.tax,
      tax_bps: rule.bps,
      tax_country: rule.country,
      tax_rule: rule.rule,
      period_start: given.lines[0]?.start ?? null,
      period_end: given.lines[0]?.end ?? null,
      issued_at: now,
      due_at: given.dueAt,
      created_at: now,
      stripe_invoice_id: given.stripeInvoiceId,
      lines: {
        create: given.lines.map((line, index) => ({
          position: index + 1,
          kind: given.scope === 'plan' ? 'plan' : 'add_on',
          code: line.code,
          description: json({ en: line.description, fr: line.description, ar: line.description }),
          quantity: 1,
          unit_amount: line.amount,
          amount: line.amount,
          tax_amount: taxes[index]!,
          period_start: line.start,
          period_end: line.end,
        })),
      },
    },
  })
  await schedule(
    tx,
    dunningDays.map((days) => ({
      kind: 'dunning',
      ref: `${id}:${days}`,
      tenantId: given.tenantId,
      at: new Date(given.dueAt.getTime() + days * day),
    })),
  )
  return id
}
