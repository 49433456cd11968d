import { DomainError, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database } from '../../../platform/db/index.ts'
import type { bestSeats, getSeatMap, listSeats } from '../contract.ts'
import { bestSeats as chooseSeats, sectionSpan, serviceFee } from '../rules.ts'
import { EventReader } from './event-reader.ts'
import { feeOf } from './offer-facts.ts'
import { type OfferRow, readTypes, visibleTypes } from './offers.ts'
import { SeatPlans } from './seat-plans.ts'
import { soldOut } from './stock.ts'

/** Seat plans in the shop: what never changes apart from what does, so that a map of 20,000 seats is light. */
@Injectable()
export class SeatViews {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly reader: EventReader,
    private readonly plans: SeatPlans,
  ) {}

  /** Geometry and prices; the ETag says whether a browser has them already. */
  async map(ctx: RequestContext, key: string): Promise<Output<typeof getSeatMap>> {
    const event = await this.reader.row(key)
    if (!event.seat_map_id) throw new DomainError('not_found')
    const plan = await this.plans.plan(event.seat_map_id)
    const date = await this.reader.date(event, undefined, this.clock.now())
    const fee = feeOf(event, await this.reader.usualFee())
    const types = visibleTypes(await readTypes(this.database.read, event.id, date.id)).filter((type) => type.seated)
    const prices = types.flatMap((type) =>
      categoriesOf(
        type,
        plan.layout.categories.map((category) => category.code),
      ).map(([category, amount]) => ({
        category,
        ticket_type_id: type.id,
        price: { amount: amount + serviceFee(amount, fee), currency: event.currency_code },
      })),
    )
    ctx.setHeader('cache-control', 'public, max-age=60')
    return { version: plan.version, seat_count: plan.seatCount, layout: plan.layout, prices }
  }

  async seats(key: string, query: Input<typeof listSeats>['query']): Promise<Output<typeof listSeats>> {
    const { plan, date } = await this.seated(key, query.event_date_id)
    const letters = await this.plans.letters(date.id, plan)
    const span = query.section === undefined ? { from: 0, to: letters.length } : sectionSpan(plan.layout, query.section)
    if (!span) throw new DomainError('not_found', { field: 'section' })
    const status = letters.slice(span.from, span.to)
    let free = 0
    for (let index = 0; index < status.length; index += 1) if (status[index] === 'f') free += 1
    return { event_date_id: date.id, version: plan.version, section: query.section ?? null, status, free }
  }

  /** @throws DomainError sold_out when not so many seats of one category are left */
  async best(key: string, query: Input<typeof bestSeats>['query']): Promise<Output<typeof bestSeats>> {
    const { event, plan, date } = await this.seated(key, query.event_date_id)
    const types = visibleTypes(await readTypes(this.database.read, event.id, date.id)).filter((type) => type.seated)
    const codes = plan.layout.categories.map((category) => category.code)
    const sellable = new Map(
      types.flatMap((type) => categoriesOf(type, codes).map(([category, amount]) => [category, { type, amount }] as const)),
    )
    const letters = await this.plans.letters(date.id, plan)
    // the dearest first when none is named: nearest to the stage decides within all categories that are sold
    const chosen = chooseSeats(plan.layout, withoutUnsold(letters, plan.categories, sellable), query.quantity, query.category ?? null)
    if (!chosen)
      throw await soldOut(
        this.database.read,
        types.map((type) => type.id),
      )
    const { type, amount } = sellable.get(chosen.category)!
    const fee = feeOf(event, await this.reader.usualFee())
    return {
      event_date_id: date.id,
      seat_ids: chosen.ordinals.map((ordinal) => plan.labels[ordinal]!),
      category: chosen.category,
      adjacent: chosen.adjacent,
      ticket_type_id: type.id,
      price: { amount: amount + serviceFee(amount, fee), currency: event.currency_code },
    }
  }

  private async seated(key: string, dateId: string | undefined) {
    const event = await this.reader.row(key)
    if (!event.seat_map_id) throw new DomainError('not_found')
    const [plan, date] = await Promise.all([this.plans.plan(event.seat_map_id), this.reader.date(event, dateId, this.clock.now())])
    return { event, plan, date }
  }
}

/** Categories a seated type sells, with their price; without prices by category it sells all at its own. */
function categoriesOf(type: OfferRow, codes: readonly string[]): [string, number][] {
  const own = Object.entries(type.category_prices ?? {})
  return own.length > 0 ? own : codes.map((code) => [code, type.price_amount])
}

/** Seats of categories nobody sells are not offered. */
function withoutUnsold(letters: string, categories: readonly string[], sellable: ReadonlyMap<string, unknown>): string {
  if (categories.every((category) => sellable.has(category))) return letters
  return Array.from(letters, (letter, index) => (sellable.has(categories[index]!) ? letter : 'b')).join('')
}
