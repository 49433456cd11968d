import { newId } from '@cityos/contract'
import { jsonb, type Tx } from '../../platform/db/index.ts'
import type { PricedCart } from '../cart/pricing.ts'
import type { Method, ProviderName } from '../payment/providers.ts'
import type { PlacedLine, PlacedSubOrder } from './placement.ts'

export interface OrderHead {
  id: string
  number: string
  checkoutId: string
  cartId: string
  customerId: string | null
  tokenHash: string
  /** Encrypted, as it stands in the cart. */
  email: string
  emailIndex: string
  phone: string | null
  shippingAddress: string | null
  billingAddress: string | null
  locale: string
  channel: string
  method: Method
  provider: ProviderName
  paymentDeadline: Date
  /** The shopper's payment token, encrypted. */
  paymentToken: string | null
  commissionBps: number
  now: Date
}

/** Writes a placed order: the order, its sub-orders, lines, payments and the first line of its timeline; five statements whatever its size. */
export async function insertOrder(tx: Tx, head: OrderHead, priced: PricedCart, subOrders: readonly PlacedSubOrder[]): Promise<void> {
  await tx.insertInto('order').values(orderRow(head, priced)).execute()
  await tx
    .insertInto('sub_order')
    .values(subOrders.map((subOrder) => subOrderRow(head, priced.currency, subOrder)))
    .execute()
  await tx
    .insertInto('payment')
    .values(subOrders.flatMap((subOrder) => paymentRows(head, priced.currency, subOrder)))
    .execute()
  await tx
    .insertInto('order_line')
    .values(subOrders.flatMap((subOrder) => subOrder.lines.map((line) => lineRow(head, subOrder, line))))
    .execute()
  await tx
    .insertInto('order_event')
    .values({
      id: newId('oev'),
      order_id: head.id,
      type: 'placed',
      actor_kind: head.customerId ? 'customer' : 'guest',
      actor_id: head.customerId,
      created_at: head.now,
    })
    .execute()
}

function orderRow(head: OrderHead, priced: PricedCart) {
  return {
    id: head.id,
    number: head.number,
    checkout_id: head.checkoutId,
    cart_id: head.cartId,
    customer_id: head.customerId,
    token_hash: head.tokenHash,
    email: head.email,
    email_index: head.emailIndex,
    phone: head.phone,
    shipping_address: head.shippingAddress,
    billing_address: head.billingAddress,
    locale: head.locale,
    channel: head.channel,
    currency_code: priced.currency,
    subtotal_amount: priced.subtotalAmount,
    shipping_amount: priced.shippingAmount,
    discount_amount: priced.discountAmount,
    tax_amount: priced.taxAmount,
    total_amount: priced.totalAmount,
    payment_method: head.method,
    payment_deadline: head.paymentDeadline,
    status: 'placed',
    placed_at: head.now,
    created_at: head.now,
    updated_at: head.now,
  }
}

function subOrderRow(head: OrderHead, currency: string, { id, number, vendor, shippingPaymentId, commissionAmount }: PlacedSubOrder) {
  const { shipping } = vendor
  return {
    id,
    order_id: head.id,
    number,
    vendor_id: vendor.vendor.id,
    vendor: jsonb({ handle: vendor.vendor.handle, name: vendor.vendor.name }),
    currency_code: currency,
    shipping_option: shipping && jsonb(shipping.rate.name),
    shipping_rate_id: shipping?.rate.id ?? null,
    subtotal_amount: vendor.subtotalAmount,
    shipping_amount: shipping?.amount ?? 0,
    shipping_tax_amount: shipping?.taxAmount ?? 0,
    shipping_payment_id: shippingPaymentId,
    tax_amount: vendor.taxAmount + (shipping?.taxAmount ?? 0),
    total_amount: vendor.subtotalAmount + (shipping?.amount ?? 0),
    commission_amount: commissionAmount,
    placed_at: head.now,
    created_at: head.now,
    updated_at: head.now,
  }
}

function paymentRows(head: OrderHead, currency: string, subOrder: PlacedSubOrder) {
  return subOrder.payments.map((payment) => ({
    id: payment.id,
    order_id: head.id,
    sub_order_id: subOrder.id,
    vendor_id: subOrder.vendor.vendor.id,
    capture_mode: payment.captureMode,
    provider: head.provider,
    method: head.method,
    currency_code: currency,
    amount: payment.amount,
    token: head.paymentToken,
    created_at: head.now,
    updated_at: head.now,
  }))
}

function lineRow(head: OrderHead, subOrder: PlacedSubOrder, line: PlacedLine) {
  const { cartLine } = line
  const quote = cartLine.quote!
  return {
    id: line.id,
    order_id: head.id,
    sub_order_id: subOrder.id,
    vendor_id: subOrder.vendor.vendor.id,
    payment_id: line.paymentId,
    position: line.position,
    kind: cartLine.kind,
    vertical: quote.vertical,
    reference_type: quote.reference.type,
    reference_id: quote.reference.id,
    resource_id: quote.resourceId,
    choice: jsonb(cartLine.choice),
    title: jsonb(quote.title),
    subtitle: quote.subtitle && jsonb(quote.subtitle),
    sku: quote.sku,
    picture: quote.picture && jsonb(quote.picture),
    path: quote.path,
    quantity: cartLine.quantity,
    quantity_open: cartLine.quantity,
    unit_price_amount: quote.unitAmount,
    tax_amount: cartLine.taxAmount,
    tax_bps: quote.taxBps,
    tax_class: quote.taxClass,
    total_amount: cartLine.totalAmount,
    commission_bps: head.commissionBps,
    commission_amount: line.commissionAmount,
    capture_mode: line.captureMode,
    cancellation_tiers: quote.cancellationTiers && jsonb(quote.cancellationTiers),
    starts_at: quote.startsAt,
    withdrawal_exempt_reason: quote.withdrawalExemptReason,
    // the cart line it came from, until its hold is consumed
    entitlement_type: 'cart_line',
    entitlement_id: cartLine.id,
    created_at: head.now,
    updated_at: head.now,
  }
}
