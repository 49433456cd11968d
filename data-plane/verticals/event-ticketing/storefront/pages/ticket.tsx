import { Icon } from '../../../../storefront/components/icon.tsx'
import { EmptyState, NoticeBox } from '../../../../storefront/components/layout.tsx'
import { ReviewLink } from '../../../../storefront/components/reviews.tsx'
import { type Answer, page, type Visit } from '../../../../storefront/visit.ts'
import { getMyTicket, listOrderTickets, openTicket, type Ticket } from '../../contract.ts'
import { texts } from '../texts.ts'
import { TicketCard } from '../ticket-card.tsx'

/** One own ticket, as it is shown at the door. */
export async function ticket(visit: Visit): Promise<Answer> {
  const found = await visit.call(getMyTicket, { params: { id: visit.param('id') } })
  return ticketPage(visit, found, true)
}

/** A ticket by its link: whoever has it holds the ticket. */
export async function openedTicket(visit: Visit): Promise<Answer> {
  const found = await visit.call(openTicket, {
    params: { id: visit.param('id') },
    query: { access: visit.query.get('access') ?? '' },
  })
  return ticketPage(visit, found, false)
}

function ticketPage(visit: Visit, found: Ticket, own: boolean): Answer {
  const t = texts(visit.locale)
  return page(
    `${found.ticket_type.name}, ${found.event.title}`,
    <div className="shell max-w-xl! pt-6">
      <h1 className="sr-only">{t('ticket.title', { code: found.code })}</h1>
      {own && (
        <a className="link inline-flex min-h-11 items-center gap-1" href={visit.href('/account/event-ticketing')}>
          <Icon name="back" size={18} />
          {t('mine.title')}
        </a>
      )}
      <div className="mt-1 grid gap-5">
        <TicketCard visit={visit} ticket={found} />
        {found.qr_url && (
          <p className="quiet text-center text-sm" data-offline-text="">
            {t('ticket.offline')}
          </p>
        )}
        <Acts visit={visit} ticket={found} own={own} />
      </div>
    </div>,
    { noIndex: true, canonical: visit.path },
  )
}

function Acts({ visit, ticket: found, own }: { visit: Visit; ticket: Ticket; own: boolean }) {
  const t = texts(visit.locale)
  const may = (action: string) => own && found.actions.includes(action)
  const to = (part: string) => visit.href(`/account/event-ticketing/${found.id}/${part}`)
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {found.pdf_url && (
        <a className="button" href={`${found.pdf_url}${found.pdf_url.includes('?') ? '&' : '?'}locale=${visit.locale}`}>
          <Icon name="receipt" size={18} />
          {t('ticket.pdf')}
        </a>
      )}
      {own && <ReviewLink visit={visit} lineId={found.order_line_id} allowedAt={found.review_allowed_at} />}
      {may('transfer') && (
        <a className="button" href={to('transfer')}>
          <Icon name="send" size={18} />
          {t('ticket.transfer')}
        </a>
      )}
      {may('rename') && (
        <a className="button" href={to('name')}>
          <Icon name="person" size={18} />
          {t('ticket.rename')}
        </a>
      )}
      {may('refund') && (
        <a className="button" href={to('refund')}>
          <Icon name="undo" size={18} />
          {t('ticket.give_back')}
        </a>
      )}
    </div>
  )
}

/** All tickets of an order; guests come here with the order's token. */
export async function ticketsOfOrder(visit: Visit): Promise<Answer> {
  const t = texts(visit.locale)
  const tickets = await visit.call(listOrderTickets, {
    params: { number: visit.param('number') },
    query: { token: visit.query.get('token') ?? undefined },
  })
  const waiting = tickets.some((entry) => entry.status === 'pending')
  return page(
    t('mine.title'),
    <div className="shell max-w-xl! pt-6">
      <h1 className="mb-5 text-3xl">{t('order.title', { count: tickets.length })}</h1>
      {waiting && (
        <div className="mb-5">
          <NoticeBox tone="warn">{t('order.pending')}</NoticeBox>
        </div>
      )}
      {tickets.length === 0 ? (
        <EmptyState icon="ticket" title={t('mine.none_upcoming')} text={t('mine.none_text')} />
      ) : (
        <div className="grid gap-6">
          {tickets.map((entry) => (
            <div key={entry.id} className="grid gap-3">
              <TicketCard visit={visit} ticket={entry} />
              <Acts visit={visit} ticket={entry} own={visit.signedIn} />
            </div>
          ))}
          <p className="quiet text-center text-sm" data-offline-text="">
            {t('ticket.offline')}
          </p>
        </div>
      )}
    </div>,
    { noIndex: true, canonical: visit.path },
  )
}
