import { newId } from '@cityos/contract'
import { ProblemNotice } from '../../../../storefront/components/layout.tsx'
import { Amount } from '../../../../storefront/components/price.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { formatsOf } from '../../../../storefront/format.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import { type CustomerBooking, cancelMyBooking, quoteMyBookingRefund } from '../../contract.ts'
import { bookingHref, bookingPath, loadBooking, tokenOf } from '../own.ts'
import { texts } from '../texts.ts'

/** What cancelling now would give back, and the button that does it. */
export async function cancelForm(visit: Visit): Promise<Answer> {
  return cancelPage(visit, await loadBooking(visit), null)
}

async function cancelPage(visit: Visit, booking: CustomerBooking, problem: string | null): Promise<Answer> {
  const t = texts(visit.locale)
  const { formats } = visit
  const quote = await visit.call(quoteMyBookingRefund, { params: { id: booking.id }, query: { token: tokenOf(visit) } })
  const kept = { ...quote.paid, amount: quote.paid.amount - quote.refund.amount }
  const token = tokenOf(visit)
  return page(
    t('cancel.title'),
    <div className="shell max-w-2xl! pt-8">
      <h1 className="mb-2 text-3xl">{t('cancel.title')}</h1>
      <p className="quiet mb-6">
        {booking.offering.name} · {formatsOf(visit.locale, booking.timezone).moment(booking.start)}
      </p>
      <ProblemNotice text={problem} />
      <dl className="card mb-6 grid gap-2 p-5">
        <Sum name={t('cancel.paid')}>
          <Amount visit={visit} value={quote.paid} />
        </Sum>
        {kept.amount > 0 && (
          <Sum name={t('cancel.kept')}>
            <Amount visit={visit} value={kept} />
          </Sum>
        )}
        <div className="mt-1 flex justify-between gap-4 border-line border-t pt-3 font-semibold text-lg">
          <dt>{visit.t('order.you_get')}</dt>
          <dd>
            <Amount visit={visit} value={quote.refund} />
          </dd>
        </div>
      </dl>
      <form method="post" action={bookingHref(visit, booking.id, '/cancel')} className="flex flex-wrap gap-3">
        <input type="hidden" name="expected_amount" value={quote.refund.amount} />
        <input type="hidden" name="expected_currency" value={quote.refund.currency} />
        <input type="hidden" name="attempt" value={newId('key')} />
        {token && <input type="hidden" name="token" value={token} />}
        <button type="submit" className="button" data-primary="">
          {quote.refund.amount > 0 ? t('cancel.confirm', { refund: formats.money(quote.refund) }) : t('cancel.confirm_nothing')}
        </button>
        <a className="button" href={bookingHref(visit, booking.id)}>
          {t('cancel.back')}
        </a>
      </form>
    </div>,
    { noIndex: true, canonical: `${bookingPath(booking.id)}/cancel`, status: problem ? 409 : 200 },
  )
}

function Sum({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="quiet">{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

export async function cancel(visit: Visit): Promise<Answer> {
  const { form } = visit
  const cancelled = await attempt(
    visit.call(
      cancelMyBooking,
      {
        params: { id: visit.param('id') },
        query: { token: tokenOf(visit) },
        body: { expected_refund: { amount: form.integer('expected_amount') ?? -1, currency: form.text('expected_currency') } },
      },
      { idempotencyKey: form.text('attempt') || newId('key') },
    ),
  )
  if (cancelled.ok) {
    visit.notify('cancelled')
    return seeOther(bookingHref(visit, visit.param('id')))
  }
  const found = await loadBooking(visit)
  if (!found.actions.includes('cancel')) return seeOther(bookingHref(visit, found.id))
  return cancelPage(visit, found, failureText(visit, cancelled.error))
}
