import type { ApiError, Result } from '@cityos/contract'
import { Phone } from '../../../../core/customer/contract.ts'
import { addToCart } from '../../../../storefront/cart-access.ts'
import { ErrorSummary, Field, type FieldErrors } from '../../../../storefront/components/fields.tsx'
import { Icon } from '../../../../storefront/components/icon.tsx'
import { NoticeBox, ProblemNotice } from '../../../../storefront/components/layout.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { callingCode, phoneNumber } from '../../../../storefront/form.ts'
import { formatsOf } from '../../../../storefront/format.ts'
import { type Answer, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import { getRestaurant, listTableTimes, type RestaurantDetail } from '../../contract.ts'
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
      <ProblemNotice text={view.problem} />
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
