import type { Locale } from '@cityos/contract'
import { claimOrders, endMySession, getMe, listMySessions, requestClaim, updateMe } from '../../core/customer/contract.ts'
import { listMyOrders, type OrderSummary } from '../../core/order/contract.ts'
import { errorsOf } from '../address-form.ts'
import { AccountPage } from '../components/account-page.tsx'
import { ErrorSummary, Field, type FieldErrors } from '../components/fields.tsx'
import { Icon } from '../components/icon.tsx'
import { languageNames } from '../components/language-menu.tsx'
import { EmptyState, NoticeBox } from '../components/layout.tsx'
import { StatusBadge } from '../components/order-parts.tsx'
import { Picture } from '../components/picture.tsx'
import { Amount } from '../components/price.tsx'
import { failureText } from '../failure-text.ts'
import { callingCode, phoneNumber } from '../form.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../visit.ts'

/** Account home: the latest orders and the ways on. */
export async function accountHome(visit: Visit): Promise<Answer> {
  const { t } = visit
  const [me, orders] = await Promise.all([visit.call(getMe), visit.call(listMyOrders, { query: { limit: 3 } })])
  const title = me.name ? t('account.hello', { name: me.name }) : t('header.account')
  return page(
    title,
    <AccountPage visit={visit} title={title} here="/account">
      {!me.email_verified && (
        <div className="mb-5">
          <NoticeBox tone="warn">{t('account.unverified')}</NoticeBox>
        </div>
      )}
      <h2 className="mb-3 text-xl">{t('account.latest')}</h2>
      <Orders visit={visit} orders={orders.items} />
      {orders.total > 3 && (
        <a className="link mt-4 inline-block" href={visit.href('/account/orders')}>
          {t('account.all_orders', { count: orders.total })}
        </a>
      )}
    </AccountPage>,
    { noIndex: true },
  )
}

const perPage = 10

export async function accountOrders(visit: Visit): Promise<Answer> {
  const { t } = visit
  const number = Math.max(1, Math.min(1000, Number(visit.query.get('page')) || 1))
  const orders = await visit.call(listMyOrders, { query: { limit: perPage, offset: (number - 1) * perPage } })
  return page(
    t('account.orders'),
    <AccountPage visit={visit} title={t('account.orders')} here="/account/orders">
      <Orders visit={visit} orders={orders.items} />
      <nav aria-label={t('list.pages')} className="mt-6 flex gap-3">
        {number > 1 && (
          <a className="button" rel="prev" href={visit.href('/account/orders', { page: String(number - 1) })}>
            {t('list.previous')}
          </a>
        )}
        {number * perPage < orders.total && (
          <a className="button" rel="next" href={visit.href('/account/orders', { page: String(number + 1) })}>
            {t('list.next')}
          </a>
        )}
      </nav>
    </AccountPage>,
    { noIndex: true },
  )
}

function Orders({ visit, orders }: { visit: Visit; orders: readonly OrderSummary[] }) {
  const { t, formats } = visit
  if (orders.length === 0) {
    return (
      <EmptyState icon="receipt" title={t('account.no_orders')} text={t('account.no_orders_text')}>
        <a className="button" data-primary="" href={visit.href(visit.shopPath)}>
          {t('home.shop_now')}
        </a>
      </EmptyState>
    )
  }
  return (
    <ul className="grid gap-3">
      {orders.map((order) => (
        <li key={order.id} className="tile card flex-row! flex-wrap items-center gap-4 p-4 hover:border-line-strong">
          <span className="flex -space-x-4 rtl:space-x-reverse">
            {order.pictures.slice(0, 3).map((picture) => (
              <span key={picture.url} className="size-14 overflow-hidden rounded-full border-2 border-raised bg-panel">
                <Picture picture={picture} size={56} decorative />
              </span>
            ))}
          </span>
          <span className="min-w-0 flex-1 basis-48">
            <a className="tile-link font-semibold" href={visit.href(`/account/orders/${order.number}`)}>
              {t('order.order')} <bdi dir="ltr">{order.number}</bdi>
            </a>
            <span className="quiet block text-sm">
              {formats.date(order.placed_at)} · {t('cart.count', { count: order.count })} · <bdi>{order.vendors.join(', ')}</bdi>
            </span>
          </span>
          <StatusBadge visit={visit} status={order.status} />
          <span className="font-semibold">
            <Amount visit={visit} value={order.total} />
          </span>
        </li>
      ))}
    </ul>
  )
}

/** Where this account is signed in. */
export async function security(visit: Visit): Promise<Answer> {
  const { t, formats } = visit
  const sessions = await visit.call(listMySessions, { query: {} })
  return page(
    t('account.security'),
    <AccountPage visit={visit} title={t('account.security')} here="/account/security">
      <h2 className="mb-3 text-xl">{t('security.sessions')}</h2>
      <ul className="card divide-y divide-line">
        {sessions.items.map((session) => (
          <li key={session.id} className="flex flex-wrap items-center justify-between gap-3 p-4">
            <span className="min-w-0">
              <bdi className="block truncate">{session.user_agent ?? t('security.unknown')}</bdi>
              <span className="quiet text-sm">{t('security.seen', { time: formats.time(session.last_seen_at) })}</span>
            </span>
            {session.current ? (
              <span className="badge" data-tone="good">
                {t('security.this')}
              </span>
            ) : (
              <form method="post" action={visit.href(`/account/sessions/${session.id}/end`)}>
                <button type="submit" className="button">
                  {t('security.end')}
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      <h2 className="mt-8 mb-3 text-xl">{t('field.password')}</h2>
      <p className="quiet mb-3">{t('security.password')}</p>
      <a className="button" href={visit.href('/account/forgot')}>
        {t('security.change_password')}
      </a>
    </AccountPage>,
    { noIndex: true },
  )
}

export async function endSession(visit: Visit): Promise<Answer> {
  const ended = await attempt(visit.call(endMySession, { params: { id: visit.param('id') } }))
  if (ended.ok) visit.notify('session_ended')
  else if (ended.error.status !== 404) throw ended.error
  return seeOther(visit.href('/account/security'))
}

interface PrivacyState {
  errors: FieldErrors
  status: number
  /** A code was sent to prove the address before guest orders are shown. */
  claim: { code: string | undefined } | null
}

/** What is stored about the customer, to change; and guest orders, to claim. */
export async function privacy(visit: Visit, state: PrivacyState = { errors: {}, status: 200, claim: null }): Promise<Answer> {
  const { t, form } = visit
  const me = await visit.call(getMe)
  const refusedHere = Object.keys(state.errors).length > 0
  return page(
    t('account.privacy'),
    <AccountPage visit={visit} title={t('account.privacy')} here="/account/privacy">
      <ErrorSummary visit={visit} errors={state.errors} />
      <h2 className="mb-3 text-xl">{t('privacy.profile')}</h2>
      <form method="post" action={visit.href('/account/privacy')} noValidate className="grid max-w-lg gap-4">
        <p>
          <span className="quiet">{t('field.email')}</span> <bdi dir="ltr">{me.email}</bdi>
        </p>
        <Field
          visit={visit}
          name="name"
          label={t('field.name')}
          value={refusedHere ? form.text('name') : (me.name ?? '')}
          errors={state.errors}
          autoComplete="name"
          maxLength={120}
        />
        <Field
          visit={visit}
          name="phone"
          label={t('field.phone')}
          hint={t('field.phone_hint', { code: callingCode(visit.tenant.country) })}
          value={refusedHere ? form.text('phone') : (me.phone ?? '')}
          errors={state.errors}
          type="tel"
          inputMode="tel"
          direction="ltr"
          autoComplete="tel"
          required={false}
          maxLength={24}
        />
        <div className="field">
          <label htmlFor="locale">{t('privacy.language')}</label>
          <select id="locale" name="locale" defaultValue={me.locale} className="control">
            {visit.tenant.locales.map((locale) => (
              <option key={locale} value={locale} lang={locale}>
                {languageNames[locale]}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" className="button justify-self-start" data-primary="">
          {t('action.save')}
        </button>
      </form>
      <h2 className="mt-10 mb-2 text-xl">{t('privacy.claim')}</h2>
      <p className="quiet mb-3 max-w-lg">{t('privacy.claim_text')}</p>
      {state.claim ? (
        <form method="post" action={visit.href('/account/claim')} noValidate className="grid max-w-lg gap-4">
          {state.claim.code && (
            <NoticeBox tone="plain">
              {t('verify.test')}{' '}
              <bdi dir="ltr" className="font-semibold">
                {state.claim.code}
              </bdi>
            </NoticeBox>
          )}
          <Field
            visit={visit}
            name="code"
            label={t('verify.code')}
            hint={t('verify.hint')}
            errors={state.errors}
            direction="ltr"
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={6}
          />
          <button type="submit" className="button justify-self-start">
            {t('privacy.claim_submit')}
          </button>
        </form>
      ) : (
        <form method="post" action={visit.href('/account/claim')}>
          <button type="submit" className="button">
            {t('privacy.claim_start')}
          </button>
        </form>
      )}
      <p className="mt-10 flex items-center gap-2">
        <Icon name="shield" />
        <a className="link" href={visit.href('/policies/privacy')}>
          {t('policy.privacy')}
        </a>
      </p>
    </AccountPage>,
    { noIndex: true, canonical: '/account/privacy', status: state.status },
  )
}

export async function saveProfile(visit: Visit): Promise<Answer> {
  const { form, tenant } = visit
  const phone = form.text('phone')
  const locale = tenant.locales.find((known) => known === form.text('locale')) as Locale | undefined
  const saved = await attempt(
    visit.call(updateMe, {
      body: { name: form.text('name'), phone: phone ? phoneNumber(phone, callingCode(tenant.country)) : null, locale },
    }),
  )
  if (!saved.ok)
    return privacy(visit, {
      errors: errorsOf(visit, saved.error, failureText(visit, saved.error)),
      status: saved.error.status,
      claim: null,
    })
  visit.notify('profile_saved')
  return seeOther(visit.href('/account/privacy'))
}

/** Without a code: sends one. With it: guest orders of the proven address join the account. */
export async function claim(visit: Visit): Promise<Answer> {
  if (!visit.form.has('code')) {
    const sent = await visit.call(requestClaim)
    return privacy(visit, { errors: {}, status: 200, claim: { code: sent.code } })
  }
  const claimed = await attempt(visit.call(claimOrders, { body: { code: visit.form.text('code') } }))
  if (!claimed.ok) {
    const errors = errorsOf(visit, claimed.error, failureText(visit, claimed.error))
    return privacy(visit, { errors, status: claimed.error.status, claim: { code: undefined } })
  }
  visit.notify(claimed.value.claimed > 0 ? 'orders_claimed' : 'no_orders_to_claim')
  return seeOther(visit.href('/account/orders'))
}
