import { amountDivision, unitShare } from './shares.ts'
import { amountsOf, doneUnits, type OrderLineRow, type PaymentRow } from './sub-orders.ts'

/** The payment new money for a line is taken from: the one that stepped in, else its first. */
export const payerId = (line: OrderLineRow): string | null => line.balance_payment_id ?? line.payment_id

/** What was taken of a line so far, minor units; refunds are not deducted. */
export function takenOf(line: OrderLineRow, payments: readonly PaymentRow[]): number {
  if (line.capture_mode !== 'now' && line.capture_mode !== 'none') return line.captured_amount
  const payment = payments.find((candidate) => candidate.id === line.payment_id)
  return payment && payment.captured_amount > 0 ? line.total_amount : 0
}

/** What the next `units` of a line that are open cost, what of it is still to be taken, and what was paid and not refunded. */
export function openShare(line: OrderLineRow, payments: readonly PaymentRow[], units = line.quantity_open) {
  const done = doneUnits(line)
  const value = unitShare(line.total_amount, line.quantity, done, done + units)
  const due = unitShare(line.due_amount, line.quantity_open, 0, units)
  const taken = takenOf(line, payments)
  // nothing was taken before the checkout's end; afterwards what is not due has been
  const paid = taken === 0 ? 0 : Math.max(0, Math.min(value - due, taken - line.refunded_amount))
  return { value, due, paid }
}

/** The vendor's part of the first `amount` of a line: without VAT and commission. */
export function vendorPart(line: OrderLineRow, amount: number): number {
  const { gross, tax, commission } = amountDivision(amountsOf(line), 0, amount)
  return gross - tax - commission
}

/** The vendor's money for a line: what was taken less what was refunded. */
export function vendorNet(line: OrderLineRow, payments: readonly PaymentRow[]): number {
  return vendorPart(line, takenOf(line, payments)) - vendorPart(line, line.refunded_amount)
}
