import { type Input, type Money, type Output, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { pictureView } from '../../../core/file/public-picture.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { dateOf, dayNumber, minuteOf, momentOf } from '../../../platform/clock/zone.ts'
import { Database } from '../../../platform/db/index.ts'
import type {
  DeliveryTerms,
  getRestaurant,
  listRestaurantSlots,
  listRestaurants,
  RestaurantCard,
  RestaurantDetail,
  SlotOption,
} from '../contract.ts'
import {
  areaAt,
  asapSlots,
  businessDay,
  distanceOf,
  earliestReady,
  nextOpening,
  openSpanAt,
  type Place,
  pauseAt,
  promise,
  slotProblem,
  slotsOfDay,
} from '../rules.ts'
import { Directory } from './directory.ts'
import type { AreaFacts, RestaurantFacts } from './facts.ts'
import { Kitchen } from './kitchen.ts'
import { Surroundings } from './surroundings.ts'

/** Who looks for a restaurant near a place looks this far. */
const nearMetres = 30_000
const metresOfDegree = 111_320
/** More than this a city's list does not show. */
const mostListed = 1000

/** Restaurants for shoppers: who is near, open, and what delivery costs. */
@Injectable()
export class Restaurants {
  constructor(
    private readonly database: Database,
    private readonly directory: Directory,
    private readonly kitchen: Kitchen,
    private readonly clock: Clock,
    private readonly surroundings: Surroundings,
  ) {}

  async list(ctx: RequestContext, query: Input<typeof listRestaurants>['query']): Promise<Output<typeof listRestaurants>> {
    const place = placeOf(query)
    const facts = await this.directory.facts(await this.candidates(query, place))
    const cards = facts
      .map((restaurant) => ({ restaurant, card: this.card(ctx, restaurant, place, query.service) }))
      .filter(({ card }) => !query.open_now || card.state.open)
      .filter(({ card }) => !place || query.service !== 'delivery' || card.delivery !== null)
      .map(({ card }) => card)
      .sort(order(query.sort ?? (place ? 'distance' : 'rating')))
    return { total: cards.length, items: cards.slice(query.offset, query.offset + query.limit) }
  }

  async get(ctx: RequestContext, handle: string, query: Input<typeof getRestaurant>['query']): Promise<RestaurantDetail> {
    const restaurant = await this.directory.find(handle)
    const text = (value: Parameters<typeof pickText>[0]) => pickText(value, ctx.locale, this.surroundings.fallback)
    const money = (amount: number): Money => ({ amount, currency: restaurant.currency })
    const free = restaurant.reservationTiers.find((tier) => tier.refund_bps === 10_000)?.hours_before ?? 0
    return {
      ...this.card(ctx, restaurant, placeOf(query), undefined),
      description: text(restaurant.description),
      phone: restaurant.phone,
      address: restaurant.address,
      currency: restaurant.currency,
      commercial_reg_no: restaurant.commercialRegNo,
      municipal_licence_no: restaurant.municipalLicenceNo,
      hours: weekOf(restaurant),
      exceptions: restaurant.exceptions.map(({ from_date, to_date, kind, reason, opens_at, closes_at }) => ({
        from_date,
        to_date,
        kind,
        reason: reason as RestaurantDetail['exceptions'][number]['reason'],
        opens_at,
        closes_at,
      })),
      delivery_areas: restaurant.areas.map((area) => ({
        name: text(area.name),
        polygon: { type: 'Polygon', coordinates: area.rings },
        ...withoutAreaId(termsOf(area, restaurant)),
        id: area.id,
      })),
      slot_minutes: restaurant.kitchen.slotMinutes,
      future_days: restaurant.kitchen.futureDays,
      accept_timeout_s: restaurant.acceptTimeoutSeconds,
      reservation: restaurant.takesReservations
        ? {
            party_max: restaurant.partyMax,
            sitting_minutes: restaurant.sittingMinutes,
            deposit: money(restaurant.depositAmount),
            free_cancellation_hours: free,
          }
        : null,
    }
  }

  /** Slots of a business day that can still be chosen, and as soon as possible. */
  async slots(handle: string, query: Input<typeof listRestaurantSlots>['query']): Promise<Output<typeof listRestaurantSlots>> {
    const restaurant = await this.directory.find(handle)
    const { zone } = this.surroundings
    const now = minuteOf(this.clock.now())
    const day = query.date ? dayNumber(query.date) : businessDay(now, zone)
    const slots = restaurant.services.includes(query.service)
      ? slotsOfDay(restaurant.kitchen, query.service, day, zone).filter((slot) => slot.from > now)
      : []
    const rooms = await this.kitchen.withRoom(this.database.read, restaurant, query.service, slots, query.points)
    return {
      date: dateOf(day),
      timezone: this.surroundings.timezone,
      asap: await this.asap(restaurant, query.service, query.points, now),
      slots: rooms.map(
        ({ slot, available }): SlotOption => ({
          starts_at: momentOf(slot.from).toISOString(),
          ends_at: momentOf(slot.to).toISOString(),
          available: available && slotProblem(restaurant.kitchen, query.service, slot.from, now, zone) === null,
        }),
      ),
    }
  }

  /** The first slot with room for an order now. */
  async asap(restaurant: RestaurantFacts, service: string, points: number, now: number) {
    if (!restaurant.services.includes(service)) return null
    const slots = asapSlots(restaurant.kitchen, service, now, this.surroundings.zone)
    const rooms = await this.kitchen.withRoom(this.database.read, restaurant, service, slots, points)
    const first = rooms.find(({ available }) => available)?.slot
    if (!first) return null
    const { ready } = promise(restaurant.kitchen, first, { now, service, deliveryMinutes: restaurant.deliveryMinutes })
    return { ready_at: momentOf(ready).toISOString(), slot_starts_at: momentOf(first.from).toISOString() }
  }

  /** Ids that fit what the index can tell: state, service, cuisine, words, and a box around the place. */
  private async candidates(query: Input<typeof listRestaurants>['query'], place: Place | null): Promise<string[]> {
    const typed = query.q?.trim().toLowerCase() || null
    const { rows } = await sql<{ id: string }>`SELECT r.id FROM restaurant r WHERE r.status = 'active' AND r.deleted_at IS NULL
      ${query.service ? sql`AND ${query.service} = ANY (r.services)` : sql``}
      ${query.cuisine ? sql`AND ${query.cuisine} = ANY (r.cuisine_codes)` : sql``}
      ${query.dietary ? sql`AND ${query.dietary} = ANY (r.dietary_tags)` : sql``}
      ${typed ? sql`AND position(${typed}::text in lower(r.name::text || ' ' || r.handle)) > 0` : sql``}
      ${place ? sql`AND point(r.lng, r.lat) <@ ${boxAround(place)}::box` : sql``}
      ORDER BY r.created_at, r.id LIMIT ${mostListed}`.execute(this.database.read)
    return rows.map((row) => row.id)
  }

  private card(ctx: RequestContext, restaurant: RestaurantFacts, place: Place | null, service: string | undefined): RestaurantCard {
    const text = (value: Parameters<typeof pickText>[0]) => pickText(value, ctx.locale, this.surroundings.fallback)
    const now = minuteOf(this.clock.now())
    const area = place && areaAt(restaurant.areas, restaurant, place)
    return {
      id: restaurant.id,
      handle: restaurant.handle,
      name: text(restaurant.name),
      tagline: text(restaurant.tagline),
      picture: restaurant.picture && pictureView(restaurant.picture, ctx.locale, this.surroundings.fallback),
      vendor: { id: restaurant.vendor.id, handle: restaurant.vendor.handle, name: text(restaurant.vendor.name) },
      cuisines: restaurant.cuisines as RestaurantCard['cuisines'],
      dietary_tags: restaurant.dietaryTags as RestaurantCard['dietary_tags'],
      services: restaurant.services as RestaurantCard['services'],
      location: { lat: restaurant.lat, lng: restaurant.lng },
      distance_m: place && Math.round(distanceOf(restaurant, place)),
      rating_average: restaurant.ratingAverage,
      rating_count: restaurant.ratingCount,
      state: this.state(restaurant, service ? [service] : restaurant.services, now),
      ready_in_minutes: earliestReady(restaurant.kitchen, now) - now,
      delivery: area && restaurant.services.includes('delivery') ? termsOf(area, restaurant) : null,
      takes_reservations: restaurant.takesReservations,
      timezone: this.surroundings.timezone,
    }
  }

  private state(restaurant: RestaurantFacts, services: readonly string[], now: number): RestaurantCard['state'] {
    const { zone } = this.surroundings
    const { week, pause } = restaurant.kitchen
    const iso = (minute: number | null) => (minute === null ? null : momentOf(minute).toISOString())
    const spans = services.flatMap((service) => openSpanAt(week, service, now, zone) ?? [])
    if (spans.length === 0) {
      const openings = services.flatMap((service) => nextOpening(week, service, now, zone) ?? [])
      return { open: false, reason: 'closed', changes_at: iso(openings.length > 0 ? Math.min(...openings) : null) }
    }
    const { stopped, until } = pauseAt(pause, now)
    if (stopped) return { open: false, reason: 'paused', changes_at: iso(until) }
    return { open: true, reason: null, changes_at: iso(Math.max(...spans.map((span) => span.to))) }
  }
}

function placeOf(query: { lat?: number | undefined; lng?: number | undefined }): Place | null {
  return query.lat === undefined || query.lng === undefined ? null : { lat: query.lat, lng: query.lng }
}

function termsOf(area: AreaFacts, { currency }: RestaurantFacts): DeliveryTerms {
  return {
    area_id: area.id,
    fee: { amount: area.feeAmount, currency },
    minimum_order: { amount: area.minOrderAmount, currency },
    free_over: area.freeOverAmount === null ? null : { amount: area.freeOverAmount, currency },
  }
}

function withoutAreaId({ area_id: _id, ...terms }: DeliveryTerms): Omit<DeliveryTerms, 'area_id'> {
  return terms
}

/** Text of a Postgres box; a little wider towards the poles. */
function boxAround({ lat, lng }: Place): string {
  const dLat = nearMetres / metresOfDegree
  const dLng = nearMetres / (metresOfDegree * Math.max(0.05, Math.cos((lat * Math.PI) / 180)))
  return `((${lng - dLng},${lat - dLat}),(${lng + dLng},${lat + dLat}))`
}

const far = Number.MAX_SAFE_INTEGER

function order(sort: 'distance' | 'rating' | 'fee' | 'name'): (a: RestaurantCard, b: RestaurantCard) => number {
  const by: Record<typeof sort, (a: RestaurantCard, b: RestaurantCard) => number> = {
    distance: (a, b) => (a.distance_m ?? far) - (b.distance_m ?? far),
    rating: (a, b) => (b.rating_average ?? 0) - (a.rating_average ?? 0),
    fee: (a, b) => (a.delivery?.fee.amount ?? far) - (b.delivery?.fee.amount ?? far),
    name: (a, b) => a.name.localeCompare(b.name),
  }
  // open ones first, whatever else is asked for
  return (a, b) => Number(b.state.open) - Number(a.state.open) || by[sort](a, b) || (a.id < b.id ? -1 : 1)
}

function weekOf(restaurant: RestaurantFacts): RestaurantDetail['hours'] {
  const time = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
  return restaurant.services.flatMap((service) =>
    [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({
      weekday,
      service: service as RestaurantDetail['hours'][number]['service'],
      windows: restaurant.kitchen.week.windows
        .filter((window) => window.service === service && window.weekday === weekday)
        .map((window) => ({ opens_at: time(window.opens), closes_at: time(window.closes) })),
    })),
  )
}
