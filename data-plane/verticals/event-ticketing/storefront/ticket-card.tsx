import { Icon } from '../../../storefront/components/icon.tsx'
import { formatsOf, placeLine } from '../../../storefront/format.ts'
import type { Visit } from '../../../storefront/visit.ts'
import type { Ticket } from '../contract.ts'
import { texts } from './texts.ts'
import { seatText, TicketBadge } from './ticket-words.tsx'

/** A ticket as it is shown at the door: the code large and dark on white in every theme, then who and where. */
export function TicketCard({ visit, ticket }: { visit: Visit; ticket: Ticket }) {
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, ticket.event.timezone)
  const seat = seatText(visit, ticket)
  const { venue } = ticket.event
  return (
    <article className="card overflow-hidden" aria-label={`${ticket.event.title}, ${ticket.ticket_type.name}`} data-ticket="">
      <div className="grid gap-1 p-5">
        <div className="flex items-start justify-between gap-3">
          <h2 className="text-xl">{ticket.event.title}</h2>
          <TicketBadge visit={visit} status={ticket.status} />
        </div>
        <p className="font-semibold text-brand-text">{formats.moment(ticket.starts_at)}</p>
        {ticket.doors_at && <p className="quiet text-sm">{t('facts.doors', { time: formats.clock(ticket.doors_at) })}</p>}
        {venue && (
          <p className="quiet text-sm">
            <bdi>{placeLine(visit.locale, [venue.name, venue.address], venue.city)}</bdi>
          </p>
        )}
      </div>
      {ticket.qr_url ? (
        <div className="qr-ground">
          <img src={ticket.qr_url} alt={t('ticket.qr')} width={280} height={280} className="qr" />
          <bdi dir="ltr" className="font-semibold text-lg tabular-nums">
            {ticket.code}
          </bdi>
        </div>
      ) : (
        <p className="quiet border-line border-y p-5 text-center">{t('ticket.no_code')}</p>
      )}
      <dl className="grid grid-cols-2 gap-4 p-5">
        <Fact name={t('ticket.type')} value={ticket.ticket_type.name} />
        {ticket.attendee_name && <Fact name={t('ticket.for')} value={ticket.attendee_name} />}
        {seat && <Fact name={t('ticket.place')} value={seat} />}
        <Fact name={visit.t('order.order')} value={ticket.order.number} code />
      </dl>
      {ticket.online_url && (
        <p className="px-5 pb-5">
          <a className="button w-full" href={ticket.online_url} rel="noreferrer">
            <Icon name="video" size={18} />
            {t('ticket.join')}
          </a>
        </p>
      )}
    </article>
  )
}

function Fact({ name, value, code = false }: { name: string; value: string; code?: boolean }) {
  return (
    <div className="min-w-0">
      <dt className="quiet text-sm">{name}</dt>
      <dd className="font-semibold">{code ? <bdi dir="ltr">{value}</bdi> : <bdi>{value}</bdi>}</dd>
    </div>
  )
}
