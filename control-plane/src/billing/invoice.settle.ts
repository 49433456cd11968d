import { DomainError, newId } from '@cityos/contract'
import type { invoice } from '../../generated/client.ts'
import type { Tx } from '../registry/registry.ts'
import { dismiss, remindersOf } from './billing.due.ts'
import { wakeStanding } from './billing.wake.ts'

/** What is still to be paid of an invoice, in minor units. */
export function balanceOf(row: Pick<invoice, 'total_amount' | 'credited_amount' | 'paid_amount' | 'refunded_amount'>): number {
  return Number(row.total_amount - row.credited_amount - row.paid_amount + row.refunded_amount)
}

/** Locks one invoice until the transaction ends. @throws DomainError not_found */
export async function lockInvoice(tx: Tx, id: string): Promise<invoice> {
  await tx.$queryRaw`SELECT 1 FROM invoice WHERE id = ${id} FOR UPDATE`
  const row = await tx.invoice.findUnique({ where: { id } })
  if (!row) throw new DomainError('not_found')
  return row
}

/** Locks a tenant's subscription until the transaction ends: always before its invoices. */
export async function lockSubscription(tx: Tx, tenantId: string) {
  await tx.$queryRaw`SELECT 1 FROM subscription WHERE tenant_id = ${tenantId} FOR UPDATE`
  return tx.subscription.findUnique({ where: { tenant_id: tenantId }, include: { items: { where: { ended_at: null } } } })
}

export interface Received {
  /** Minor units. */
  amount: number
  method: 'bank_transfer' | 'credit' | 'stripe'
  /** The bank's or the provider's; one reference pays once. */
  reference: string
  by: string
  at: Date
}

/**
 * Books money for an invoice; the caller holds its lock.
 * @throws DomainError already_exists for a reference that was booked before | amount_out_of_range beyond what is left to pay
 */
export async function receive(tx: Tx, row: invoice, money: Received): Promise<void> {
  const seen = await tx.invoice_payment.findUnique({
    where: { method_kind_reference: { method: money.method, kind: 'payment', reference: money.reference } },
  })
  if (seen) {
    throw new DomainError('already_exists', {
      field: 'reference',
      message: `${money.reference} was booked already, on ${seen.at.toISOString().slice(0, 10)}`,
      details: { invoice_id: seen.invoice_id },
    })
  }
  const left = balanceOf(row)
  if (money.amount < 1 || money.amount > left) {
    throw new DomainError('amount_out_of_range', {
      field: 'amount',
      message: `${row.number} has ${left} left to pay, in the smallest unit of ${row.currency_code}`,
      details: { left_amount: left, currency: row.currency_code },
    })
  }
  await tx.invoice_payment.create({ data: paymentRow(row.id, 'payment', money) })
  await tx.invoice.update({ where: { id: row.id }, data: { paid_amount: { increment: money.amount } } })
}

/** One row of money in or out. */
export function paymentRow(invoiceId: string, kind: 'payment' | 'refund', money: Received) {
  return {
    id: newId('pay'),
    invoice_id: invoiceId,
    kind,
    method: money.method,
    reference: money.reference,
    amount: money.amount,
    recorded_by: money.by,
    at: money.at,
  }
}

/** Changes a tenant's credit, once per cause. @param amount signed, minor units */
export async function changeCredit(tx: Tx, tenantId: string, amount: number, cause: string, invoiceId: string | null, now: Date) {
  await tx.credit_entry.create({
    data: { id: newId('crd'), tenant_id: tenantId, amount, cause, invoice_id: invoiceId, created_at: now },
  })
  await tx.subscription.update({ where: { tenant_id: tenantId }, data: { credit_amount: { increment: amount } } })
}

/** Uses the tenant's credit for a new invoice, as far as it goes. */
export async function payFromCredit(tx: Tx, invoiceId: string, now: Date): Promise<void> {
  const row = await tx.invoice.findUniqueOrThrow({ where: { id: invoiceId } })
  const held = await tx.subscription.findUnique({
    where: { tenant_id: row.tenant_id },
    select: { credit_amount: true, currency_code: true },
  })
  if (!held || held.currency_code !== row.currency_code) return
  const amount = Math.min(Number(held.credit_amount), balanceOf(row))
  if (amount <= 0) return
  await changeCredit(tx, row.tenant_id, -amount, `use:${invoiceId}`, invoiceId, now)
  await receive(tx, row, { amount, method: 'credit', reference: invoiceId, by: 'system:billing', at: now })
}

/** Closes an invoice that has nothing left to pay: reminders stop, and the tenant's standing is looked at again. */
export async function settle(tx: Tx, id: string, now: Date): Promise<invoice> {
  const row = await tx.invoice.findUniqueOrThrow({ where: { id } })
  if (!['open', 'uncollectible'].includes(row.status) || balanceOf(row) > 0) return row
  await dismiss(tx, { kind: 'dunning', ref: { in: remindersOf(id) } }, 'paid', now)
  await wakeStanding(tx, row.tenant_id, now)
  return tx.invoice.update({ where: { id }, data: { status: 'paid', paid_at: now } })
}
