import { AccountPage } from '../../../../storefront/components/account-page.tsx'
import { Pager, pageOf } from '../../../../storefront/components/browse.tsx'
import { EmptyState } from '../../../../storefront/components/layout.tsx'
import { Picture } from '../../../../storefront/components/picture.tsx'
import { formatsOf } from '../../../../storefront/format.ts'
import { type Answer, page, type Visit } from '../../../../storefront/visit.ts'
import { listMyTickets, myWaitingList, type Ticket } from '../../contract.ts'
import { texts } from '../texts.ts'
import { seatText, TicketBadge, ticketTime } from '../ticket-words.tsx'

const perPage = 40

/** Own tickets by event, and own places on waiting lists. */
export async function mine(visit: Visit): Promise<Answer> {
  const t = texts(visit.locale)
  const when = visit.query.get('when') === 'past' ? 'past' : 'upcoming'
  const number = pageOf(visit)
  const isOn = visit.verticals.some((vertical) => vertical.name === 'event-ticketing')
  const [list, waiting] = await Promise.all([
    visit.call(listMyTickets, { query: { when, limit: perPage, offset: (number - 1) * perPage } }),
    isOn && when === 'upcoming' ? visit.call(myWaitingList) : [],
  ])
  const groups = new Map<string, Ticket[]>()
  for (const ticket of list.items) groups.set(ticket.event_date_id, [...(groups.get(ticket.event_date_id) ?? []), ticket])
  const open = waiting.filter((entry) => entry.status === 'waiting' || entry.status === 'offered')
  return page(
    t('mine.title'),
    <AccountPage visit={visit} title={t('mine.title')} here="/account/event-ticketing">
      <nav aria-label={t('mine.title')} className="tabs mb-5 flex gap-1.5">
        {(['upcoming', 'past'] as const).map((tab) => (
          <a
            key={tab}
            aria-current={tab === when ? 'page' : undefined}
            href={visit.href('/account/event-ticketing', { when: tab === 'past' ? 'past' : undefined })}
          >
            {t(`mine.${tab}`)}
          </a>
        ))}
      </nav>
      {groups.size === 0 && open.length === 0 ? (
        <EmptyState icon="ticket" title={t(`mine.none_${when}`)} text={t('mine.none_text')}>
          {isOn && (
            <a className="button" data-primary="" href={visit.href('/event-ticketing')}>
              {t('mine.look')}
            </a>
          )}
        </EmptyState>
      ) : (
        <div className="grid gap-5">
          {[...groups].map(([date, tickets]) => (
            <Group key={date} visit={visit} tickets={tickets} />
          ))}
        </div>
      )}
      {open.length > 0 && (
        <section className="mt-8" aria-labelledby="waiting">
          <h2 id="waiting" className="mb-3 text-xl">
            {t('waiting.mine')}
          </h2>
          <ul className="grid gap-3">
            {open.map((entry) => (
              <li key={entry.id} className="card flex flex-wrap items-center justify-between gap-3 p-4">
                <span className="min-w-0">
                  <span className="block font-semibold">{entry.event.title}</span>
                  <span className="quiet text-sm">
                    {entry.ticket_type.name} · {formatsOf(visit.locale, visit.tenant.timezone).moment(entry.starts_at)}
                  </span>
                </span>
                <a className="button" href={visit.href(`/event-ticketing/waiting-list/${entry.id}`)}>
                  {entry.offer ? t('waiting.offer_open') : t('waiting.open')}
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Pager
        visit={visit}
        page={number}
        last={Math.ceil(list.total / perPage)}
        hrefOf={(next) => visit.href('/account/event-ticketing', { when: when === 'past' ? 'past' : undefined, page: String(next) })}
      />
    </AccountPage>,
    { noIndex: true },
  )
}

function Group({ visit, tickets }: { visit: Visit; tickets: readonly Ticket[] }) {
  const [first] = tickets
  if (!first) return null
  return (
    <section className="card overflow-hidden" aria-label={first.event.title}>
      <div className="flex items-center gap-4 border-line border-b bg-panel p-4">
        <span className="tile-picture size-14 shrink-0 rounded-xl!">
          <Picture picture={first.event.picture} size={64} decorative />
        </span>
        <div className="min-w-0">
          <h2 className="text-lg">{first.event.title}</h2>
          <p className="quiet text-sm">{ticketTime(visit, first)}</p>
        </div>
      </div>
      <ul className="divide-y divide-line">
        {tickets.map((ticket) => (
          <li key={ticket.id} className="tile flex-row! flex-wrap items-center gap-3 p-4 hover:bg-panel">
            <span className="min-w-0 flex-1 basis-40">
              <a className="tile-link font-semibold" href={visit.href(`/account/event-ticketing/${ticket.id}`)}>
                {ticket.ticket_type.name}
              </a>
              <span className="quiet block text-sm">
                {[seatText(visit, ticket), ticket.attendee_name].filter(Boolean).join(' · ')} <bdi dir="ltr">{ticket.code}</bdi>
              </span>
            </span>
            <TicketBadge visit={visit} status={ticket.status} />
          </li>
        ))}
      </ul>
    </section>
  )
}
