import { I18nText, Money, managedNoun } from '@cityos/contract'
import { z } from 'zod'
import { OpeningTime, RestaurantService } from './place.contract.ts'

const common = { vertical: 'restaurant', surface: 'vendor', subject: 'restaurant' } as const
const ofRestaurant = z.object({ restaurant_id: z.string().optional() })
const kept = { id: z.string(), version: z.int() }

const exceptionFields = {
  restaurant_id: z.string(),
  /** null = every service */
  service: RestaurantService.nullable().default(null),
  from_date: z.iso.date(),
  /** Inclusive. */
  to_date: z.iso.date(),
  /** `hours`: these instead of the week's; `closed` with times: only then (prayer break), without: all day. */
  kind: z.enum(['closed', 'hours']),
  opens_at: OpeningTime.nullable().default(null),
  closes_at: OpeningTime.nullable().default(null),
  reason: z.enum(['holiday', 'ramadan', 'prayer_break', 'private_event']),
}
export const OpeningException = z.object({ ...exceptionFields, ...kept })
export type OpeningException = z.infer<typeof OpeningException>
export const openingException = managedNoun({
  ...common,
  noun: 'openingException',
  path: 'opening-exceptions',
  called: ['days that differ', 'days that differ'],
  shape: OpeningException,
  input: z.object(exceptionFields),
  filter: ofRestaurant,
})

/** GeoJSON; first ring outside, further rings are holes; lng before lat. */
export const GeoPolygon = z.object({
  type: z.literal('Polygon'),
  coordinates: z
    .array(
      z
        .array(z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]))
        .min(4)
        .max(500),
    )
    .min(1)
    .max(10),
})
export type GeoPolygon = z.infer<typeof GeoPolygon>

const areaFields = {
  restaurant_id: z.string(),
  name: I18nText,
  polygon: GeoPolygon,
  fee: Money,
  minimum_order: Money,
  free_over: Money.nullable().default(null),
  /** Straight line from the restaurant; null = the polygon decides alone. */
  max_distance_m: z.int().min(100).max(100_000).nullable().default(null),
}
export const DeliveryArea = z.object({ ...areaFields, ...kept })
export type DeliveryArea = z.infer<typeof DeliveryArea>
export const deliveryArea = managedNoun({
  ...common,
  noun: 'deliveryArea',
  path: 'delivery-areas',
  called: ['an area it delivers to', 'areas it delivers to'],
  shape: DeliveryArea,
  input: z.object(areaFields),
  filter: ofRestaurant,
  errors: ['currency_mismatch'],
})

const tableFields = {
  restaurant_id: z.string(),
  name: z.string().trim().min(1).max(40),
  /** Room or zone: `family section`, `terrace`. */
  area: I18nText.default({}),
  seats_min: z.int().min(1).max(100).default(1),
  seats_max: z.int().min(1).max(100),
  /** Tables of one group can be put together. */
  join_group: z.string().trim().max(40).nullable().default(null),
  active: z.boolean().default(true),
}
export const DiningTable = z.object({ ...tableFields, ...kept })
export type DiningTable = z.infer<typeof DiningTable>
export const diningTable = managedNoun({
  ...common,
  noun: 'diningTable',
  path: 'dining-tables',
  called: ['a table', 'tables'],
  shape: DiningTable,
  input: z.object(tableFields),
  filter: ofRestaurant.extend({ active: z.stringbool().optional() }),
  errors: ['open_obligations'],
})

export const {
  list: listOpeningExceptions,
  get: getOpeningException,
  create: createOpeningException,
  update: updateOpeningException,
  remove: removeOpeningException,
} = openingException
export const {
  list: listDeliveryAreas,
  get: getDeliveryArea,
  create: createDeliveryArea,
  update: updateDeliveryArea,
  remove: removeDeliveryArea,
} = deliveryArea
export const {
  list: listDiningTables,
  get: getDiningTable,
  create: createDiningTable,
  update: updateDiningTable,
  remove: removeDiningTable,
} = diningTable
