import { CancellationTerms } from '../../../../storefront/components/cancellation.tsx'
import { Icon } from '../../../../storefront/components/icon.tsx'
import { NoticeBox, ProblemNotice } from '../../../../storefront/components/layout.tsx'
import { Picture } from '../../../../storefront/components/picture.tsx'
import { Amount } from '../../../../storefront/components/price.tsx'
import { ReviewLink } from '../../../../storefront/components/reviews.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { formatsOf } from '../../../../storefront/format.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import { type CustomerBooking, checkInMyBooking, listOrderBookings } from '../../contract.ts'
import { bookingHref, bookingPath, loadBooking, tokenOf } from '../own.ts'
import { BookingBadge } from '../status.tsx'
import { type TextKey, texts } from '../texts.ts'

/** From a guest's order to its booking: the order's token is exchanged for the booking's own. */
export async function ofOrder(visit: Visit): Promise<Answer> {
  const bookings = await visit.call(listOrderBookings, {
    params: { number: visit.param('number') },
    query: { token: tokenOf(visit) },
  })
  const line = visit.query.get('line')
  const found = bookings.find((entry) => entry.order_line_id === line) ?? bookings[0]
  if (!found) return seeOther(visit.href(`/orders/${visit.param('number')}`, { token: tokenOf(visit) }))
  return seeOther(visit.href(bookingPath(found.id), { token: found.token }))
}

/** One booking: when, where, with whom, and what can still be done. */
export async function booking(visit: Visit): Promise<Answer> {
  return bookingPage(visit, await loadBooking(visit), null)
}

/** The customer is there: from 30 minutes before the start. */
export async function checkIn(visit: Visit): Promise<Answer> {
  const arrived = await attempt(visit.call(checkInMyBooking, { params: { id: visit.param('id') }, query: { token: tokenOf(visit) } }))
  if (arrived.ok) return seeOther(bookingHref(visit, visit.param('id')))
  return bookingPage(visit, await loadBooking(visit), failureText(visit, arrived.error))
}

function bookingPage(visit: Visit, booking: CustomerBooking, problem: string | null): Answer {
  const t = texts(visit.locale)
  return page(
    t('own.title', { reference: booking.reference }),
    <div className="shell max-w-4xl! pt-6">
      {visit.signedIn && (
        <a className="link inline-flex min-h-11 items-center gap-1" href={visit.href('/account/booking')}>
          <Icon name="back" size={18} />
          {t('mine.title')}
        </a>
      )}
      <div className="mt-1 mb-5 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-3xl">{booking.offering.name}</h1>
        <BookingBadge visit={visit} status={booking.status} />
      </div>
      <ProblemNotice text={problem} />
      <StateNotice visit={visit} booking={booking} />
      <div className="grid items-start gap-6 md:grid-cols-[minmax(0,1fr)_18rem]">
        <Details visit={visit} booking={booking} />
        <Actions visit={visit} booking={booking} />
      </div>
    </div>,
    { noIndex: true, canonical: bookingPath(booking.id), status: problem ? 409 : 200 },
  )
}

/** What the state means for the customer, in words. */
function StateNotice({ visit, booking }: { visit: Visit; booking: CustomerBooking }) {
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, booking.timezone)
  const words: Partial<Record<CustomerBooking['status'], string>> = {
    pending_confirmation: booking.confirm_by ? t('own.pending', { time: formats.moment(booking.confirm_by) }) : t('own.pending_open'),
    declined: t('own.declined'),
    expired: t('own.expired'),
    cancelled: booking.cancel_reason ? t('own.cancelled_because', { reason: booking.cancel_reason }) : t('own.cancelled'),
    rescheduled: t('own.rescheduled'),
    no_show: booking.no_show_party === 'provider' ? t('own.no_show_provider') : t('own.no_show_customer'),
  }
  const text = words[booking.status]
  if (!text) return null
  return (
    <div className="mb-5">
      <NoticeBox tone={booking.status === 'pending_confirmation' || booking.status === 'rescheduled' ? 'warn' : 'plain'}>
        {text}{' '}
        {booking.rescheduled_to_id && (
          <a className="link" href={bookingHref(visit, booking.rescheduled_to_id)}>
            {t('own.new_time')}
          </a>
        )}
      </NoticeBox>
    </div>
  )
}

function Details({ visit, booking }: { visit: Visit; booking: CustomerBooking }) {
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, booking.timezone)
  return (
    <section className="card overflow-hidden" aria-label={t('own.details')}>
      <div className="flex gap-4 border-line border-b p-5">
        <span className="tile-picture size-20 shrink-0 rounded-xl!">
          <Picture picture={booking.picture} size={96} decorative />
        </span>
        <div className="min-w-0">
          <p className="font-semibold text-lg">{formats.day(booking.start)}</p>
          <p className="text-lg">
            <bdi className="tabular-nums">{`${formats.clock(booking.start)}–${formats.clock(booking.end)}`}</bdi>
          </p>
          <p className="quiet text-sm">{visit.t('time.zone', { city: formats.zone.city, offset: formats.zone.offset(booking.start) })}</p>
        </div>
      </div>
      <dl className="grid gap-x-6 gap-y-3 p-5 sm:grid-cols-[9rem_minmax(0,1fr)]">
        <Row name={t('own.reference')}>
          <bdi dir="ltr" className="font-semibold">
            {booking.reference}
          </bdi>
        </Row>
        <Row name={t('own.vendor')}>
          <a className="link" href={visit.href(`/vendors/${booking.vendor.handle}`)}>
            <bdi>{booking.vendor.name}</bdi>
          </a>
        </Row>
        {booking.providers.length > 0 && (
          <Row name={t('own.with')}>
            <bdi>{booking.providers.map((provider) => provider.name).join(', ')}</bdi>
          </Row>
        )}
        <Row name={t('book.where')}>
          {booking.meeting_url ? (
            <a className="link" href={booking.meeting_url} rel="noreferrer">
              {t('own.meeting')}
            </a>
          ) : (
            (booking.address ?? t(`location.${booking.location_kind}` satisfies TextKey))
          )}
        </Row>
        {booking.seats > 1 && <Row name={t('book.seats')}>{visit.formats.number(booking.seats)}</Row>}
        {booking.attendees.length > 0 && (
          <Row name={t('own.for')}>
            <bdi>{booking.attendees.map((attendee) => attendee.name).join(', ')}</bdi>
          </Row>
        )}
        {booking.answers.map((entry) => (
          <Row key={entry.key} name={entry.label}>
            <bdi>{typeof entry.answer === 'boolean' ? t(entry.answer ? 'own.yes' : 'own.no') : entry.answer}</bdi>
          </Row>
        ))}
        <Row name={t('book.price')}>
          {booking.price.amount === 0 ? visit.t('totals.free') : <Amount visit={visit} value={booking.price} />}
          {booking.deposit && (
            <span className="quiet block text-sm">{t('own.deposit', { amount: visit.formats.money(booking.deposit) })}</span>
          )}
          {booking.due_at_place && booking.due_at_place.amount > 0 && (
            <span className="quiet block text-sm">{t('own.due_at_place', { amount: visit.formats.money(booking.due_at_place) })}</span>
          )}
        </Row>
        {booking.order_number && (
          <Row name={visit.t('order.order')}>
            {visit.signedIn ? (
              <a className="link" href={visit.href(`/account/orders/${booking.order_number}`)}>
                <bdi dir="ltr">{booking.order_number}</bdi>
              </a>
            ) : (
              <bdi dir="ltr">{booking.order_number}</bdi>
            )}
          </Row>
        )}
      </dl>
    </section>
  )
}

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="quiet max-sm:-mb-2.5">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  )
}

const live = new Set<CustomerBooking['status']>(['pending_confirmation', 'confirmed', 'checked_in', 'in_progress'])

function Actions({ visit, booking }: { visit: Visit; booking: CustomerBooking }) {
  const t = texts(visit.locale)
  const may = (action: string) => booking.actions.includes(action)
  const token = tokenOf(visit)
  return (
    <aside className="grid gap-3">
      {may('check-in') && (
        <form method="post" action={bookingHref(visit, booking.id, '/check-in')}>
          {token && <input type="hidden" name="token" value={token} />}
          <button type="submit" className="button w-full" data-primary="" data-large="">
            {t('own.check_in')}
          </button>
        </form>
      )}
      {live.has(booking.status) && (
        <a
          className="button"
          href={`/v1/store/me/bookings/${booking.id}/ics${token ? `?token=${encodeURIComponent(token)}` : ''}`}
          download={`${booking.reference}.ics`}
        >
          <Icon name="calendar" size={18} />
          {t('own.calendar')}
        </a>
      )}
      {may('reschedule') && (
        <a className="button" href={bookingHref(visit, booking.id, '/move')}>
          <Icon name="repeat" size={18} />
          {t('own.move')}
        </a>
      )}
      {may('cancel') && (
        <a className="button" href={bookingHref(visit, booking.id, '/cancel')}>
          <Icon name="close" size={18} />
          {t('own.cancel')}
        </a>
      )}
      {booking.order_line_id && visit.signedIn && (
        <ReviewLink visit={visit} lineId={booking.order_line_id} allowedAt={booking.review_allowed_at} />
      )}
      {!live.has(booking.status) && (
        <a className="button" data-primary="" href={visit.href(`/${booking.path}`)}>
          {t('own.again')}
        </a>
      )}
      {live.has(booking.status) && (
        <div className="quiet text-sm">
          <p className="mb-1 font-semibold text-ink">{visit.t('cancellation.title')}</p>
          <CancellationTerms visit={visit} tiers={booking.cancellation_tiers} />
        </div>
      )}
      {!visit.signedIn && token && <p className="quiet text-sm">{t('own.link_text')}</p>}
    </aside>
  )
}
