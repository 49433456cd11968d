import { type ApiError, type Money, newId } from '@cityos/contract'
import {
  type Cart,
  completeCart,
  listPaymentMethods,
  listShippingOptions,
  type PaymentMethod,
  type ShippingOption,
  updateCart,
} from '../../core/cart/contract.ts'
import { Email, getMe, listMyAddresses, Phone } from '../../core/customer/contract.ts'
import { addressValues, errorsOf, fieldErrors, readAddress } from '../address-form.ts'
import { currentCart, remember } from '../cart-access.ts'
import { type CheckoutView, paymentValue } from '../checkout-view.ts'
import { CheckoutForm, PayBlock } from '../components/checkout-form.tsx'
import { CheckoutSummary } from '../components/checkout-summary.tsx'
import type { FieldErrors } from '../components/fields.tsx'
import { failureText } from '../failure-text.ts'
import { callingCode, phoneNumber } from '../form.ts'
import { setCartCount } from '../frame.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../visit.ts'

export async function checkout(visit: Visit): Promise<Answer> {
  const cart = await currentCart(visit)
  if (!cart || cart.lines.length === 0 || cart.lines.some((line) => line.error)) return seeOther(visit.href('/cart'))
  const view = await viewOf(visit, cart)
  if (visit.query.get('declined') !== null) view.errors = { form: visit.t('refused.payment_declined') }
  return checkoutPage(visit, view, 200)
}

/** Fills the page: what the cart knows, else what the account knows; a way to ship is chosen for each vendor. */
async function viewOf(visit: Visit, cart: Cart): Promise<CheckoutView> {
  const [options, methods, account, addresses] = await Promise.all([
    visit.call(listShippingOptions, { params: { id: cart.id } }),
    visit.call(listPaymentMethods, { params: { id: cart.id } }),
    visit.signedIn ? visit.call(getMe) : Promise.resolve(null),
    visit.signedIn ? visit.call(listMyAddresses, { query: { limit: 20 } }) : Promise.resolve({ items: [], total: 0 }),
  ])
  const asked = addresses.items.find((address) => address.id === visit.query.get('address'))
  const usual = addresses.items.find((address) => address.is_default_shipping) ?? addresses.items[0]
  const address = asked ?? cart.shipping_address ?? usual ?? null
  return {
    cart: await withShipping(visit, cart, options),
    options,
    methods,
    saved: addresses.items,
    email: cart.email ?? account?.email ?? '',
    address: address
      ? addressValues(address)
      : { name: cart.name ?? account?.name ?? '', phone: cart.phone ?? account?.phone ?? '', city: '' },
    payment: methods[0] ? paymentValue(methods[0]) : '',
    attempt: newId('key'),
    errors: {},
    changed: null,
  }
}

/** Chooses the cheapest way for vendors that have none yet, so that the first total shown is a true one. */
async function withShipping(visit: Visit, cart: Cart, options: readonly ShippingOption[]): Promise<Cart> {
  if (!cart.requires_shipping || cart.vendors.every((group) => group.shipping_option_id !== null)) return cart
  const choices = cart.vendors.flatMap((group) => {
    const own = options.filter((option) => option.vendor_id === group.vendor.id).sort((a, b) => a.price.amount - b.price.amount)
    const option = own.find((candidate) => candidate.id === group.shipping_option_id) ?? own[0]
    return option ? [{ vendor_id: group.vendor.id, option_id: option.id }] : []
  })
  if (choices.length === 0) return cart
  const updated = await attempt(visit.call(updateCart, { params: { id: cart.id }, body: { shipping_options: choices } }))
  return updated.ok ? updated.value : cart
}

function checkoutPage(visit: Visit, view: CheckoutView, status: number): Answer {
  const title = visit.t('checkout.title')
  const failed = Object.keys(view.errors).length > 0
  return page(failed ? visit.t('form.error_title', { title }) : title, <CheckoutForm visit={visit} view={view} />, {
    frame: 'plain',
    noIndex: true,
    status,
  })
}

interface Typed {
  view: CheckoutView
  phone: string | null
  address: ReturnType<typeof readAddress>['address']
}

/** Reads the posted form over the present cart. */
async function typed(visit: Visit, cart: Cart): Promise<Typed> {
  const view = await viewOf(visit, cart)
  const { form } = visit
  const errors: FieldErrors = {}
  const email = Email.safeParse(form.text('email'))
  if (!email.success) Object.assign(errors, fieldErrors(visit, new Set(['email'])))
  const read = cart.requires_shipping ? readAddress(visit, form) : null
  Object.assign(errors, read?.errors)
  if (!read && !form.text('name')) Object.assign(errors, fieldErrors(visit, new Set(['name'])))
  if (!read && typedPhone(visit) !== null && !Phone.safeParse(typedPhone(visit)).success)
    Object.assign(errors, fieldErrors(visit, new Set(['phone'])))
  const payment = view.methods.flatMap((method) => [paymentValue(method), ...method.tokens.map(({ token }) => paymentValue(method, token))])
  if (!payment.includes(form.text('payment'))) errors['payment'] = visit.t('invalid.payment')
  const key = form.text('attempt')
  return {
    view: {
      ...view,
      email: form.text('email'),
      address: read?.values ?? { ...view.address, name: form.text('name'), phone: form.text('phone') },
      payment: form.text('payment'),
      attempt: /^[\w-]{8,128}$/.test(key) ? key : view.attempt,
      errors,
    },
    phone: read ? (read.address?.phone ?? null) : typedPhone(visit),
    address: read?.address ?? null,
  }
}

/** E.164 of what was typed; null when nothing was. Asked for where nothing is sent and no address says it. */
function typedPhone(visit: Visit): string | null {
  const text = visit.form.text('phone')
  return text ? phoneNumber(text, callingCode(visit.tenant.country)) : null
}

const shippingChoices = (visit: Visit) => visit.form.group('shipping.').map(([vendor_id, option_id]) => ({ vendor_id, option_id }))

/** `POST /checkout`: contact, address, shipping, payment in one go; nothing typed is lost when it cannot be done. */
export async function pay(visit: Visit): Promise<Answer> {
  const cart = await currentCart(visit)
  if (!cart || cart.lines.length === 0) return seeOther(visit.href('/cart'))
  const { view, phone, address } = await typed(visit, cart)
  if (Object.keys(view.errors).length > 0) return checkoutPage(visit, view, 422)
  const updated = await attempt(
    visit.call(updateCart, {
      params: { id: cart.id },
      body: {
        email: view.email,
        locale: visit.locale,
        ...(cart.requires_shipping ? {} : { name: visit.form.text('name').slice(0, 120) }),
        ...(phone ? { phone } : {}),
        ...(address ? { shipping_address: address } : {}),
        ...(shippingChoices(visit).length > 0 ? { shipping_options: shippingChoices(visit) } : {}),
      },
    }),
  )
  if (!updated.ok) return refused(visit, view, updated.error)
  view.cart = remember(visit, updated.value)
  const expected = visit.form.integer('expected_amount')
  if (expected !== view.cart.totals.total.amount) return changed(visit, view)
  return complete(visit, view, view.cart.totals.total)
}

async function complete(visit: Visit, view: CheckoutView, expected_total: Money): Promise<Answer> {
  const [method, token] = view.payment.split(':')
  const completed = await attempt(
    visit.call(
      completeCart,
      { params: { id: view.cart.id }, body: { payment: { method: method as PaymentMethod['method'], token }, expected_total } },
      { idempotencyKey: view.attempt },
    ),
  )
  if (completed.ok) {
    setCartCount(visit, 0)
    return seeOther(visit.href(`/orders/${completed.value.order.number}`, { token: completed.value.token, placed: '1' }))
  }
  const challenge = completed.error.errors[0]?.details?.['challenge_id']
  if (completed.error.code === 'payment_action_required' && typeof challenge === 'string') {
    return seeOther(visit.href(`/checkout/verify/${challenge}`))
  }
  if (completed.error.code === 'cart_changed') {
    const fresh = await currentCart(visit)
    if (!fresh || fresh.lines.some((line) => line.error)) return seeOther(visit.href('/cart'))
    return changed(visit, { ...view, cart: fresh })
  }
  return refused(visit, view, completed.error)
}

function changed(visit: Visit, view: CheckoutView): Answer {
  const words = visit.t('checkout.changed', { total: visit.formats.money(view.cart.totals.total) })
  return checkoutPage(visit, { ...view, changed: words, attempt: newId('key') }, 409)
}

/** A refusal that is final gets a new key for the next try; one whose outcome is open keeps it, so that it cannot pay twice. */
function refused(visit: Visit, view: CheckoutView, error: ApiError): Answer {
  const open = error.status >= 500 || error.code === 'request_in_progress'
  const errors = errorsOf(visit, error, failureText(visit, error))
  return checkoutPage(visit, { ...view, errors, attempt: open ? view.attempt : newId('key') }, error.status)
}

/** `POST /checkout/quote`, for scripts: another way to ship was chosen; the sums again. */
export async function quote(visit: Visit): Promise<Answer> {
  const cart = await currentCart(visit)
  if (!cart) return seeOther(visit.href('/cart'))
  const updated = await attempt(visit.call(updateCart, { params: { id: cart.id }, body: { shipping_options: shippingChoices(visit) } }))
  const now = updated.ok ? updated.value : cart
  return {
    kind: 'fragment',
    status: updated.ok ? 200 : updated.error.status,
    body: (
      <>
        <CheckoutSummary visit={visit} cart={now} />
        <PayBlock visit={visit} totals={now.totals} attempt={visit.form.text('attempt')} />
      </>
    ),
  }
}
