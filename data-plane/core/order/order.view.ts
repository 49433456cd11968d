import { type I18nText, type Locale, type Money, pickText } from '@cityos/contract'
import type { z } from 'zod'
import type { Payment } from '../payment/contract.ts'
import type { Picture } from '../vertical/contract.ts'
import type { QuotePart } from '../vertical/purchasable.ts'
import type { Fulfilment, OrderLine, TimelineEvent } from './contract.ts'
import type { FulfilmentRow, OrderRows } from './order.rows.ts'
import type { OrderLineRow, PaymentRow, SubOrderRow } from './sub-orders.ts'

export interface Language {
  locale: Locale
  fallback: Locale
}

export const money = (amount: number, currency: string): Money => ({ amount, currency })

export function vendorRef(row: SubOrderRow, language: Language) {
  const vendor = row.vendor as { handle: string; name: I18nText }
  return { id: row.vendor_id, handle: vendor.handle, name: pickText(vendor.name, language.locale, language.fallback) }
}

export function pictureOf(value: unknown, language: Language): Picture | null {
  const picture = value as { url: string; width: number; height: number; alt: I18nText } | null
  return (
    picture && {
      url: picture.url,
      width: picture.width,
      height: picture.height,
      alt: pickText(picture.alt, language.locale, language.fallback),
    }
  )
}

export function lineView(row: OrderLineRow, currency: string, language: Language): OrderLine {
  return {
    id: row.id,
    kind: row.kind,
    vertical: row.vertical,
    title: pickText(row.title as I18nText, language.locale, language.fallback),
    subtitle: row.subtitle === null ? null : pickText(row.subtitle as I18nText, language.locale, language.fallback),
    sku: row.sku,
    picture: pictureOf(row.picture, language),
    path: row.path,
    quantity: row.quantity,
    quantity_open: row.quantity_open,
    quantity_fulfilled: row.quantity_fulfilled,
    quantity_cancelled: row.quantity_cancelled,
    unit_price: money(row.unit_price_amount, currency),
    discount: money(row.discount_amount, currency),
    tax: money(row.tax_amount, currency),
    tax_bps: row.tax_bps,
    total: money(row.total_amount, currency),
    refunded: money(row.refunded_amount, currency),
    parts: (row.parts as unknown as QuotePart[]).map((part) => ({
      kind: part.kind,
      title: pickText(part.title, language.locale, language.fallback),
      quantity: part.quantity,
      amount: money(part.amount, currency),
    })),
    deposit: row.deposit_amount === null ? null : money(row.deposit_amount, currency),
    starts_at: row.starts_at?.toISOString() ?? null,
    entitlement:
      row.entitlement_type === null || row.entitlement_type === 'cart_line'
        ? null
        : { type: row.entitlement_type, id: row.entitlement_id! },
    payment_due_at: row.payment_due_at?.toISOString() ?? null,
  }
}

export function paymentView(row: PaymentRow): Payment {
  const of = (amount: number) => money(amount, row.currency_code)
  return {
    id: row.id,
    vendor_id: row.vendor_id,
    provider: row.provider as Payment['provider'],
    method: row.method as Payment['method'],
    capture_mode: row.capture_mode,
    status: row.status as Payment['status'],
    amount: of(row.amount),
    authorized: of(row.authorized_amount),
    captured: of(row.captured_amount),
    refunded: of(row.refunded_amount),
  }
}

export function fulfilmentView(row: FulfilmentRow): z.infer<typeof Fulfilment> {
  return {
    id: row.id,
    created_at: row.created_at.toISOString(),
    carrier: row.carrier,
    tracking_number: row.tracking_number,
    lines: row.lines,
  }
}

/** @param notes whether free text (a vendor's reason) is shown */
export function eventView(row: OrderRows['events'][number]): z.infer<typeof TimelineEvent> {
  const by = row.actor_kind === 'vendor' || row.actor_kind === 'staff' || row.actor_kind === 'system' ? row.actor_kind : 'customer'
  return { at: row.created_at.toISOString(), type: row.type, sub_order_id: row.sub_order_id, by, message: row.message }
}
