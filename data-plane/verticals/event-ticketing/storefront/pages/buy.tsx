import { type ApiError, newId } from '@cityos/contract'
import type { z } from 'zod'
import { currentCart } from '../../../../storefront/cart-access.ts'
import { ErrorSummary, Field, FieldError, type FieldErrors } from '../../../../storefront/components/fields.tsx'
import { Held } from '../../../../storefront/components/held.tsx'
import { Icon } from '../../../../storefront/components/icon.tsx'
import { NoticeBox } from '../../../../storefront/components/layout.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { formatsOf } from '../../../../storefront/format.ts'
import { cartCount, setCartCount } from '../../../../storefront/frame.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import { type Attendee, assignAttendees, holdTickets, type TicketTypeOffer } from '../../contract.ts'
import { seatsText } from '../seating.ts'
import { asksAttendees, linesOf, readSelection } from '../selection.ts'
import { texts } from '../texts.ts'
import { pickLabel } from '../ticket-words.tsx'
import { type EventView, eventPage, readEvent } from './event.tsx'

type AttendeeData = z.input<typeof Attendee>

/** `POST …/tickets`: what was chosen is held at once; where names are asked for, they are typed while it is held. */
export async function chooseTickets(visit: Visit): Promise<Answer> {
  const view = await readEvent(visit)
  const selected = readSelection(visit, view)
  if (selected.length === 0) return eventPage(visit, { ...view, problem: texts(visit.locale)('tickets.choose_first') }, 422)
  const held = await attempt(
    visit.call(
      holdTickets,
      { body: { lines: linesOf(view, selected), accept_price: visit.form.has('accept_price') } },
      { idempotencyKey: newId('key') },
    ),
  )
  if (!held.ok) return refused(visit, held.error)
  setCartCount(visit, cartCount(visit) + selected.reduce((sum, entry) => sum + entry.quantity, 0))
  visit.notify('held')
  if (!asksAttendees(selected)) return seeOther(visit.href('/checkout'))
  const query = new URLSearchParams(held.value.line_ids.map((id) => ['line', id]))
  if (view.voucher) query.set('voucher', view.voucher)
  return seeOther(visit.href(`/event-ticketing/${view.event.handle}/attendees`, query))
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
  const taken = Array.isArray(details['seat_ids']) ? details['seat_ids'].map(String) : []
  const seats = view.seating ? seatsText(visit, view.seating.map.layout, taken) : taken.join(', ')
  const words: Partial<Record<string, string>> = {
    sold_out: details['waiting_list'] ? t('refused.sold_out_waiting') : t('refused.sold_out'),
    seat_unavailable: t('refused.seat', { seats }),
    max_tickets_exceeded: t('refused.max', { count: view.event.max_tickets_per_order }),
    parent_ticket_required: t('refused.parent'),
    voucher_invalid: t('refused.voucher'),
    voucher_exhausted:
      Number(details['left']) > 0 ? t('refused.voucher_left', { count: Number(details['left']) }) : t('refused.voucher_used'),
    sales_closed: t('refused.closed'),
  }
  return eventPage(visit, { ...view, problem: words[error.code] ?? failureText(visit, error) }, error.status)
}

const currencyOf = (visit: Visit, view: EventView): string => view.event.ticket_types[0]?.price.currency ?? visit.tenant.default_currency

/** A held line whose tickets get names. */
interface HeldLine {
  id: string
  type: TicketTypeOffer
  seats: (string | null)[]
  expiresAt: string | null
}

async function heldLines(visit: Visit, view: EventView): Promise<{ cartId: string; lines: HeldLine[] } | null> {
  const ids = new Set([...visit.query.getAll('line'), ...visit.form.all('line')])
  const cart = await currentCart(visit)
  if (!cart) return null
  const types = [...(view.offers?.ticket_types ?? []), ...view.event.ticket_types]
  const lines = cart.lines.flatMap((line): HeldLine[] => {
    const type = types.find((entry) => entry.id === line.choice['ticket_type_id'])
    if (!ids.has(line.id) || !type) return []
    const seats = Array.isArray(line.choice['seat_ids']) ? line.choice['seat_ids'].map(String) : []
    return [
      {
        id: line.id,
        type,
        seats: Array.from({ length: line.quantity }, (_, index) => seats[index] ?? null),
        expiresAt: line.hold?.state === 'held' ? line.hold.expires_at : null,
      },
    ]
  })
  return lines.length > 0 ? { cartId: cart.id, lines } : null
}

/** `GET …/attendees?line=…`: for whom each held ticket is. */
export async function attendees(visit: Visit): Promise<Answer> {
  const view = await readEvent(visit)
  const held = await heldLines(visit, view)
  return held ? attendeePage(visit, view, held.lines, {}, 200) : seeOther(visit.href('/cart'))
}

/** `POST …/buy`: names and answers go to the held lines, which stay held; then to paying. */
export async function buy(visit: Visit): Promise<Answer> {
  const view = await readEvent(visit)
  const held = await heldLines(visit, view)
  if (!held) return seeOther(visit.href('/cart'))
  const errors: FieldErrors = {}
  let next = 0
  const named = held.lines.map((line) => ({
    line,
    people: line.seats.map(() => readAttendee(visit, line.type, next++, errors)).filter((person) => person !== null),
  }))
  if (Object.keys(errors).length > 0) return attendeePage(visit, view, held.lines, errors, 422)
  for (const { line, people } of named) {
    if (people.length === 0) continue
    const assigned = await attempt(
      visit.call(assignAttendees, { params: { id: line.id }, body: { cart_id: held.cartId, attendees: people } }),
    )
    if (assigned.ok) continue
    if (assigned.error.code === 'hold_expired') return seeOther(visit.href('/cart'))
    return attendeePage(visit, view, held.lines, { form: failureText(visit, assigned.error) }, assigned.error.status)
  }
  return seeOther(visit.href('/checkout'))
}

function readAttendee(visit: Visit, type: TicketTypeOffer, index: number, errors: FieldErrors): AttendeeData | null {
  if (!type.attendee_names && type.attendee_fields.length === 0) return null
  const { form } = visit
  const t = texts(visit.locale)
  const name = form.text(`name.${index}`).slice(0, 120)
  if (!name) errors[`name.${index}`] = visit.t('invalid.name')
  const answers: Record<string, string | boolean> = {}
  for (const field of type.attendee_fields) {
    const key = `answer.${index}.${field.key}`
    const value = field.kind === 'checkbox' ? form.has(key) : form.text(key).slice(0, 500)
    if (field.required && !value) errors[key] = t('attendee.missing', { label: pickLabel(visit, field.label, field.key) })
    if (value !== '') answers[field.key] = value
  }
  return { name, answers }
}

function attendeePage(visit: Visit, view: EventView, lines: readonly HeldLine[], errors: FieldErrors, status: number): Answer {
  const t = texts(visit.locale)
  const { event } = view
  const tickets = lines.flatMap((line) => line.seats.map((seat) => ({ type: line.type, seat })))
  const expiresAt = lines.find((line) => line.expiresAt)?.expiresAt
  return page(
    Object.keys(errors).length > 0 ? visit.t('form.error_title', { title: t('attendee.title') }) : t('attendee.title'),
    <div className="shell max-w-2xl! pt-6">
      <a className="link inline-flex min-h-11 items-center gap-1" href={visit.href('/cart')}>
        <Icon name="back" size={18} />
        {t('attendee.back')}
      </a>
      <h1 className="mt-1 text-3xl">{t('attendee.title')}</h1>
      <p className="quiet mt-1 mb-4">
        {event.title}
        {view.date && ` · ${formatsOf(visit.locale, event.timezone).moment(view.date.starts_at)}`}
      </p>
      <form method="post" action={visit.href(`/event-ticketing/${event.handle}/buy`)} noValidate className="grid gap-5">
        {expiresAt && <Held visit={visit} title={event.title} expiresAt={expiresAt} />}
        <ErrorSummary visit={visit} errors={errors} />
        {view.voucher && <input type="hidden" name="voucher" value={view.voucher} />}
        {lines.map((line) => (
          <input key={line.id} type="hidden" name="line" value={line.id} />
        ))}
        {tickets.map(({ type, seat }, index) => (
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
