import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { type HandWritten, sendAlong, type Tx } from '../../platform/db/index.ts'
import { Ledger, type Posting } from '../ledger/ledger.service.ts'
import { clearingAccount, type Division, saleEntries } from '../ledger/postings.ts'
import { saleRef } from '../payment/captures.ts'
import { addDivisions, amountDivision, type DividedAmounts, unitDivision } from './shares.ts'
import { amountsOf, doneUnits, type OrderLineRow, type PaymentRow, type SubOrderWhole } from './sub-orders.ts'

/** Money of one payment that has been taken (or is about to be). */
export interface Takings {
  payment: PaymentRow
  division: Division
  /** Names the taking: the payment itself, or the fulfilment it belongs to. */
  part: string
  /** Nothing more will be taken for this payment. */
  final: boolean
  /** Not out of what was authorised: charged anew to the same method. */
  charge?: boolean
  /** What of it was taken for which line, where that is kept on the line. */
  lines?: readonly { id: string; amount: number }[]
}

interface Deposit extends DividedAmounts {
  id: string
  amount: number
}

/** Everything a payment covers of what its sub-order leads, at once. */
export function wholePayment({ row, lines }: Pick<SubOrderWhole, 'row' | 'lines'>, payment: PaymentRow): Takings {
  const covered = lines.filter((line) => line.payment_id === payment.id)
  const waiting = covered.filter((line) => line.fulfilment === 'own' && line.due_amount > 0)
  const division = addDivisions([
    ...covered
      .filter((line) => !waiting.includes(line))
      .map((line) => ({ gross: line.total_amount, tax: line.tax_amount, commission: line.commission_amount })),
    ...(row.shipping_payment_id === payment.id ? [{ gross: row.shipping_amount, tax: row.shipping_tax_amount, commission: 0 }] : []),
  ])
  return { payment, division, part: 'whole', final: waiting.length === 0 }
}

/**
 * What a payment is owed when units leave: their share of each line, and the shipping with the first of them.
 * @param leaving order line id → units that leave now
 */
export function unitsOfPayment(whole: SubOrderWhole, payment: PaymentRow, leaving: ReadonlyMap<string, number>, part: string): Takings {
  const led = whole.lines.filter((line) => line.fulfilment === 'sub_order')
  const covered = whole.lines.filter((line) => line.payment_id === payment.id)
  const first = led.every((line) => line.quantity_fulfilled === 0)
  const shipping = first && whole.row.shipping_payment_id === payment.id
  const division = addDivisions([
    ...covered.filter((line) => line.fulfilment === 'sub_order').map((line) => unitsOfLine(line, leaving.get(line.id) ?? 0)),
    ...(shipping ? [{ gross: whole.row.shipping_amount, tax: whole.row.shipping_tax_amount, commission: 0 }] : []),
  ])
  const final = covered.every((line) =>
    line.fulfilment === 'own' ? line.due_amount === 0 : line.quantity_open === (leaving.get(line.id) ?? 0),
  )
  return { payment, division, part, final }
}

function unitsOfLine(line: OrderLineRow, units: number): Division {
  const from = doneUnits(line)
  return unitDivision(amountsOf(line), line.quantity, from, from + units)
}

function postingsOf(takings: readonly Takings[]): Posting[] {
  return takings
    .filter((taking) => taking.division.gross > 0)
    .map(({ payment, division, part }) => ({
      ref: saleRef(payment.id, part),
      kind: 'sale',
      orderId: payment.order_id,
      memo: null,
      currency: payment.currency_code,
      entries: saleEntries(clearingAccount(payment.method, payment.vendor_id), payment.vendor_id, division),
    }))
}

/** Books money that was taken: the payment's row and the sale in the ledger, in one transaction with their cause. */
@Injectable()
export class Settlement {
  constructor(private readonly ledger: Ledger) {}

  /** What a checkout takes at once: every authorised payment of capture mode `now`, whole, and the deposits; one statement. */
  async dueAtCheckout(tx: Tx, checkoutId: string): Promise<Takings[]> {
    const { rows } = await sql<PaymentRow & { gross: number; tax: number; commission: number; deposits: Deposit[] | null }>`
      SELECT p.*, l.total + s.shipping AS gross, l.tax + s.shipping_tax AS tax, l.commission, l.deposits
      FROM checkout c
      JOIN payment p ON p.order_id = c.order_id AND p.capture_mode IN ('now', 'deposit') AND p.status = 'authorized'
      JOIN LATERAL (SELECT coalesce(sum(shipping_amount), 0)::bigint AS shipping, coalesce(sum(shipping_tax_amount), 0)::bigint AS shipping_tax
        FROM sub_order WHERE id = p.sub_order_id AND shipping_payment_id = p.id) s ON true
      JOIN LATERAL (SELECT coalesce(sum(total_amount) FILTER (WHERE deposit_amount IS NULL), 0)::bigint AS total,
          coalesce(sum(tax_amount) FILTER (WHERE deposit_amount IS NULL), 0)::bigint AS tax,
          coalesce(sum(commission_amount) FILTER (WHERE deposit_amount IS NULL), 0)::bigint AS commission,
          json_agg(json_build_object('id', id, 'amount', deposit_amount, 'total', total_amount, 'tax', tax_amount, 'commission', commission_amount))
            FILTER (WHERE deposit_amount IS NOT NULL) AS deposits
        FROM order_line WHERE order_id = c.order_id AND payment_id = p.id) l ON true
      WHERE c.id = ${checkoutId} ORDER BY p.id`.execute(tx)
    return rows.map(({ gross, tax, commission, deposits, ...payment }) => {
      if (!deposits) return { payment, division: { gross, tax, commission }, part: 'whole', final: true }
      const division = addDivisions([{ gross, tax, commission }, ...deposits.map((line) => amountDivision(line, 0, line.amount))])
      return {
        payment,
        division,
        part: 'deposit',
        final: division.gross === payment.amount,
        lines: deposits.map(({ id, amount }) => ({ id, amount })),
      }
    })
  }

  /** Booking more than was authorised violates a check, at the latest when the transaction commits. */
  async book(tx: Tx, takings: readonly Takings[], now: Date): Promise<void> {
    await this.bookPosted(tx, takings, await this.ledger.post(tx, postingsOf(takings), now), now)
  }

  /** The ledger's part of `book` as a statement that travels with a lock; `bookPosted` does the rest. Null when nothing moves. */
  posting(takings: readonly Takings[], now: Date): HandWritten<{ ref: string }> | null {
    return this.ledger.posting(postingsOf(takings), now)
  }

  /** @param posted the refs that were posted just now; what was posted before is booked already */
  async bookPosted(tx: Tx, takings: readonly Takings[], posted: ReadonlySet<string>, now: Date): Promise<void> {
    const taken = takings.filter((taking) => taking.division.gross > 0)
    const ofLines = taken.filter((taking) => posted.has(saleRef(taking.payment.id, taking.part))).flatMap((taking) => taking.lines ?? [])
    if (ofLines.length > 0) {
      await sql`UPDATE order_line l SET captured_amount = l.captured_amount + x.amount, updated_at = ${now}
        FROM unnest(${ofLines.map((line) => line.id)}::text[], ${ofLines.map((line) => line.amount)}::bigint[]) AS x(id, amount) WHERE l.id = x.id`.execute(
        tx,
      )
    }
    for (const { payment, division, part, final } of takings) {
      const booked = division.gross === 0 || posted.has(saleRef(payment.id, part))
      if (!booked) continue
      sendAlong(
        tx,
        tx
          .updateTable('payment')
          .set((eb) => ({
            captured_amount: eb('captured_amount', '+', division.gross),
            // cash and transfers are authorised by being there
            authorized_amount: sql<number>`greatest(authorized_amount, captured_amount + ${division.gross}::bigint)`,
            status: final ? 'captured' : 'partially_captured',
            token: null,
            version: eb('version', '+', 1),
            updated_at: now,
          }))
          .where('id', '=', payment.id),
      )
    }
  }
}
