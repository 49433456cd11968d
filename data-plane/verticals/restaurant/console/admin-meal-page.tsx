import { ActionButtons, EndpointDialog, FailureState, ListSkeleton, MoneyText, PlaceZone, useRead } from '@cityos/console/kit'
import { Button, Stack } from '@mui/material'
import { useState } from 'react'
import { Link, ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { cancelAdminFoodOrder, getAdminFoodOrder, refundAdminFoodOrder } from '../contract.ts'
import { MealDetail } from './order-facts.tsx'

/** One meal as staff see it, to end it or give back a part. */
export function AdminMealPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const [refunding, setRefunding] = useState(false)
  const { data, error, refetch } = useRead(getAdminFoodOrder, { params: { id } }, { refetchInterval: 20_000 })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton />
  return (
    <PlaceZone value={data.restaurant.timezone}>
      <Title title={data.call_number} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
          <Button component={Link} to={`/orders/${data.order_id}/show`}>
            {t('restaurant.whole_order')}
          </Button>
          {data.actions.includes('refund') && (
            <Button variant="outlined" onClick={() => setRefunding(true)}>
              {t('action.refund')}
            </Button>
          )}
          <ActionButtons resource="restaurant-orders" record={data} names={data.actions} endpoints={{ cancel: cancelAdminFoodOrder }} />
        </Stack>
      </TopToolbar>
      <MealDetail meal={data} />
      {refunding && (
        <EndpointDialog
          title={t('action.refund')}
          consequence={
            <>
              {t('restaurant.refund_text')} <MoneyText value={data.total} strong />
            </>
          }
          endpoint={refundAdminFoodOrder}
          params={{ id }}
          currency={data.total.currency}
          submitLabel={t('action.refund')}
          danger
          onClose={() => setRefunding(false)}
        />
      )}
    </PlaceZone>
  )
}
