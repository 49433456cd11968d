import type { ApiError } from '@cityos/contract'
import { addToCart, currentCart } from '../../../../storefront/cart-access.ts'
import { CancellationTerms } from '../../../../storefront/components/cancellation.tsx'
import type { FieldErrors } from '../../../../storefront/components/fields.tsx'
import { readPosition } from '../../../../storefront/components/position-field.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { formatsOf } from '../../../../storefront/format.ts'
import { type Answer, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import { type Answers, getService, listSlots, Moment, type Service, type SlotChoice } from '../../contract.ts'
import { BookForm, type BookView } from '../book-form.tsx'
import { addDays } from '../calendar-days.ts'
import { texts } from '../texts.ts'

/** `GET /booking/{handle}/book?start=…`: what was chosen, and what the service asks before it is held. */
export async function bookForm(visit: Visit): Promise<Answer> {
  const service = await visit.call(getService, { params: { handle: visit.param('handle') } })
  const start = Moment.safeParse(visit.query.get('start'))
  if (!start.success) return seeOther(visit.href(`/booking/${service.handle}`))
  return bookPage(visit, await viewOf(visit, service, start.data), 200)
}

async function viewOf(visit: Visit, service: Service, start: string): Promise<BookView> {
  const asked = Number(visit.form.text('d') || visit.query.get('d'))
  const option = service.durations.find((entry) => entry.minutes === asked) ?? service.durations[0]
  const provider = visit.form.text('p') || visit.query.get('p')
  const [day] = start.split('T')
  const slots = await visit.call(listSlots, {
    params: { id: service.id },
    query: { from: addDays(day ?? '', -1), to: addDays(day ?? '', 2), duration: option?.minutes, provider_id: provider || undefined },
  })
  const all = slots.days.flatMap((entry) => entry.slots)
  const at = Date.parse(start)
  return {
    service,
    start,
    option: option ?? { minutes: service.duration_min, price: service.price, deposit: null },
    provider: service.providers.find((candidate) => candidate.id === provider) ?? null,
    seatsLeft: all.find((slot) => Date.parse(slot.start) === at)?.seats_left ?? 1,
    free: all.some((slot) => Date.parse(slot.start) === at),
    nearest: all
      .filter((slot) => Date.parse(slot.start) !== at)
      .sort((a, b) => Math.abs(Date.parse(a.start) - at) - Math.abs(Date.parse(b.start) - at))
      .slice(0, 6)
      .sort((a, b) => a.start.localeCompare(b.start)),
    errors: {},
    problem: null,
  }
}

function bookPage(visit: Visit, view: BookView, status: number): Answer {
  const t = texts(visit.locale)
  const title = t('book.title', { service: view.service.name })
  const failed = view.problem !== null || Object.keys(view.errors).length > 0
  return page(
    failed ? visit.t('form.error_title', { title }) : title,
    <BookForm visit={visit} view={view}>
      <CancellationTerms visit={visit} tiers={view.service.cancellation_tiers} />
    </BookForm>,
    { noIndex: true, status, canonical: `/booking/${view.service.handle}/book` },
  )
}

/** `POST`: the slot goes into the cart and is held; then to paying, or back to shopping. */
export async function book(visit: Visit): Promise<Answer> {
  const { form } = visit
  const service = await visit.call(getService, { params: { handle: visit.param('handle') } })
  const start = Moment.safeParse(form.text('start'))
  if (!start.success) return seeOther(visit.href(`/booking/${service.handle}`))
  const view = await viewOf(visit, service, start.data)
  const { choice, errors } = readChoice(visit, view)
  if (Object.keys(errors).length > 0) return bookPage(visit, { ...view, errors }, 422)
  const held = await addToCart(visit, { kind: 'booking.slot', choice: { ...choice }, quantity: seatsOf(visit, view) })
  if (!held.ok)
    return bookPage(visit, { ...view, problem: refusalText(visit, view, held.error), free: !taken(held.error) }, held.error.status)
  if (held.value.lines.length === 0) await currentCart(visit)
  visit.notify('held')
  return seeOther(visit.href(form.text('next') === 'cart' ? '/cart' : '/checkout'))
}

const taken = (error: ApiError): boolean => ['slot_unavailable', 'slot_in_past', 'lead_time_not_met'].includes(error.code)

const seatsOf = (visit: Visit, view: BookView): number => Math.max(1, Math.min(view.service.seats, visit.form.integer('seats') ?? 1))

function refusalText(visit: Visit, view: BookView, error: ApiError): string {
  const t = texts(visit.locale)
  const time = formatsOf(visit.locale, view.service.timezone).clock(view.start)
  if (error.code === 'slot_unavailable') return view.nearest.length > 0 ? t('book.taken', { time }) : t('book.taken_all', { time })
  if (error.code === 'slot_in_past') return t('book.past', { time })
  if (error.code === 'lead_time_not_met') return t('book.too_soon', { lead: visit.formats.duration(view.service.lead_time_min) })
  if (error.code === 'active_booking_limit') return t('book.limit', { count: view.service.max_active_per_customer ?? 1 })
  if (error.code === 'outside_service_area') return t('book.too_far')
  return failureText(visit, error)
}

function readChoice(visit: Visit, view: BookView): { choice: SlotChoice; errors: FieldErrors } {
  const { form } = visit
  const { service } = view
  const t = texts(visit.locale)
  const errors: FieldErrors = {}
  const name = form.text('name').slice(0, 120)
  if (!name) errors['name'] = visit.t('invalid.name')
  const answers: Answers = {}
  for (const question of service.questions) {
    const field = `answer.${question.key}`
    const value = question.kind === 'yes_no' ? form.has(field) : form.text(field).slice(0, 2000)
    if (question.required && (value === '' || value === false)) errors[field] = t('book.answer_missing', { question: question.label })
    if (value !== '' || question.required) answers[question.key] = value
  }
  const choice: SlotChoice = {
    offering_id: service.id,
    start: view.start,
    duration_min: view.option.minutes,
    ...(view.provider ? { provider_id: view.provider.id } : {}),
    attendees: [{ name }],
    ...(service.questions.length > 0 ? { answers } : {}),
  }
  if (service.location_kind === 'at_customer') {
    const position = readPosition(form.text('position'))
    for (const field of ['line1', 'city'] as const) if (!form.text(field)) errors[field] = visit.t(`invalid.${field}`)
    if (!position) errors['position'] = visit.t('position.missing')
    else {
      choice.address = {
        line1: form.text('line1').slice(0, 200),
        line2: form.optional('line2'),
        district: form.optional('district'),
        city: form.text('city').slice(0, 120),
        country: visit.tenant.country,
        ...position,
        ...(form.text('note') ? { note: form.text('note').slice(0, 500) } : {}),
      }
    }
  }
  return { choice, errors }
}
