import {
  ActionButtons,
  FailureState,
  ListSkeleton,
  MoneyText,
  Panel,
  PlaceZone,
  RowsTable,
  StatusChip,
  useRead,
  When,
} from '@cityos/console/kit'
import { Alert, Stack } from '@mui/material'
import { ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { adminCancelBooking, adminGetBookingDispute, adminMarkNoShow } from '../contract.ts'
import { BookingFacts } from './booking-facts.tsx'
import { BookingHistory, CancellationTerms } from './booking-page.tsx'

/** One booking with everything a dispute needs: what was promised, what was done, what was paid and given back. */
export function AdminBookingPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const { data, error, refetch } = useRead(adminGetBookingDispute, { params: { id } }, { refetchInterval: 20_000 })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton />
  const { booking } = data
  const full = booking.paid && <MoneyText value={booking.paid} strong />
  return (
    <PlaceZone value={booking.timezone}>
      <Title title={booking.reference} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <ActionButtons
          resource="bookings"
          record={booking}
          names={booking.actions}
          endpoints={{ cancel: adminCancelBooking, 'no-show': adminMarkNoShow }}
        />
      </TopToolbar>
      <Stack spacing={2}>
        {booking.actions.includes('cancel') && booking.paid && (
          <Alert severity="info">
            {t('booking.force_cancel_gives')} {full}
            {data.policy_refund && (
              <>
                {' · '}
                {t('booking.policy_would_give')} <MoneyText value={data.policy_refund} strong />
              </>
            )}
          </Alert>
        )}
        <Panel>
          <BookingFacts booking={booking} />
        </Panel>
        <Panel title={t('booking.money')} dense>
          <RowsTable
            title={t('booking.money')}
            rows={data.money}
            rowKey={(row) => `${row.at}-${row.kind}-${row.amount.amount}`}
            empty={t('booking.no_money')}
            columns={[
              { label: 'field.kind', cell: (row) => t(`booking.money_${row.kind}`) },
              { label: 'field.status', cell: (row) => <StatusChip status={row.status} /> },
              { label: 'field.when', cell: (row) => <When at={row.at} /> },
              { label: 'field.amount', cell: (row) => <MoneyText value={row.amount} />, end: true },
            ]}
          />
        </Panel>
        <BookingHistory booking={booking} />
        <CancellationTerms booking={booking} />
      </Stack>
    </PlaceZone>
  )
}
