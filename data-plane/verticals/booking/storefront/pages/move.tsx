import { newId } from '@cityos/contract'
import { Icon } from '../../../../storefront/components/icon.tsx'
import { ProblemNotice } from '../../../../storefront/components/layout.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { formatsOf } from '../../../../storefront/format.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import { type CustomerBooking, getService, Moment, rescheduleMyBooking } from '../../contract.ts'
import { bookingHref, bookingPath, loadBooking, tokenOf } from '../own.ts'
import { readPicker, SlotPicker } from '../slot-picker.tsx'
import { texts } from '../texts.ts'

/** Another time for a booking: the same picker; a chosen time is confirmed before anything changes. */
export async function moveForm(visit: Visit): Promise<Answer> {
  const booking = await loadBooking(visit)
  const chosen = Moment.safeParse(visit.query.get('start'))
  if (chosen.success) return confirmPage(visit, booking, chosen.data)
  return pickPage(visit, booking, null)
}

async function pickPage(visit: Visit, booking: CustomerBooking, problem: string | null): Promise<Answer> {
  const t = texts(visit.locale)
  const service = await visit.call(getService, { params: { handle: booking.offering.handle } })
  const minutes = Math.round((Date.parse(booking.end) - Date.parse(booking.start)) / 60_000)
  const state = await readPicker(visit, service, { duration: minutes })
  const path = `${bookingPath(booking.id)}/move`
  const kept = { token: tokenOf(visit) }
  return page(
    t('move.title'),
    <div className="shell max-w-2xl! pt-6">
      <a className="link inline-flex min-h-11 items-center gap-1" href={bookingHref(visit, booking.id)}>
        <Icon name="back" size={18} />
        {t('move.back')}
      </a>
      <h1 className="mt-1 mb-2 text-3xl">{t('move.title')}</h1>
      <p className="quiet mb-5">{t('move.now', { time: formatsOf(visit.locale, booking.timezone).moment(booking.start) })}</p>
      <ProblemNotice text={problem} />
      <div className="card p-4 sm:p-5">
        <SlotPicker
          visit={visit}
          service={service}
          state={state}
          path={path}
          kept={kept}
          choose={(start) => visit.href(path, { ...kept, start, p: state.provider })}
          fixedDuration
        />
      </div>
    </div>,
    { noIndex: true, canonical: path, status: problem ? 409 : 200 },
  )
}

function confirmPage(visit: Visit, booking: CustomerBooking, start: string): Answer {
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, booking.timezone)
  const token = tokenOf(visit)
  return page(
    t('move.title'),
    <div className="shell max-w-2xl! pt-8">
      <h1 className="mb-5 text-3xl">{t('move.confirm_title')}</h1>
      <dl className="card mb-6 grid gap-3 p-5">
        <div>
          <dt className="quiet text-sm">{t('move.from')}</dt>
          <dd className="line-through">{formats.moment(booking.start)}</dd>
        </div>
        <div>
          <dt className="quiet text-sm">{t('move.to')}</dt>
          <dd className="font-semibold text-lg">{formats.moment(start)}</dd>
        </div>
        <div>
          <dt className="sr-only">{t('picker.zone')}</dt>
          <dd className="quiet text-sm">{visit.t('time.zone', { city: formats.zone.city, offset: formats.zone.offset(start) })}</dd>
        </div>
      </dl>
      <form method="post" action={bookingHref(visit, booking.id, '/move')} className="flex flex-wrap gap-3">
        <input type="hidden" name="start" value={start} />
        <input type="hidden" name="attempt" value={newId('key')} />
        {visit.query.get('p') && <input type="hidden" name="p" value={visit.query.get('p') ?? ''} />}
        {token && <input type="hidden" name="token" value={token} />}
        <button type="submit" className="button" data-primary="">
          {t('move.confirm')}
        </button>
        <a className="button" href={bookingHref(visit, booking.id, '/move')}>
          {t('book.other_time')}
        </a>
      </form>
    </div>,
    { noIndex: true, canonical: `${bookingPath(booking.id)}/move` },
  )
}

/** The new time is taken and the old one freed in one step; when that fails, the old one stands. */
export async function move(visit: Visit): Promise<Answer> {
  const { form } = visit
  const start = Moment.safeParse(form.text('start'))
  if (!start.success) return seeOther(bookingHref(visit, visit.param('id'), '/move'))
  const moved = await attempt(
    visit.call(
      rescheduleMyBooking,
      {
        params: { id: visit.param('id') },
        query: { token: tokenOf(visit) },
        body: { start: start.data, provider_id: form.text('p') || undefined },
      },
      { idempotencyKey: form.text('attempt') || newId('key') },
    ),
  )
  if (moved.ok) {
    visit.notify('moved')
    return seeOther(visit.href(bookingPath(moved.value.id), visit.signedIn ? {} : { token: moved.value.token }))
  }
  const t = texts(visit.locale)
  const words = moved.error.code === 'slot_unavailable' ? t('move.taken') : failureText(visit, moved.error)
  return pickPage(visit, await loadBooking(visit), words)
}
