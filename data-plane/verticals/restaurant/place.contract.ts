import { anyone, endpoint, listEndpoint, Money } from '@cityos/contract'
import { z } from 'zod'
import { Picture } from '../../core/vertical/contract.ts'

const vertical = 'restaurant'

export const RestaurantService = z.enum(['delivery', 'pickup', 'dine_in'])
export type RestaurantService = z.infer<typeof RestaurantService>

export const Allergen = z.enum([
  'gluten',
  'crustaceans',
  'egg',
  'fish',
  'peanut',
  'soy',
  'milk',
  'nuts',
  'celery',
  'mustard',
  'sesame',
  'sulphites',
  'lupin',
  'molluscs',
])
export type Allergen = z.infer<typeof Allergen>

export const DietaryTag = z.enum(['vegetarian', 'vegan', 'gluten_free', 'dairy_free', 'spicy', 'low_calorie'])
export type DietaryTag = z.infer<typeof DietaryTag>

/** Codes; their names are i18n keys `cuisine.<code>` of this vertical. */
export const Cuisine = z.enum([
  'saudi',
  'burgers',
  'shawarma',
  'sushi',
  'coffee',
  'iftar',
  'pizza',
  'indian',
  'lebanese',
  'breakfast',
  'dessert',
])
export type Cuisine = z.infer<typeof Cuisine>

export const GeoPoint = z.object({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) })
export type GeoPoint = z.infer<typeof GeoPoint>

/** `HH:MM`, 24 hours, local time of the city. */
export const OpeningTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)

/** Handle or id. */
const byHandle = z.object({ handle: z.string().max(96) })

/** Whether it takes orders at this moment, and if not, since why and until when. */
export const OpenState = z.object({
  open: z.boolean(),
  /** `closed`: outside hours; `paused`: the kitchen takes a break. */
  reason: z.enum(['closed', 'paused']).nullable(),
  /** When it opens next, or closes if it is open; ISO. */
  changes_at: z.string().nullable(),
})

/** What delivering to the asked place costs; null when the place is outside every area. */
export const DeliveryTerms = z.object({
  area_id: z.string(),
  fee: Money,
  minimum_order: Money,
  /** From this subtotal delivery is free. */
  free_over: Money.nullable(),
})
export type DeliveryTerms = z.infer<typeof DeliveryTerms>

export const RestaurantCard = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  tagline: z.string(),
  picture: Picture.nullable(),
  vendor: z.object({ id: z.string(), handle: z.string(), name: z.string() }),
  cuisines: z.array(Cuisine),
  dietary_tags: z.array(DietaryTag),
  services: z.array(RestaurantService),
  location: GeoPoint,
  /** Metres from the asked place; null without one. */
  distance_m: z.int().nullable(),
  rating_average: z.number().nullable(),
  rating_count: z.int(),
  state: OpenState,
  /** Minutes until food ordered now is ready, rush included. */
  ready_in_minutes: z.int(),
  delivery: DeliveryTerms.nullable(),
  /** Tables can be booked here. */
  takes_reservations: z.boolean(),
  /** IANA name of the zone all its local times are in. */
  timezone: z.string(),
})
export type RestaurantCard = z.infer<typeof RestaurantCard>

export const listRestaurants = listEndpoint({
  id: 'store.restaurant.list',
  method: 'GET',
  path: '/v1/store/restaurants',
  summary: 'Restaurants; near a place when `lat` and `lng` are given',
  access: anyone,
  vertical,
  query: z.object({
    lat: z.coerce.number().min(-90).max(90).optional(),
    lng: z.coerce.number().min(-180).max(180).optional(),
    service: RestaurantService.optional(),
    open_now: z.stringbool().optional(),
    cuisine: Cuisine.optional(),
    dietary: DietaryTag.optional(),
    sort: z.enum(['distance', 'rating', 'fee', 'name']).optional(),
  }),
  response: RestaurantCard,
})

export const DayHours = z.object({
  /** 0 = Sunday … 6 = Saturday */
  weekday: z.int().min(0).max(6),
  service: RestaurantService,
  windows: z.array(z.object({ opens_at: OpeningTime, closes_at: OpeningTime })),
})

export const RestaurantDetail = RestaurantCard.extend({
  description: z.string(),
  phone: z.string().nullable(),
  address: z.string(),
  currency: z.string(),
  commercial_reg_no: z.string().nullable(),
  municipal_licence_no: z.string().nullable(),
  hours: z.array(DayHours),
  /** Coming exceptions: holidays, Ramadan, prayer breaks. */
  exceptions: z.array(
    z.object({
      from_date: z.string(),
      to_date: z.string(),
      kind: z.enum(['closed', 'hours']),
      reason: z.enum(['holiday', 'ramadan', 'prayer_break', 'private_event']),
      opens_at: OpeningTime.nullable(),
      closes_at: OpeningTime.nullable(),
    }),
  ),
  /** Areas it delivers to, as GeoJSON for a map. */
  delivery_areas: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      polygon: z.unknown(),
      fee: Money,
      minimum_order: Money,
      free_over: Money.nullable(),
    }),
  ),
  slot_minutes: z.int(),
  future_days: z.int(),
  accept_timeout_s: z.int(),
  reservation: z
    .object({
      party_max: z.int(),
      sitting_minutes: z.int(),
      /** Per person; zero = free. */
      deposit: Money,
      free_cancellation_hours: z.int(),
    })
    .nullable(),
})
export type RestaurantDetail = z.infer<typeof RestaurantDetail>

export const getRestaurant = endpoint({
  id: 'store.restaurant.get',
  method: 'GET',
  path: '/v1/store/restaurants/{handle}',
  summary: 'One restaurant; with `lat` and `lng` its delivery terms there',
  access: anyone,
  vertical,
  params: byHandle,
  query: z.object({
    lat: z.coerce.number().min(-90).max(90).optional(),
    lng: z.coerce.number().min(-180).max(180).optional(),
  }),
  response: RestaurantDetail,
})

export const SlotOption = z.object({
  starts_at: z.string(),
  ends_at: z.string(),
  /** Room for an order of the asked prep points. A snapshot: only buying decides. */
  available: z.boolean(),
})
export type SlotOption = z.infer<typeof SlotOption>

export const listRestaurantSlots = endpoint({
  id: 'store.restaurant.slots',
  method: 'GET',
  path: '/v1/store/restaurants/{handle}/slots',
  summary: 'Times at which food can be ready on a business day (from 04:00), and as soon as possible',
  access: anyone,
  vertical,
  params: byHandle,
  query: z.object({
    service: RestaurantService.default('delivery'),
    date: z.iso.date().optional(),
    /** Prep points of the basket: heavy baskets need slots with more room. */
    points: z.coerce.number().int().min(0).max(1000).default(0),
  }),
  response: z.object({
    date: z.string(),
    timezone: z.string(),
    /** Null when it cannot be ordered for now: closed, paused or full. */
    asap: z.object({ ready_at: z.string(), slot_starts_at: z.string() }).nullable(),
    slots: z.array(SlotOption),
  }),
})

export const TableOption = z.object({
  starts_at: z.string(),
  ends_at: z.string(),
  available: z.boolean(),
})
export type TableOption = z.infer<typeof TableOption>

export const listTableTimes = endpoint({
  id: 'store.restaurant.tableTimes',
  method: 'GET',
  path: '/v1/store/restaurants/{handle}/tables/availability',
  summary: 'Times of a day at which a party can be seated',
  access: anyone,
  vertical,
  params: byHandle,
  query: z.object({ party_size: z.coerce.number().int().min(1).max(100).default(2), date: z.iso.date().optional() }),
  response: z.object({
    date: z.string(),
    timezone: z.string(),
    party_size: z.int(),
    /** For the whole party; zero = free. */
    deposit: Money,
    times: z.array(TableOption),
  }),
})
