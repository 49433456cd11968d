import { type I18nText, newId } from '@cityos/contract'
import type { invoice } from '../../generated/client.ts'
import { json, type Tx } from '../registry/registry.ts'
import { dunningDays, schedule } from './billing.due.ts'
import { type Tax, taxFor, taxOf } from './billing.tax.ts'
import { takeNumber } from './invoice.number.ts'
import { payFromCredit, settle } from './invoice.settle.ts'

const day = 86_400_000

export interface LineToWrite {
  kind: 'plan' | 'add_on' | 'usage' | 'proration' | 'carried' | 'manual'
  code: string
  description: I18nText
  quantity: number
  unit_amount: number
  /** Net, minor units; negative for what goes back. */
  amount: number
  start?: Date | null
  end?: Date | null
}

export interface InvoiceToIssue {
  tenantId: string
  scope: string
  cause: string
  lines: readonly LineToWrite[]
  period?: { start: Date; end: Date }
  currency: string
  termsDays: number
  reason?: string
  stripeInvoiceId?: string
}

export interface Buyer {
  name: string
  country: string
  vat_number: string | null
  address: string | null
}

/** To whom a tenant's invoices are written: its billing profile, or what its row says. */
export async function buyerOf(tx: Tx, tenantId: string): Promise<Buyer> {
  const profile = await tx.billing_profile.findUnique({ where: { tenant_id: tenantId } })
  if (profile) {
    const address = [profile.address, profile.postal_code, profile.city].filter(Boolean).join(', ')
    return { name: profile.legal_name, country: profile.country, vat_number: profile.vat_number, address: address || null }
  }
  const tenant = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId } })
  const names = tenant.name as I18nText
  return { name: names.en ?? Object.values(names)[0] ?? tenant.slug, country: tenant.country, vat_number: null, address: null }
}

/** Lines with their tax, and what they come to. */
export function totalOf(lines: readonly { amount: number }[], tax: Tax) {
  const taxes = lines.map((line) => taxOf(line.amount, tax))
  const subtotal = lines.reduce((sum, line) => sum + line.amount, 0)
  const taxed = taxes.reduce((sum, amount) => sum + amount, 0)
  return { taxes, subtotal, tax: taxed, total: subtotal + taxed }
}

/**
 * Writes and issues an invoice: number, VAT, due date, the days of dunning; the tenant's credit pays first.
 * @returns null when this cause has made its invoice already
 * @throws when the lines come to less than nothing: that is a credit note
 */
export async function issueInvoice(tx: Tx, asked: InvoiceToIssue, now: Date): Promise<invoice | null> {
  const { tenantId, cause } = asked
  if (await tx.invoice.findUnique({ where: { tenant_id_cause: { tenant_id: tenantId, cause } }, select: { id: true } })) return null
  const buyer = await buyerOf(tx, tenantId)
  const tax = taxFor(buyer)
  const sums = totalOf(asked.lines, tax)
  if (sums.total < 0) throw new Error(`${cause} of ${tenantId} comes to ${sums.total}: it is a credit note`)
  const dueAt = new Date(now.getTime() + asked.termsDays * day)
  const id = newId('inv')
  await tx.invoice.create({
    data: {
      id,
      tenant_id: tenantId,
      kind: 'invoice',
      ...(await takeNumber(tx, 'invoice', now)),
      scope: asked.scope,
      cause,
      status: 'open',
      reason: asked.reason ?? null,
      buyer: json(buyer),
      currency_code: asked.currency,
      subtotal_amount: sums.subtotal,
      tax_amount: sums.tax,
      total_amount: sums.total,
      tax_bps: tax.bps,
      tax_country: tax.country,
      tax_rule: tax.rule,
      period_start: asked.period?.start ?? null,
      period_end: asked.period?.end ?? null,
      issued_at: now,
      due_at: dueAt,
      created_at: now,
      stripe_invoice_id: asked.stripeInvoiceId ?? null,
      lines: {
        create: asked.lines.map((line, index) => ({
          position: index + 1,
          kind: line.kind,
          code: line.code,
          description: json(line.description),
          quantity: line.quantity,
          unit_amount: line.unit_amount,
          amount: line.amount,
          tax_amount: sums.taxes[index]!,
          period_start: line.start ?? null,
          period_end: line.end ?? null,
        })),
      },
    },
  })
  await schedule(
    tx,
    dunningDays.map((days) => ({ kind: 'dunning', ref: `${id}:${days}`, tenantId, at: new Date(dueAt.getTime() + days * day) })),
  )
  if (!asked.stripeInvoiceId) await payFromCredit(tx, id, now)
  return settle(tx, id, now)
}
