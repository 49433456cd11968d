import type { Result } from '@cityos/contract'
import { addressValues } from '../../../storefront/address-form.ts'
import { AddressFields } from '../../../storefront/components/address-fields.tsx'
import { ErrorSummary, Field, type FieldErrors } from '../../../storefront/components/fields.tsx'
import { Icon } from '../../../storefront/components/icon.tsx'
import { NoticeBox, ProblemNotice } from '../../../storefront/components/layout.tsx'
import { PositionField } from '../../../storefront/components/position-field.tsx'
import { Amount } from '../../../storefront/components/price.tsx'
import { formatsOf } from '../../../storefront/format.ts'
import type { Visit } from '../../../storefront/visit.ts'
import type { listRestaurantSlots, RestaurantBasket, RestaurantDetail, RestaurantService } from '../contract.ts'
import { Missing } from './basket-aside.tsx'
import { BasketLines } from './basket-lines.tsx'
import { type TextKey, texts } from './texts.ts'

export interface BasketView {
  restaurant: RestaurantDetail
  basket: RestaurantBasket
  service: RestaurantService
  slots: Result<typeof listRestaurantSlots>
  errors: FieldErrors
  problem: string | null
}

/** Everything about one meal before it is paid: on a phone one column, on a desk the dishes beside. */
export function BasketPage({ visit, view }: { visit: Visit; view: BasketView }) {
  const t = texts(visit.locale)
  const { restaurant, basket } = view
  return (
    <div className="shell max-w-5xl! pt-6">
      <a className="link inline-flex min-h-11 items-center gap-1" href={visit.href(`/restaurant/${restaurant.handle}`)}>
        <Icon name="back" size={18} />
        {t('basket.back')}
      </a>
      <h1 className="mt-1 mb-5 text-3xl">{t('basket.title_at', { name: restaurant.name })}</h1>
      <ProblemNotice text={view.problem} />
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <aside id="basket" className="card p-5 lg:order-last lg:sticky lg:top-6" aria-label={t('basket.title')}>
          <BasketLines visit={visit} handle={restaurant.handle} basket={basket} />
          <Sums visit={visit} basket={basket} />
          <Missing visit={visit} basket={basket} />
          {basket.error && !(basket.error.code === 'address_invalid' && basket.address === null) && (
            <p className="mt-3 flex gap-1.5 font-semibold text-bad text-sm">
              <Icon name="warning" size={18} />
              {basket.error.message}
            </p>
          )}
        </aside>
        <form
          method="post"
          action={visit.href(`/restaurant/${restaurant.handle}/basket/settings`)}
          noValidate
          className="grid min-w-0 gap-7"
        >
          <ErrorSummary visit={visit} errors={view.errors} />
          <Services visit={visit} view={view} />
          <When visit={visit} view={view} />
          {view.service === 'delivery' && <Where visit={visit} view={view} />}
          <Tip visit={visit} basket={basket} />
          <Wishes visit={visit} basket={basket} />
          {visit.suspended ? (
            <NoticeBox tone="warn">{visit.t('suspended.banner')}</NoticeBox>
          ) : (
            <div className="grid gap-3 sm:flex">
              <button type="submit" name="next" value="pay" className="button sm:flex-1" data-primary="" data-large="">
                {t('basket.pay')}
              </button>
              <button type="submit" name="next" value="stay" className="button" data-large="">
                {t('basket.update')}
              </button>
            </div>
          )}
        </form>
      </div>
    </div>
  )
}

function Sums({ visit, basket }: { visit: Visit; basket: RestaurantBasket }) {
  const t = texts(visit.locale)
  return (
    <dl className="mt-2 grid gap-1.5">
      {basket.service === 'delivery' && (
        <div className="flex justify-between gap-4">
          <dt className="quiet">{t('service.delivery')}</dt>
          <dd>
            {basket.address === null ? (
              <span className="quiet">{t('basket.fee_later')}</span>
            ) : basket.delivery.amount === 0 ? (
              visit.t('totals.free')
            ) : (
              <Amount visit={visit} value={basket.delivery} />
            )}
          </dd>
        </div>
      )}
      {basket.tip.amount > 0 && (
        <div className="flex justify-between gap-4">
          <dt className="quiet">{visit.t('line.part.tip')}</dt>
          <dd>
            <Amount visit={visit} value={basket.tip} />
          </dd>
        </div>
      )}
      <div className="mt-1 flex justify-between gap-4 border-line border-t pt-3 font-semibold text-lg">
        <dt>{visit.t('totals.total')}</dt>
        <dd>
          <Amount visit={visit} value={basket.total} />
        </dd>
      </div>
    </dl>
  )
}

function Services({ visit, view }: { visit: Visit; view: BasketView }) {
  const t = texts(visit.locale)
  const { restaurant, service } = view
  if (restaurant.services.length < 2) return <input type="hidden" name="service" value={service} />
  return (
    <section aria-labelledby="how">
      <h2 id="how" className="mb-3 text-xl">
        {t('basket.how')}
      </h2>
      <input type="hidden" name="service" value={service} />
      <nav aria-label={t('basket.how')} className="tabs flex flex-wrap gap-1.5">
        {restaurant.services.map((entry) => (
          <a
            key={entry}
            aria-current={entry === service ? 'true' : undefined}
            href={visit.href(`/restaurant/${restaurant.handle}/basket`, { service: entry })}
          >
            {t(`service.${entry}` satisfies TextKey)}
          </a>
        ))}
      </nav>
    </section>
  )
}

function When({ visit, view }: { visit: Visit; view: BasketView }) {
  const t = texts(visit.locale)
  const { slots, basket } = view
  const formats = formatsOf(visit.locale, slots.timezone)
  const free = slots.slots.filter((slot) => slot.available)
  const chosen = visit.form.text('slot') || basket.slot_start || (slots.asap ? 'asap' : (free[0]?.starts_at ?? ''))
  return (
    <section aria-labelledby="when">
      <h2 id="when" className="mb-3 text-xl">
        {t('basket.when')}
      </h2>
      {!slots.asap && free.length === 0 && <NoticeBox tone="warn">{t('basket.no_slots')}</NoticeBox>}
      <div className="grid gap-2">
        {slots.asap && (
          <label className="choice">
            <input type="radio" name="slot" value="asap" defaultChecked={chosen === 'asap'} />
            <span>
              <span className="block font-semibold">{t('basket.asap')}</span>
              <span className="quiet text-sm">{t('basket.ready_at', { time: formats.clock(slots.asap.ready_at) })}</span>
            </span>
          </label>
        )}
        {free.length > 0 && (
          <fieldset>
            <legend className="quiet mb-2 text-sm">{t('basket.later', { day: formats.day(free[0]?.starts_at ?? slots.date) })}</legend>
            <div className="slot-grid max-h-56 overflow-y-auto p-1">
              {free.map((slot) => (
                <label key={slot.starts_at} className="slot">
                  <input
                    type="radio"
                    name="slot"
                    value={slot.starts_at}
                    defaultChecked={Date.parse(chosen) === Date.parse(slot.starts_at)}
                    className="sr-only"
                  />
                  {formats.clock(slot.starts_at)}
                </label>
              ))}
            </div>
          </fieldset>
        )}
      </div>
      <p className="quiet mt-2 text-sm">
        {visit.t('time.zone', { city: formats.zone.city, offset: formats.zone.offset(visit.now.toISOString()) })}
      </p>
    </section>
  )
}

function Where({ visit, view }: { visit: Visit; view: BasketView }) {
  const t = texts(visit.locale)
  const { restaurant, basket, errors } = view
  const { form } = visit
  const typed = form.has('line1')
  const stored = basket.address
  const values = typed
    ? Object.fromEntries(Object.keys(addressValues(null)).map((name) => [name, form.text(name)]))
    : stored
      ? addressValues(stored)
      : { city: '', country: visit.tenant.country }
  const position = typed ? form.text('position') : stored ? `${stored.lat}, ${stored.lng}` : ''
  return (
    <section aria-labelledby="where">
      <h2 id="where" className="mb-3 text-xl">
        {t('basket.where')}
      </h2>
      <div className="grid gap-4">
        <AddressFields visit={visit} values={values} errors={errors} section="shipping" />
        {restaurant.delivery_areas.length > 0 && (
          <div className="field">
            <label htmlFor="area">{t('address.area')}</label>
            <select id="area" name="area" defaultValue={form.text('area')} className="control">
              <option value="">{t('address.area_none')}</option>
              {restaurant.delivery_areas.map((area) => (
                <option key={area.id} value={area.id}>
                  {area.name}
                </option>
              ))}
            </select>
          </div>
        )}
        <PositionField visit={visit} value={position} errors={errors} required={restaurant.delivery_areas.length === 0} />
        <Field
          visit={visit}
          name="directions"
          label={t('address.directions')}
          value={typed ? form.text('directions') : (stored?.directions ?? '')}
          errors={errors}
          required={false}
          maxLength={280}
        />
      </div>
    </section>
  )
}

const shares = [0, 5, 10, 15]

function Tip({ visit, basket }: { visit: Visit; basket: RestaurantBasket }) {
  const t = texts(visit.locale)
  const share = shares.find((percent) => Math.round((basket.subtotal.amount * percent) / 100) === basket.tip.amount)
  return (
    <fieldset>
      <legend className="mb-1 font-semibold text-xl">{t('tip.title')}</legend>
      <p className="quiet mb-3 text-sm">{t('tip.text')}</p>
      <div className="flex flex-wrap items-center gap-2">
        {shares.map((percent) => (
          <label key={percent} className="slot min-w-20 px-3">
            <input type="radio" name="tip" value={percent} defaultChecked={share === percent} className="sr-only" />
            {percent === 0 ? t('tip.none') : `${visit.formats.number(percent)} %`}
          </label>
        ))}
        <label className="slot min-w-20 px-3">
          <input type="radio" name="tip" value="other" defaultChecked={share === undefined} className="sr-only" />
          {t('tip.other')}
        </label>
        <label className="sr-only" htmlFor="tip_other">
          {t('tip.amount', { currency: basket.subtotal.currency })}
        </label>
        <input
          id="tip_other"
          name="tip_other"
          inputMode="numeric"
          dir="ltr"
          maxLength={5}
          defaultValue={share === undefined ? Math.round(basket.tip.amount / 100) : ''}
          placeholder={basket.subtotal.currency}
          className="control w-24!"
        />
      </div>
    </fieldset>
  )
}

function Wishes({ visit, basket }: { visit: Visit; basket: RestaurantBasket }) {
  const t = texts(visit.locale)
  return (
    <section className="grid gap-3" aria-label={t('wish.title')}>
      <label className="choice">
        <input type="checkbox" name="utensils" value="yes" defaultChecked={basket.utensils} />
        <span>{t('wish.utensils')}</span>
      </label>
      <div className="field">
        <label htmlFor="note">
          {t('wish.note')} <span className="quiet font-normal">{visit.t('field.optional')}</span>
        </label>
        <textarea
          id="note"
          name="note"
          rows={2}
          maxLength={280}
          defaultValue={visit.form.has('note') ? visit.form.text('note') : (basket.note ?? '')}
          className="control"
        />
      </div>
    </section>
  )
}
