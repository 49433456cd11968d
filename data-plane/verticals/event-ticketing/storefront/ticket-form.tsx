import { NoticeBox } from '../../../storefront/components/layout.tsx'
import { Amount } from '../../../storefront/components/price.tsx'
import { formatsOf } from '../../../storefront/format.ts'
import type { Visit } from '../../../storefront/visit.ts'
import type { EventDetail, TicketTypeOffer } from '../contract.ts'
import { availabilityBadge } from './event-words.tsx'
import type { EventView } from './pages/event.tsx'
import { SeatChoice } from './seat-choice.tsx'
import { texts } from './texts.ts'
import { WaitingForm } from './waiting-form.tsx'

/** Dates, then tickets or seats of the chosen one. All of it plain forms. */
export function TicketForm({ visit, view }: { visit: Visit; view: EventView }) {
  const t = texts(visit.locale)
  const { event, date, offers } = view
  const stopped = event.status === 'postponed' || event.status === 'cancelled'
  if (!date || !offers || stopped) return <NoticeBox tone="plain">{t(stopped ? 'tickets.stopped' : 'tickets.over')}</NoticeBox>
  const loose = offers.ticket_types.filter((type) => !type.seated)
  return (
    <section aria-labelledby="tickets-title" className="grid gap-5">
      <h2 id="tickets-title" className="text-2xl">
        {t('tickets.title')}
      </h2>
      {view.problem && (
        <div tabIndex={-1} data-focus="">
          <NoticeBox tone="bad" role="alert">
            {view.problem}
          </NoticeBox>
        </div>
      )}
      <Dates visit={visit} event={event} current={date.id} voucher={view.voucher} />
      {visit.suspended ? (
        <NoticeBox tone="warn">{visit.t('suspended.banner')}</NoticeBox>
      ) : (
        <>
          {view.seating && <SeatChoice visit={visit} view={view} seating={view.seating} dateId={date.id} />}
          {loose.length > 0 && <Types visit={visit} view={view} types={loose} dateId={date.id} />}
          {offers.ticket_types
            .filter((type) => type.availability === 'waiting_list')
            .map((type) => (
              <WaitingForm key={type.id} visit={visit} event={event} type={type} dateId={date.id} />
            ))}
        </>
      )}
      <Voucher visit={visit} view={view} dateId={date.id} />
    </section>
  )
}

function Dates({ visit, event, current, voucher }: { visit: Visit; event: EventDetail; current: string; voucher: string }) {
  const t = texts(visit.locale)
  if (event.dates.length < 2) return null
  const formats = formatsOf(visit.locale, event.timezone)
  return (
    <nav aria-label={t('tickets.dates')}>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(9rem,1fr))] gap-2">
        {event.dates.map((date) => {
          const gone = date.status !== 'scheduled'
          const words = gone ? t(`date.${date.status as 'cancelled' | 'finished'}`) : availabilityBadge(visit, date.availability)?.words
          const label = (
            <>
              <span>{formats.day(date.starts_at)}</span>
              <small>
                <bdi>{formats.clock(date.starts_at)}</bdi>
                {words && ` · ${words}`}
              </small>
            </>
          )
          return (
            <li key={date.id}>
              {gone ? (
                <span className="slot h-full line-through" aria-disabled="true">
                  {label}
                </span>
              ) : (
                <a
                  className="slot h-full"
                  aria-current={date.id === current ? 'date' : undefined}
                  href={`${visit.href(`/event-ticketing/${event.handle}`, { date: date.id, voucher })}#tickets`}
                >
                  {label}
                </a>
              )}
            </li>
          )
        })}
      </ul>
    </nav>
  )
}

interface TypesProps {
  visit: Visit
  view: EventView
  types: readonly TicketTypeOffer[]
  dateId: string
}

const order = { admission: 0, bundle: 1, add_on: 2 } as const

function Types({ visit, view, types, dateId }: TypesProps) {
  const t = texts(visit.locale)
  const sorted = [...types].sort((a, b) => order[a.kind] - order[b.kind])
  const buyable = sorted.some(isBuyable)
  return (
    <form
      method="post"
      action={`${visit.href(`/event-ticketing/${view.event.handle}/tickets`)}`}
      className="card overflow-hidden"
      aria-label={t('tickets.title')}
    >
      <input type="hidden" name="date" value={dateId} />
      {view.voucher && <input type="hidden" name="voucher" value={view.voucher} />}
      {view.priceChange && (
        <div className="border-line border-b p-5">
          <NoticeBox tone="warn" role="alert">
            {t('tickets.price_changed', view.priceChange)}
          </NoticeBox>
          <label className="choice mt-3">
            <input type="checkbox" name="accept_price" value="yes" required />
            <span>{t('tickets.accept_price', { next: view.priceChange.next })}</span>
          </label>
        </div>
      )}
      <ul className="divide-y divide-line">
        {sorted.map((type) => (
          <TypeRow key={type.id} visit={visit} event={view.event} type={type} />
        ))}
      </ul>
      {buyable && (
        <div className="border-line border-t bg-panel p-5">
          <button type="submit" className="button w-full" data-primary="" data-large="">
            {t('tickets.take')}
          </button>
          <p className="quiet mt-2 text-center text-sm">{t('tickets.limit', { count: view.event.max_tickets_per_order })}</p>
        </div>
      )}
    </form>
  )
}

const isBuyable = (type: TicketTypeOffer): boolean => type.availability === 'ok' || type.availability === 'low'

function TypeRow({ visit, event, type }: { visit: Visit; event: EventDetail; type: TicketTypeOffer }) {
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, event.timezone)
  const id = `q-${type.id}`
  const most = Math.min(type.max_per_order, event.max_tickets_per_order, type.remaining ?? 99)
  const choices = [
    0,
    ...Array.from({ length: Math.max(0, most - type.min_per_order + 1) }, (_, index) => type.min_per_order + index),
  ].filter((count, index, all) => all.indexOf(count) === index)
  const badge = availabilityBadge(visit, type.availability)
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 p-5">
      <div className="min-w-0 flex-1 basis-44">
        <p className="font-semibold">
          {type.name} {type.kind === 'add_on' && <span className="badge ms-1">{t('tickets.add_on')}</span>}
        </p>
        {type.description && <p className="quiet text-sm">{type.description}</p>}
        <p className="mt-1">
          <span className="font-semibold">
            {type.price.amount === 0 ? visit.t('totals.free') : <Amount visit={visit} value={type.price} />}
          </span>
          {type.service_fee.amount > 0 && (
            <span className="quiet text-sm"> {t('tickets.fee_in', { fee: visit.formats.money(type.service_fee) })}</span>
          )}
        </p>
        {type.tier && (
          <p className="text-good text-sm">
            {type.tier.left !== null
              ? t('tickets.early_left', { count: type.tier.left, next: visit.formats.money(type.tier.next_price) })
              : type.tier.until
                ? t('tickets.early_until', { time: formats.moment(type.tier.until), next: visit.formats.money(type.tier.next_price) })
                : t('tickets.early', { next: visit.formats.money(type.tier.next_price) })}
          </p>
        )}
        {type.remaining !== null && isBuyable(type) && <p className="text-sm text-warn">{t('tickets.left', { count: type.remaining })}</p>}
      </div>
      {isBuyable(type) ? (
        <div className="field">
          <label htmlFor={id} className="sr-only">
            {t('tickets.how_many', { type: type.name })}
          </label>
          <select id={id} name={`q.${type.id}`} defaultValue={visit.form.text(`q.${type.id}`) || '0'} className="control w-24!">
            {choices.map((count) => (
              <option key={count} value={count}>
                {visit.formats.number(count)}
              </option>
            ))}
          </select>
        </div>
      ) : (
        badge && (
          <span className="badge" data-tone={badge.tone}>
            {badge.words}
          </span>
        )
      )}
    </li>
  )
}

/** A code may show hidden tickets or another price: asked for by address, so that a link can carry it. */
function Voucher({ visit, view, dateId }: { visit: Visit; view: EventView; dateId: string }) {
  const t = texts(visit.locale)
  const applied = view.offers?.voucher
  return (
    <details open={Boolean(view.voucher)}>
      <summary className="link inline-flex min-h-11 items-center">{t('voucher.have')}</summary>
      <form
        method="get"
        action={`${visit.href(`/event-ticketing/${view.event.handle}`)}#tickets`}
        className="mt-2 flex flex-wrap items-end gap-2"
      >
        <input type="hidden" name="date" value={dateId} />
        <div className="field">
          <label htmlFor="voucher">{t('voucher.code')}</label>
          <input id="voucher" name="voucher" dir="ltr" defaultValue={view.voucher} maxLength={40} autoComplete="off" className="control" />
        </div>
        <button type="submit" className="button">
          {visit.t('action.apply')}
        </button>
        {applied && (
          <p className="basis-full text-good text-sm" role="status">
            {applied.valid_until
              ? t('voucher.applied_until', { time: formatsOf(visit.locale, view.event.timezone).moment(applied.valid_until) })
              : t('voucher.applied')}
          </p>
        )}
      </form>
    </details>
  )
}
