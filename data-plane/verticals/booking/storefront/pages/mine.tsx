import { AccountPage } from '../../../../storefront/components/account-page.tsx'
import { Pager, pageOf } from '../../../../storefront/components/browse.tsx'
import { EmptyState } from '../../../../storefront/components/layout.tsx'
import { formatsOf } from '../../../../storefront/format.ts'
import { type Answer, page, type Visit } from '../../../../storefront/visit.ts'
import { type BookingRow, listMyBookings } from '../../contract.ts'
import { bookingPath } from '../own.ts'
import { BookingBadge } from '../status.tsx'
import { texts } from '../texts.ts'

const perPage = 20

/** Own bookings: coming ones, or past ones. */
export async function mine(visit: Visit): Promise<Answer> {
  const t = texts(visit.locale)
  const when = visit.query.get('when') === 'past' ? 'past' : 'upcoming'
  const number = pageOf(visit)
  const list = await visit.call(listMyBookings, { query: { when, limit: perPage, offset: (number - 1) * perPage } })
  return page(
    t('mine.title'),
    <AccountPage visit={visit} title={t('mine.title')} here="/account/booking">
      <nav aria-label={t('mine.title')} className="tabs mb-5 flex gap-1.5">
        {(['upcoming', 'past'] as const).map((tab) => (
          <a
            key={tab}
            aria-current={tab === when ? 'page' : undefined}
            href={visit.href('/account/booking', { when: tab === 'past' ? 'past' : undefined })}
          >
            {t(`mine.${tab}`)}
          </a>
        ))}
      </nav>
      {list.items.length === 0 ? (
        <EmptyState icon="calendar" title={t(`mine.none_${when}`)} text={t('mine.none_text')}>
          {visit.verticals.some((vertical) => vertical.name === 'booking') && (
            <a className="button" data-primary="" href={visit.href('/booking')}>
              {t('mine.book')}
            </a>
          )}
        </EmptyState>
      ) : (
        <ul className="grid gap-3">
          {list.items.map((booking) => (
            <Row key={booking.id} visit={visit} booking={booking} />
          ))}
        </ul>
      )}
      <Pager
        visit={visit}
        page={number}
        last={Math.ceil(list.total / perPage)}
        hrefOf={(next) => visit.href('/account/booking', { when: when === 'past' ? 'past' : undefined, page: String(next) })}
      />
    </AccountPage>,
    { noIndex: true },
  )
}

function Row({ visit, booking }: { visit: Visit; booking: BookingRow }) {
  const formats = formatsOf(visit.locale, booking.timezone)
  return (
    <li className="tile card flex-row! flex-wrap items-center gap-4 p-4 hover:border-line-strong">
      <span className="grid w-16 shrink-0 justify-items-center rounded-xl bg-panel py-2 leading-tight" aria-hidden="true">
        <span className="text-xs">{formats.weekday(booking.start)}</span>
        <b className="text-sm">{formats.shortDay(booking.start)}</b>
        <bdi className="text-sm tabular-nums">{formats.clock(booking.start)}</bdi>
      </span>
      <span className="min-w-0 flex-1 basis-44">
        <a className="tile-link font-semibold" href={visit.href(bookingPath(booking.id))}>
          {booking.offering.name}
        </a>
        <span className="sr-only">{formats.moment(booking.start)}</span>
        <span className="quiet block text-sm">
          <bdi>{booking.vendor.name}</bdi>
          {booking.providers.length > 0 && (
            <>
              {' · '}
              <bdi>{booking.providers.map((provider) => provider.name).join(', ')}</bdi>
            </>
          )}
          {' · '}
          <bdi dir="ltr">{booking.reference}</bdi>
        </span>
      </span>
      <BookingBadge visit={visit} status={booking.status} />
    </li>
  )
}
