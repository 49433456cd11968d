import { anyone, type ErrorCode, endpoint, Locale, Money } from '@cityos/contract'
import { z } from 'zod'
import { Address, Email, Phone } from '../customer/contract.ts'
import { Order } from '../order/contract.ts'
import { MethodName } from '../payment/contract.ts'
import { Picture, PricePart } from '../vertical/contract.ts'

/** Codes of line errors that are no answers of their own. */
export const LineRule = z.enum(['unavailable', 'quantity_below_min', 'quantity_above_max', 'quantity_step'])
/**
 * Why a line cannot be bought as it stands; the cart shows it beside the line and `complete` refuses: a rule of the cart,
 * `hold_expired`, or any code its vertical refuses with (`slot_in_past`, `minimum_order_not_met`, …).
 */
export type LineErrorCode = z.infer<typeof LineRule> | ErrorCode

export function isRule(code: LineErrorCode): code is z.infer<typeof LineRule> {
  return LineRule.safeParse(code).success
}

export const CartLine = z.object({
  id: z.string(),
  kind: z.string(),
  /** Code of the vertical that sells it. */
  vertical: z.string().nullable(),
  choice: z.record(z.string(), z.unknown()),
  quantity: z.int(),
  vendor: z.object({ id: z.string(), handle: z.string(), name: z.string() }).nullable(),
  title: z.string(),
  subtitle: z.string().nullable(),
  sku: z.string().nullable(),
  picture: Picture.nullable(),
  /** Path below `/{locale}/`; null when it is gone. */
  path: z.string().nullable(),
  unit_price: Money,
  /** Unit price when the line was added; differs when the price changed meanwhile. */
  added_price: Money,
  compare_at_price: Money.nullable(),
  total: Money,
  /** VAT inside `total`. */
  tax: Money,
  delivery: z.enum(['shipping', 'digital', 'none']),
  /** [] = one whole. */
  parts: z.array(PricePart),
  /** Of `total`, taken at checkout where the rest is charged later; null = all of it in the usual way. */
  deposit: Money.nullable(),
  /** Start of a dated service, ISO 8601. */
  starts_at: z.string().nullable(),
  /** What the line holds from now on, for kinds that are held in the cart; `expired`: hold it again (`holdCartLine`). */
  hold: z.object({ expires_at: z.string(), state: z.enum(['held', 'expired']) }).nullable(),
  quantity_rules: z.object({ min: z.int(), max: z.int().nullable(), step: z.int(), available: z.int().nullable() }),
  error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()).optional() }).nullable(),
})
export type CartLine = z.infer<typeof CartLine>

export const ShippingOption = z.object({
  id: z.string(),
  vendor_id: z.string(),
  name: z.string(),
  price: Money,
  /** Orders of this vendor from this sum ship free; null = never. */
  free_above: Money.nullable(),
  /** Days, e.g. 1 to 3. */
  min_days: z.int(),
  max_days: z.int(),
})
export type ShippingOption = z.infer<typeof ShippingOption>

export const Totals = z.object({
  subtotal: Money,
  shipping: Money,
  discount: Money,
  /** VAT inside the prices. */
  tax: Money,
  total: Money,
  /** Of `total`, what a card is charged or authorised for at checkout; the rest later, to the same method. */
  due_now: Money,
})
export type Totals = z.infer<typeof Totals>

export const Cart = z.object({
  id: z.string(),
  status: z.enum(['open', 'completing', 'completed', 'abandoned', 'merged']),
  version: z.int(),
  currency: z.string(),
  locale: Locale,
  /** Whom it is for, where no address says so. */
  name: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  shipping_address: Address.nullable(),
  billing_address: Address.nullable(),
  requires_shipping: z.boolean(),
  /** Units in all lines. */
  count: z.int(),
  lines: z.array(CartLine),
  /** One per vendor, in the order the lines show them. */
  vendors: z.array(
    z.object({
      vendor: z.object({ id: z.string(), handle: z.string(), name: z.string() }),
      line_ids: z.array(z.string()),
      subtotal: Money,
      shipping: Money.nullable(),
      shipping_option_id: z.string().nullable(),
    }),
  ),
  totals: Totals,
  expires_at: z.string(),
})
export type Cart = z.infer<typeof Cart>

const cartId = z.object({ id: z.string() })
const cartLineId = z.object({ id: z.string(), line_id: z.string() })
const lineToAdd = z.object({
  kind: z.string().max(60),
  choice: z.record(z.string(), z.unknown()),
  quantity: z.int().min(1).max(9999).default(1),
})

/** `token` reads `<cart_id>.<secret>`: the value of the cookie `cart` (set by this answer) and of the header X-Cart-Token. */
export const createCart = endpoint({
  id: 'store.cart.create',
  method: 'POST',
  path: '/v1/store/carts',
  summary: 'Opens a cart (a signed-in customer gets the own open one), with first lines if wanted',
  access: anyone,
  body: z.object({ currency: z.string().optional(), locale: Locale.optional(), lines: z.array(lineToAdd).max(50).default([]) }),
  response: Cart.extend({ token: z.string() }),
  status: 201,
  errors: ['currency_not_supported', 'validation_failed'],
})

export const getCart = endpoint({
  id: 'store.cart.get',
  method: 'GET',
  path: '/v1/store/carts/{id}',
  summary: 'The cart, priced now',
  access: anyone,
  params: cartId,
  response: Cart,
})

export const updateCart = endpoint({
  id: 'store.cart.update',
  method: 'PATCH',
  path: '/v1/store/carts/{id}',
  summary: 'Sets contact, addresses, shipping choices, language or currency',
  access: anyone,
  params: cartId,
  body: z.object({
    name: z.string().trim().min(1).max(120).nullable().optional(),
    email: Email.nullable().optional(),
    phone: Phone.nullable().optional(),
    shipping_address: Address.nullable().optional(),
    /** null = as shipping */
    billing_address: Address.nullable().optional(),
    shipping_options: z
      .array(z.object({ vendor_id: z.string(), option_id: z.string() }))
      .max(50)
      .optional(),
    locale: Locale.optional(),
    currency: z.string().optional(),
  }),
  response: Cart,
  errors: ['cart_completing', 'no_shipping_option', 'currency_not_supported'],
})

export const addCartLine = endpoint({
  id: 'store.cart.line.add',
  method: 'POST',
  path: '/v1/store/carts/{id}/lines',
  summary: 'Puts something in the cart; the same choice again adds to its line',
  access: anyone,
  params: cartId,
  body: lineToAdd,
  response: Cart,
  status: 201,
  errors: ['cart_completing', 'insufficient_stock', 'slot_unavailable', 'validation_failed'],
})

export const updateCartLine = endpoint({
  id: 'store.cart.line.update',
  method: 'PATCH',
  path: '/v1/store/carts/{id}/lines/{line_id}',
  summary: 'Sets the quantity; 0 removes the line',
  access: anyone,
  params: cartLineId,
  body: z.object({ quantity: z.int().min(0).max(9999) }),
  response: Cart,
  errors: ['cart_completing', 'insufficient_stock', 'slot_unavailable', 'validation_failed'],
})

export const holdCartLine = endpoint({
  id: 'store.cart.line.hold',
  method: 'POST',
  path: '/v1/store/carts/{id}/lines/{line_id}/hold',
  summary: 'Takes again what a line held when that has run out; starts its time anew',
  access: anyone,
  params: cartLineId,
  response: Cart,
  errors: ['cart_completing', 'slot_unavailable', 'insufficient_stock', 'validation_failed'],
})

export const removeCartLine = endpoint({
  id: 'store.cart.line.remove',
  method: 'DELETE',
  path: '/v1/store/carts/{id}/lines/{line_id}',
  summary: 'Takes a line out',
  access: anyone,
  params: cartLineId,
  response: Cart,
  errors: ['cart_completing'],
})

export const listShippingOptions = endpoint({
  id: 'store.cart.shippingOptions',
  method: 'GET',
  path: '/v1/store/carts/{id}/shipping-options',
  summary: 'Ways to ship, per vendor in the cart',
  access: anyone,
  params: cartId,
  response: z.array(ShippingOption),
})

/** `none`: there is nothing to pay; offered alone, where the total is 0. */
export const PaymentMethod = z.object({
  method: MethodName,
  name: z.string(),
  /** For `sandbox`: the tokens that may be sent, with what each does. */
  tokens: z.array(z.object({ token: z.string(), name: z.string() })),
})
export type PaymentMethod = z.infer<typeof PaymentMethod>

export const listPaymentMethods = endpoint({
  id: 'store.cart.paymentMethods',
  method: 'GET',
  path: '/v1/store/carts/{id}/payment-methods',
  summary: 'Ways to pay for this cart',
  access: anyone,
  params: cartId,
  response: z.array(PaymentMethod),
})

/** What `409 cart_changed` carries in `details.diff`. */
export const CartDiff = z.object({
  expected_total_amount: z.int(),
  total_amount: z.int(),
  currency: z.string(),
  lines: z.array(
    z.object({ line_id: z.string(), title: z.string(), was_amount: z.int(), is_amount: z.int(), error: z.string().nullable() }),
  ),
})

/**
 * Buys the cart. Same Idempotency-Key → one order and the same answer.
 * 402 `payment_action_required` carries `details.challenge_id` and `details.challenge_url` (a storefront page,
 * `/{locale}/checkout/verify/{challenge_id}`) and `details.order_number`; `answerChallenge` goes on from there.
 */
export const completeCart = endpoint({
  id: 'store.cart.complete',
  method: 'POST',
  path: '/v1/store/carts/{id}/complete',
  summary: 'Buys everything in the cart with one confirmation',
  access: anyone,
  params: cartId,
  body: z.object({
    payment: z.object({ method: MethodName, token: z.string().max(100).optional() }),
    expected_total: Money,
  }),
  /** `token` opens the order without an account: query `token` of the order's endpoints. */
  response: z.object({ order: Order, token: z.string() }),
  status: 201,
  idempotencyKey: true,
  errors: [
    'cart_changed',
    'cart_completing',
    'insufficient_stock',
    'slot_unavailable',
    'hold_expired',
    'no_shipping_option',
    'address_invalid',
    'currency_mismatch',
    'payment_action_required',
    'payment_declined',
    'tenant_quarantined',
    'tenant_suspended',
    'validation_failed',
  ],
})

/** The sandbox provider's stand-in for a bank's page. */
export const getChallenge = endpoint({
  id: 'store.payment.challenge.get',
  method: 'GET',
  path: '/v1/store/payment-challenges/{id}',
  summary: 'What a shopper is asked to confirm',
  access: anyone,
  params: z.object({ id: z.string() }),
  response: z.object({
    id: z.string(),
    status: z.enum(['pending', 'approved', 'declined', 'expired']),
    amount: Money,
    order_number: z.string(),
    expires_at: z.string(),
  }),
})

export const answerChallenge = endpoint({
  id: 'store.payment.challenge.answer',
  method: 'POST',
  path: '/v1/store/payment-challenges/{id}',
  summary: 'Approves or declines; the checkout goes on and its result is the answer',
  access: anyone,
  params: z.object({ id: z.string() }),
  body: z.object({ approve: z.boolean() }),
  response: z.object({ order: Order, token: z.string() }),
  errors: ['payment_declined', 'hold_expired', 'invalid_transition', 'token_expired'],
})
