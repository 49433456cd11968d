import { newId } from '@cityos/contract'
import { Email } from '../../../../core/customer/contract.ts'
import { errorsOf } from '../../../../storefront/address-form.ts'
import { ErrorSummary, Field, type FieldErrors, FormPage } from '../../../../storefront/components/fields.tsx'
import { NoticeBox, ProblemNotice } from '../../../../storefront/components/layout.tsx'
import { Amount } from '../../../../storefront/components/price.tsx'
import { failureText } from '../../../../storefront/failure-text.ts'
import { type Answer, attempt, page, seeOther, type Visit } from '../../../../storefront/visit.ts'
import { getMyTicket, refundTicket, renameTicket, type Ticket, ticketRefundQuote, transferTicket } from '../../contract.ts'
import { texts } from '../texts.ts'
import { ticketTime } from '../ticket-words.tsx'

const load = (visit: Visit): Promise<Ticket> => visit.call(getMyTicket, { params: { id: visit.param('id') } })
const backHref = (visit: Visit): string => visit.href(`/account/event-ticketing/${visit.param('id')}`)
const lead = (visit: Visit, ticket: Ticket): string => `${ticket.event.title} · ${ticket.ticket_type.name} · ${ticketTime(visit, ticket)}`

interface FormState {
  errors: FieldErrors
  status: number
}

const fresh: FormState = { errors: {}, status: 200 }

/** To somebody else: the old code is dead at once, and said so before. */
export async function transferForm(visit: Visit): Promise<Answer> {
  return transferPage(visit, await load(visit), fresh)
}

function transferPage(visit: Visit, ticket: Ticket, { errors, status }: FormState): Answer {
  const t = texts(visit.locale)
  return page(
    t('transfer.title'),
    <FormPage title={t('transfer.title')} lead={lead(visit, ticket)}>
      <ErrorSummary visit={visit} errors={errors} />
      <div className="mb-5">
        <NoticeBox tone="warn">{t('transfer.text')}</NoticeBox>
      </div>
      <form method="post" action={`${backHref(visit)}/transfer`} noValidate className="grid gap-4">
        <input type="hidden" name="attempt" value={newId('key')} />
        <Field visit={visit} name="name" label={visit.t('field.name')} value={visit.form.text('name')} errors={errors} maxLength={120} />
        <Field
          visit={visit}
          name="email"
          label={visit.t('field.email')}
          value={visit.form.text('email')}
          errors={errors}
          type="email"
          inputMode="email"
          direction="ltr"
          maxLength={254}
        />
        <Buttons visit={visit} label={t('transfer.submit')} />
      </form>
    </FormPage>,
    { noIndex: true, status, canonical: `/account/event-ticketing/${ticket.id}/transfer` },
  )
}

function Buttons({ visit, label }: { visit: Visit; label: string }) {
  return (
    <div className="flex flex-wrap gap-3">
      <button type="submit" className="button" data-primary="">
        {label}
      </button>
      <a className="button" href={backHref(visit)}>
        {visit.t('action.cancel')}
      </a>
    </div>
  )
}

export async function transfer(visit: Visit): Promise<Answer> {
  const { form } = visit
  const t = texts(visit.locale)
  const errors: FieldErrors = {}
  const name = form.text('name').slice(0, 120)
  const email = Email.safeParse(form.text('email'))
  if (!name) errors['name'] = visit.t('invalid.name')
  if (!email.success) errors['email'] = visit.t('invalid.email')
  if (!email.success || !name) return transferPage(visit, await load(visit), { errors, status: 422 })
  const sent = await attempt(
    visit.call(
      transferTicket,
      { params: { id: visit.param('id') }, body: { email: email.data, name } },
      { idempotencyKey: form.text('attempt') || newId('key') },
    ),
  )
  if (!sent.ok) {
    const refusal = errorsOf(
      visit,
      sent.error,
      sent.error.code === 'transfer_not_allowed' ? t('transfer.refused') : failureText(visit, sent.error),
    )
    return transferPage(visit, await load(visit), { errors: refusal, status: sent.error.status })
  }
  return page(
    t('transfer.done'),
    <FormPage title={t('transfer.done')} lead={t('transfer.done_text', { name })}>
      <div className="field">
        <label htmlFor="link">{t('transfer.link')}</label>
        <input id="link" readOnly dir="ltr" value={absolute(visit, sent.value.link)} className="control" />
      </div>
      <p className="mt-5">
        <a className="button" data-primary="" href={visit.href('/account/event-ticketing')}>
          {t('mine.title')}
        </a>
      </p>
    </FormPage>,
    { noIndex: true, canonical: '/account/event-ticketing' },
  )
}

const absolute = (visit: Visit, link: string): string => (link.startsWith('/') ? `${visit.origin}${link}` : link)

/** What giving it back returns, then the button. */
export async function refundForm(visit: Visit): Promise<Answer> {
  return refundPage(visit, await load(visit), null)
}

async function refundPage(visit: Visit, ticket: Ticket, problem: string | null): Promise<Answer> {
  const t = texts(visit.locale)
  const quote = await visit.call(ticketRefundQuote, { params: { id: ticket.id } })
  return page(
    t('refund.title'),
    <FormPage title={t('refund.title')} lead={lead(visit, ticket)}>
      <ProblemNotice text={problem} />
      <dl className="card mb-6 grid gap-2 p-5">
        <div className="flex justify-between gap-4">
          <dt className="quiet">{t('refund.paid')}</dt>
          <dd>
            <Amount visit={visit} value={quote.paid} />
          </dd>
        </div>
        <div className="mt-1 flex justify-between gap-4 border-line border-t pt-3 font-semibold text-lg">
          <dt>{visit.t('order.you_get')}</dt>
          <dd>
            <Amount visit={visit} value={quote.refund} />
          </dd>
        </div>
      </dl>
      <form method="post" action={`${backHref(visit)}/refund`}>
        <input type="hidden" name="expected_amount" value={quote.refund.amount} />
        <input type="hidden" name="expected_currency" value={quote.refund.currency} />
        <input type="hidden" name="attempt" value={newId('key')} />
        <Buttons
          visit={visit}
          label={quote.refund.amount > 0 ? t('refund.confirm', { refund: visit.formats.money(quote.refund) }) : t('refund.confirm_nothing')}
        />
      </form>
    </FormPage>,
    { noIndex: true, status: problem ? 409 : 200, canonical: `/account/event-ticketing/${ticket.id}/refund` },
  )
}

export async function refund(visit: Visit): Promise<Answer> {
  const { form } = visit
  const given = await attempt(
    visit.call(
      refundTicket,
      {
        params: { id: visit.param('id') },
        body: { expected_refund: { amount: form.integer('expected_amount') ?? -1, currency: form.text('expected_currency') } },
      },
      { idempotencyKey: form.text('attempt') || newId('key') },
    ),
  )
  if (given.ok) {
    visit.notify('cancelled')
    return seeOther(backHref(visit))
  }
  const ticket = await load(visit)
  if (!ticket.actions.includes('refund')) return seeOther(backHref(visit))
  return refundPage(visit, ticket, failureText(visit, given.error))
}

export async function renameForm(visit: Visit): Promise<Answer> {
  return renamePage(visit, await load(visit), fresh)
}

function renamePage(visit: Visit, ticket: Ticket, { errors, status }: FormState): Answer {
  const t = texts(visit.locale)
  return page(
    t('ticket.rename'),
    <FormPage title={t('ticket.rename')} lead={lead(visit, ticket)}>
      <ErrorSummary visit={visit} errors={errors} />
      <form method="post" action={`${backHref(visit)}/name`} noValidate className="grid gap-4">
        <Field
          visit={visit}
          name="name"
          label={visit.t('field.name')}
          value={visit.form.text('name') || (ticket.attendee_name ?? '')}
          errors={errors}
          autoComplete="name"
          maxLength={120}
        />
        <Buttons visit={visit} label={visit.t('action.save')} />
      </form>
    </FormPage>,
    { noIndex: true, status, canonical: `/account/event-ticketing/${ticket.id}/name` },
  )
}

export async function rename(visit: Visit): Promise<Answer> {
  const name = visit.form.text('name').slice(0, 120)
  if (!name) return renamePage(visit, await load(visit), { errors: { name: visit.t('invalid.name') }, status: 422 })
  const renamed = await attempt(visit.call(renameTicket, { params: { id: visit.param('id') }, body: { name } }))
  if (renamed.ok) {
    visit.notify('changed')
    return seeOther(backHref(visit))
  }
  const errors = errorsOf(visit, renamed.error, failureText(visit, renamed.error))
  return renamePage(visit, await load(visit), { errors, status: renamed.error.status })
}
