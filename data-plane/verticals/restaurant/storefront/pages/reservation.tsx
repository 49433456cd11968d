import { newId } from '@cityos/contract'
import { Icon } from '../../../../storefront/components/icon.tsx'
import { ProblemNotice } from '../../../../storefront/components/layout.tsx'
import { Picture } from '../../../../storefront/components/picture.tsx'
import { ReviewLink } from '../../../../storefront/components/reviews.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { formatsOf } from '../../../../storefront/format.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import { cancelTableReservation, getTableReservation, type TableReservation } from '../../contract.ts'
import { TableBadge } from '../status.tsx'
import { texts } from '../texts.ts'

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
      <ProblemNotice text={problem} />
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
