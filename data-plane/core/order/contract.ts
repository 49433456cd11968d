import { anyone, customer, endpoint, Locale, listEndpoint, Money, staff, vendor } from '@cityos/contract'
import { z } from 'zod'
import { Address } from '../customer/contract.ts'
import { Payment } from '../payment/contract.ts'
import { Picture, PricePart } from '../vertical/contract.ts'

export const SubOrderStatus = z.enum([
  'placed',
  'confirmed',
  'accepted',
  'preparing',
  'partially_fulfilled',
  'fulfilled',
  'completed',
  'cancelled',
  'expired',
])
export type SubOrderStatus = z.infer<typeof SubOrderStatus>

/** Derived: the least advanced live sub-order; never set. */
export const OrderStatus = SubOrderStatus
export type OrderStatus = z.infer<typeof OrderStatus>

export const OrderLine = z.object({
  id: z.string(),
  kind: z.string(),
  vertical: z.string(),
  title: z.string(),
  subtitle: z.string().nullable(),
  sku: z.string().nullable(),
  picture: Picture.nullable(),
  path: z.string().nullable(),
  quantity: z.int(),
  quantity_open: z.int(),
  quantity_fulfilled: z.int(),
  quantity_cancelled: z.int(),
  unit_price: Money,
  discount: Money,
  /** VAT inside `total`. */
  tax: Money,
  tax_bps: z.int(),
  total: Money,
  refunded: Money,
  parts: z.array(PricePart),
  /** What was taken at checkout where the rest is charged when the service is given; null = no deposit. */
  deposit: Money.nullable(),
  starts_at: z.string().nullable(),
  /** What the line became in its vertical, e.g. `{type: 'booking', id}`; null until it is confirmed. */
  entitlement: z.object({ type: z.string(), id: z.string() }).nullable(),
  /** A charge for this line failed: until then another method can be given (`changePaymentMethod`), else it is cancelled. */
  payment_due_at: z.string().nullable(),
})
export type OrderLine = z.infer<typeof OrderLine>

export const Fulfilment = z.object({
  id: z.string(),
  created_at: z.string(),
  carrier: z.string().nullable(),
  tracking_number: z.string().nullable(),
  lines: z.array(z.object({ line_id: z.string(), quantity: z.int() })),
})

export const TimelineEvent = z.object({
  at: z.string(),
  /** i18n key below `order.event.`: placed, confirmed, accepted, preparing, fulfilled, cancelled, expired, refunded, note … */
  type: z.string(),
  sub_order_id: z.string().nullable(),
  by: z.enum(['customer', 'vendor', 'staff', 'system']),
  message: z.string().nullable(),
})
export type TimelineEvent = z.infer<typeof TimelineEvent>

const VendorRef = z.object({ id: z.string(), handle: z.string(), name: z.string() })

export const SubOrder = z.object({
  id: z.string(),
  number: z.string(),
  vendor: VendorRef,
  status: SubOrderStatus,
  lines: z.array(OrderLine),
  shipping_option: z.string().nullable(),
  subtotal: Money,
  shipping: Money,
  discount: Money,
  tax: Money,
  total: Money,
  refunded: Money,
  fulfilments: z.array(Fulfilment),
  /** The customer may cancel this part now. */
  cancellable: z.boolean(),
})
export type SubOrder = z.infer<typeof SubOrder>

export const Order = z.object({
  id: z.string(),
  number: z.string(),
  status: OrderStatus,
  placed_at: z.string(),
  currency: z.string(),
  locale: Locale,
  /** Whom it is for, where no address says so. */
  name: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  shipping_address: Address.nullable(),
  billing_address: Address.nullable(),
  payment_method: z.string(),
  payment_status: z.enum(['pending', 'authorized', 'paid', 'partially_refunded', 'refunded', 'voided', 'failed']),
  /** Bank transfers: what to write on it, and until when. */
  payment_deadline: z.string().nullable(),
  subtotal: Money,
  shipping: Money,
  discount: Money,
  tax: Money,
  total: Money,
  refunded: Money,
  sub_orders: z.array(SubOrder),
  payments: z.array(Payment),
  events: z.array(TimelineEvent),
})
export type Order = z.infer<typeof Order>

export const OrderSummary = z.object({
  id: z.string(),
  number: z.string(),
  status: OrderStatus,
  placed_at: z.string(),
  total: Money,
  /** Units in all lines. */
  count: z.int(),
  vendors: z.array(z.string()),
  pictures: z.array(Picture),
})
export type OrderSummary = z.infer<typeof OrderSummary>

export const listMyOrders = listEndpoint({
  id: 'store.me.order.list',
  method: 'GET',
  path: '/v1/store/me/orders',
  summary: 'Own orders, newest first',
  access: customer,
  response: OrderSummary,
})

export const getMyOrder = endpoint({
  id: 'store.me.order.get',
  method: 'GET',
  path: '/v1/store/me/orders/{no}',
  summary: 'One own order',
  access: customer,
  params: z.object({ no: z.string() }),
  response: Order,
})

const orderAccess = z.object({ token: z.string().max(200).optional() })

export const getStoreOrder = endpoint({
  id: 'store.order.get',
  method: 'GET',
  path: '/v1/store/orders/{no}',
  summary: 'An own order, or a guest order with its token',
  access: anyone,
  params: z.object({ no: z.string() }),
  query: orderAccess,
  response: Order,
})

/** Without an account: number and e-mail must match, else 404; ten an hour per address, then 429. */
export const trackOrder = endpoint({
  id: 'store.order.track',
  rateLimit: { perAddress: 10, windowSeconds: 3600 },
  method: 'GET',
  path: '/v1/store/orders/track',
  summary: 'Where an order is; shows no address and no contact',
  access: anyone,
  query: z.object({ no: z.string().max(40), email: z.string().max(254) }),
  response: z.object({
    number: z.string(),
    status: OrderStatus,
    placed_at: z.string(),
    total: Money,
    sub_orders: z.array(
      z.object({
        vendor: VendorRef,
        status: SubOrderStatus,
        lines: z.array(z.object({ title: z.string(), subtitle: z.string().nullable(), quantity: z.int(), quantity_fulfilled: z.int() })),
        fulfilments: z.array(Fulfilment),
      }),
    ),
    events: z.array(TimelineEvent),
  }),
})

export const RefundQuote = z.object({
  /** Send this back as `expected_refund`. */
  refund: Money,
  parts: z.array(
    z.object({
      sub_order_id: z.string(),
      vendor: VendorRef,
      cancellable: z.boolean(),
      refund: Money,
      /** i18n key below `refund.reason.` */ reason: z.string(),
    }),
  ),
})
export type RefundQuote = z.infer<typeof RefundQuote>

export const quoteRefund = endpoint({
  id: 'store.order.refundQuote',
  method: 'GET',
  path: '/v1/store/orders/{no}/refund-quote',
  summary: 'What cancelling now would give back; for one vendor with `sub_order_id`',
  access: anyone,
  params: z.object({ no: z.string() }),
  query: orderAccess.extend({ sub_order_id: z.string().optional() }),
  response: RefundQuote,
})

export const cancelOrder = endpoint({
  id: 'store.order.cancel',
  method: 'POST',
  path: '/v1/store/orders/{no}/cancel',
  summary: 'Cancels what can still be cancelled',
  access: anyone,
  params: z.object({ no: z.string() }),
  query: orderAccess,
  body: z.object({ sub_order_id: z.string().optional(), expected_refund: Money, reason: z.string().trim().max(500).optional() }),
  response: Order,
  idempotencyKey: true,
  errors: ['refund_quote_changed', 'cancellation_not_allowed', 'invalid_transition', 'currency_mismatch'],
})

/** For lines whose charge failed (`payment_due_at`): authorises another card for what is owed for them. */
export const changePaymentMethod = endpoint({
  id: 'store.order.changePaymentMethod',
  method: 'POST',
  path: '/v1/store/orders/{no}/payment-method',
  summary: 'Gives another method for what could not be charged, before the time for it is over',
  access: anyone,
  params: z.object({ no: z.string() }),
  query: orderAccess,
  body: z.object({ payment: z.object({ method: z.literal('sandbox'), token: z.string().max(100) }) }),
  response: Order,
  idempotencyKey: true,
  errors: ['payment_declined', 'invalid_transition', 'offer_expired'],
})

/** Names and contacts are masked until the vendor has accepted. */
export const Buyer = z.object({
  name: z.string().nullable(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
  masked: z.boolean(),
})

/** What may be done now, from the lifecycle table: the console makes its buttons of this. */
export const OrderAction = z.enum(['accept', 'prepare', 'fulfil', 'cancel'])

export const VendorOrderSummary = z.object({
  id: z.string(),
  number: z.string(),
  status: SubOrderStatus,
  placed_at: z.string(),
  sla_due_at: z.string().nullable(),
  late: z.boolean(),
  buyer: Buyer,
  count: z.int(),
  total: Money,
  payment_method: z.string(),
  actions: z.array(OrderAction),
})
export type VendorOrderSummary = z.infer<typeof VendorOrderSummary>

export const VendorOrder = VendorOrderSummary.extend({
  order_number: z.string(),
  version: z.int(),
  currency: z.string(),
  lines: z.array(OrderLine),
  shipping_option: z.string().nullable(),
  shipping_address: Address.partial().nullable(),
  subtotal: Money,
  shipping: Money,
  discount: Money,
  tax: Money,
  refunded: Money,
  /** What the platform keeps, VAT excluded. */
  commission: Money,
  /** What the vendor gets: total less VAT, commission and refunds. */
  net: Money,
  payments: z.array(Payment),
  fulfilments: z.array(Fulfilment),
  events: z.array(TimelineEvent),
})
export type VendorOrder = z.infer<typeof VendorOrder>

const subOrderId = z.object({ id: z.string() })

export const listVendorOrders = listEndpoint({
  id: 'vendor.order.list',
  method: 'GET',
  path: '/v1/vendor/orders',
  summary: "This vendor's part of each order",
  access: vendor('read', 'order'),
  query: z.object({ status: SubOrderStatus.optional(), late: z.stringbool().optional() }),
  response: VendorOrderSummary,
})

export const getVendorOrder = endpoint({
  id: 'vendor.order.get',
  method: 'GET',
  path: '/v1/vendor/orders/{id}',
  summary: "One order's part of this vendor",
  access: vendor('read', 'order'),
  params: subOrderId,
  response: VendorOrder,
})

export const acceptVendorOrder = endpoint({
  id: 'vendor.order.accept',
  method: 'POST',
  path: '/v1/vendor/orders/{id}/accept',
  summary: 'Accepts; captures what is captured at acceptance',
  access: vendor('accept', 'order'),
  params: subOrderId,
  response: VendorOrder,
  idempotencyKey: true,
  errors: ['invalid_transition', 'payment_declined'],
})

export const prepareVendorOrder = endpoint({
  id: 'vendor.order.prepare',
  method: 'POST',
  path: '/v1/vendor/orders/{id}/prepare',
  summary: 'Says that it is being prepared',
  access: vendor('prepare', 'order'),
  params: subOrderId,
  response: VendorOrder,
  errors: ['invalid_transition'],
})

export const fulfilVendorOrder = endpoint({
  id: 'vendor.order.fulfil',
  method: 'POST',
  path: '/v1/vendor/orders/{id}/fulfil',
  summary: 'Hands over all open units, or the given ones; captures what is captured at fulfilment',
  access: vendor('fulfil', 'order'),
  params: subOrderId,
  body: z.object({
    /** Absent = everything that is still open. */
    lines: z
      .array(z.object({ line_id: z.string(), quantity: z.int().min(1) }))
      .min(1)
      .optional(),
    carrier: z.string().trim().max(80).nullable().default(null),
    tracking_number: z.string().trim().max(80).nullable().default(null),
  }),
  response: VendorOrder,
  idempotencyKey: true,
  errors: ['invalid_transition', 'quantity_exceeds_open', 'payment_declined'],
})

export const cancelVendorOrder = endpoint({
  id: 'vendor.order.cancel',
  method: 'POST',
  path: '/v1/vendor/orders/{id}/cancel',
  summary: 'Cancels with a reason; the customer gets everything back for the units that were not handed over',
  access: vendor('cancel', 'order'),
  params: subOrderId,
  body: z.object({ reason: z.string().trim().min(3).max(500) }),
  response: VendorOrder,
  idempotencyKey: true,
  errors: ['invalid_transition'],
})

const Series = z.array(z.object({ date: z.string(), orders: z.int(), sales: Money }))
const StatusCounts = z.array(z.object({ status: SubOrderStatus, count: z.int() }))

export const getVendorDashboard = endpoint({
  id: 'vendor.dashboard.get',
  method: 'GET',
  path: '/v1/vendor/dashboard',
  summary: 'Figures of the last 30 days and what waits for this vendor',
  access: vendor('read', 'dashboard'),
  response: z.object({
    to_accept: z.int(),
    to_fulfil: z.int(),
    late: z.int(),
    orders_30d: z.int(),
    sales_30d: Money,
    pending_balance: Money,
    available_balance: Money,
    by_status: StatusCounts,
    by_day: Series,
    top_products: z.array(z.object({ title: z.string(), quantity: z.int(), sales: Money })),
  }),
})

export const getAdminDashboard = endpoint({
  id: 'admin.dashboard.get',
  method: 'GET',
  path: '/v1/admin/dashboard',
  summary: 'Figures of this tenant, last 30 days',
  access: staff('read', 'dashboard'),
  response: z.object({
    orders_30d: z.int(),
    sales_30d: Money,
    average_order: Money,
    customers: z.int(),
    open_orders: z.int(),
    open_carts: z.int(),
    refunds_30d: Money,
    commission_30d: Money,
    by_status: StatusCounts,
    by_day: Series,
    top_vendors: z.array(z.object({ vendor: VendorRef, orders: z.int(), sales: Money })),
    top_products: z.array(z.object({ title: z.string(), quantity: z.int(), sales: Money })),
  }),
})

export const AdminOrderSummary = OrderSummary.extend({
  email: z.string().nullable(),
  payment_method: z.string(),
  payment_status: Order.shape.payment_status,
})
export type AdminOrderSummary = z.infer<typeof AdminOrderSummary>

export const OrderNote = z.object({ id: z.string(), at: z.string(), author: z.string(), text: z.string() })

export const Refund = z.object({
  id: z.string(),
  created_at: z.string(),
  order_id: z.string(),
  order_number: z.string(),
  sub_order_id: z.string(),
  payment_id: z.string(),
  amount: Money,
  reason: z.string(),
  status: z.enum(['pending', 'succeeded', 'failed']),
})
export type Refund = z.infer<typeof Refund>

export const AdminOrder = Order.extend({
  customer_id: z.string().nullable(),
  notes: z.array(OrderNote),
  refunds: z.array(Refund),
  /** By sub-order: what can still be given back. */
  refundable: z.array(z.object({ sub_order_id: z.string(), amount: Money, shipping: Money })),
})
export type AdminOrder = z.infer<typeof AdminOrder>

const orderId = z.object({ id: z.string() })

const orderFilter = z.object({
  status: OrderStatus.optional(),
  vendor_id: z.string().optional(),
  customer_id: z.string().optional(),
  placed_from: z.iso.datetime().optional(),
  placed_to: z.iso.datetime().optional(),
})

export const listAdminOrders = listEndpoint({
  id: 'admin.order.list',
  method: 'GET',
  path: '/v1/admin/orders',
  summary: 'All orders; `q` is an order number or a whole e-mail address',
  access: staff('read', 'order'),
  query: orderFilter,
  response: AdminOrderSummary,
})

export const getAdminOrder = endpoint({
  id: 'admin.order.get',
  method: 'GET',
  path: '/v1/admin/orders/{id}',
  summary: 'One order with payments, timeline, notes and refunds',
  access: staff('read', 'order'),
  params: orderId,
  response: AdminOrder,
})

export const exportAdminOrders = endpoint({
  id: 'admin.order.export',
  method: 'GET',
  path: '/v1/admin/orders/export',
  summary: 'The filtered orders as CSV text (at most 10,000 rows)',
  access: staff('export', 'order'),
  query: orderFilter,
  response: z.object({ filename: z.string(), rows: z.int(), csv: z.string() }),
  errors: ['dependency_unavailable'],
})

export const refundOrder = endpoint({
  id: 'admin.order.refund',
  method: 'POST',
  path: '/v1/admin/orders/{id}/refund',
  summary: 'Gives money back for one vendor’s part: given lines, shipping, or all that is left',
  access: staff('refund', 'order'),
  params: orderId,
  body: z.object({
    sub_order_id: z.string(),
    /** Minor units per line; absent together with `shipping` = everything that is left. */
    lines: z
      .array(z.object({ line_id: z.string(), amount: Money }))
      .min(1)
      .optional(),
    shipping: Money.optional(),
    reason: z.string().trim().min(3).max(500),
  }),
  response: AdminOrder,
  idempotencyKey: true,
  errors: ['amount_out_of_range', 'currency_mismatch', 'invalid_transition', 'dependency_unavailable'],
})

export const cancelAdminOrder = endpoint({
  id: 'admin.order.cancel',
  method: 'POST',
  path: '/v1/admin/orders/{id}/cancel',
  summary: 'Cancels an order, or one vendor’s part of it, on behalf of the platform; refunds in full',
  access: staff('cancel', 'order'),
  params: orderId,
  body: z.object({ sub_order_id: z.string().optional(), reason: z.string().trim().min(3).max(500) }),
  response: AdminOrder,
  idempotencyKey: true,
  errors: ['invalid_transition', 'dependency_unavailable'],
})

export const noteAdminOrder = endpoint({
  id: 'admin.order.note',
  method: 'POST',
  path: '/v1/admin/orders/{id}/notes',
  summary: 'Adds an internal note',
  access: staff('update', 'order'),
  params: orderId,
  body: z.object({ text: z.string().trim().min(1).max(2000) }),
  response: AdminOrder,
  status: 201,
})
