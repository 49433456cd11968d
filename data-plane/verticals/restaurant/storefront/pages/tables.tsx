import { type ApiError, newId, type Result } from '@cityos/contract'
import { Phone } from '../../../../core/customer/contract.ts'
import { addToCart } from '../../../../storefront/cart-access.ts'
import { ErrorSummary, Field, type FieldErrors } from '../../../../storefront/components/fields.tsx'
import { Icon } from '../../../../storefront/components/icon.tsx'
import { NoticeBox } from '../../../../storefront/components/layout.tsx'
import { Picture } from '../../../../storefront/components/picture.tsx'
import { ReviewLink } from '../../../../storefront/components/reviews.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { callingCode, phoneNumber } from '../../../../storefront/form.ts'
import { formatsOf } from '../../../../storefront/format.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import {
  cancelTableReservation,
  getRestaurant,
  getTableReservation,
  listTableTimes,
  type RestaurantDetail,
  type TableReservation,
} from '../../contract.ts'
import { TableBadge } from '../status.tsx'
import { type TextKey, texts } from '../texts.ts'

interface TableView {
  restaurant: RestaurantDetail
  times: Result<typeof listTableTimes>
  start: string | null
  errors: FieldErrors
  problem: string | null
}

const day = /^\d{4}-\d{2}-\d{2}$/

/** A table: how many, which day, which time, then for whom. */
export async function tables(visit: Visit): Promise<Answer> {
  return tablePage(visit, await readTables(visit), 200)
}

async function readTables(visit: Visit): Promise<TableView> {
  const handle = visit.param('handle')
  const restaurant = await visit.call(getRestaurant, { params: { handle }, query: {} })
  const asked = visit.form.text('date') || visit.query.get('date') || ''
  const party = Number(visit.form.text('party') || visit.query.get('party')) || 2
  const most = restaurant.reservation?.party_max ?? 12
  const times = await visit.call(listTableTimes, {
    params: { handle },
    query: { party_size: Math.max(1, Math.min(most, Math.trunc(party))), date: day.test(asked) ? asked : undefined },
  })
  const start = visit.form.text('start') || visit.query.get('start')
  const chosen = times.times.find((time) => start && Date.parse(time.starts_at) === Date.parse(start))
  return { restaurant, times, start: chosen?.starts_at ?? null, errors: {}, problem: null }
}

function tablePage(visit: Visit, view: TableView, status: number): Answer {
  const t = texts(visit.locale)
  const { restaurant } = view
  const title = t('table.title_at', { name: restaurant.name })
  const failed = Object.keys(view.errors).length > 0
  return page(
    failed ? visit.t('form.error_title', { title }) : title,
    <div className="shell max-w-2xl! pt-6">
      <a className="link inline-flex min-h-11 items-center gap-1" href={visit.href(`/restaurant/${restaurant.handle}`)}>
        <Icon name="back" size={18} />
        <bdi>{restaurant.name}</bdi>
      </a>
      <h1 className="mt-1 mb-5 text-3xl">{t('table.book')}</h1>
      {view.problem && (
        <div className="mb-5">
          <NoticeBox tone="bad" role="alert">
            {view.problem}
          </NoticeBox>
        </div>
      )}
      {restaurant.reservation ? <Choose visit={visit} view={view} /> : <NoticeBox tone="warn">{t('table.none')}</NoticeBox>}
    </div>,
    { status, canonical: `/restaurant/${restaurant.handle}/tables`, noIndex: failed || view.start !== null },
  )
}

function Choose({ visit, view }: { visit: Visit; view: TableView }) {
  const t = texts(visit.locale)
  const { restaurant, times } = view
  const formats = formatsOf(visit.locale, times.timezone)
  const path = `/restaurant/${restaurant.handle}/tables`
  const free = times.times.filter((time) => time.available)
  return (
    <div className="grid gap-6">
      <form method="get" action={visit.href(path)} className="filter-bar" data-autosubmit="">
        <div className="field">
          <label htmlFor="party">{t('table.people')}</label>
          <select id="party" name="party" defaultValue={times.party_size} className="control">
            {Array.from({ length: restaurant.reservation?.party_max ?? 8 }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: numbers from one on
              <option key={index} value={index + 1}>
                {t('table.party', { count: index + 1 })}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="date">{t('table.day')}</label>
          <input
            id="date"
            name="date"
            type="date"
            min={formats.isoDay(visit.now.toISOString())}
            defaultValue={times.date}
            className="control"
          />
        </div>
        <button type="submit" className="button" data-without-script="">
          {visit.t('action.filter')}
        </button>
      </form>
      <section aria-labelledby="times">
        <h2 id="times" className="mb-3 text-xl">
          {formats.day(`${times.date}T12:00:00Z`)}
        </h2>
        {free.length === 0 ? (
          <p className="notice">{t('table.full')}</p>
        ) : (
          <ul className="slot-grid">
            {free.map((time) => (
              <li key={time.starts_at}>
                <a
                  className="slot h-full"
                  aria-current={time.starts_at === view.start ? 'true' : undefined}
                  rel="nofollow"
                  href={`${visit.href(path, { party: String(times.party_size), date: times.date, start: time.starts_at })}#guest`}
                >
                  {formats.clock(time.starts_at)}
                </a>
              </li>
            ))}
          </ul>
        )}
        <p className="quiet mt-2 text-sm">
          {visit.t('time.zone', { city: formats.zone.city, offset: formats.zone.offset(visit.now.toISOString()) })}
        </p>
      </section>
      {view.start && <Guest visit={visit} view={view} start={view.start} />}
    </div>
  )
}

const occasions = ['birthday', 'anniversary', 'business', 'family', 'iftar', 'other'] as const

function Guest({ visit, view, start }: { visit: Visit; view: TableView; start: string }) {
  const t = texts(visit.locale)
  const { restaurant, times, errors } = view
  const { form } = visit
  const common = { visit, errors }
  return (
    <section id="guest" className="card p-5" aria-labelledby="guest-title">
      <h2 id="guest-title" className="mb-1 text-xl">
        {t('table.chosen', { time: formatsOf(visit.locale, times.timezone).moment(start), count: times.party_size })}
      </h2>
      <p className="quiet mb-4 text-sm">
        {times.deposit.amount > 0 ? t('table.deposit', { amount: visit.formats.money(times.deposit) }) : t('table.free')}{' '}
        {restaurant.reservation &&
          t('table.cancel_until', { time: visit.formats.duration(restaurant.reservation.free_cancellation_hours * 60) })}
      </p>
      <form method="post" action={visit.href(`/restaurant/${restaurant.handle}/tables`)} noValidate className="grid gap-4">
        <ErrorSummary visit={visit} errors={errors} />
        <input type="hidden" name="party" value={times.party_size} />
        <input type="hidden" name="date" value={times.date} />
        <input type="hidden" name="start" value={start} />
        <Field {...common} name="name" label={visit.t('field.name')} value={form.text('name')} autoComplete="name" maxLength={120} />
        <Field
          {...common}
          name="phone"
          label={visit.t('field.phone')}
          hint={visit.t('field.phone_hint', { code: callingCode(visit.tenant.country) })}
          value={form.text('phone')}
          type="tel"
          inputMode="tel"
          direction="ltr"
          autoComplete="tel"
          maxLength={24}
        />
        <div className="field">
          <label htmlFor="occasion">
            {t('table.occasion')} <span className="quiet font-normal">{visit.t('field.optional')}</span>
          </label>
          <select id="occasion" name="occasion" defaultValue={form.text('occasion')} className="control">
            <option value="">{t('table.no_occasion')}</option>
            {occasions.map((occasion) => (
              <option key={occasion} value={occasion}>
                {t(`occasion.${occasion}` satisfies TextKey)}
              </option>
            ))}
          </select>
        </div>
        <Field {...common} name="note" label={t('table.note')} value={form.text('note')} required={false} maxLength={280} />
        {visit.suspended ? (
          <NoticeBox tone="warn">{visit.t('suspended.banner')}</NoticeBox>
        ) : (
          <button type="submit" className="button" data-primary="" data-large="">
            {t('table.take')}
          </button>
        )}
      </form>
    </section>
  )
}

/** `POST`: the table goes into the cart; it is taken when the cart is bought. */
export async function takeTable(visit: Visit): Promise<Answer> {
  const { form } = visit
  const view = await readTables(visit)
  const phone = phoneNumber(form.text('phone'), callingCode(visit.tenant.country))
  if (!form.text('name')) view.errors['name'] = visit.t('invalid.name')
  if (!Phone.safeParse(phone).success) view.errors['phone'] = visit.t('invalid.phone', { code: callingCode(visit.tenant.country) })
  if (!view.start) return tablePage(visit, { ...view, problem: texts(visit.locale)('table.taken') }, 409)
  if (Object.keys(view.errors).length > 0) return tablePage(visit, view, 422)
  const added = await addToCart(visit, {
    kind: 'restaurant.table',
    choice: {
      restaurant_id: view.restaurant.id,
      start: view.start,
      party_size: view.times.party_size,
      guest: { name: form.text('name').slice(0, 120), phone },
      occasion: occasions.find((occasion) => occasion === form.text('occasion')) ?? null,
      note: form.text('note').slice(0, 280) || null,
    },
    quantity: 1,
  })
  if (added.ok) return seeOther(visit.href('/checkout'))
  return tablePage(visit, { ...view, problem: refusal(visit, added.error) }, added.error.status)
}

const refusal = (visit: Visit, error: ApiError): string =>
  error.code === 'slot_unavailable' ? texts(visit.locale)('table.taken') : failureText(visit, error)

const tokenOf = (visit: Visit): string | undefined => visit.query.get('token') ?? (visit.form.text('token') || undefined)

/** One reservation: own, or a guest's by the order's token. */
export async function reservation(visit: Visit): Promise<Answer> {
  return reservationPage(visit, await loadReservation(visit), null)
}

const loadReservation = (visit: Visit): Promise<TableReservation> =>
  visit.call(getTableReservation, { params: { id: visit.param('id') }, query: { token: tokenOf(visit) } })

function reservationPage(visit: Visit, table: TableReservation, problem: string | null): Answer {
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, table.restaurant.timezone)
  const token = tokenOf(visit)
  return page(
    t('table.title_at', { name: table.restaurant.name }),
    <div className="shell max-w-2xl! pt-6">
      {visit.signedIn && (
        <a className="link inline-flex min-h-11 items-center gap-1" href={visit.href('/account/restaurant', { show: 'tables' })}>
          <Icon name="back" size={18} />
          {t('mine.title')}
        </a>
      )}
      <div className="mt-1 mb-5 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-3xl">
          <bdi>{table.restaurant.name}</bdi>
        </h1>
        <TableBadge visit={visit} status={table.status} />
      </div>
      {problem && (
        <div className="mb-5">
          <NoticeBox tone="bad" role="alert">
            {problem}
          </NoticeBox>
        </div>
      )}
      <section className="card grid gap-4 p-5" aria-label={t('table.book')}>
        <div className="flex gap-4">
          <span className="tile-picture size-20 shrink-0 rounded-xl!">
            <Picture picture={table.restaurant.picture} size={96} decorative />
          </span>
          <div>
            <p className="font-semibold text-lg">{formats.moment(table.starts_at)}</p>
            <p>{t('table.party', { count: table.party_size })}</p>
            <p className="quiet text-sm">
              {visit.t('time.zone', { city: formats.zone.city, offset: formats.zone.offset(table.starts_at) })}
            </p>
          </div>
        </div>
        <dl className="grid gap-2">
          <div className="flex justify-between gap-4">
            <dt className="quiet">{visit.t('field.name')}</dt>
            <dd>
              <bdi>{table.guest_name}</bdi>
            </dd>
          </div>
          <div className="flex justify-between gap-4">
            <dt className="quiet">{visit.t('order.order')}</dt>
            <dd>
              <bdi dir="ltr">{table.order_number}</bdi>
            </dd>
          </div>
          {table.deposit.amount > 0 && (
            <div className="flex justify-between gap-4">
              <dt className="quiet">{visit.t('order.payment.deposit')}</dt>
              <dd>
                <bdi>{visit.formats.money(table.deposit)}</bdi>
              </dd>
            </div>
          )}
        </dl>
        {table.status === 'requested' && <p className="notice">{t('table.waiting')}</p>}
        {(table.status === 'confirmed' || table.status === 'requested') && (
          <p className="quiet text-sm">{t('table.seat_by', { time: formats.clock(table.seat_by) })}</p>
        )}
        {table.reason && <p className="notice">{t('reason.words', { reason: table.reason })}</p>}
        <ReviewLink visit={visit} lineId={table.order_line_id} allowedAt={table.review_allowed_at} token={token} />
        {table.cancellation && table.actions.includes('cancel') && (
          <details>
            <summary className="link inline-flex min-h-11 items-center">{t('cancel.open_table')}</summary>
            <form method="post" action={visit.href(`/account/restaurant/tables/${table.id}/cancel`)} className="mt-2 grid gap-3">
              {table.deposit.amount > 0 && <p>{t('cancel.all_back', { refund: visit.formats.money(table.cancellation.refund) })}</p>}
              <input type="hidden" name="expected_amount" value={table.cancellation.refund.amount} />
              <input type="hidden" name="expected_currency" value={table.cancellation.refund.currency} />
              <input type="hidden" name="attempt" value={newId('key')} />
              {token && <input type="hidden" name="token" value={token} />}
              <button type="submit" className="button justify-self-start">
                {t('cancel.confirm_table')}
              </button>
            </form>
          </details>
        )}
      </section>
    </div>,
    { noIndex: true, canonical: `/account/restaurant/tables/${table.id}`, status: problem ? 409 : 200 },
  )
}

export async function cancelReservation(visit: Visit): Promise<Answer> {
  const { form } = visit
  const token = tokenOf(visit)
  const cancelled = await attempt(
    visit.call(
      cancelTableReservation,
      {
        params: { id: visit.param('id') },
        query: { token },
        body: { expected_refund: { amount: form.integer('expected_amount') ?? -1, currency: form.text('expected_currency') } },
      },
      { idempotencyKey: form.text('attempt') || newId('key') },
    ),
  )
  if (cancelled.ok) {
    visit.notify('cancelled')
    return seeOther(visit.href(`/account/restaurant/tables/${visit.param('id')}`, { token }))
  }
  return reservationPage(visit, await loadReservation(visit), failureText(visit, cancelled.error))
}
