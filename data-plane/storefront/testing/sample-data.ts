import { type Locale, type Money, pickText, TenantDocument } from '@cityos/contract'
import type { Cart } from '../../core/cart/contract.ts'
import type { CategoryNode, ProductDetail } from '../../core/catalogue/contract.ts'
import type { Order } from '../../core/order/contract.ts'
import type { VendorProfile } from '../../core/vendor/contract.ts'
import type { Picture } from '../../core/vertical/contract.ts'

/** A small shop for tests of the pages: the shapes of the contracts, no database. */

export const sampleTenant = (changes: Partial<TenantDocument> = {}): TenantDocument =>
  TenantDocument.parse({
    id: 'tnt_01jd0000000000000000000000',
    version: 1,
    slug: 'souq',
    name: { en: 'Souq', fr: 'Souq', ar: 'سوق' },
    status: 'active',
    plan: 'standard',
    verticals: ['catalogue'],
    locales: ['en', 'fr', 'ar'],
    default_locale: 'en',
    currencies: ['SAR'],
    default_currency: 'SAR',
    timezone: 'Asia/Riyadh',
    country: 'SA',
    theme: { brand: '#b3472d', radius: 'medium', logo_url: null },
    release: 'test',
    domains: ['souq.localhost'],
    test: true,
    quarantined: false,
    read_only: false,
    limits: {},
    ...changes,
  })

const at = '2026-11-20T15:30:00.000Z'
export const sar = (amount: number): Money => ({ amount, currency: 'SAR' })
export const sampleId = (prefix: string, number: number): string => `${prefix}_01jd${String(number).padStart(22, '0')}`
const picture = (number: number, alt: string): Picture => ({ url: `/v1/files/sample-${number}.svg`, width: 800, height: 800, alt })

const vendorNames = [
  { en: 'Dates Co-op', fr: 'Coopérative des dattes', ar: 'تعاونية التمور' },
  { en: 'Oud House', fr: 'Maison de l’oud', ar: 'بيت العود' },
  { en: 'Najd Textiles', fr: 'Textiles du Najd', ar: 'منسوجات نجد' },
]
const productNames = [
  { en: 'Cambodian oud oil, 12 ml', fr: 'Huile d’oud cambodgien, 12 ml', ar: 'دهن عود كمبودي 12 مل' },
  { en: 'Box of Ajwa dates', fr: 'Coffret de dattes Ajwa', ar: 'علبة تمر عجوة' },
  { en: 'White summer thobe', fr: 'Thobe d’été blanc', ar: 'ثوب صيفي أبيض' },
  {
    en: 'Brass coffee pot (dallah) with four cups and a tray',
    fr: 'Dallah en laiton avec quatre tasses',
    ar: 'دلة نحاسية مع أربعة فناجين وصينية',
  },
  { en: 'Wool sadu rug', fr: 'Tapis sadu en laine', ar: 'سجادة سدو صوف' },
  { en: 'Saffron, 5 g', fr: 'Safran, 5 g', ar: 'زعفران 5 جم' },
]
const categoryNames = [
  { en: 'Perfume and oud', fr: 'Parfums et oud', ar: 'عطور وعود' },
  { en: 'Dates and sweets', fr: 'Dattes et douceurs', ar: 'تمور وحلويات' },
  { en: 'Fashion', fr: 'Mode', ar: 'أزياء' },
  { en: 'Home', fr: 'Maison', ar: 'المنزل' },
]

export const vendorCount = vendorNames.length
export const productCount = productNames.length

export function sampleVendor(index: number, locale: Locale): VendorProfile {
  const name = pickText(vendorNames[index % vendorNames.length], locale)
  return {
    id: sampleId('vnd', index),
    handle: `vendor-${index}`,
    name,
    tagline: locale === 'ar' ? 'من قلب المدينة' : 'From the heart of the city',
    picture: picture(index + 20, name),
    product_count: 2,
    rating_average: index === 0 ? 4.7 : null,
    rating_count: index === 0 ? 128 : 0,
    description: 'A small workshop.',
    city: locale === 'ar' ? 'الرياض' : 'Riyadh',
    cr_no: '1010123456',
    vat_no: null,
    categories: [],
    since: at,
  }
}

export function sampleCategories(locale: Locale): CategoryNode[] {
  return categoryNames.map((name, index) => ({
    id: sampleId('cat', index),
    handle: `category-${index}`,
    name: pickText(name, locale),
    description: '',
    picture: picture(index + 40, pickText(name, locale)),
    product_count: 3,
    children: [
      {
        id: sampleId('cat', 100 + index),
        handle: `category-${index}-child`,
        name: locale === 'ar' ? 'فرعي' : 'Child',
        description: '',
        picture: null,
        product_count: 1,
        children: [],
      },
    ],
  }))
}

export function sampleProduct(index: number, locale: Locale): ProductDetail {
  const title = pickText(productNames[index % productNames.length], locale)
  const { id, handle, name } = sampleVendor(index % vendorCount, locale)
  const [category] = sampleCategories(locale).slice(index % categoryNames.length)
  const price = sar(4995 + index * 12_050)
  const variant = (number: number, options: Record<string, string>, availability: 'in_stock' | 'low' | 'out') => ({
    id: sampleId('var', index * 10 + number),
    sku: `SKU-${index}-${number}`,
    title: Object.values(options).join(' / '),
    options,
    price: sar(price.amount + number * 500),
    struck_price: index === 1 ? sar(price.amount + 2000) : null,
    availability,
    left: availability === 'low' ? 3 : null,
    minimum_quantity: 1,
    maximum_quantity: 10,
    quantity_step: 1,
  })
  const withOptions = index === 2
  return {
    id: sampleId('prd', index),
    handle: `product-${index}`,
    title,
    kind: 'physical',
    brand: null,
    vendor: { id, handle, name },
    category: category ? { id: category.id, handle: category.handle, name: category.name } : null,
    picture: picture(index, title),
    price_from: price,
    price_to: withOptions ? sar(price.amount + 1000) : price,
    struck_price: index === 1 ? sar(price.amount + 2000) : null,
    availability: index === 4 ? 'out' : index === 3 ? 'low' : 'in_stock',
    variants: withOptions
      ? [
          variant(0, { color: 'white', size: '54' }, 'in_stock'),
          variant(1, { color: 'white', size: '56' }, 'low'),
          variant(2, { color: 'black', size: '56' }, 'out'),
        ]
      : [variant(0, {}, index === 4 ? 'out' : index === 3 ? 'low' : 'in_stock')],
    published_at: at,
    description: 'First paragraph <b>not bold</b>.\n\nSecond paragraph.',
    pictures: [picture(index, title), picture(index + 60, title)].map((entry) => ({ ...entry, variant_ids: [] })),
    options: withOptions
      ? [
          {
            code: 'color',
            name: locale === 'ar' ? 'اللون' : 'Colour',
            values: [
              { code: 'white', name: locale === 'ar' ? 'أبيض' : 'White', swatch: '#ffffff' },
              { code: 'black', name: locale === 'ar' ? 'أسود' : 'Black', swatch: '#000000' },
            ],
          },
          {
            code: 'size',
            name: locale === 'ar' ? 'المقاس' : 'Size',
            values: [
              { code: '54', name: '54', swatch: null },
              { code: '56', name: '56', swatch: null },
            ],
          },
        ]
      : [],
    attributes: [{ code: 'material', name: locale === 'ar' ? 'الخامة' : 'Material', value: locale === 'ar' ? 'قطن' : 'Cotton' }],
    breadcrumb: category ? [{ id: category.id, handle: category.handle, name: category.name }] : [],
    origin_country: 'SA',
    weight_g: 1250,
    tax_class: 'standard',
    withdrawal_exempt_reason: null,
    seo: { title: '', description: '' },
    related: [],
    redirect_to: index === 5 ? 'product-1' : null,
  }
}

export const sampleAddress = {
  name: 'Sara Al-Qahtani',
  phone: '+966501234567',
  line1: 'King Fahd Road 12',
  line2: null,
  district: 'Olaya',
  city: 'Riyadh',
  region: null,
  postal_code: '12211',
  country: 'SA',
  national_address: null,
}

export function sampleCart(locale: Locale, changes: Partial<Cart> = {}): Cart {
  const lines = [0, 1].map((index) => {
    const product = sampleProduct(index, locale)
    const price = product.price_from ?? sar(0)
    return {
      id: sampleId('line', index),
      kind: 'catalogue.product',
      vertical: 'catalogue',
      choice: { variant_id: product.variants[0]?.id ?? '' },
      quantity: 1 + index,
      vendor: product.vendor,
      title: product.title,
      subtitle: null,
      sku: 'SKU',
      picture: product.picture,
      path: `products/${product.handle}`,
      unit_price: price,
      added_price: price,
      compare_at_price: null,
      total: sar(price.amount * (1 + index)),
      tax: sar(100),
      delivery: 'shipping' as const,
      parts: [],
      deposit: null,
      starts_at: null,
      hold: null,
      quantity_rules: { min: 1, max: 10, step: 1, available: 5 },
      error: null,
    }
  })
  const subtotal = lines.reduce((sum, line) => sum + line.total.amount, 0)
  return {
    id: sampleId('cart', 1),
    status: 'open',
    version: 1,
    currency: 'SAR',
    locale,
    name: null,
    email: null,
    phone: null,
    shipping_address: null,
    billing_address: null,
    requires_shipping: true,
    count: 3,
    lines,
    vendors: lines.map((line) => ({
      vendor: line.vendor,
      line_ids: [line.id],
      subtotal: line.total,
      shipping: sar(1500),
      shipping_option_id: `opt_${line.vendor.id}`,
    })),
    totals: {
      subtotal: sar(subtotal),
      shipping: sar(3000),
      discount: sar(0),
      tax: sar(4000),
      total: sar(subtotal + 3000),
      due_now: sar(subtotal + 3000),
    },
    expires_at: at,
    ...changes,
  }
}

export function sampleOrder(locale: Locale): Order {
  const cart = sampleCart(locale)
  return {
    id: sampleId('ord', 1),
    number: 'D-1042',
    status: 'confirmed',
    placed_at: at,
    currency: 'SAR',
    locale,
    name: null,
    email: 'sara@example.test',
    phone: sampleAddress.phone,
    shipping_address: sampleAddress,
    billing_address: null,
    payment_method: 'cash_on_delivery',
    payment_status: 'pending',
    payment_deadline: null,
    ...cart.totals,
    refunded: sar(0),
    sub_orders: cart.lines.map((line, index) => ({
      id: sampleId('sub', index),
      number: `D-1042-${index + 1}`,
      vendor: line.vendor ?? { id: '', handle: '', name: '' },
      status: index === 0 ? ('preparing' as const) : ('confirmed' as const),
      lines: [
        {
          id: sampleId('oln', index),
          kind: line.kind,
          vertical: 'catalogue',
          title: line.title,
          subtitle: null,
          sku: null,
          picture: line.picture,
          path: line.path,
          quantity: line.quantity,
          quantity_open: line.quantity,
          quantity_fulfilled: 0,
          quantity_cancelled: 0,
          unit_price: line.unit_price,
          discount: sar(0),
          tax: line.tax,
          tax_bps: 1500,
          total: line.total,
          refunded: sar(0),
          parts: [],
          deposit: null,
          starts_at: null,
          entitlement: null,
          payment_due_at: null,
        },
      ],
      shipping_option: 'Standard',
      subtotal: line.total,
      shipping: sar(1500),
      discount: sar(0),
      tax: line.tax,
      total: sar(line.total.amount + 1500),
      refunded: sar(0),
      fulfilments: [],
      cancellable: index === 1,
    })),
    payments: [],
    events: [
      { at, type: 'placed', sub_order_id: null, by: 'customer', message: null },
      { at: '2026-11-20T15:31:00.000Z', type: 'confirmed', sub_order_id: null, by: 'system', message: null },
    ],
  }
}
