import { type Column, formatNumber, formatWhenIn, StatusChip, TranslatedText, useConsoleLocale } from '@cityos/console/kit'
import type { RaRecord } from 'react-admin'
import type { ManagedEventCard } from '../contract.ts'

const card = (record: RaRecord) => record as unknown as ManagedEventCard

function Sold({ event }: { event: ManagedEventCard }) {
  const locale = useConsoleLocale()
  const sold = formatNumber(event.sold, locale)
  return <bdi dir="ltr">{event.capacity === null ? sold : `${sold} / ${formatNumber(event.capacity, locale)}`}</bdi>
}

function Starts({ event }: { event: ManagedEventCard }) {
  return <>{formatWhenIn(event.starts_at, event.timezone, useConsoleLocale())}</>
}

/** Columns of a list of events. */
export const eventColumns: (string | Column)[] = [
  { source: 'title', render: (record) => <TranslatedText value={card(record).title} /> },
  {
    source: 'status',
    card: 'aside',
    render: (record) => (
      <>
        <StatusChip status={card(record).status} /> {card(record).sales_frozen && <StatusChip status="frozen" />}
      </>
    ),
  },
  { source: 'starts_at', render: (record) => <Starts event={card(record)} /> },
  { source: 'venue', render: (record) => <TranslatedText value={card(record).venue?.name} /> },
  'category',
  { source: 'sold', render: (record) => <Sold event={card(record)} />, end: true },
]
