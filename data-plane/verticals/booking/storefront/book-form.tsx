import type { Money } from '@cityos/contract'
import type { ReactNode } from 'react'
import { ErrorSummary, Field, FieldError, type FieldErrors } from '../../../storefront/components/fields.tsx'
import { Icon } from '../../../storefront/components/icon.tsx'
import { NoticeBox } from '../../../storefront/components/layout.tsx'
import { Picture } from '../../../storefront/components/picture.tsx'
import { PositionField } from '../../../storefront/components/position-field.tsx'
import { Amount } from '../../../storefront/components/price.tsx'
import { formatsOf } from '../../../storefront/format.ts'
import type { Visit } from '../../../storefront/visit.ts'
import type { ProviderRef, Service, Slot } from '../contract.ts'
import { placeText } from './pages/service.tsx'
import { type TextKey, texts } from './texts.ts'

/** What the page before holding shows; typed values come back from the form. */
export interface BookView {
  service: Service
  start: string
  option: { minutes: number; price: Money; deposit: Money | null }
  provider: ProviderRef | null
  seatsLeft: number
  /** The chosen start is still free. */
  free: boolean
  /** Other starts around it, for when it is not. */
  nearest: Slot[]
  errors: FieldErrors
  problem: string | null
}

/** What was chosen, the questions of the service, and the two ways on. */
export function BookForm({ visit, view, children }: { visit: Visit; view: BookView; children: ReactNode }) {
  const { service, option } = view
  const t = texts(visit.locale)
  const back = visit.href(`/booking/${service.handle}`, { d: String(option.minutes), p: view.provider?.id })
  return (
    <div className="shell max-w-5xl! pt-6">
      <a className="link inline-flex min-h-11 items-center gap-1" href={back}>
        <Icon name="back" size={18} />
        {t('book.other_time')}
      </a>
      <h1 className="mt-1 mb-6 text-3xl">{t('book.heading')}</h1>
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <aside className="card overflow-hidden lg:order-last lg:sticky lg:top-6" aria-label={visit.t('cart.summary')}>
          <Chosen visit={visit} view={view} />
          <div className="quiet border-line border-t p-4 text-sm">
            <p className="mb-1 font-semibold text-ink">{visit.t('cancellation.title')}</p>
            {children}
          </div>
        </aside>
        <form method="post" action={visit.href(`/booking/${service.handle}/book`)} className="grid min-w-0 gap-5" noValidate>
          <ErrorSummary visit={visit} errors={view.errors} />
          {view.problem && (
            <NoticeBox tone="bad" role="alert">
              {view.problem}
            </NoticeBox>
          )}
          {view.free ? <input type="hidden" name="start" value={view.start} /> : <Nearest visit={visit} view={view} />}
          <input type="hidden" name="d" value={option.minutes} />
          {view.provider && <input type="hidden" name="p" value={view.provider.id} />}
          <Fields visit={visit} view={view} />
          {visit.suspended ? (
            <NoticeBox tone="warn">{visit.t('suspended.banner')}</NoticeBox>
          ) : (
            <div className="grid gap-3 sm:flex">
              <button type="submit" name="next" value="pay" className="button sm:flex-1" data-primary="" data-large="">
                {t('book.pay')}
              </button>
              <button type="submit" name="next" value="cart" className="button" data-large="">
                {t('book.cart')}
              </button>
            </div>
          )}
          <p className="quiet -mt-2 text-sm">{t('book.hold_text')}</p>
        </form>
      </div>
    </div>
  )
}

function Chosen({ visit, view }: { visit: Visit; view: BookView }) {
  const { service, option, provider } = view
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, service.timezone)
  const end = new Date(Date.parse(view.start) + option.minutes * 60_000).toISOString()
  return (
    <div>
      <div className="flex gap-3.5 p-4">
        <span className="tile-picture size-16 shrink-0 rounded-xl!">
          <Picture picture={service.picture} size={80} decorative />
        </span>
        <span className="min-w-0">
          <span className="block font-semibold">{service.name}</span>
          <bdi className="quiet text-sm">{service.vendor.name}</bdi>
        </span>
      </div>
      <dl className="grid gap-3 border-line border-t p-4">
        <Fact icon="calendar" name={t('book.when')}>
          <span className="block font-semibold">{formats.day(view.start)}</span>
          <bdi>{`${formats.clock(view.start)}–${formats.clock(end)}`}</bdi>
          <span className="quiet block text-sm">
            {visit.t('time.zone', { city: formats.zone.city, offset: formats.zone.offset(view.start) })}
          </span>
        </Fact>
        <Fact icon="pin" name={t('book.where')}>
          {placeText(visit, service)}
        </Fact>
        {provider && (
          <Fact icon="person" name={t('picker.provider')}>
            <bdi>{provider.name}</bdi>
          </Fact>
        )}
        <Fact icon="receipt" name={t('book.price')}>
          <span className="font-semibold">
            {option.price.amount === 0 ? visit.t('totals.free') : <Amount visit={visit} value={option.price} />}
          </span>{' '}
          {service.seats > 1 && <span className="quiet text-sm">{t('tile.per_seat')}</span>}
          <span className="quiet block text-sm">
            {service.payment_plan === 'deposit' && option.deposit
              ? t('plan.deposit_of', { amount: visit.formats.money(option.deposit) })
              : t(`plan.${service.payment_plan}` satisfies TextKey)}
          </span>
        </Fact>
      </dl>
    </div>
  )
}

function Fact({ icon, name, children }: { icon: 'calendar' | 'pin' | 'person' | 'receipt'; name: string; children: ReactNode }) {
  return (
    <div className="flex gap-3">
      <dt>
        <Icon name={icon} size={22} />
        <span className="sr-only">{name}</span>
      </dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  )
}

/** Somebody was quicker: other times around it, with all that was typed still there. */
function Nearest({ visit, view }: { visit: Visit; view: BookView }) {
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, view.service.timezone)
  if (view.nearest.length === 0) return <input type="hidden" name="start" value={view.start} />
  return (
    <fieldset className="field" id="start">
      <legend className="mb-2">{t('book.nearest')}</legend>
      <div className="grid gap-2 sm:grid-cols-3">
        {view.nearest.map((slot, index) => (
          <label key={slot.start} className="slot">
            <input type="radio" name="start" value={slot.start} defaultChecked={index === 0} className="sr-only" />
            {formats.moment(slot.start)}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function Fields({ visit, view }: { visit: Visit; view: BookView }) {
  const { form } = visit
  const { service, errors } = view
  const t = texts(visit.locale)
  const common = { visit, errors }
  return (
    <>
      {service.seats > 1 && (
        <div className="field">
          <label htmlFor="seats">{t('book.seats')}</label>
          <select id="seats" name="seats" defaultValue={form.text('seats') || '1'} className="control max-w-40">
            {Array.from({ length: Math.max(1, view.seatsLeft) }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: numbers from one on
              <option key={index} value={index + 1}>
                {visit.formats.number(index + 1)}
              </option>
            ))}
          </select>
        </div>
      )}
      <Field {...common} name="name" label={visit.t('field.name')} value={form.text('name')} autoComplete="name" maxLength={120} />
      {service.location_kind === 'at_customer' && (
        <fieldset className="grid gap-4">
          <legend className="mb-3 font-semibold text-lg">{t('book.address')}</legend>
          <Field {...common} name="line1" label={visit.t('field.line1')} value={form.text('line1')} autoComplete="address-line1" />
          <Field
            {...common}
            name="line2"
            label={visit.t('field.line2')}
            value={form.text('line2')}
            autoComplete="address-line2"
            required={false}
          />
          <div className="grid gap-4 sm:grid-cols-2">
            <Field
              {...common}
              name="district"
              label={visit.t('field.district')}
              value={form.text('district')}
              autoComplete="address-level3"
              required={false}
            />
            <Field
              {...common}
              name="city"
              label={visit.t('field.city')}
              value={form.text('city') || (service.city ?? '')}
              autoComplete="address-level2"
              maxLength={120}
            />
          </div>
          <PositionField visit={visit} value={form.text('position')} errors={errors} />
        </fieldset>
      )}
      {service.questions.map((question) => (
        <Question key={question.key} visit={visit} question={question} errors={errors} />
      ))}
    </>
  )
}

function Question({ visit, question, errors }: { visit: Visit; question: Service['questions'][number]; errors: FieldErrors }) {
  const name = `answer.${question.key}`
  const value = visit.form.text(name)
  const error = errors[name]
  const described = { 'aria-invalid': error ? ('true' as const) : undefined, 'aria-describedby': error ? `${name}-error` : undefined }
  if (question.kind === 'yes_no') {
    return (
      <div className="field">
        <label className="choice">
          <input id={name} type="checkbox" name={name} value="yes" defaultChecked={visit.form.has(name)} {...described} />
          <span>{question.label}</span>
        </label>
        <FieldError name={name} error={error} />
      </div>
    )
  }
  if (question.kind === 'text') {
    return <Field visit={visit} name={name} label={question.label} value={value} errors={errors} required={question.required} />
  }
  return (
    <div className="field">
      <label htmlFor={name}>
        {question.label}
        {!question.required && <span className="quiet font-normal"> {visit.t('field.optional')}</span>}
      </label>
      {question.kind === 'choice' ? (
        <select id={name} name={name} defaultValue={value} className="control" required={question.required} {...described}>
          <option value="">{texts(visit.locale)('book.choose')}</option>
          {question.choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      ) : (
        <textarea id={name} name={name} rows={4} maxLength={2000} defaultValue={value} className="control" {...described} />
      )}
      <FieldError name={name} error={error} />
    </div>
  )
}
