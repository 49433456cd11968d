import { DomainError, newId } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { type DatedPool, takeDated } from '../../../engines/capacity/dated-pool.ts'
import { minuteOf, momentOf, type Zone } from '../../../platform/clock/zone.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { asapSlots, choosableSlots, dateOfBusinessDay, type SlotSpan } from '../rules.ts'
import type { RestaurantFacts } from './facts.ts'

export interface SlotClaim {
  restaurant: RestaurantFacts
  service: string
  /** null: as soon as possible. */
  slotStart: Date | null
  points: number
  now: Date
  zone: Zone
}

export interface TakenSlot extends SlotSpan {
  id: string
}

/** Portions of limited dishes on one business day. */
export interface PortionClaim {
  itemId: string
  businessDate: string
  quantity: number
  limit: number
}

/** A slot counts orders and prep points; both have room or nothing is taken. */
const slots: DatedPool = {
  table: 'restaurant_kitchen_slot',
  key: ['restaurant_id', 'service', 'starts_at'],
  counters: [
    { used: 'orders_used', capacity: 'orders_cap' },
    { used: 'points_used', capacity: 'points_cap' },
  ],
}
const portions: DatedPool = {
  table: 'restaurant_daily_item_counter',
  key: ['item_id', 'business_date'],
  counters: [{ used: 'sold', capacity: 'cap' }],
}

const nextSlots = 3
/** How many slots are looked through for the next free ones. */
const searched = 192

/**
 * The two counters of a kitchen slot and the counter of a limited dish (K1, 00-conventions; `engines/capacity/dated-pool.ts`).
 * Slots come into being with their first claim; what is free is worked out from hours and the few rows there are.
 */
@Injectable()
export class Kitchen {
  /**
   * Takes room for one order: the chosen slot, or the first within the hour that has it.
   * @throws DomainError slot_unavailable {next_slots: [{starts_at, ends_at}] (at most 3), resources, reason}
   */
  async take(tx: Tx, claim: SlotClaim): Promise<TakenSlot> {
    const wanted = candidates(claim)
    for (const slot of wanted) {
      const id = await this.takeOne(tx, claim, slot)
      if (id) return { ...slot, id }
    }
    throw new DomainError('slot_unavailable', {
      field: 'slot_start',
      details: {
        reason: wanted.length === 0 ? 'closed' : 'full',
        resources: [claim.restaurant.id],
        next_slots: await this.nextFree(tx, claim),
      },
    })
  }

  private async takeOne(tx: Tx, { restaurant, service, points, now }: SlotClaim, slot: SlotSpan): Promise<string | null> {
    const claim = {
      key: [restaurant.id, service, momentOf(slot.from)],
      units: [1, points],
      capacities: [restaurant.maxOrders[service] ?? 0, restaurant.maxPoints],
      opening: { id: newId('rks'), ends_at: momentOf(slot.to) },
    }
    const row = await takeDated(tx, slots, claim, now)
    return row && (row['id'] as string)
  }

  /**
   * Takes portions of limited dishes, in order of dish and day.
   * @throws DomainError insufficient_stock {item_id, available, resources}
   */
  async takePortions(tx: Tx, restaurantId: string, claims: readonly PortionClaim[], now: Date): Promise<void> {
    for (const { itemId, businessDate, quantity, limit } of [...claims].sort((a, b) => (a.itemId < b.itemId ? -1 : 1))) {
      const claim = { key: [itemId, businessDate], units: [quantity], capacities: [limit], opening: {} }
      if (await takeDated(tx, portions, claim, now)) continue
      const available = await this.portionsLeft(tx, itemId, businessDate, limit)
      throw new DomainError('insufficient_stock', { field: 'items', details: { item_id: itemId, available, resources: [restaurantId] } })
    }
  }

  private async portionsLeft(tx: Tx, itemId: string, businessDate: string, limit: number): Promise<number> {
    const counter = await tx
      .selectFrom('restaurant_daily_item_counter')
      .select(['sold', 'cap'])
      .where('item_id', '=', itemId)
      .where('business_date', '=', businessDate)
      .executeTakeFirst()
    return counter ? Math.max(0, counter.cap - counter.sold) : limit
  }

  /** Gives back what food orders took of their slots and of limited dishes. Their rows must still be there. */
  async free(tx: Tx, foodOrderIds: readonly string[], now: Date): Promise<void> {
    if (foodOrderIds.length === 0) return
    const ids = [...foodOrderIds]
    await sql`UPDATE restaurant_kitchen_slot s SET orders_used = s.orders_used - x.orders, points_used = s.points_used - x.points, updated_at = ${now}
      FROM (SELECT kitchen_slot_id, count(*)::int AS orders, sum(points)::int AS points FROM restaurant_food_order WHERE id = ANY (${ids}::text[])
        GROUP BY kitchen_slot_id) x WHERE s.id = x.kitchen_slot_id`.execute(tx)
    await sql`UPDATE restaurant_daily_item_counter c SET sold = c.sold - x.quantity, updated_at = ${now}
      FROM (SELECT item_id, counted_on, sum(quantity)::int AS quantity FROM restaurant_food_order_item
        WHERE food_order_id = ANY (${ids}::text[]) AND counted_on IS NOT NULL GROUP BY item_id, counted_on) x
      WHERE c.item_id = x.item_id AND c.business_date = x.counted_on`.execute(tx)
  }

  /** The first slots after the asked one that have room. */
  async nextFree(tx: Tx, claim: SlotClaim): Promise<{ starts_at: string; ends_at: string }[]> {
    const now = minuteOf(claim.now)
    const from = claim.slotStart ? Math.max(now, minuteOf(claim.slotStart)) : now
    const later = choosableSlots(claim.restaurant.kitchen, claim.service, { from, now, count: searched }, claim.zone)
    const free = await this.withRoom(tx, claim.restaurant, claim.service, later, claim.points)
    return free
      .filter(({ available }) => available)
      .slice(0, nextSlots)
      .map(({ slot }) => ({ starts_at: momentOf(slot.from).toISOString(), ends_at: momentOf(slot.to).toISOString() }))
  }

  /** Which slots have room for so many prep points at this moment: a snapshot, only `take` decides. */
  async withRoom(
    tx: Tx,
    restaurant: RestaurantFacts,
    service: string,
    spans: readonly SlotSpan[],
    points: number,
  ): Promise<{ slot: SlotSpan; available: boolean }[]> {
    const first = spans[0]
    if (!first) return []
    const used = await this.used(tx, restaurant.id, service, first.from, spans.at(-1)!.from)
    const orders = restaurant.maxOrders[service] ?? 0
    return spans.map((slot) => {
      const row = used.get(slot.from)
      const available = row
        ? row.orders_used < row.orders_cap && row.points_used + points <= row.points_cap
        : orders > 0 && points <= restaurant.maxPoints
      return { slot, available }
    })
  }

  /** Rows of slots that somebody claimed in, by their start (epoch minutes). */
  async used(tx: Tx, restaurantId: string, service: string, from: number, to: number) {
    const rows = await tx
      .selectFrom('restaurant_kitchen_slot')
      .select(['starts_at', 'orders_used', 'orders_cap', 'points_used', 'points_cap'])
      .where('restaurant_id', '=', restaurantId)
      .where('service', '=', service)
      .where('starts_at', '>=', momentOf(from))
      .where('starts_at', '<=', momentOf(to))
      .execute()
    return new Map(rows.map((row) => [minuteOf(row.starts_at), row]))
  }
}

/** The business day of a slot as its date, for the counters of limited dishes. */
export function businessDateOf(slot: SlotSpan, zone: Zone): string {
  return dateOfBusinessDay(slot.from, zone)
}

function candidates({ restaurant, service, slotStart, now, zone }: SlotClaim): SlotSpan[] {
  if (slotStart === null) return asapSlots(restaurant.kitchen, service, minuteOf(now), zone)
  const from = minuteOf(slotStart)
  return [{ from, to: from + restaurant.kitchen.slotMinutes }]
}
