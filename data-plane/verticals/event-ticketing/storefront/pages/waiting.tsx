import { Email } from '../../../../core/customer/contract.ts'
import { FormPage } from '../../../../storefront/components/fields.tsx'
import { Held } from '../../../../storefront/components/held.tsx'
import { NoticeBox } from '../../../../storefront/components/layout.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { formatsOf } from '../../../../storefront/format.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import { getWaitingListEntry, joinWaitingList, leaveWaitingList } from '../../contract.ts'
import { texts } from '../texts.ts'
import { eventPage, readEvent } from './event.tsx'

const tokenOf = (visit: Visit): string | undefined => visit.query.get('token') ?? (visit.form.text('token') || undefined)

/** `POST …/waiting-list`: onto the list; the page after it is the link that shows the place. */
export async function joinList(visit: Visit): Promise<Answer> {
  const { form } = visit
  const view = await readEvent(visit)
  const email = Email.safeParse(form.text('email'))
  if (!email.success) return eventPage(visit, { ...view, problem: visit.t('invalid.email') }, 422)
  const joined = await attempt(
    visit.call(joinWaitingList, {
      params: { id: view.event.id },
      body: {
        ticket_type_id: form.text('waiting_type'),
        event_date_id: form.text('date') || undefined,
        email: email.data,
        quantity: Math.max(1, Math.min(10, form.integer('quantity') ?? 1)),
      },
    }),
  )
  if (joined.ok) {
    visit.notify('listed')
    return seeOther(visit.href(`/event-ticketing/waiting-list/${joined.value.id}`, { token: joined.value.token }))
  }
  const t = texts(visit.locale)
  const words = joined.error.code === 'already_exists' ? t('waiting.already') : failureText(visit, joined.error)
  return eventPage(visit, { ...view, problem: words }, joined.error.status)
}

/** A place on the list: how many are before, or the offer and how long it stands. */
export async function waiting(visit: Visit): Promise<Answer> {
  const t = texts(visit.locale)
  const entry = await visit.call(getWaitingListEntry, { params: { id: visit.param('id') }, query: { token: tokenOf(visit) } })
  const formats = formatsOf(visit.locale, visit.tenant.timezone)
  const { offer } = entry
  const live = entry.status === 'waiting' || entry.status === 'offered'
  const token = tokenOf(visit)
  return page(
    t('waiting.page'),
    <FormPage title={t('waiting.page')} lead={`${entry.event.title} · ${entry.ticket_type.name} · ${formats.moment(entry.starts_at)}`}>
      {offer ? (
        <div className="card grid gap-4 p-5">
          <p className="font-semibold text-lg">{t('waiting.offered', { count: offer.quantity })}</p>
          <Held visit={visit} title={entry.event.title} expiresAt={offer.valid_until} />
          <a
            className="button"
            data-primary=""
            data-large=""
            href={`${visit.href(`/event-ticketing/${entry.event.handle}`, { date: entry.event_date_id, voucher: offer.voucher })}#tickets`}
          >
            {t('waiting.buy')}
          </a>
          <p className="quiet text-sm">
            {t('voucher.code')} <bdi dir="ltr">{offer.voucher}</bdi>
          </p>
        </div>
      ) : (
        <NoticeBox tone={live ? 'good' : 'plain'}>
          {entry.status === 'waiting'
            ? t('waiting.position', { count: entry.position ?? 0 })
            : t(`waiting.status_${entry.status as 'redeemed' | 'expired' | 'left'}`)}
        </NoticeBox>
      )}
      {entry.status === 'waiting' && <p className="quiet mt-4">{t('waiting.keep_link')}</p>}
      <div className="mt-6 flex flex-wrap gap-3">
        {live && (
          <form method="post" action={visit.href(`/event-ticketing/waiting-list/${entry.id}/leave`)}>
            {token && <input type="hidden" name="token" value={token} />}
            <button type="submit" className="button">
              {t('waiting.leave')}
            </button>
          </form>
        )}
        <a className="button" href={visit.href(`/event-ticketing/${entry.event.handle}`)}>
          {t('waiting.to_event')}
        </a>
      </div>
    </FormPage>,
    { noIndex: true, canonical: visit.path, refreshSeconds: live ? 60 : undefined },
  )
}

export async function leaveList(visit: Visit): Promise<Answer> {
  const left = await attempt(visit.call(leaveWaitingList, { params: { id: visit.param('id') }, query: { token: tokenOf(visit) } }))
  if (!left.ok && left.error.code !== 'invalid_transition') throw left.error
  return seeOther(visit.href(`/event-ticketing/waiting-list/${visit.param('id')}`, { token: tokenOf(visit) }))
}
