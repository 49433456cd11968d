import { newId } from '@cityos/contract'
import { insertOf, jsonb, sendAlong, type Tx } from '../../platform/db/index.ts'
import type { PricedCart } from '../cart/pricing.ts'
import type { Method, ProviderName } from '../payment/providers.ts'
import type { NewHold } from '../vertical/holds.ts'
import type { CheckoutRow } from './checkout.rows.ts'
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
  name: string | null
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
  idempotencyKey: string | null
  now: Date
}

/** Writes a placed order, its checkout and its holds in one round trip, whatever its size. */
export async function insertOrder(
  tx: Tx,
  head: OrderHead,
  priced: PricedCart,
  subOrders: readonly PlacedSubOrder[],
  holds: readonly NewHold[],
): Promise<CheckoutRow> {
  const subOrderRows = subOrders.map((subOrder) => subOrderRow(head, priced.currency, subOrder))
  const payments = subOrders.flatMap((subOrder) => paymentRows(head, priced.currency, subOrder))
  const lines = subOrders.flatMap((subOrder) => subOrder.lines.map((line) => lineRow(head, subOrder, line)))
  sendAlong(tx, insertOf('order', [orderRow(head, priced)]))
  sendAlong(tx, insertOf('sub_order', subOrderRows))
  if (payments.length > 0) sendAlong(tx, insertOf('payment', payments))
  sendAlong(tx, insertOf('order_line', lines))
  sendAlong(tx, insertOf('order_event', [placedEvent(head)]))
  if (holds.length > 0) sendAlong(tx, insertOf('hold', holds))
  return tx.insertInto('checkout').values(checkoutRow(head, priced)).returningAll().executeTakeFirstOrThrow()
}

function placedEvent(head: OrderHead) {
  return {
    id: newId('oev'),
    order_id: head.id,
    type: 'placed',
    actor_kind: head.customerId ? 'customer' : 'guest',
    actor_id: head.customerId,
    created_at: head.now,
  }
}

function checkoutRow(head: OrderHead, priced: PricedCart) {
  return {
    id: head.checkoutId,
    cart_id: head.cartId,
    order_id: head.id,
    status: 'running',
    idempotency_key: head.idempotencyKey,
    method: head.method,
    total_amount: priced.totalAmount,
    currency_code: priced.currency,
    payment_deadline: head.paymentDeadline,
    created_at: head.now,
    updated_at: head.now,
  }
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
    name: head.name,
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
    payment_status: priced.totalAmount === 0 ? 'paid' : 'pending',
    placed_at: head.now,
    created_at: head.now,
    updated_at: head.now,
  }
}

function subOrderRow(
  head: OrderHead,
  currency: string,
  { id, number, vendor, shippingPaymentId, commissionAmount, ledBy }: PlacedSubOrder,
) {
  const { shipping } = vendor
  return {
    id,
    order_id: head.id,
    number,
    vendor_id: vendor.vendor.id,
    vendor: jsonb({ handle: vendor.vendor.handle, name: vendor.vendor.name }),
    currency_code: currency,
    led_by: ledBy,
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
    upfront_amount: payment.upfrontAmount,
    // what is free is paid by being there
    status: payment.amount === 0 ? 'captured' : 'pending',
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
    fulfilment: line.fulfilment,
    due_amount: line.dueLaterAmount,
    parts: jsonb(quote.parts),
    deposit_amount: line.captureMode === 'deposit' ? cartLine.depositAmount : null,
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
