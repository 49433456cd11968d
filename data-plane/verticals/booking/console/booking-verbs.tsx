import { ActionButtons, EndpointDialog } from '@cityos/console/kit'
import { Button, Stack } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import {
  type ManagedBooking,
  vendorCancelBooking,
  vendorCheckIn,
  vendorCompleteBooking,
  vendorConfirmBooking,
  vendorDeclineBooking,
  vendorMarkNoShow,
  vendorReassignBooking,
  vendorRescheduleBooking,
  vendorStartBooking,
} from '../contract.ts'

/** Verbs a vendor has on a booking that need no form of their own. */
export const bookingActions = {
  confirm: vendorConfirmBooking,
  decline: vendorDeclineBooking,
  'check-in': vendorCheckIn,
  start: vendorStartBooking,
  complete: vendorCompleteBooking,
  'no-show': vendorMarkNoShow,
  cancel: vendorCancelBooking,
}

/** Everything the server allows on a booking now, as buttons. */
export function BookingVerbs({ booking }: { booking: ManagedBooking }) {
  const t = useTranslate()
  const [asking, setAsking] = useState<'reschedule' | 'reassign' | null>(null)
  return (
    <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
      <ActionButtons resource="bookings" record={booking} names={booking.actions} endpoints={bookingActions} />
      {(['reschedule', 'reassign'] as const).map(
        (name) =>
          booking.actions.includes(name) && (
            <Button key={name} variant="outlined" onClick={() => setAsking(name)}>
              {t(`action.${name}`)}
            </Button>
          ),
      )}
      {asking === 'reschedule' && (
        <EndpointDialog
          title={t('action.reschedule')}
          consequence={t('consequence.bookings.reschedule')}
          endpoint={vendorRescheduleBooking}
          params={{ id: booking.id }}
          record={{ start: booking.start }}
          references={providers}
          submitLabel={t('action.reschedule')}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === 'reassign' && (
        <EndpointDialog
          title={t('action.reassign')}
          consequence={t('consequence.bookings.reassign')}
          endpoint={vendorReassignBooking}
          params={{ id: booking.id }}
          fields={booking.providers.length > 1 ? ['from_provider_id', 'to_provider_id'] : ['to_provider_id']}
          references={providers}
          submitLabel={t('action.reassign')}
          onClose={() => setAsking(null)}
        />
      )}
    </Stack>
  )
}

const offered = { resource: 'booking-providers', filter: { active: 'true' } }
const providers = { provider_id: offered, from_provider_id: offered, to_provider_id: offered }
