import { getVendorOrder } from '@cityos/data-plane/contract'
import { Box, Stack, Typography } from '@mui/material'
import { ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { useRead } from '../api/query.ts'
import { StatusChip } from '../fields/status.tsx'
import { Ident, MoneyText, When } from '../fields/values.tsx'
import { AddressText } from '../order/address.tsx'
import { OrderEvents } from '../order/order-events.tsx'
import { OrderLines, OrderTotals } from '../order/order-lines.tsx'
import { ActionButtons } from '../screen/actions.tsx'
import { Facts, Panel } from '../screen/facts.tsx'
import { FailureState, ListSkeleton } from '../shell/states.tsx'
import { FulfilButton } from './fulfil-dialog.tsx'
import { vendorOrderActions } from './order-actions.ts'

/** One order's part of this vendor: what to pack, for whom, and what it brings. */
export function VendorOrderPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const { data: order, error, refetch } = useRead(getVendorOrder, { params: { id } }, { refetchInterval: 15_000 })
  if (error && !order) return <FailureState error={error} retry={refetch} />
  if (!order) return <ListSkeleton />
  return (
    <Box>
      <Title title={t('order.number', { number: order.number })} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
          {order.actions.includes('fulfil') && <FulfilButton id={order.id} />}
          <ActionButtons resource="vendor_orders" record={order} names={order.actions} endpoints={vendorOrderActions} size="large" />
        </Stack>
      </TopToolbar>
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { lg: 'minmax(0, 2fr) minmax(280px, 1fr)' } }}>
        <Stack spacing={2} sx={{ minWidth: 0 }}>
          <Panel>
            <Stack spacing={2}>
              <Stack direction="row" spacing={1} sx={{ alignItems: 'center', flexWrap: 'wrap' }}>
                <StatusChip status={order.status} />
                {order.sla_due_at && (
                  <Typography color={order.late ? 'error' : 'textSecondary'}>
                    {t(order.late ? 'vendor.was_due' : 'vendor.due')} <When at={order.sla_due_at} ago />
                  </Typography>
                )}
              </Stack>
              <Facts
                facts={[
                  { label: 'field.placed_at', value: <When at={order.placed_at} /> },
                  { label: 'field.customer', value: order.buyer.masked ? t('vendor.masked_buyer') : <bdi>{order.buyer.name}</bdi> },
                  {
                    label: 'field.phone',
                    value:
                      order.buyer.phone && !order.buyer.masked ? (
                        <a href={`tel:${order.buyer.phone}`}>
                          <bdi dir="ltr">{order.buyer.phone}</bdi>
                        </a>
                      ) : (
                        <Ident value={order.buyer.phone} />
                      ),
                  },
                  { label: 'field.shipping_address', value: <AddressText address={order.shipping_address} /> },
                  { label: 'field.payment_method', value: t(`payment_method.${order.payment_method}`, { _: order.payment_method }) },
                  { label: 'field.order', value: <Ident value={order.order_number} /> },
                ]}
              />
            </Stack>
          </Panel>
          <Panel title={t('vendor.lines')}>
            <OrderLines lines={order.lines} />
            <OrderTotals
              rows={[
                { label: 'field.subtotal', value: order.subtotal },
                { label: 'field.discount', value: order.discount },
                { label: 'field.shipping', value: order.shipping },
              ]}
              total={order.total}
            />
          </Panel>
        </Stack>
        <Stack spacing={2} sx={{ minWidth: 0 }}>
          <Panel title={t('vendor.money')}>
            <Facts
              facts={[
                { label: 'field.total', value: <MoneyText value={order.total} /> },
                { label: 'field.refunded', value: <MoneyText value={order.refunded} /> },
                { label: 'field.commission', value: <MoneyText value={order.commission} /> },
                { label: 'field.net', value: <MoneyText value={order.net} strong /> },
              ]}
              columns={130}
            />
          </Panel>
          <Panel title={t('order.timeline')}>
            <OrderEvents events={order.events} />
          </Panel>
        </Stack>
      </Box>
    </Box>
  )
}
