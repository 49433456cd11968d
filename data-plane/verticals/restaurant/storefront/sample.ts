import type { Locale } from '@cityos/contract'
import { sampleAddress, sampleId, sar } from '../../../storefront/testing/sample-data.ts'
import type { SampleAnswer } from '../../../storefront/testing/sample-server.ts'

/** Answers of the vertical's operations for tests of its pages: the shapes of the contract, no database. */

const vendor = { id: sampleId('vnd', 70), handle: 'olaya-burger', name: 'Olaya Burger Co' }
const picture = { url: '/v1/files/sample-70.svg', width: 800, height: 600, alt: 'A burger' }
const name = (locale: Locale) => (locale === 'ar' ? 'عليا برجر' : 'Olaya Burger')
const timezone = 'Asia/Riyadh'

const card = (locale: Locale, index: number) => ({
  id: sampleId('rst', index),
  handle: `restaurant-${index}`,
  name: name(locale),
  tagline: 'Smash burgers',
  picture: index === 1 ? null : picture,
  vendor,
  cuisines: ['burgers' as const, 'saudi' as const],
  dietary_tags: [],
  services: index === 1 ? ['pickup' as const] : ['delivery' as const, 'pickup' as const, 'dine_in' as const],
  location: { lat: 24.7 + index / 50, lng: 46.67 + index / 40 },
  distance_m: index === 0 ? 850 : index === 1 ? 3200 : null,
  rating_average: 4.6,
  rating_count: 31,
  state:
    index === 0
      ? { open: true, reason: null, changes_at: '2026-11-22T23:00:00.000Z' }
      : { open: false, reason: index === 1 ? ('closed' as const) : ('paused' as const), changes_at: '2026-11-23T09:00:00.000Z' },
  ready_in_minutes: 25,
  delivery: index === 0 ? { area_id: 'area', fee: sar(900), minimum_order: sar(2500), free_over: sar(10_000) } : null,
  takes_reservations: index !== 1,
  timezone,
})

const detail = (locale: Locale, index: number) => ({
  ...card(locale, index),
  description: 'One griddle.',
  phone: '+966110000001',
  address: 'Tahlia Street 44, Riyadh',
  currency: 'SAR',
  commercial_reg_no: '1010781122',
  municipal_licence_no: 'RUH-F-1',
  hours: [{ weekday: 0, service: 'delivery' as const, windows: [{ opens_at: '12:00', closes_at: '02:00' }] }],
  exceptions: [
    {
      from_date: '2026-12-01',
      to_date: '2026-12-02',
      kind: 'closed' as const,
      reason: 'holiday' as const,
      opens_at: null,
      closes_at: null,
    },
    {
      from_date: '2026-12-05',
      to_date: '2026-12-05',
      kind: 'hours' as const,
      reason: 'ramadan' as const,
      opens_at: '18:00',
      closes_at: '23:00',
    },
  ],
  delivery_areas: [
    {
      id: sampleId('rda', 1),
      name: 'Olaya',
      polygon: {
        type: 'Polygon',
        coordinates: [
          [
            [46.6, 24.6],
            [46.8, 24.6],
            [46.8, 24.8],
            [46.6, 24.8],
            [46.6, 24.6],
          ],
        ],
      },
      fee: sar(900),
      minimum_order: sar(2500),
      free_over: sar(10_000),
    },
  ],
  slot_minutes: 15,
  future_days: 3,
  accept_timeout_s: 300,
  reservation: index === 1 ? null : { party_max: 8, sitting_minutes: 90, deposit: sar(2000), free_cancellation_hours: 3 },
})

const dish = (number: number, more: object = {}) => ({
  id: sampleId('rmi', number),
  category_id: sampleId('rmc', number < 2 ? 1 : 2),
  name: number === 0 ? 'Smash burger' : `Dish ${number}`,
  description: 'With pickles',
  picture: number === 2 ? null : picture,
  price: sar(3200),
  calories_kcal: 610,
  allergens: number === 1 ? [] : ['milk' as const, 'gluten' as const],
  dietary_tags: number === 1 ? ['vegan' as const] : [],
  prep_points: 2,
  max_per_order: null,
  available: true,
  unavailable_reason: null,
  left: null,
  mealtime_ids: [],
  groups: number === 0 ? [{ group_id: sampleId('rmg', 1), min_select: 1, max_select: 3, free_quantity: 1 }] : [],
  ...more,
})

const option = (number: number, more: object = {}) => ({
  id: sampleId('rmo', number),
  name: `Sauce ${number}`,
  price: sar(number * 200),
  is_default: number === 0,
  sold_out: false,
  nested_group_id: null,
  ...more,
})

const menu = (index: number) => ({
  restaurant_id: sampleId('rst', index),
  at: '2026-11-22T12:00:00.000Z',
  timezone,
  currency: 'SAR',
  categories: [
    { id: sampleId('rmc', 1), name: 'Burgers', description: 'All beef' },
    { id: sampleId('rmc', 2), name: 'Sides', description: '' },
  ],
  dishes: [
    dish(0),
    dish(1, { left: 3 }),
    dish(2, { available: false, unavailable_reason: 'mealtime', mealtime_ids: [sampleId('rmt', 1)] }),
    dish(3, { available: false, unavailable_reason: 'sold_out' }),
  ],
  groups: [
    {
      id: sampleId('rmg', 1),
      name: 'Sauces',
      min_select: 1,
      max_select: 3,
      free_quantity: 1,
      options: [option(0), option(1, { nested_group_id: sampleId('rmg', 2) }), option(2, { sold_out: true })],
    },
    { id: sampleId('rmg', 2), name: 'Heat', min_select: 1, max_select: 1, free_quantity: 0, options: [option(5), option(6)] },
  ],
  mealtimes: [{ id: sampleId('rmt', 1), name: 'Breakfast', from: '06:00', to: '11:00' }],
})

export const sampleBasket = (locale: Locale, more: object = {}) => ({
  line_id: sampleId('ctl', 1),
  restaurant: { id: sampleId('rst', 0), handle: 'restaurant-0', name: name(locale), services: ['delivery', 'pickup', 'dine_in'], timezone },
  service: 'delivery',
  slot_start: null,
  promised_ready_at: '2026-11-22T12:30:00.000Z',
  promised_delivery_at: '2026-11-22T12:50:00.000Z',
  address: null,
  utensils: false,
  note: null,
  lines: [
    {
      key: 'line-key',
      item_id: sampleId('rmi', 0),
      option_ids: [sampleId('rmo', 0)],
      name: 'Smash burger',
      options: [{ id: sampleId('rmo', 0), name: 'Sauce 0', price: sar(0) }],
      quantity: 1,
      unit_price: sar(1800),
      total: sar(1800),
      error: null,
    },
  ],
  points: 2,
  subtotal: sar(1800),
  delivery: sar(900),
  tip: sar(180),
  total: sar(2880),
  missing: sar(700),
  error: { code: 'minimum_order_not_met', message: 'The order is below the minimum.' },
  ...more,
})

const cart = (locale: Locale) => ({ cart_id: sampleId('cart', 1), baskets: [sampleBasket(locale)] })

const summary = (locale: Locale, id: string) => ({
  id,
  call_number: 'K47',
  order_id: sampleId('ord', 1),
  order_line_id: sampleId('oln', 1),
  order_number: 'D-1042',
  restaurant: { id: sampleId('rst', 0), handle: 'restaurant-0', name: name(locale), picture, timezone },
  service: 'delivery',
  status: 'preparing',
  asap: true,
  placed_at: '2026-11-22T11:40:00.000Z',
  promised_ready_at: '2026-11-22T12:20:00.000Z',
  promised_delivery_at: '2026-11-22T12:40:00.000Z',
  count: 2,
  total: sar(7300),
  version: 3,
  actions: ['cancel'],
})

export const sampleMeal = (locale: Locale, id: string, more: object = {}) => ({
  ...summary(locale, id),
  slot: { starts_at: '2026-11-22T12:15:00.000Z', ends_at: '2026-11-22T12:30:00.000Z' },
  accept_by: null,
  dishes: [
    {
      id: sampleId('rfi', 1),
      item_id: sampleId('rmi', 0),
      name: 'Smash burger',
      options: [{ name: 'Sauce 1', price: sar(200) }],
      quantity: 2,
      unit_price: sar(3200),
      total: sar(6400),
      prep_points: 2,
    },
  ],
  subtotal: sar(6400),
  delivery: sar(900),
  tip: sar(0),
  refunded: sar(0),
  address: { ...sampleAddress, lat: 24.7, lng: 46.7, directions: null },
  restaurant_location: { lat: 24.7, lng: 46.67 },
  utensils: true,
  kitchen_note: null,
  reason: null,
  courier_id: null,
  cancellation: { refund: sar(7300), fee: sar(0) },
  history: [
    { status: 'placed', at: '2026-11-22T11:40:00.000Z' },
    { status: 'accepted', at: '2026-11-22T11:42:00.000Z' },
    { status: 'preparing', at: '2026-11-22T11:50:00.000Z' },
  ],
  review_allowed_at: null,
  ...more,
})

const table = (locale: Locale, id: string) => ({
  id,
  order_id: sampleId('ord', 1),
  order_line_id: sampleId('oln', 2),
  order_number: 'D-1043',
  restaurant: { id: sampleId('rst', 0), handle: 'restaurant-0', name: name(locale), picture, timezone },
  status: 'confirmed',
  starts_at: '2026-11-24T16:00:00.000Z',
  ends_at: '2026-11-24T17:30:00.000Z',
  party_size: 4,
  tables: ['T1'],
  guest_name: 'Sara',
  phone: '+966501234567',
  occasion: 'birthday',
  note: null,
  deposit: sar(8000),
  reason: null,
  seat_by: '2026-11-24T16:15:00.000Z',
  cancellation: { refund: sar(8000) },
  review_allowed_at: null,
  version: 1,
  actions: ['cancel'],
})

const indexOf = (value: unknown): number => Number(/(\d)$/.exec(String(value))?.[1] ?? 0)

export const restaurantAnswers: Record<string, SampleAnswer> = {
  'store.restaurant.list': (_, locale) => ({ items: [0, 1, 2].map((index) => card(locale, index)), total: 3 }),
  'store.restaurant.get': (call, locale) => detail(locale, indexOf(call.params?.handle)),
  'store.restaurant.menu': (call) => menu(indexOf(call.params?.handle)),
  'store.restaurant.slots': () => ({
    date: '2026-11-22',
    timezone,
    asap: { ready_at: '2026-11-22T12:30:00.000Z', slot_starts_at: '2026-11-22T12:15:00.000Z' },
    slots: [
      { starts_at: '2026-11-22T13:00:00.000Z', ends_at: '2026-11-22T13:15:00.000Z', available: true },
      { starts_at: '2026-11-22T13:15:00.000Z', ends_at: '2026-11-22T13:30:00.000Z', available: false },
    ],
  }),
  'store.restaurant.tableTimes': (call) => ({
    date: '2026-11-24',
    timezone,
    party_size: Number(call.query?.party_size ?? 2),
    deposit: sar(8000),
    times: [
      { starts_at: '2026-11-24T16:00:00.000Z', ends_at: '2026-11-24T17:30:00.000Z', available: true },
      { starts_at: '2026-11-24T17:00:00.000Z', ends_at: '2026-11-24T18:30:00.000Z', available: false },
    ],
  }),
  'store.restaurantCart.open': (_, locale) => ({ ...cart(locale), token: `${sampleId('cart', 1)}.secret` }),
  'store.restaurantCart.get': (_, locale) => cart(locale),
  'store.restaurantCart.line.add': (_, locale) => cart(locale),
  'store.restaurantCart.line.update': (_, locale) => cart(locale),
  'store.restaurantCart.basket.update': (_, locale) => ({
    cart_id: sampleId('cart', 1),
    baskets: [sampleBasket(locale, { error: null, missing: sar(0) })],
  }),
  'store.me.restaurantOrder.list': (_, locale) => ({ items: [summary(locale, sampleId('fod', 1))], total: 1 }),
  'store.me.restaurantOrder.reorder': () => ({
    cart_id: sampleId('cart', 1),
    token: `${sampleId('cart', 1)}.secret`,
    line_id: sampleId('ctl', 1),
    restaurant: { id: sampleId('rst', 0), handle: 'restaurant-0' },
    skipped: [],
  }),
  'store.restaurantOrder.get': (call, locale) => sampleMeal(locale, String(call.params?.id)),
  'store.restaurantOrder.cancel': (call, locale) => sampleMeal(locale, String(call.params?.id), { status: 'cancelled', actions: [] }),
  'store.me.tableReservation.list': (_, locale) => ({ items: [table(locale, sampleId('rtr', 1))], total: 1 }),
  'store.tableReservation.get': (call, locale) => table(locale, String(call.params?.id)),
  'store.tableReservation.cancel': (call, locale) => ({ ...table(locale, String(call.params?.id)), status: 'cancelled', actions: [] }),
  'store.review.list': () => ({ items: [], total: 0 }),
}
