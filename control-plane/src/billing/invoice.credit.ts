import { DomainError, newId, splitInclusiveTax } from '@cityos/contract'
import type { invoice } from '../../generated/client.ts'
import { json, type Tx } from '../registry/registry.ts'
import { takeNumber } from './invoice.number.ts'
import { balanceOf, changeCredit, paymentRow, settle } from './invoice.settle.ts'

export interface CreditToWrite {
  /** Gross, minor units. */
  amount: number
  cause: string
  reason: string
  by: string
  /** Money already paid goes back by this bank transfer; without it, it becomes the tenant's credit. */
  refundReference?: string
}

/**
 * Writes a credit note for a part of an invoice; the caller holds its lock. What was not paid yet is taken off it; what
 * was paid goes to the tenant's credit, or back to its bank.
 * @returns null when this cause has made its credit note already
 * @throws DomainError credit_exceeds_invoice | invalid_transition
 */
export async function creditInvoice(tx: Tx, row: invoice, asked: CreditToWrite, now: Date): Promise<invoice | null> {
  const known = await tx.invoice.findUnique({ where: { tenant_id_cause: { tenant_id: row.tenant_id, cause: asked.cause } } })
  if (known) return null
  if (row.kind !== 'invoice' || row.status === 'draft' || row.status === 'void') {
    throw new DomainError('invalid_transition', { message: `${row.number ?? 'a draft'} is ${row.status}: nothing to credit` })
  }
  const left = Number(row.total_amount - row.credited_amount)
  if (asked.amount < 1 || asked.amount > left) {
    throw new DomainError('credit_exceeds_invoice', {
      field: 'amount',
      message: `${row.number} has ${left} left to credit, in the smallest unit of ${row.currency_code}`,
      details: { left_amount: left, currency: row.currency_code },
    })
  }
  const unpaid = balanceOf(row)
  const id = newId('inv')
  // The last credit takes what tax is left, so that all of them together are exactly the invoice's.
  const before = await tx.invoice.aggregate({ where: { refers_to_id: row.id }, _sum: { tax_amount: true } })
  const rest = Number(row.tax_amount - (before._sum.tax_amount ?? 0n))
  const tax = asked.amount === left ? rest : Math.min(rest, splitInclusiveTax(asked.amount, row.tax_bps).tax)
  const base = asked.amount - tax
  await tx.invoice.create({
    data: {
      id,
      tenant_id: row.tenant_id,
      kind: 'credit_note',
      ...(await takeNumber(tx, 'credit_note', now)),
      scope: row.scope,
      cause: asked.cause,
      refers_to_id: row.id,
      status: 'paid',
      reason: asked.reason,
      buyer: json(row.buyer),
      currency_code: row.currency_code,
      subtotal_amount: base,
      tax_amount: tax,
      total_amount: asked.amount,
      tax_bps: row.tax_bps,
      tax_country: row.tax_country,
      tax_rule: row.tax_rule,
      period_start: row.period_start,
      period_end: row.period_end,
      issued_at: now,
      paid_at: now,
      created_at: now,
      lines: {
        create: [
          {
            position: 1,
            kind: 'manual',
            code: row.scope,
            description: json({ en: asked.reason, fr: asked.reason, ar: asked.reason }),
            quantity: 1,
            unit_amount: base,
            amount: base,
            tax_amount: tax,
          },
        ],
      },
    },
  })
  const back = Math.max(0, asked.amount - unpaid)
  await tx.invoice.update({
    where: { id: row.id },
    data: { credited_amount: { increment: asked.amount }, refunded_amount: { increment: back } },
  })
  if (back > 0) await payBack(tx, row, id, back, asked, now)
  await settle(tx, row.id, now)
  return tx.invoice.findUniqueOrThrow({ where: { id } })
}

async function payBack(tx: Tx, row: invoice, noteId: string, amount: number, asked: CreditToWrite, now: Date): Promise<void> {
  const method = asked.refundReference ? ('bank_transfer' as const) : ('credit' as const)
  const money = { amount, method, reference: asked.refundReference ?? noteId, by: asked.by, at: now }
  await tx.invoice_payment.create({ data: paymentRow(row.id, 'refund', money) })
  if (method === 'credit') await changeCredit(tx, row.tenant_id, amount, `credit:${noteId}`, row.id, now)
}
