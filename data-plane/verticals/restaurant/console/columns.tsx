import { type Column, formatWhenIn, Ident, TranslatedText, useConsoleLocale } from '@cityos/console/kit'
import type { RaRecord } from 'react-admin'
import type { FoodOrderSummary, TableReservation } from '../contract.ts'

function InZone({ at, zone }: { at: string; zone: string }) {
  return <>{formatWhenIn(at, zone, useConsoleLocale())}</>
}

const meal = (record: RaRecord) => record as unknown as FoodOrderSummary
const reservation = (record: RaRecord) => record as unknown as TableReservation

/** Columns of a list of meals; times of the restaurant. */
export const mealColumns: (string | Column)[] = [
  { source: 'call_number', render: (record) => <Ident value={meal(record).call_number} /> },
  'status',
  { source: 'service' },
  { source: 'restaurant', render: (record) => <bdi>{meal(record).restaurant.name}</bdi> },
  { source: 'placed_at', render: (record) => <InZone at={meal(record).placed_at} zone={meal(record).restaurant.timezone} /> },
  {
    source: 'promised_ready_at',
    render: (record) => <InZone at={meal(record).promised_ready_at} zone={meal(record).restaurant.timezone} />,
  },
  { source: 'order_number', label: 'field.order', render: (record) => <Ident value={meal(record).order_number} /> },
  'total',
]

/** Columns of a list of table reservations. */
export const reservationColumns: (string | Column)[] = [
  { source: 'guest_name', label: 'field.guest' },
  {
    source: 'starts_at',
    label: 'field.start',
    render: (record) => <InZone at={reservation(record).starts_at} zone={reservation(record).restaurant.timezone} />,
  },
  'status',
  { source: 'restaurant', render: (record) => <bdi>{reservation(record).restaurant.name}</bdi> },
  'party_size',
  { source: 'tables', render: (record) => <bdi>{reservation(record).tables.join(' + ')}</bdi> },
  'deposit',
]

/** Columns of a list of restaurants. */
export const restaurantColumns: (string | Column)[] = [
  { source: 'name', render: (record) => <TranslatedText value={record['name'] as never} /> },
  'status',
  { source: 'services' },
  { source: 'is_paused', card: 'line' },
  { source: 'rating_average', end: true },
  'updated_at',
]
