import {
  ActionButtons,
  Confirm,
  Facts,
  FailureState,
  formatWhen,
  ListSkeleton,
  Panel,
  useConsoleLocale,
  useRead,
  useSend,
} from '@cityos/console/kit'
import { newId, pickText } from '@cityos/contract'
import { Alert, Box, Button, FormControlLabel, Stack, Switch } from '@mui/material'
import { useRef, useState } from 'react'
import { Link, ListButton, Title, TopToolbar, useGetRecordId, useNotify, useTranslate } from 'react-admin'
import {
  approveRestaurant,
  checkRestaurantLicence,
  forceCloseRestaurant,
  getAdminRestaurant,
  type ManagedRestaurant,
  rejectRestaurant,
  reopenRestaurant,
} from '../contract.ts'
import { restaurantFacts } from './place/restaurant-page.tsx'

const verbs = { approve: approveRestaurant, reject: rejectRestaurant, reopen: reopenRestaurant, 'licence-check': checkRestaurantLicence }

/** One restaurant as the tenant oversees it: licence, approval, closing by force. */
export function AdminRestaurantPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const locale = useConsoleLocale()
  const { data, error, refetch } = useRead(getAdminRestaurant, { params: { id } })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton />
  return (
    <Box>
      <Title title={pickText(data.name, locale)} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
          <ActionButtons resource="restaurants" record={data} names={data.actions} endpoints={verbs} />
          {data.actions.includes('force-close') && <ForceClose restaurant={data} />}
          <Button component={Link} to={`/restaurant-orders?filter=${encodeURIComponent(JSON.stringify({ restaurant_id: data.id }))}`}>
            {t('restaurant.its_orders')}
          </Button>
        </Stack>
      </TopToolbar>
      <Stack spacing={2}>
        {data.status_reason && <Alert severity="warning">{data.status_reason}</Alert>}
        <Alert severity={data.licence_checked_at ? 'success' : 'warning'}>
          {data.licence_checked_at
            ? t('restaurant.licence_checked', {
                at: formatWhen(data.licence_checked_at, locale),
                until: data.licence_valid_until ? formatWhen(data.licence_valid_until, locale) : '–',
              })
            : t('restaurant.licence_unchecked')}
        </Alert>
        <Panel>
          <Facts facts={restaurantFacts(data, t)} />
        </Panel>
      </Stack>
    </Box>
  )
}

function ForceClose({ restaurant }: { restaurant: ManagedRestaurant }) {
  const t = useTranslate()
  const notify = useNotify()
  const send = useSend(forceCloseRestaurant)
  const key = useRef(newId('key'))
  const [open, setOpen] = useState(false)
  const [cancelOpen, setCancelOpen] = useState(false)
  return (
    <>
      <Button color="error" variant="outlined" onClick={() => setOpen(true)}>
        {t('action.force-close')}
      </Button>
      {open && (
        <Confirm
          title={t('action.force-close')}
          consequence={t('consequence.restaurants.force-close')}
          confirmLabel={t('action.force-close')}
          questions={[{ name: 'reason', label: 'field.reason', required: true }]}
          busy={send.isPending}
          failure={send.error}
          danger
          onClose={() => setOpen(false)}
          onConfirm={({ reason = '' }) =>
            send.mutate(
              { params: { id: restaurant.id }, body: { reason, cancel_open: cancelOpen }, idempotencyKey: key.current },
              {
                onSuccess: (result) => {
                  setOpen(false)
                  key.current = newId('key')
                  notify(t('restaurant.closed_with', { smart_count: result.cancelled_orders }), { type: 'success' })
                },
              },
            )
          }
        >
          <FormControlLabel
            control={<Switch checked={cancelOpen} onChange={(_, on) => setCancelOpen(on)} />}
            label={t('restaurant.cancel_open')}
          />
        </Confirm>
      )}
    </>
  )
}
