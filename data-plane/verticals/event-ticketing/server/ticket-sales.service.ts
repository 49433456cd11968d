import { DomainError, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { CartStore } from '../../../core/cart/cart.store.ts'
import type { ChoiceWanted } from '../../../core/cart/line-changes.ts'
import { CartLines } from '../../../core/checkout/cart-lines.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import type { assignAttendees, holdTickets, orderTickets } from '../contract.ts'
import { currentTier, splitOverTiers } from '../rules.ts'
import { dateOf, type OfferFacts, readOffers } from './offer-facts.ts'
import { SeatPlans } from './seat-plans.ts'
import { labelOf } from './stock.ts'

type TicketLine = Input<typeof holdTickets>['body']['lines'][number]

/** Shorthands over the cart: what a shopper asks for becomes lines of one price each, held together or not at all. */
@Injectable()
export class TicketSales {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly cartLines: CartLines,
    private readonly carts: CartStore,
    private readonly pii: Pii,
    private readonly plans: SeatPlans,
  ) {}

  async hold(ctx: RequestContext, body: Input<typeof holdTickets>['body']): Promise<Output<typeof holdTickets>> {
    const lines = await this.linesOf(body.lines, body.accept_price)
    const held = await this.cartLines.hold(ctx, { lines, ...(body.cart_id && { cart_id: body.cart_id }) })
    return { ...held, hold: held.hold!, lines: await this.heldLines(held.line_ids) }
  }

  async order(ctx: RequestContext, body: Input<typeof orderTickets>['body']): Promise<Output<typeof orderTickets>> {
    const lines = await this.linesOf(body.lines, body.accept_price)
    return this.cartLines.buy(ctx, {
      lines,
      contact: body.contact,
      payment: body.payment,
      ...(body.expected_total && { expected_total: body.expected_total }),
    })
  }

  async release(ctx: RequestContext, cartId: string, lineId: string): Promise<void> {
    await this.cartLines.remove(ctx, cartId, lineId)
  }

  /** Names who the held tickets of a line are for; seats are held before names are typed. */
  async assign(ctx: RequestContext, lineId: string, body: Input<typeof assignAttendees>['body']): Promise<Output<typeof assignAttendees>> {
    return this.database.transaction(async (tx) => {
      const now = this.clock.now()
      await this.carts.lock(tx, ctx, body.cart_id, now)
      const line = await tx
        .selectFrom('cart_line')
        .select('id')
        .where('id', '=', lineId)
        .where('cart_id', '=', body.cart_id)
        .executeTakeFirst()
      if (!line) throw new DomainError('not_found')
      const tickets = await tx
        .selectFrom('event_ticket')
        .select('id')
        .where('cart_line_id', '=', lineId)
        .where('status', '=', 'pending')
        .orderBy('id')
        .execute()
      if (tickets.length === 0) throw new DomainError('hold_expired')
      if (tickets.length !== body.attendees.length) {
        throw new DomainError('validation_failed', { field: 'attendees', details: { rule: 'one_per_ticket', quantity: tickets.length } })
      }
      for (const [index, ticket] of tickets.entries()) {
        const attendee = body.attendees[index]!
        await tx
          .updateTable('event_ticket')
          .set({
            attendee: this.pii.encrypt(JSON.stringify(attendee)),
            email_index: attendee.email ? this.pii.index('email', attendee.email) : null,
            updated_at: now,
          })
          .where('id', '=', ticket.id)
          .execute()
      }
      return { line_id: lineId, attendees: tickets.length }
    })
  }

  /**
   * Divides what was asked for: seats by category, tickets by early price. The price meant is named in the choice, so
   * that a tier that fills up meanwhile asks again instead of costing more.
   */
  private async linesOf(wanted: readonly TicketLine[], acceptPrice: boolean): Promise<ChoiceWanted[]> {
    const now = this.clock.now()
    const offers = await readOffers(
      this.database.read,
      wanted.map((line) => ({ typeId: line.ticket_type_id, dateId: line.event_date_id ?? null })),
      now,
    )
    const lines: ChoiceWanted[] = []
    const uses = new Map<string, number>()
    for (const { quantity, ...choice } of wanted) {
      const facts = offers.get(choice.ticket_type_id)
      if (!facts) throw new DomainError('not_found', { field: 'ticket_type_id' })
      if (choice.seat_ids) lines.push(...(await this.bySeatCategory(facts, choice, quantity, now)))
      else lines.push(...this.byTier(facts, choice, quantity ?? 1, acceptPrice, uses, now))
    }
    return lines
  }

  private byTier(
    facts: OfferFacts,
    choice: Omit<TicketLine, 'quantity'>,
    quantity: number,
    acceptPrice: boolean,
    uses: Map<string, number>,
    now: Date,
  ): ChoiceWanted[] {
    const plain = (part: number, extra: object = {}): ChoiceWanted => ({
      kind: 'event.ticket',
      choice: { ...choice, ...extra },
      quantity: part,
    })
    if (facts.tiers.length === 0 || choice.price_tier_id) return [plain(quantity)]
    const tiers = facts.tiers.map((tier) => ({ ...tier, used: tier.used + (uses.get(tier.id) ?? 0) }))
    const parts = acceptPrice
      ? splitOverTiers(tiers, quantity, now)
      : [{ tierId: currentTier(tiers, facts.price_amount, now).tier?.id ?? 'base', quantity }]
    let from = 0
    return parts.map((part) => {
      uses.set(part.tierId, (uses.get(part.tierId) ?? 0) + part.quantity)
      const attendees = choice.attendees?.slice(from, from + part.quantity)
      from += part.quantity
      return plain(part.quantity, { price_tier_id: part.tierId, ...(attendees && { attendees }) })
    })
  }

  private async bySeatCategory(
    facts: OfferFacts,
    choice: Omit<TicketLine, 'quantity'>,
    quantity: number | undefined,
    now: Date,
  ): Promise<ChoiceWanted[]> {
    const labels = choice.seat_ids!
    if (quantity !== undefined && quantity !== labels.length) {
      throw new DomainError('validation_failed', {
        field: 'seat_ids',
        details: { rule: 'one_seat_per_ticket', seats: labels.length, quantity },
      })
    }
    const date = dateOf(facts, choice.event_date_id ?? null, now)
    if (!date) throw new DomainError('validation_failed', { field: 'event_date_id', details: { rule: 'event_date_required' } })
    if (!facts.seat_map_id) throw new DomainError('validation_failed', { field: 'seat_ids', details: { rule: 'not_seated' } })
    const plan = await this.plans.plan(facts.seat_map_id)
    const groups = Map.groupBy(labels, (label) => plan.categories[plan.ordinals.get(label) ?? -1])
    const unknown = groups.get(undefined)
    if (unknown) throw new DomainError('seat_unavailable', { field: 'seat_ids', details: { seat_ids: unknown, reason: 'unknown_seat' } })
    return [...groups.values()].map((group) => ({
      kind: 'event.ticket',
      choice: {
        ...choice,
        event_date_id: date.id,
        seat_ids: group,
        ...(choice.attendees && { attendees: group.flatMap((label) => choice.attendees![labels.indexOf(label)] ?? []) }),
      },
      quantity: group.length,
    }))
  }

  private async heldLines(lineIds: readonly string[]): Promise<Output<typeof holdTickets>['lines']> {
    const tickets = await this.database.read
      .selectFrom('event_ticket')
      .select(['cart_line_id', 'ticket_type_id', 'seat_id', 'price_amount', 'currency_code'])
      .where('cart_line_id', 'in', [...lineIds])
      .where('status', '=', 'pending')
      .orderBy('id')
      .execute()
    return [...new Set(lineIds)].map((lineId) => {
      const own = tickets.filter((ticket) => ticket.cart_line_id === lineId)
      const currency = own[0]!.currency_code
      return {
        line_id: lineId,
        ticket_type_id: own[0]!.ticket_type_id,
        quantity: own.length,
        seat_ids: own.flatMap((ticket) => (ticket.seat_id ? [labelOf(ticket.seat_id)] : [])),
        unit_price: { amount: own[0]!.price_amount, currency },
        total: { amount: own.reduce((sum, ticket) => sum + ticket.price_amount, 0), currency },
      }
    })
  }
}
