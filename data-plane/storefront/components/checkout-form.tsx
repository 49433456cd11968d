import type { Money } from '@cityos/contract'
import type { Cart, PaymentMethod, ShippingOption } from '../../core/cart/contract.ts'
import { type CheckoutView, paymentValue } from '../checkout-view.ts'
import { callingCode } from '../form.ts'
import type { Visit } from '../visit.ts'
import { AddressFields } from './address-fields.tsx'
import { CheckoutSummary } from './checkout-summary.tsx'
import { ErrorSummary, Field, FieldError } from './fields.tsx'
import { Held } from './held.tsx'
import { Icon, type IconName } from './icon.tsx'
import { NoticeBox } from './layout.tsx'
import { Amount } from './price.tsx'

/** The whole checkout on one page, guest first. */
export function CheckoutForm({ visit, view }: { visit: Visit; view: CheckoutView }) {
  const { t } = visit
  return (
    <div className="shell pt-6">
      <h1 className="mb-5 text-3xl">{t('checkout.title')}</h1>
      <SoonestHold visit={visit} cart={view.cart} />
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_24rem] lg:gap-12">
        <div className="lg:order-last">
          <CheckoutSummary visit={visit} cart={view.cart} />
        </div>
        <form method="post" action={visit.href('/checkout')} noValidate data-checkout={visit.href('/checkout/quote')} className="min-w-0">
          <ErrorSummary visit={visit} errors={view.errors} />
          {view.changed && (
            <div className="mb-6" tabIndex={-1} data-focus="">
              <NoticeBox tone="warn" role="alert">
                {view.changed}
              </NoticeBox>
            </div>
          )}
          {visit.suspended && (
            <div className="mb-6">
              <NoticeBox tone="warn">{t(visit.pauseNotice)}</NoticeBox>
            </div>
          )}
          <Section title={t('checkout.contact')}>
            {!visit.signedIn && (
              <p className="quiet mb-3">
                {t('checkout.guest')}{' '}
                <a className="link" href={visit.href('/account/sign-in', { return_to: visit.href('/checkout') })}>
                  {t('header.sign_in')}
                </a>
              </p>
            )}
            <Field
              visit={visit}
              name="email"
              label={t('field.email')}
              hint={t('checkout.email_hint')}
              value={view.email}
              errors={view.errors}
              type="email"
              inputMode="email"
              direction="ltr"
              autoComplete="email"
              maxLength={254}
            />
            {!view.cart.requires_shipping && <WhoComes visit={visit} view={view} />}
          </Section>
          {view.cart.requires_shipping && (
            <>
              <Section title={t('checkout.address')}>
                <SavedAddresses visit={visit} view={view} />
                <AddressFields visit={visit} values={view.address} errors={view.errors} section="shipping" />
              </Section>
              <Section title={t('checkout.delivery')}>
                <Delivery visit={visit} view={view} />
              </Section>
            </>
          )}
          <Section title={t('checkout.payment')}>
            <Payment visit={visit} view={view} />
          </Section>
          <PayBlock visit={visit} totals={view.cart.totals} attempt={view.attempt} />
        </form>
      </div>
    </div>
  )
}

/** What runs out first stands on top: on a phone the summary is folded. */
function SoonestHold({ visit, cart }: { visit: Visit; cart: Cart }) {
  const held = cart.lines.flatMap((line) => (line.hold?.state === 'held' ? [{ title: line.title, expiresAt: line.hold.expires_at }] : []))
  const [first] = held.sort((a, b) => a.expiresAt.localeCompare(b.expiresAt))
  if (!first) return null
  return (
    <div className="mb-5 max-w-xl lg:hidden">
      <Held visit={visit} {...first} />
    </div>
  )
}

/** Nothing is sent, so no address says who it is: the vendor expects somebody by name. */
function WhoComes({ visit, view }: { visit: Visit; view: CheckoutView }) {
  const { t } = visit
  return (
    <div className="mt-4 grid gap-4 sm:grid-cols-2">
      <Field
        visit={visit}
        name="name"
        label={t('field.name')}
        value={view.address.name}
        errors={view.errors}
        autoComplete="name"
        maxLength={120}
      />
      <Field
        visit={visit}
        name="phone"
        label={t('field.phone')}
        hint={t('field.phone_hint', { code: callingCode(visit.tenant.country) })}
        value={view.address.phone}
        errors={view.errors}
        type="tel"
        inputMode="tel"
        direction="ltr"
        autoComplete="tel"
        required={false}
        maxLength={24}
      />
    </div>
  )
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="mb-8 border-line border-b pb-8">
      <h2 className="mb-4 text-xl">{title}</h2>
      {children}
    </section>
  )
}

function SavedAddresses({ visit, view }: { visit: Visit; view: CheckoutView }) {
  if (view.saved.length === 0) return null
  return (
    <ul className="mb-5 grid gap-2 sm:grid-cols-2">
      {view.saved.slice(0, 4).map((address) => (
        <li key={address.id}>
          <a className="choice h-full" href={visit.href('/checkout', { address: address.id })}>
            <Icon name="pin" />
            <span>
              <span className="block font-semibold">{address.label ?? address.name}</span>
              <span className="quiet text-sm">
                {address.line1}, {address.city}
              </span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  )
}

function Delivery({ visit, view }: { visit: Visit; view: CheckoutView }) {
  const { t } = visit
  return (
    <div className="grid gap-6">
      {view.cart.vendors.map((group) => {
        const options = view.options.filter((option) => option.vendor_id === group.vendor.id)
        if (options.length === 0) return null
        return (
          <fieldset key={group.vendor.id} className="field">
            <legend className="mb-2">{t('checkout.delivery_from', { vendor: group.vendor.name })}</legend>
            {options.map((option) => (
              <label key={option.id} className="choice">
                <input
                  type="radio"
                  name={`shipping.${group.vendor.id}`}
                  value={option.id}
                  defaultChecked={option.id === group.shipping_option_id}
                  required
                />
                <OptionText visit={visit} option={option} free={isFree(option, group.subtotal)} />
              </label>
            ))}
          </fieldset>
        )
      })}
    </div>
  )
}

const isFree = (option: ShippingOption, subtotal: Money): boolean =>
  option.price.amount === 0 || (option.free_above !== null && subtotal.amount >= option.free_above.amount)

function OptionText({ visit, option, free }: { visit: Visit; option: ShippingOption; free: boolean }) {
  const { t } = visit
  return (
    <span className="flex min-w-0 flex-1 flex-wrap justify-between gap-x-4">
      <span>
        <span className="block">{option.name}</span>
        <span className="quiet text-sm">{t('checkout.days', { min: option.min_days, max: option.max_days })}</span>
      </span>
      <span className="font-semibold">{free ? t('totals.free') : <Amount visit={visit} value={option.price} />}</span>
    </span>
  )
}

const methodIcons: Record<PaymentMethod['method'], IconName> = {
  cash_on_delivery: 'cash',
  bank_transfer: 'bank',
  sandbox: 'card',
  none: 'check',
}

function Payment({ visit, view }: { visit: Visit; view: CheckoutView }) {
  const { t } = visit
  return (
    <fieldset className="field" id="payment" aria-describedby={view.errors['payment'] ? 'payment-error' : undefined}>
      <legend className="sr-only">{t('checkout.payment')}</legend>
      {view.methods.map((method) => {
        const variants = method.tokens.length > 0 ? method.tokens : [null]
        return variants.map((token) => {
          const value = paymentValue(method, token?.token)
          return (
            <label key={value} className="choice">
              <input type="radio" name="payment" value={value} defaultChecked={value === view.payment} required />
              <Icon name={methodIcons[method.method]} size={24} />
              <span className="flex-1">
                <span className="block">{method.name}</span>
                {token ? <span className="quiet text-sm">{token.name}</span> : <MethodHint visit={visit} method={method.method} />}
              </span>
            </label>
          )
        })
      })}
      <FieldError name="payment" error={view.errors['payment']} />
    </fieldset>
  )
}

function MethodHint({ visit, method }: { visit: Visit; method: PaymentMethod['method'] }) {
  if (method === 'sandbox' || method === 'none') return null
  return <span className="quiet text-sm">{visit.t(method === 'cash_on_delivery' ? 'payment.cash_hint' : 'payment.bank_hint')}</span>
}

/** The button says what it costs; the amount it was shown with travels along and is checked. */
export function PayBlock({ visit, totals, attempt }: { visit: Visit; totals: Cart['totals']; attempt: string }) {
  const { t, formats } = visit
  const { total, due_now } = totals
  return (
    <div id="checkout-pay">
      <input type="hidden" name="expected_amount" value={total.amount} />
      <input type="hidden" name="attempt" value={attempt} />
      <button type="submit" className="button w-full" data-primary="" data-large="" disabled={visit.suspended} data-pay="">
        <Icon name="lock" size={18} />
        {total.amount === 0 ? t('checkout.confirm') : t('checkout.pay', { total: formats.money(due_now.amount > 0 ? due_now : total) })}
      </button>
      <p className="quiet mt-3 text-center text-sm">
        {t('checkout.terms')}{' '}
        <a className="link" href={visit.href('/policies/terms')}>
          {t('policy.terms')}
        </a>
        {' · '}
        <a className="link" href={visit.href('/policies/returns')}>
          {t('policy.returns')}
        </a>
      </p>
    </div>
  )
}
