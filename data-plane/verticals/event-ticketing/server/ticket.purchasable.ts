import { DomainError, newId, splitByWeight } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import type { ZodType } from 'zod'
import { SettingService } from '../../../core/store/setting.service.ts'
import { tierRefund } from '../../../core/vertical/cancellation.ts'
import {
  type ActContext,
  type EntitlementRef,
  type Hold,
  type HoldContext,
  type LineToCancel,
  type LineToConfirm,
  type LineToHold,
  type LineToQuote,
  type Purchasable,
  type QuoteAnswer,
  type QuoteContext,
  type RefundDecision,
  type ReleaseCause,
} from '../../../core/vertical/purchasable.ts'
import { sumUnits, type Units } from '../../../engines/capacity/pool.ts'
import { days, later } from '../../../platform/clock/clock.ts'
import { hashSecret, newSecret } from '../../../platform/credential/secret.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import type { SeatStatusLetter } from '../contract.ts'
import { attendeesOf, type StoredChoice, storedChoice } from './sealed-choice.ts'
import { SeatPlans } from './seat-plans.ts'
import {
  type Demand,
  freeSeats,
  giveQuotas,
  giveTiers,
  giveVouchers,
  sellSeats,
  takeQuotas,
  takeSeats,
  takeTiers,
  takeVouchers,
} from './stock.ts'
import { type PricedTickets, type PricingParts, priceTickets } from './ticket-pricing.ts'
import { quoteOf } from './ticket-quote.ts'
import { afterRelease, endTickets, recordMoves, tellPerLine, timerKinds } from './ticket-rows.ts'
import { newTicketCode } from './ticket-signer.ts'

/**
 * Tickets in the one checkout (design §5). A ticket row in `pending` is what holds: it counts in every quota of its type,
 * its seat is `h`, its tier and voucher uses are taken. The core's hold says until when.
 */
@Injectable()
export class TicketPurchasable implements Purchasable<StoredChoice> {
  readonly kind = 'event.ticket'
  readonly choice: ZodType<StoredChoice>
  readonly cartHoldMinutes = 15
  readonly fulfilment = 'own'
  private readonly parts: PricingParts

  constructor(
    private readonly settings: SettingService,
    private readonly database: Database,
    private readonly plans: SeatPlans,
    private readonly pii: Pii,
  ) {
    this.choice = storedChoice(pii)
    this.parts = { pii, plans }
  }

  choiceKey(choice: StoredChoice): string {
    const { ticket_type_id: type, event_date_id: date, seat_ids: seats, voucher, price_tier_id: tier } = choice
    return [type, date ?? '', voucher ?? '', tier ?? '', ...(seats ?? []).toSorted()].join('|')
  }

  async quote(tx: Tx, lines: readonly LineToQuote<StoredChoice>[], context: QuoteContext): Promise<QuoteAnswer[]> {
    const settings = await this.settings.all()
    const answers = await priceTickets(tx, this.parts, lines, {
      now: context.now,
      currency: context.currency,
      customerId: context.customerId,
      fee: { amount: settings['event.service_fee_amount'], bps: settings['event.service_fee_bps'] },
      whole: true,
    })
    const transferArrives = later(context.now, days(settings['checkout.bank_transfer_days']))
    return answers.map((answer) => {
      if (!answer.ok) return answer
      const quote = quoteOf(answer.priced, settings['tax.default_bps'])
      return { ok: true, quote: { ...quote, transferAccepted: answer.priced.date.startsAt > transferArrives } }
    })
  }

  async hold(tx: Tx, lines: readonly LineToHold<StoredChoice>[], { now, customerId }: HoldContext): Promise<Hold[]> {
    const settings = await this.settings.all()
    const answers = await priceTickets(
      tx,
      this.parts,
      lines.map((line) => ({ lineId: line.lineId, choice: line.choice, quantity: line.quantity, held: false })),
      {
        now,
        currency: null,
        customerId,
        fee: { amount: settings['event.service_fee_amount'], bps: settings['event.service_fee_bps'] },
        whole: false,
      },
    )
    const priced = answers.map((answer) => {
      if (answer.ok) return answer.priced
      throw new DomainError(answer.code === 'unavailable' ? 'not_found' : answer.code, answer.details ? { details: answer.details } : {})
    })
    const seats = await this.claim(tx, lines, priced, now)
    await this.insertPending(tx, lines, priced, now)
    this.seatsChanged(tx, seats, 'h')
    return lines.map(({ lineId, resourceId, quantity }) => ({ lineId, resourceId, quantity }))
  }

  async confirm(tx: Tx, lines: readonly LineToConfirm<StoredChoice>[], { now, ctx }: ActContext): Promise<EntitlementRef[]> {
    const lineIds = lines.map((line) => line.lineId)
    await this.lockEvents(tx, lineIds)
    const pending = await tx
      .selectFrom('event_ticket')
      .select([
        'id',
        'cart_line_id',
        'event_id',
        'event_date_id',
        'ticket_type_id',
        'price_amount',
        'voucher_id',
        'attendee',
        'email_index',
        'version',
      ])
      .where('cart_line_id', 'in', lineIds)
      .where('status', '=', 'pending')
      .orderBy('id')
      .forUpdate()
      .execute()
    const issued = lines.flatMap((line) => {
      const own = pending.filter((ticket) => ticket.cart_line_id === line.lineId)
      if (own.length !== line.quantity) throw new DomainError('hold_expired')
      const prices = splitByWeight(
        line.totalAmount,
        own.map(() => 1),
      )
      const attendees = attendeesOf(this.pii, line.choice)
      return own.map((ticket, index) => {
        const secret = newSecret()
        const attendee = attendees[index]
        return {
          ...ticket,
          line,
          price: prices[index]!,
          secret: this.pii.encrypt(secret),
          hash: hashSecret(secret),
          // named while held, else with the choice
          attendee: ticket.attendee ?? (attendee ? this.pii.encrypt(JSON.stringify(attendee)) : null),
          email: ticket.attendee ? ticket.email_index : attendee?.email ? this.pii.index('email', attendee.email) : null,
        }
      })
    })
    await sql`
      UPDATE event_ticket t SET status = 'valid', secret = n.secret, secret_hash = n.hash, attendee = n.attendee, email_index = n.email,
        price_amount = n.price, fee_amount = least(t.fee_amount, n.price), order_id = n.order_id, order_number = n.order_number,
        order_line_id = n.order_line_id, locale = n.locale, version = t.version + 1, updated_at = ${now}
      FROM json_to_recordset(${JSON.stringify(
        issued.map(({ id, line, price, secret, hash, attendee, email }) => ({
          id,
          secret,
          hash,
          attendee,
          email,
          price,
          order_id: line.orderId,
          order_number: line.orderNumber,
          order_line_id: line.orderLineId,
          locale: line.locale,
        })),
      )}::json) AS n(id text, secret text, hash text, attendee text, email text, price int8, order_id text, order_number text, order_line_id text, locale text)
      WHERE t.id = n.id AND t.status = 'pending'`.execute(tx)
    this.seatsChanged(tx, await sellSeats(tx, lineIds), 's')
    await this.linkParents(tx, lines, issued)
    await this.redeemOffers(tx, [...new Set(issued.flatMap((ticket) => ticket.voucher_id ?? []))], ctx, now)
    await recordMoves(
      tx,
      'ticket',
      issued.map((ticket) => ({ id: ticket.id, name: 'issue', from: 'pending', to: 'valid' })),
      { ctx, now },
    )
    await tellPerLine(
      tx,
      issued.map((ticket) => ({ ...ticket, order_line_id: ticket.line.orderLineId, version: ticket.version + 1 })),
      'event.ticket.issued',
      ctx,
    )
    return lines.map((line) => ({
      orderLineId: line.orderLineId,
      type: 'event_ticket',
      id: issued.find((ticket) => ticket.line === line)!.id,
    }))
  }

  async release(tx: Tx, holds: readonly Hold[], _cause: ReleaseCause, { now }: ActContext): Promise<void> {
    const lineIds = holds.map((hold) => hold.lineId)
    const rows = await tx
      .deleteFrom('event_ticket')
      .where('cart_line_id', 'in', lineIds)
      .where('status', '=', 'pending')
      .returning(['event_id', 'event_date_id', 'ticket_type_id', 'seat_id', 'tier_id', 'voucher_id'])
      .execute()
    const keeping = await giveVouchers(tx, countBy(rows.flatMap((row) => row.voucher_id ?? [])), now)
    const freed = rows.filter((row) => row.voucher_id === null || !keeping.has(row.voucher_id))
    const reopened = await giveQuotas(tx, freed.map(demandOf))
    await giveTiers(tx, countBy(rows.flatMap((row) => row.tier_id ?? [])), now)
    const seats = await freeSeats(
      tx,
      rows.flatMap((row) => row.seat_id ?? []),
    )
    await afterRelease(tx, [...new Set(freed.map((row) => row.event_id))], reopened, now)
    this.seatsChanged(tx, seats, 'f')
  }

  refundDecision(line: LineToCancel, now: Date): RefundDecision {
    if (line.cause !== 'customer') return { orderLineId: line.orderLineId, refundAmount: line.paidAmount, reason: 'cancelled_by_vendor' }
    const refundAmount = tierRefund(line.cancellationTiers ?? [], line.startsAt, line.paidAmount, now)
    return { orderLineId: line.orderLineId, refundAmount, reason: refundAmount === 0 ? 'not_refundable' : 'cancellation_policy' }
  }

  /** The whole line from outside (order page, admin). Tickets that were used or passed on are not the buyer's to give back. */
  async cancel(tx: Tx, lines: readonly LineToCancel[], { now, reason, ctx }: ActContext & { reason: string | null }): Promise<void> {
    const tickets = await tx
      .selectFrom('event_ticket')
      .select(['id', 'order_line_id', 'status', 'entries', 'transferred_from_id', 'event_date_id'])
      .where(
        'order_line_id',
        'in',
        lines.map((line) => line.orderLineId),
      )
      .where('status', 'in', ['valid', 'checked_in', 'blocked', 'expired'])
      .orderBy('id')
      .forUpdate()
      .execute()
    const ending = lines.flatMap((line) => {
      const own = tickets.filter((ticket) => ticket.order_line_id === line.orderLineId)
      const bound = own.some((ticket) => ticket.status !== 'valid' || ticket.entries > 0 || ticket.transferred_from_id !== null)
      if (line.cause === 'customer' && bound)
        throw new DomainError('cancellation_not_allowed', { details: { reason: 'ticket_used_or_transferred' } })
      return own.slice(0, line.quantity)
    })
    const { seats } = await endTickets(
      tx,
      ending.map((ticket) => ticket.id),
      'refunded',
      { ctx, now, reason },
    )
    this.seatsChanged(tx, seats, 'f')
  }

  /** What shoppers see of seats follows the commit. */
  seatsChanged(tx: Tx, seatIds: readonly string[], letter: SeatStatusLetter): void {
    if (seatIds.length > 0) this.database.afterCommit(tx, async () => this.plans.changed(seatIds, letter))
  }

  private async claim(tx: Tx, lines: readonly LineToHold<StoredChoice>[], priced: readonly PricedTickets[], now: Date): Promise<string[]> {
    const each = lines.map((line, index) => ({ line, price: priced[index]! }))
    const counted = <K>(key: (price: PricedTickets) => K | null): [K, number][] =>
      each.flatMap(({ line, price }) => {
        const value = key(price)
        return value === null ? [] : [[value, line.quantity] as [K, number]]
      })
    await takeVouchers(tx, sumUnits(counted((price) => price.voucher?.id ?? null)), now)
    const demands: Demand[] = each
      .filter(({ price }) => !price.voucher?.blocks_quota)
      .map(({ line, price }) => ({ typeId: price.facts.typeId, dateId: price.date.id, quantity: line.quantity }))
    const taken = await takeQuotas(tx, demands, 'public')
    for (const ref of new Set(taken.flatMap((quota) => (quota.full ? [quota.eventId] : [])))) {
      await schedule(tx, { kind: timerKinds.soldOut, ref, dueAt: now })
    }
    await takeTiers(tx, sumUnits(counted((price) => price.tierId)), now)
    return takeSeats(
      tx,
      each.flatMap(({ line, price }) => price.seatIds.map((seatId) => ({ seatId, lineId: line.lineId, typeId: price.facts.typeId }))),
    )
  }

  private async insertPending(
    tx: Tx,
    lines: readonly LineToHold<StoredChoice>[],
    priced: readonly PricedTickets[],
    now: Date,
  ): Promise<void> {
    await tx
      .insertInto('event_ticket')
      .values(
        lines.flatMap((line, at) => {
          const { facts, date, seatIds, tierId, voucher, ticketAmount, feeAmount } = priced[at]!
          return Array.from({ length: line.quantity }, (_, index) => ({
            id: newId('tkt'),
            code: newTicketCode(),
            event_id: facts.event_id,
            event_date_id: date.id,
            ticket_type_id: facts.typeId,
            seat_id: seatIds[index] ?? null,
            status: 'pending',
            cart_line_id: line.lineId,
            currency_code: facts.currency_code,
            price_amount: ticketAmount + feeAmount,
            fee_amount: feeAmount,
            tier_id: tierId,
            voucher_id: voucher?.id ?? null,
            created_at: now,
            updated_at: now,
          }))
        }),
      )
      .execute()
  }

  /** Selling and cancelling an event exclude each other: what is confirmed before is refunded, what comes after is refused. */
  private async lockEvents(tx: Tx, lineIds: readonly string[]): Promise<void> {
    const { rows } = await sql<{ status: string }>`
      SELECT e.status FROM event_event e WHERE e.id IN (SELECT event_id FROM event_ticket WHERE cart_line_id = ANY (${lineIds}::text[]))
      ORDER BY e.id FOR SHARE`.execute(tx)
    if (rows.some((row) => row.status === 'cancelled' || row.status === 'finished')) throw new DomainError('sales_closed')
  }

  /** Each add-on hangs on a parent of the same order, else on one the customer owns. */
  private async linkParents(
    tx: Tx,
    lines: readonly LineToConfirm<StoredChoice>[],
    issued: readonly { id: string; ticket_type_id: string }[],
  ): Promise<void> {
    const { rows } = await sql<{ id: string; parents: string[] }>`
      SELECT id, requires_parent AS parents FROM event_ticket_type
      WHERE id = ANY (${[...new Set(issued.map((ticket) => ticket.ticket_type_id))]}::text[]) AND cardinality(requires_parent) > 0`.execute(
      tx,
    )
    if (rows.length === 0) return
    const customerId = lines[0]!.customerId
    for (const { id: typeId, parents } of rows) {
      const addOns = issued.filter((ticket) => ticket.ticket_type_id === typeId).map((ticket) => ticket.id)
      await sql`
        WITH addon AS (SELECT id, row_number() OVER () AS no FROM unnest(${addOns}::text[]) AS a(id)),
        parent AS (
          SELECT t.id, row_number() OVER (ORDER BY (t.order_id = ${lines[0]!.orderId}) DESC, t.id) AS no FROM event_ticket t
          WHERE t.ticket_type_id = ANY (${parents}::text[]) AND t.status IN ('valid', 'checked_in')
            AND (t.order_id = ${lines[0]!.orderId} OR t.customer_id = ${customerId}
              OR (t.transferred_from_id IS NULL AND t.order_id IN (SELECT id FROM "order" WHERE customer_id = ${customerId})))
            AND NOT EXISTS (SELECT 1 FROM event_ticket x WHERE x.parent_ticket_id = t.id AND x.ticket_type_id = ${typeId} AND x.status IN ('valid', 'checked_in'))
        )
        UPDATE event_ticket t SET parent_ticket_id = parent.id FROM addon JOIN parent USING (no) WHERE t.id = addon.id`.execute(tx)
    }
  }

  /** An offer of the waiting list is redeemed with the purchase (all of it, or part). */
  private async redeemOffers(tx: Tx, voucherIds: readonly string[], ctx: RequestContext, now: Date): Promise<void> {
    if (voucherIds.length === 0) return
    const rows = await tx
      .updateTable('event_waiting_entry')
      .set((eb) => ({ status: 'redeemed', updated_at: now, version: eb('version', '+', 1) }))
      .where('voucher_id', 'in', [...voucherIds])
      .where('status', '=', 'offered')
      .returning('id')
      .execute()
    await recordMoves(
      tx,
      'waiting_list_entry',
      rows.map((row) => ({ id: row.id, name: 'redeem', from: 'offered', to: 'redeemed' })),
      { ctx, now },
    )
  }
}

const demandOf = (row: { ticket_type_id: string; event_date_id: string }): Demand => ({
  typeId: row.ticket_type_id,
  dateId: row.event_date_id,
  quantity: 1,
})

const countBy = (ids: readonly string[]): Units => sumUnits(ids.map((id) => [id, 1]))
