import {
  FailureState,
  formatPercent,
  ListSkeleton,
  Panel,
  PlaceZone,
  RowsTable,
  StatusChip,
  useConsoleLocale,
  useRead,
  When,
} from '@cityos/console/kit'
import { Button, Stack, Typography } from '@mui/material'
import { Link, ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { type ManagedBooking, vendorGetBooking } from '../contract.ts'
import { BookingFacts } from './booking-facts.tsx'
import { BookingVerbs } from './booking-verbs.tsx'

/** One booking as its vendor works with it. */
export function VendorBookingPage() {
  const id = String(useGetRecordId())
  const { data, error, refetch } = useRead(vendorGetBooking, { params: { id } }, { refetchInterval: 15_000 })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton />
  return (
    <PlaceZone value={data.timezone}>
      <Title title={data.reference} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <BookingVerbs booking={data} />
      </TopToolbar>
      <Stack spacing={2}>
        <Panel>
          <BookingFacts booking={data} />
        </Panel>
        <BookingHistory booking={data} />
        <CancellationTerms booking={data} />
      </Stack>
    </PlaceZone>
  )
}

/** What happened to a booking, and by whom; and the bookings before and after it. */
export function BookingHistory({ booking }: { booking: ManagedBooking }) {
  const t = useTranslate()
  const other = booking.rescheduled_to_id ?? booking.reschedule_of_id
  return (
    <Panel
      title={t('booking.history')}
      dense
      actions={
        other && (
          <Button component={Link} to={`/bookings/${other}/show`}>
            {t(booking.rescheduled_to_id ? 'booking.moved_to' : 'booking.moved_from')}
          </Button>
        )
      }
    >
      <RowsTable
        title={t('booking.history')}
        rows={booking.history}
        rowKey={(row) => `${row.at}-${row.name}-${row.to}`}
        empty={t('booking.no_history')}
        columns={[
          { label: 'field.status', cell: (row) => <StatusChip status={row.to} /> },
          { label: 'field.when', cell: (row) => <When at={row.at} /> },
          { label: 'field.by', cell: (row) => t(`booking.by_${row.by}`, { _: row.by }) },
          { label: 'field.reason', cell: (row) => <bdi>{row.reason ?? '–'}</bdi> },
        ]}
      />
    </Panel>
  )
}

/** The terms that were sold with it. */
export function CancellationTerms({ booking }: { booking: ManagedBooking }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  if (booking.cancellation_tiers.length === 0) return null
  return (
    <Panel title={t('booking.terms')}>
      {booking.cancellation_tiers.map((tier) => (
        <Typography key={tier.hours_before}>
          {t(tier.hours_before > 0 ? 'booking.tier' : 'booking.tier_last', {
            hours: tier.hours_before,
            share: formatPercent(tier.refund_bps, locale),
          })}
        </Typography>
      ))}
    </Panel>
  )
}
