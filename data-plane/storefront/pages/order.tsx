import { newId } from '@cityos/contract'
import {
  cancelOrder,
  changePaymentMethod,
  getMyOrder,
  getStoreOrder,
  type Order,
  quoteRefund,
  type RefundQuote,
} from '../../core/order/contract.ts'
import { Icon } from '../components/icon.tsx'
import { NoticeBox, ProblemNotice } from '../components/layout.tsx'
import { AddressBlock, isGiven, Part, StatusBadge, Timeline } from '../components/order-parts.tsx'
import { PayAgain, PaymentNotice, Payments } from '../components/order-payments.tsx'
import { Amount } from '../components/price.tsx'
import { Totals } from '../components/totals.tsx'
import { failureText } from '../failure-text.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../visit.ts'

/** How this visitor may see the order: by the account, or by the token of the confirmation. */
interface Access {
  token: string | undefined
  /** Path of this order's page below the language. */
  path: string
}

function accessOf(visit: Visit): Access {
  const token = visit.query.get('token') ?? (visit.form.text('token') || undefined)
  const base = visit.path.startsWith('/account/') ? '/account/orders' : '/orders'
  return { token, path: `${base}/${visit.param('no')}` }
}

function load(visit: Visit, access: Access): Promise<Order> {
  const params = { no: visit.param('no') }
  if (visit.path.startsWith('/account/')) return visit.call(getMyOrder, { params })
  return visit.call(getStoreOrder, { params, query: { token: access.token } })
}

/** One order: right after buying also the confirmation. */
export async function order(visit: Visit): Promise<Answer> {
  const access = accessOf(visit)
  return orderPage(visit, await load(visit, access), access, null)
}

function orderPage(visit: Visit, order: Order, access: Access, problem: string | null): Answer {
  const { t, formats } = visit
  const placed = visit.query.get('placed') === '1'
  const cancellable = order.sub_orders.some((part) => part.cancellable)
  return page(
    t('order.title', { number: order.number }),
    <div className="shell pt-6">
      {placed ? (
        <Thanks visit={visit} order={order} />
      ) : (
        <div className="mb-6 flex flex-wrap items-center gap-x-4 gap-y-2">
          <h1 className="text-3xl">
            {t('order.order')} <bdi dir="ltr">{order.number}</bdi>
          </h1>
          <StatusBadge visit={visit} status={order.status} given={isGiven(order.sub_orders.flatMap((part) => part.lines))} />
          <p className="quiet basis-full">{t('order.placed_on', { time: formats.time(order.placed_at) })}</p>
        </div>
      )}
      {problem && (
        <div className="mb-6">
          <NoticeBox tone="bad" role="alert">
            {problem}
          </NoticeBox>
        </div>
      )}
      <PaymentNotice visit={visit} order={order} />
      <PayAgain visit={visit} order={order} path={access.path} token={access.token} />
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid gap-5">
          {order.sub_orders.map((part) => (
            <Part key={part.id} visit={visit} part={part} order={{ number: order.number, token: access.token }}>
              {part.cancellable && order.sub_orders.length > 1 && (
                <a className="link" href={visit.href(`${access.path}/cancel`, { token: access.token, part: part.id })}>
                  {t('order.cancel_part')}
                </a>
              )}
            </Part>
          ))}
        </div>
        <aside className="grid gap-5">
          <section className="card p-5" aria-labelledby="sums">
            <h2 id="sums" className="mb-3 text-lg">
              {t('cart.summary')}
            </h2>
            <Totals visit={visit} ships={order.shipping_address !== null || order.shipping.amount > 0} {...order} />
            <Payments visit={visit} order={order} />
          </section>
          {order.shipping_address && (
            <section className="card p-5" aria-labelledby="where">
              <h2 id="where" className="mb-2 text-lg">
                {t('order.deliver_to')}
              </h2>
              <AddressBlock address={order.shipping_address} />
            </section>
          )}
          <section className="card p-5" aria-labelledby="history">
            <h2 id="history" className="mb-4 text-lg">
              {t('order.history')}
            </h2>
            <Timeline visit={visit} events={order.events} />
          </section>
          {cancellable && (
            <a className="button" href={visit.href(`${access.path}/cancel`, { token: access.token })}>
              {t('order.cancel')}
            </a>
          )}
        </aside>
      </div>
    </div>,
    { noIndex: true, status: problem ? 409 : 200 },
  )
}

function Thanks({ visit, order }: { visit: Visit; order: Order }) {
  const { t } = visit
  return (
    <section className="relative mb-6 overflow-hidden rounded-card bg-panel px-6 pt-8 pb-10 text-center">
      <span className="mx-auto mb-3 flex size-14 items-center justify-center rounded-full bg-good-tint text-good">
        <Icon name="check" size={30} />
      </span>
      <h1 className="text-3xl">{t('order.thanks')}</h1>
      <p className="mt-2 text-lg">
        {t('order.order')} <bdi dir="ltr">{order.number}</bdi>
      </p>
      {order.email && (
        <p className="quiet mt-1">
          {t('order.contact')} <bdi dir="ltr">{order.email}</bdi>
        </p>
      )}
      <div className="mt-5 flex flex-wrap justify-center gap-3">
        <a className="button" href={visit.href(visit.shopPath)}>
          {t('cart.go_on')}
        </a>
        {!visit.signedIn && (
          <a className="button" href={visit.href('/account/sign-up')}>
            {t('order.make_account')}
          </a>
        )}
      </div>
      <div className="frieze absolute inset-x-0 bottom-0 text-page" aria-hidden="true" />
    </section>
  )
}

/** `POST …/pay`: the same way to pay again, with another card of the provider that takes cards here. */
export async function payAgain(visit: Visit): Promise<Answer> {
  const access = accessOf(visit)
  const paid = await attempt(
    visit.call(
      changePaymentMethod,
      { params: { no: visit.param('no') }, query: { token: access.token }, body: { payment: { method: 'sandbox', token: 'tok_ok' } } },
      { idempotencyKey: visit.form.text('attempt') || newId('key') },
    ),
  )
  if (paid.ok) {
    visit.notify('changed')
    return seeOther(visit.href(access.path, { token: access.token }))
  }
  return orderPage(visit, await load(visit, access), access, failureText(visit, paid.error))
}

/** What cancelling now would give back, and the button that does it. */
export async function cancelPage(visit: Visit): Promise<Answer> {
  const access = accessOf(visit)
  const part = visit.query.get('part') ?? undefined
  const [found, quote] = await Promise.all([
    load(visit, access),
    visit.call(quoteRefund, { params: { no: visit.param('no') }, query: { token: access.token, sub_order_id: part } }),
  ])
  return cancelForm(visit, found, quote, access, part, null)
}

function cancelForm(
  visit: Visit,
  order: Order,
  quote: RefundQuote,
  access: Access,
  part: string | undefined,
  problem: string | null,
): Answer {
  const { t } = visit
  const possible = quote.parts.some((entry) => entry.cancellable)
  const title = t('order.cancel')
  return page(
    title,
    <div className="shell max-w-2xl! pt-8">
      <h1 className="mb-2 text-3xl">{title}</h1>
      <p className="quiet mb-6">
        {t('order.order')} <bdi dir="ltr">{order.number}</bdi>
      </p>
      <ProblemNotice text={problem} />
      <ul className="card mb-6 divide-y divide-line">
        {quote.parts.map((entry) => (
          <li key={entry.sub_order_id} className="flex items-center justify-between gap-4 p-4">
            <span>
              <bdi className="block font-semibold">{entry.vendor.name}</bdi>
              <span className="quiet text-sm">{entry.cancellable ? t('order.cancel_yes') : t('order.cancel_no')}</span>
            </span>
            <Amount visit={visit} value={entry.refund} />
          </li>
        ))}
        <li className="flex items-center justify-between gap-4 p-4 font-semibold text-lg">
          <span>{t('order.you_get')}</span>
          <Amount visit={visit} value={quote.refund} />
        </li>
      </ul>
      <form method="post" action={visit.href(`${access.path}/cancel`)} className="flex flex-wrap gap-3">
        <input type="hidden" name="expected_amount" value={quote.refund.amount} />
        <input type="hidden" name="expected_currency" value={quote.refund.currency} />
        <input type="hidden" name="attempt" value={newId('key')} />
        {access.token && <input type="hidden" name="token" value={access.token} />}
        {part && <input type="hidden" name="part" value={part} />}
        {possible && (
          <button type="submit" className="button" data-primary="">
            {t('order.cancel_confirm', { refund: visit.formats.money(quote.refund) })}
          </button>
        )}
        <a className="button" href={visit.href(access.path, { token: access.token })}>
          {t('order.cancel_back')}
        </a>
      </form>
    </div>,
    { noIndex: true, status: problem ? 409 : 200 },
  )
}

export async function cancel(visit: Visit): Promise<Answer> {
  const access = accessOf(visit)
  const { form } = visit
  const part = form.text('part') || undefined
  const cancelled = await attempt(
    visit.call(
      cancelOrder,
      {
        params: { no: visit.param('no') },
        query: { token: access.token },
        body: {
          sub_order_id: part,
          expected_refund: { amount: form.integer('expected_amount') ?? -1, currency: form.text('expected_currency') },
        },
      },
      { idempotencyKey: form.text('attempt') || newId('key') },
    ),
  )
  if (cancelled.ok) {
    visit.notify('order_cancelled')
    return seeOther(visit.href(access.path, { token: access.token }))
  }
  const found = await load(visit, access)
  if (cancelled.error.code === 'refund_quote_changed') {
    const query = { token: access.token, sub_order_id: part }
    const quote = await visit.call(quoteRefund, { params: { no: visit.param('no') }, query })
    return cancelForm(visit, found, quote, access, part, failureText(visit, cancelled.error))
  }
  return orderPage(visit, found, access, failureText(visit, cancelled.error))
}
