import { ActionButtons, FailureState, Ident, ListSkeleton, PlaceZone, useRead, When } from '@cityos/console/kit'
import { Stack } from '@mui/material'
import { ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { getKitchenOrder } from '../contract.ts'
import { AcceptButton } from './board/accept-button.tsx'
import { PrintButton } from './board/print-button.tsx'
import { kitchenActions } from './kitchen-actions.ts'
import { MealDetail } from './order-facts.tsx'

/** One meal as its kitchen works with it. */
export function KitchenOrderPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const { data, error, refetch } = useRead(getKitchenOrder, { params: { id } }, { refetchInterval: 10_000 })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton />
  const { buyer } = data
  return (
    <PlaceZone value={data.restaurant.timezone}>
      <Title title={data.call_number} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
          {data.actions.includes('accept') && <AcceptButton order={data} />}
          <ActionButtons
            resource="restaurant-orders"
            record={data}
            names={data.actions.filter((name) => name !== 'accept')}
            endpoints={kitchenActions}
            size="large"
          />
          <PrintButton orderId={data.id} />
        </Stack>
      </TopToolbar>
      <MealDetail
        meal={data}
        more={[
          { label: 'field.customer', value: buyer.masked ? t('vendor.masked_buyer') : <bdi>{buyer.name}</bdi> },
          {
            label: 'field.phone',
            value:
              buyer.phone && !buyer.masked ? (
                <a href={`tel:${buyer.phone}`}>
                  <bdi dir="ltr">{buyer.phone}</bdi>
                </a>
              ) : (
                <Ident value={buyer.phone} />
              ),
          },
          ...(data.accept_by ? [{ label: 'field.accept_by', value: <When at={data.accept_by} ago /> }] : []),
        ]}
      />
    </PlaceZone>
  )
}
