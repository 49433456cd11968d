import { type I18nText, type Locale, type Money, type Output, pickText } from '@cityos/contract'
import type { Picture } from '../vertical/contract.ts'
import type { Quote } from '../vertical/purchasable.ts'
import type { Cart, CartLine, getCart } from './contract.ts'
import type { PricedCart, PricedLine } from './pricing.ts'

export interface ViewContext {
  locale: Locale
  fallback: Locale
  now: Date
  /** Words for a line error. */
  message: (code: string, details?: Record<string, unknown>) => string
}

export interface CartDetails {
  id: string
  status: string
  version: number
  locale: string
  expires_at: Date
  name: string | null
  email: string | null
  phone: string | null
  shipping_address: Cart['shipping_address']
  billing_address: Cart['billing_address']
}

export function pictureView(picture: Quote['picture'], view: Pick<ViewContext, 'locale' | 'fallback'>): Picture | null {
  return (
    picture && { url: picture.url, width: picture.width, height: picture.height, alt: pickText(picture.alt, view.locale, view.fallback) }
  )
}

/** The cart as a shopper sees it, in the asked language. */
export function cartView(details: CartDetails, priced: PricedCart, view: ViewContext): Output<typeof getCart> {
  const money = (amount: number): Money => ({ amount, currency: priced.currency })
  const text = (value: I18nText | null) => pickText(value, view.locale, view.fallback)
  const vendorView = (vendor: Quote['vendor']) => ({ id: vendor.id, handle: vendor.handle, name: text(vendor.name) })
  return {
    id: details.id,
    status: details.status as Cart['status'],
    version: details.version,
    currency: priced.currency,
    locale: details.locale as Locale,
    name: details.name,
    email: details.email,
    phone: details.phone,
    shipping_address: details.shipping_address,
    billing_address: details.billing_address,
    requires_shipping: priced.requiresShipping,
    count: priced.count,
    lines: priced.lines.map((line) => lineView(line, money, view)),
    vendors: priced.vendors.map((own) => ({
      vendor: vendorView(own.vendor),
      line_ids: own.lines.map((line) => line.id),
      subtotal: money(own.subtotalAmount),
      shipping: own.shipping && money(own.shipping.amount),
      shipping_option_id: own.shipping?.rate.id ?? null,
    })),
    totals: {
      subtotal: money(priced.subtotalAmount),
      shipping: money(priced.shippingAmount),
      discount: money(priced.discountAmount),
      tax: money(priced.taxAmount),
      total: money(priced.totalAmount),
      due_now: money(priced.dueNowAmount),
    },
    expires_at: details.expires_at.toISOString(),
  }
}

function lineView(line: PricedLine, money: (amount: number) => Money, view: ViewContext): CartLine {
  const { quote } = line
  const text = (value: I18nText | null) => pickText(value, view.locale, view.fallback)
  return {
    id: line.id,
    kind: line.kind,
    vertical: quote?.vertical ?? null,
    choice: line.choice as Record<string, unknown>,
    quantity: line.quantity,
    vendor: quote && { id: quote.vendor.id, handle: quote.vendor.handle, name: text(quote.vendor.name) },
    title: text(line.title),
    subtitle: quote?.subtitle ? text(quote.subtitle) : null,
    sku: quote?.sku ?? null,
    picture: pictureView(quote?.picture ?? null, view),
    path: quote?.path ?? null,
    unit_price: money(quote?.unitAmount ?? 0),
    added_price: money(line.addedAmount),
    compare_at_price: quote?.compareAtAmount ? money(quote.compareAtAmount) : null,
    total: money(line.totalAmount),
    tax: money(line.taxAmount),
    delivery: quote?.delivery ?? 'none',
    parts: (quote?.parts ?? []).map((part) => ({
      kind: part.kind,
      title: text(part.title),
      quantity: part.quantity,
      amount: money(part.amount),
    })),
    deposit: line.depositAmount === null ? null : money(line.depositAmount),
    starts_at: quote?.startsAt?.toISOString() ?? null,
    hold: line.heldUntil && { expires_at: line.heldUntil.toISOString(), state: line.heldUntil > view.now ? 'held' : 'expired' },
    quantity_rules: quote?.quantity ?? { min: 1, max: null, step: 1, available: 0 },
    error: line.error && { code: line.error.code, message: view.message(line.error.code, line.error.details), details: line.error.details },
  }
}
