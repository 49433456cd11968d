import { type Column, formatWhenIn, Names, useConsoleLocale } from '@cityos/console/kit'
import type { RaRecord } from 'react-admin'
import type { ManagedBookingRow } from '../contract.ts'

const row = (record: RaRecord) => record as unknown as ManagedBookingRow

function Start({ booking }: { booking: ManagedBookingRow }) {
  return <>{formatWhenIn(booking.start, booking.timezone, useConsoleLocale())}</>
}

/** Columns of a list of bookings; times in the zone of the service. */
export const bookingColumns: (string | Column)[] = [
  'reference',
  { source: 'start', render: (record) => <Start booking={row(record)} />, sortable: true },
  'status',
  { source: 'offering', render: (record) => <bdi>{row(record).offering.name}</bdi> },
  { source: 'providers', render: (record) => <Names values={row(record).providers.map((provider) => provider.name)} /> },
  { source: 'contact_name', label: 'field.customer' },
  'price',
]
