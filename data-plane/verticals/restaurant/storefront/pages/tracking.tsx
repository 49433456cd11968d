import { newId } from '@cityos/contract'
import { Held } from '../../../../storefront/components/held.tsx'
import { Icon } from '../../../../storefront/components/icon.tsx'
import { ProblemNotice } from '../../../../storefront/components/layout.tsx'
import { LineParts } from '../../../../storefront/components/line-parts.tsx'
import { Amount } from '../../../../storefront/components/price.tsx'
import { ReviewLink } from '../../../../storefront/components/reviews.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { formatsOf } from '../../../../storefront/format.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import { cancelFoodOrder, type FoodOrder, type FoodOrderStatus, getFoodOrder } from '../../contract.ts'
import { MealBadge } from '../status.tsx'
import { type TextKey, texts } from '../texts.ts'

const tokenOf = (visit: Visit): string | undefined => visit.query.get('token') ?? (visit.form.text('token') || undefined)
const load = (visit: Visit): Promise<FoodOrder> =>
  visit.call(getFoodOrder, { params: { id: visit.param('id') }, query: { token: tokenOf(visit) } })

/** Where a meal is: follows the kitchen live; without scripts it is read anew every 20 seconds. */
export async function tracking(visit: Visit): Promise<Answer> {
  return trackingPage(visit, await load(visit), null)
}

const steps: Record<FoodOrder['service'], FoodOrderStatus[]> = {
  delivery: ['placed', 'accepted', 'preparing', 'out_for_delivery', 'delivered'],
  pickup: ['placed', 'accepted', 'preparing', 'ready', 'picked_up'],
  dine_in: ['placed', 'accepted', 'preparing', 'ready', 'picked_up'],
}
const over = new Set<FoodOrderStatus>([
  'delivered',
  'picked_up',
  'rejected',
  'auto_rejected',
  'cancelled',
  'vendor_cancelled',
  'delivery_failed',
])

function trackingPage(visit: Visit, meal: FoodOrder, problem: string | null): Answer {
  const t = texts(visit.locale)
  const live = !over.has(meal.status)
  return page(
    t('track.title', { name: meal.restaurant.name }),
    <div className="shell max-w-4xl! pt-6">
      {visit.signedIn && (
        <a className="link inline-flex min-h-11 items-center gap-1" href={visit.href('/account/restaurant')}>
          <Icon name="back" size={18} />
          {t('mine.title')}
        </a>
      )}
      <h1 className="mt-1 mb-5 text-3xl">
        <bdi>{meal.restaurant.name}</bdi>
      </h1>
      <ProblemNotice text={problem} />
      <div className="grid items-start gap-6 md:grid-cols-[minmax(0,1fr)_20rem]">
        <Live visit={visit} meal={meal} live={live} />
        <Dishes visit={visit} meal={meal} />
      </div>
    </div>,
    {
      noIndex: true,
      canonical: `/account/restaurant/${meal.id}`,
      status: problem ? 409 : 200,
      refreshSeconds: live ? 20 : undefined,
    },
  )
}

/** The part that is replaced at each event. */
function Live({ visit, meal, live }: { visit: Visit; meal: FoodOrder; live: boolean }) {
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, meal.restaurant.timezone)
  const token = tokenOf(visit)
  const stream = `/v1/store/restaurant-orders/${meal.id}/track${token ? `?token=${encodeURIComponent(token)}` : ''}`
  const row = steps[meal.service]
  const at = (status: FoodOrderStatus) => meal.history.find((entry) => entry.status === status)?.at
  // `ready` of a delivery is between cooking and leaving: shown as cooking done.
  const shown = meal.status === 'ready' && meal.service === 'delivery' ? 'preparing' : meal.status
  const reached = row.indexOf(shown)
  const promised = meal.promised_delivery_at ?? meal.promised_ready_at
  return (
    <section id="live" className="card grid gap-5 p-5" aria-label={t('track.state')} {...(live ? { 'data-stream': stream } : {})}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="font-semibold text-xl" data-said="">
          {t(`meal.now.${meal.status}` satisfies TextKey)}
        </p>
        <MealBadge visit={visit} status={meal.status} />
      </div>
      {reached >= 0 && (
        <ol className="steps">
          {row.map((status, index) => (
            <li
              key={status}
              className="step"
              data-done={index <= reached ? '' : undefined}
              aria-current={index === reached && live ? 'step' : undefined}
            >
              <span />
              <span>{t(`meal.step.${status}` as TextKey)}</span>
              {at(status) && (
                <time dateTime={at(status)} className="quiet text-xs tabular-nums">
                  {formats.clock(at(status) ?? '')}
                </time>
              )}
            </li>
          ))}
        </ol>
      )}
      {live && (
        <p className="text-lg">
          {meal.service === 'delivery'
            ? t('track.there_at', { time: formats.clock(promised) })
            : t('track.ready_at', { time: formats.clock(promised) })}
        </p>
      )}
      {meal.status === 'placed' && meal.accept_by && (
        <Held
          visit={visit}
          title={t('track.answer')}
          expiresAt={meal.accept_by}
          words={{ text: (left) => t('track.answer_in', { left }), over: t('track.answer_over') }}
        />
      )}
      {meal.reason && <p className="notice">{reasonText(visit, meal)}</p>}
      <p className="quiet text-sm">
        {t('track.number')}{' '}
        <bdi dir="ltr" className="font-semibold text-ink text-lg">
          {meal.call_number}
        </bdi>
      </p>
      <Cancel visit={visit} meal={meal} />
      <ReviewLink visit={visit} lineId={meal.order_line_id} allowedAt={meal.review_allowed_at} token={token} />
      {live && <p className="live-age quiet text-sm">{t('track.age', { time: formats.clock(visit.now.toISOString()) })}</p>}
    </section>
  )
}

function reasonText(visit: Visit, meal: FoodOrder): string {
  const t = texts(visit.locale)
  const known: Record<string, TextKey> = {
    customer_absent: 'reason.customer_absent',
    address_not_found: 'reason.address_not_found',
    vendor_fault: 'reason.vendor_fault',
  }
  const key = known[meal.reason ?? '']
  return key ? t(key) : t('reason.words', { reason: meal.reason ?? '' })
}

/** What cancelling gives back is said before; the button carries the amount. */
function Cancel({ visit, meal }: { visit: Visit; meal: FoodOrder }) {
  const t = texts(visit.locale)
  const quote = meal.cancellation
  if (!quote || !meal.actions.includes('cancel')) return null
  const token = tokenOf(visit)
  return (
    <details>
      <summary className="link inline-flex min-h-11 items-center">{t('cancel.open')}</summary>
      <form method="post" action={visit.href(`/account/restaurant/${meal.id}/cancel`)} className="mt-2 grid gap-3">
        <p>
          {quote.fee.amount > 0
            ? t('cancel.with_fee', { refund: visit.formats.money(quote.refund), fee: visit.formats.money(quote.fee) })
            : t('cancel.all_back', { refund: visit.formats.money(quote.refund) })}
        </p>
        <input type="hidden" name="expected_amount" value={quote.refund.amount} />
        <input type="hidden" name="expected_currency" value={quote.refund.currency} />
        <input type="hidden" name="attempt" value={newId('key')} />
        {token && <input type="hidden" name="token" value={token} />}
        <button type="submit" className="button justify-self-start">
          {t('cancel.confirm')}
        </button>
      </form>
    </details>
  )
}

function Dishes({ visit, meal }: { visit: Visit; meal: FoodOrder }) {
  const t = texts(visit.locale)
  const { address } = meal
  return (
    <section className="card grid gap-4 p-5" aria-label={t('basket.title')}>
      <LineParts
        visit={visit}
        parts={[
          ...meal.dishes.map((dish) => ({
            kind: 'item' as const,
            title: [dish.name, dish.options.map((option) => option.name).join(visit.locale === 'ar' ? '، ' : ', ')]
              .filter(Boolean)
              .join(': '),
            quantity: dish.quantity,
            amount: dish.total,
          })),
          ...(meal.service === 'delivery' ? [{ kind: 'delivery' as const, title: '', quantity: 1, amount: meal.delivery }] : []),
          ...(meal.tip.amount > 0 ? [{ kind: 'tip' as const, title: '', quantity: 1, amount: meal.tip }] : []),
        ]}
      />
      {meal.dishes.length === 1 && meal.service !== 'delivery' && meal.tip.amount === 0 && (
        <p className="flex justify-between gap-4">
          <span>{meal.dishes[0]?.name}</span>
          <Amount visit={visit} value={meal.subtotal} />
        </p>
      )}
      <p className="flex justify-between gap-4 border-line border-t pt-3 font-semibold">
        <span>{visit.t('totals.total')}</span>
        <Amount visit={visit} value={meal.total} />
      </p>
      {meal.refunded.amount > 0 && (
        <p className="flex justify-between gap-4 text-sm">
          <span className="quiet">{visit.t('totals.refunded')}</span>
          <Amount visit={visit} value={meal.refunded} />
        </p>
      )}
      {address && (
        <address className="quiet text-sm not-italic">
          <bdi>{address.name}</bdi>
          <br />
          <bdi>{[address.line1, address.line2, address.district, address.city].filter(Boolean).join(', ')}</bdi>
        </address>
      )}
      <a className="link" href={visit.href(`/restaurant/${meal.restaurant.handle}`)}>
        {t('track.menu')}
      </a>
    </section>
  )
}

export async function cancelMeal(visit: Visit): Promise<Answer> {
  const { form } = visit
  const id = visit.param('id')
  const token = tokenOf(visit)
  const cancelled = await attempt(
    visit.call(
      cancelFoodOrder,
      {
        params: { id },
        query: { token },
        body: { expected_refund: { amount: form.integer('expected_amount') ?? -1, currency: form.text('expected_currency') } },
      },
      { idempotencyKey: form.text('attempt') || newId('key') },
    ),
  )
  if (cancelled.ok) {
    visit.notify('cancelled')
    return seeOther(visit.href(`/account/restaurant/${id}`, { token }))
  }
  const t = texts(visit.locale)
  const words = cancelled.error.code === 'cancellation_not_allowed' ? t('cancel.too_late') : failureText(visit, cancelled.error)
  return trackingPage(visit, await load(visit), words)
}
