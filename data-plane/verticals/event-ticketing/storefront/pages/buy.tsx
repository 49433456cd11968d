import { type ApiError, newId } from '@cityos/contract'
import { ErrorSummary, Field, FieldError, type FieldErrors } from '../../../../storefront/components/fields.tsx'
import { Icon } from '../../../../storefront/components/icon.tsx'
import { NoticeBox } from '../../../../storefront/components/layout.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { formatsOf } from '../../../../storefront/format.ts'
import { cartCount, setCartCount } from '../../../../storefront/frame.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import { holdTickets, type TicketTypeOffer } from '../../contract.ts'
import { type AttendeeData, asksAttendees, linesOf, readSelection, type Selected, selectionQuery, ticketsOf } from '../selection.ts'
import { texts } from '../texts.ts'
import { pickLabel } from '../ticket-words.tsx'
import { type EventView, eventPage, readEvent } from './event.tsx'

/** `POST …/tickets`: what was chosen is held at once; where names are asked for, after them. */
export async function chooseTickets(visit: Visit): Promise<Answer> {
  const view = await readEvent(visit)
  const selected = readSelection(visit, view)
  if (selected.length === 0) return eventPage(visit, { ...view, problem: texts(visit.locale)('tickets.choose_first') }, 422)
  if (asksAttendees(selected)) {
    return seeOther(visit.href(`/event-ticketing/${view.event.handle}/attendees`, selectionQuery(view, selected)))
  }
  return hold(visit, view, selected, [])
}

async function hold(
  visit: Visit,
  view: EventView,
  selected: readonly Selected[],
  attendees: readonly (AttendeeData | null)[],
): Promise<Answer> {
  const held = await attempt(
    visit.call(
      holdTickets,
      { body: { lines: linesOf(view, selected, attendees), accept_price: visit.form.has('accept_price') } },
      { idempotencyKey: newId('key') },
    ),
  )
  if (!held.ok) return refused(visit, held.error)
  setCartCount(visit, cartCount(visit) + selected.reduce((sum, entry) => sum + entry.quantity, 0))
  visit.notify('held')
  return seeOther(visit.href('/checkout'))
}

/** Back to the event, read anew: with the reason in words, and what can be had now. */
async function refused(visit: Visit, error: ApiError): Promise<Answer> {
  const view = await readEvent(visit)
  const t = texts(visit.locale)
  const details = error.errors[0]?.details ?? {}
  if (error.code === 'price_changed') {
    const amount = (name: string) => visit.formats.money({ amount: Number(details[name] ?? 0), currency: currencyOf(visit, view) })
    view.priceChange = { left: Number(details['left'] ?? 0), was: amount('was_amount'), next: amount('next_amount') }
    return eventPage(visit, view, error.status)
  }
  const seats = Array.isArray(details['seat_ids']) ? details['seat_ids'].join(', ') : ''
  const words: Partial<Record<string, string>> = {
    sold_out: details['waiting_list'] ? t('refused.sold_out_waiting') : t('refused.sold_out'),
    seat_unavailable: t('refused.seat', { seats }),
    max_tickets_exceeded: t('refused.max', { count: view.event.max_tickets_per_order }),
    parent_ticket_required: t('refused.parent'),
    voucher_invalid: t('refused.voucher'),
    voucher_exhausted: t('refused.voucher_used'),
    sales_closed: t('refused.closed'),
  }
  return eventPage(visit, { ...view, problem: words[error.code] ?? failureText(visit, error) }, error.status)
}

const currencyOf = (visit: Visit, view: EventView): string => view.event.ticket_types[0]?.price.currency ?? visit.tenant.default_currency

/** `GET …/attendees`: for whom each ticket is. */
export async function attendees(visit: Visit): Promise<Answer> {
  const view = await readEvent(visit)
  const selected = readSelection(visit, view)
  if (selected.length === 0) return seeOther(visit.href(`/event-ticketing/${view.event.handle}`))
  return attendeePage(visit, view, selected, {}, 200)
}

/** `POST …/buy`: names and answers are read, then everything is held. */
export async function buy(visit: Visit): Promise<Answer> {
  const view = await readEvent(visit)
  const selected = readSelection(visit, view)
  if (selected.length === 0) return seeOther(visit.href(`/event-ticketing/${view.event.handle}`))
  const errors: FieldErrors = {}
  const people = ticketsOf(view.event, selected).map(({ type }, index) => readAttendee(visit, type, index, errors))
  if (Object.keys(errors).length > 0) return attendeePage(visit, view, selected, errors, 422)
  return hold(visit, view, selected, people)
}

function readAttendee(visit: Visit, type: TicketTypeOffer, index: number, errors: FieldErrors): AttendeeData | null {
  if (!type.attendee_names && type.attendee_fields.length === 0) return null
  const { form } = visit
  const t = texts(visit.locale)
  const name = form.text(`name.${index}`).slice(0, 120)
  if (!name) errors[`name.${index}`] = visit.t('invalid.name')
  const answers: AttendeeData['answers'] = {}
  for (const field of type.attendee_fields) {
    const key = `answer.${index}.${field.key}`
    const value = field.kind === 'checkbox' ? form.has(key) : form.text(key).slice(0, 500)
    if (field.required && !value) errors[key] = t('attendee.missing', { label: pickLabel(visit, field.label, field.key) })
    if (value !== '') answers[field.key] = value
  }
  return { name, answers }
}

function attendeePage(visit: Visit, view: EventView, selected: readonly Selected[], errors: FieldErrors, status: number): Answer {
  const t = texts(visit.locale)
  const { event } = view
  const people = ticketsOf(event, selected)
  const back = visit.href(`/event-ticketing/${event.handle}`, { date: view.date?.id, voucher: view.voucher })
  return page(
    Object.keys(errors).length > 0 ? visit.t('form.error_title', { title: t('attendee.title') }) : t('attendee.title'),
    <div className="shell max-w-2xl! pt-6">
      <a className="link inline-flex min-h-11 items-center gap-1" href={back}>
        <Icon name="back" size={18} />
        {t('attendee.back')}
      </a>
      <h1 className="mt-1 text-3xl">{t('attendee.title')}</h1>
      <p className="quiet mt-1 mb-6">
        {event.title}
        {view.date && ` · ${formatsOf(visit.locale, event.timezone).moment(view.date.starts_at)}`}
      </p>
      <form method="post" action={visit.href(`/event-ticketing/${event.handle}/buy`)} noValidate className="grid gap-5">
        <ErrorSummary visit={visit} errors={errors} />
        <input type="hidden" name="date" value={view.date?.id ?? ''} />
        {view.voucher && <input type="hidden" name="voucher" value={view.voucher} />}
        {selected.map(({ type, quantity, seats }) =>
          seats.length > 0 ? (
            seats.map((seat) => <input key={seat} type="hidden" name="seat" value={seat} />)
          ) : (
            <input key={type.id} type="hidden" name={`q.${type.id}`} value={quantity} />
          ),
        )}
        {people.map(({ type, seat }, index) => (
          <Person key={`${type.id}${seat ?? index}`} visit={visit} type={type} seat={seat} index={index} errors={errors} />
        ))}
        {visit.suspended ? (
          <NoticeBox tone="warn">{visit.t('suspended.banner')}</NoticeBox>
        ) : (
          <button type="submit" className="button" data-primary="" data-large="">
            {t('attendee.submit')}
          </button>
        )}
      </form>
    </div>,
    { noIndex: true, status, canonical: `/event-ticketing/${event.handle}/attendees` },
  )
}

interface PersonProps {
  visit: Visit
  type: TicketTypeOffer
  seat: string | null
  index: number
  errors: FieldErrors
}

function Person({ visit, type, seat, index, errors }: PersonProps) {
  const t = texts(visit.locale)
  if (!type.attendee_names && type.attendee_fields.length === 0) return null
  return (
    <fieldset className="card grid gap-4 p-5">
      <legend className="float-start w-full font-semibold">
        {t('attendee.ticket', { number: index + 1, type: type.name })}
        {seat && (
          <bdi dir="ltr" className="quiet font-normal">
            {' '}
            {seat}
          </bdi>
        )}
      </legend>
      <Field
        visit={visit}
        name={`name.${index}`}
        label={visit.t('field.name')}
        value={visit.form.text(`name.${index}`)}
        errors={errors}
        autoComplete={index === 0 ? 'name' : 'off'}
        maxLength={120}
        className="clear-both"
      />
      {type.attendee_fields.map((field) => {
        const name = `answer.${index}.${field.key}`
        const label = pickLabel(visit, field.label, field.key)
        const value = visit.form.text(name)
        if (field.kind === 'text')
          return <Field key={name} visit={visit} name={name} label={label} value={value} errors={errors} required={field.required} />
        return (
          <div key={name} className="field">
            {field.kind === 'checkbox' ? (
              <label className="choice">
                <input id={name} type="checkbox" name={name} value="yes" defaultChecked={visit.form.has(name)} />
                <span>{label}</span>
              </label>
            ) : (
              <>
                <label htmlFor={name}>
                  {label}
                  {!field.required && <span className="quiet font-normal"> {visit.t('field.optional')}</span>}
                </label>
                <select id={name} name={name} defaultValue={value} className="control">
                  <option value="">{t('attendee.choose')}</option>
                  {field.options.map((option) => (
                    <option key={option} value={option}>
                      {option}
                    </option>
                  ))}
                </select>
              </>
            )}
            <FieldError name={name} error={errors[name]} />
          </div>
        )
      })}
    </fieldset>
  )
}
