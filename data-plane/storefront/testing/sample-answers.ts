import { ApiError, type ErrorCode, errorStatus, type Locale } from '@cityos/contract'
import {
  productCount,
  sampleAddress,
  sampleCart,
  sampleCategories,
  sampleId,
  sampleOrder,
  sampleProduct,
  sampleVendor,
  sar,
  vendorCount,
} from './sample-data.ts'
import type { SampleAnswer } from './sample-server.ts'

/** What the API throws for a refusal. */
export function refuse(code: ErrorCode, details?: Record<string, unknown>): never {
  throw new ApiError(errorStatus[code], [{ code, message: `refused: ${code}`, details }])
}

const indexOf = (handle: unknown): number => Number(/\d+/.exec(String(handle))?.[0] ?? Number.NaN)
const cards = (locale: Locale) => Array.from({ length: productCount }, (_, index) => sampleProduct(index, locale))
const vendors = (locale: Locale) => Array.from({ length: vendorCount }, (_, index) => sampleVendor(index, locale))
const customer = (locale: Locale) => ({
  id: sampleId('cus', 1),
  email: 'sara@example.test',
  phone: sampleAddress.phone,
  name: sampleAddress.name,
  locale,
  email_verified: true,
  phone_verified: false,
  created_at: '2026-11-01T10:00:00.000Z',
})
const address = {
  ...sampleAddress,
  id: sampleId('adr', 1),
  label: 'Home',
  is_default_shipping: true,
  is_default_billing: true,
  outside_city: true,
}

/** Answers of the sample shop by endpoint id. */
export const sampleAnswers: Record<string, SampleAnswer> = {
  'store.store.current': (_, locale) => ({
    id: sampleId('sto', 1),
    handle: 'main',
    name: 'Souq',
    tagline: locale === 'ar' ? 'سوق المدينة في سلة واحدة' : locale === 'fr' ? 'Le marché de la ville' : 'The city’s market, in one cart',
    kind: 'marketplace',
    status: 'live',
    maintenance_message: null,
    currencies: ['SAR'],
    default_currency: 'SAR',
    locales: ['en', 'fr', 'ar'],
    contact: { email: 'help@souq.test', phone: '+966110000000', address: '' },
    legal: { legal_name: 'Souq LLC', cr_no: '1010123456', vat_no: '300000000000003' },
    seo: { title: '', description: '' },
    policies: (['returns', 'privacy', 'terms', 'shipping'] as const).map((kind) => ({ kind, version: 1 })),
  }),
  'store.navigation.get': () => ({ header: [], footer: [] }),
  'store.category.list': (_, locale) => sampleCategories(locale),
  'store.product.list': (call, locale) => {
    const { limit = 20, offset = 0 } = (call.query ?? {}) as { limit?: number; offset?: number }
    return { items: cards(locale).slice(offset, offset + limit), total: productCount }
  },
  'store.product.facets': (_, locale) => ({
    total: productCount,
    categories: [],
    vendors: vendors(locale).map((vendor) => ({ value: vendor.handle, name: vendor.name, count: 2, selected: false })),
    attributes: [
      {
        code: 'color',
        name: locale === 'ar' ? 'اللون' : 'Colour',
        values: [{ value: 'white', name: locale === 'ar' ? 'أبيض' : 'White', count: 1, selected: false, swatch: '#ffffff' }],
      },
    ],
    price_bands: [
      { from: sar(0), to: sar(10_000), count: 1, selected: false },
      { from: sar(10_000), to: null, count: 5, selected: false },
    ],
    price_range: { from: sar(4995), to: sar(90_000) },
    in_stock: 5,
  }),
  'store.product.get': (call, locale) => {
    const index = indexOf(call.params?.handle)
    if (!(index >= 0 && index < productCount)) refuse('not_found')
    return { ...sampleProduct(index, locale), related: cards(locale).slice(0, 3) }
  },
  'store.product.compare': (_, locale) => ({
    products: cards(locale).slice(0, 2),
    rows: [{ code: 'material', name: 'Material', values: ['Cotton', null], differs: true }],
  }),
  'store.search': (_, locale) => ({
    items: vendors(locale)
      .slice(0, 1)
      .map(({ id, handle, name, tagline, picture }) => ({
        kind: 'vendor',
        id,
        handle,
        title: name,
        subtitle: tagline,
        picture,
        product: null,
      })),
    total: 1,
  }),
  'store.vendor.list': (_, locale) => ({ items: vendors(locale), total: vendorCount }),
  'store.vendor.get': (call, locale) => {
    const index = indexOf(call.params?.handle)
    return index < vendorCount ? sampleVendor(index, locale) : refuse('not_found')
  },
  'store.policy.get': (call) => ({
    kind: call.params?.kind,
    version: 2,
    title: 'Returns',
    body: 'Seven days.\n\nUnused.',
    published_at: '2026-11-01T00:00:00.000Z',
  }),
  'store.cart.create': (_, locale) => ({ ...sampleCart(locale), token: `${sampleId('cart', 1)}.secret` }),
  'store.cart.get': (_, locale) => sampleCart(locale),
  'store.cart.update': (_, locale) => sampleCart(locale),
  'store.cart.line.add': (_, locale) => sampleCart(locale),
  'store.cart.line.update': (_, locale) => sampleCart(locale),
  'store.cart.line.remove': (_, locale) => sampleCart(locale),
  'store.cart.shippingOptions': (_, locale) =>
    vendors(locale).flatMap(({ id }) => [
      { id: `opt_${id}`, vendor_id: id, name: 'Standard', price: sar(1500), free_above: sar(50_000), min_days: 1, max_days: 3 },
      { id: `fast_${id}`, vendor_id: id, name: 'Express', price: sar(3500), free_above: null, min_days: 1, max_days: 1 },
    ]),
  'store.cart.paymentMethods': () => [
    { method: 'cash_on_delivery', name: 'Cash on delivery', tokens: [] },
    { method: 'sandbox', name: 'Test card', tokens: [{ token: 'tok_ok', name: 'Is accepted' }] },
  ],
  'store.cart.complete': (_, locale) => ({ order: sampleOrder(locale), token: 'guest-token' }),
  'store.payment.challenge.get': () => ({
    id: 'chl_1',
    status: 'pending',
    amount: sar(21_450),
    order_number: 'D-1042',
    expires_at: '2026-11-22T12:15:00.000Z',
  }),
  'store.payment.challenge.answer': (_, locale) => ({ order: sampleOrder(locale), token: 'guest-token' }),
  'store.order.get': (_, locale) => sampleOrder(locale),
  'store.order.track': (_, locale) => {
    const { number, status, placed_at, total, sub_orders, events } = sampleOrder(locale)
    return { number, status, placed_at, total, sub_orders, events }
  },
  'store.order.refundQuote': (_, locale) => ({
    refund: sar(5000),
    parts: sampleOrder(locale).sub_orders.map((part) => ({
      sub_order_id: part.id,
      vendor: part.vendor,
      cancellable: part.cancellable,
      refund: sar(part.cancellable ? 5000 : 0),
      reason: 'before_acceptance',
    })),
  }),
  'store.order.cancel': (_, locale) => sampleOrder(locale),
  'store.auth.signUp': () => ({ sent: true, code: '123456' }),
  'store.auth.signIn': (_, locale) => ({ token: 'session', expires_at: '2026-12-22T12:00:00.000Z', customer: customer(locale) }),
  'store.auth.signOut': () => ({ signed_out: true }),
  'store.auth.verify': (_, locale) => ({ token: 'session', expires_at: '2026-12-22T12:00:00.000Z', customer: customer(locale) }),
  'store.auth.requestReset': () => ({ sent: true }),
  'store.auth.reset': (_, locale) => ({ token: 'session', expires_at: '2026-12-22T12:00:00.000Z', customer: customer(locale) }),
  'store.me.get': (_, locale) => customer(locale),
  'store.me.update': (_, locale) => customer(locale),
  'store.me.address.list': () => ({ items: [address], total: 1 }),
  'store.me.address.create': () => address,
  'store.me.address.update': () => address,
  'store.me.address.delete': () => ({ id: address.id }),
  'store.me.session.list': () => ({
    items: [0, 1].map((index) => ({
      id: sampleId('ses', index),
      current: index === 0,
      created_at: '2026-11-20T10:00:00.000Z',
      last_seen_at: '2026-11-22T10:00:00.000Z',
      user_agent: 'Firefox on Linux',
    })),
    total: 2,
  }),
  'store.me.session.end': () => ({ id: sampleId('ses', 1) }),
  'store.me.requestClaim': () => ({ sent: true, code: '654321' }),
  'store.me.claimOrders': () => ({ claimed: 1 }),
  'store.me.order.list': (_, locale) => {
    const order = sampleOrder(locale)
    return {
      items: [
        {
          id: order.id,
          number: order.number,
          status: order.status,
          placed_at: order.placed_at,
          total: order.total,
          count: 3,
          vendors: order.sub_orders.map((part) => part.vendor.name),
          pictures: order.sub_orders.flatMap((part) => part.lines.flatMap((line) => (line.picture ? [line.picture] : []))),
        },
      ],
      total: 1,
    }
  },
  'store.me.order.get': (_, locale) => sampleOrder(locale),
}
