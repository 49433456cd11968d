import { type AdminOrder, cancelAdminOrder, getAdminOrder } from '@cityos/data-plane/contract'
import { Box, Button, Stack } from '@mui/material'
import { useState } from 'react'
import { Link, ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Ident, MoneyText, When } from '../../fields/values.tsx'
import { AddressText } from '../../order/address.tsx'
import { OrderEvents } from '../../order/order-events.tsx'
import { OrderLines, OrderTotals } from '../../order/order-lines.tsx'
import { Facts, Panel } from '../../screen/facts.tsx'
import { FailureState, ListSkeleton } from '../../shell/states.tsx'
import { CancelOrderButton } from './cancel-order.tsx'
import { OrderNotes } from './order-notes.tsx'
import { OrderPayments } from './order-payments.tsx'
import { refundable } from './refund.ts'
import { RefundDialog } from './refund-dialog.tsx'

/** States a part can still be cancelled from (docs/spec/commerce.md, order). */
const cancellable: readonly string[] = ['placed', 'confirmed', 'accepted', 'preparing']

/** One order: a card for each vendor's part, payments, notes and what happened. */
export function OrderPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const { data: order, error, refetch } = useRead(getAdminOrder, { params: { id } })
  if (error && !order) return <FailureState error={error} retry={refetch} />
  if (!order) return <ListSkeleton />
  const open = order.sub_orders.filter((part) => cancellable.includes(part.status))
  return (
    <Box>
      <Title title={t('order.number', { number: order.number })} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        {open.length > 0 && open.length === order.sub_orders.length && <CancelOrderButton order={order} endpoint={cancelAdminOrder} />}
      </TopToolbar>
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { lg: 'minmax(0, 2fr) minmax(280px, 1fr)' } }}>
        <Stack spacing={2} sx={{ minWidth: 0 }}>
          <Head order={order} />
          {order.sub_orders.map((part) => (
            <Part key={part.id} order={order} part={part} />
          ))}
        </Stack>
        <Stack spacing={2} sx={{ minWidth: 0 }}>
          <Panel title={t('order.totals')}>
            <OrderTotals
              rows={[
                { label: 'field.subtotal', value: order.subtotal },
                { label: 'field.discount', value: order.discount },
                { label: 'field.shipping', value: order.shipping },
                { label: 'field.tax_inside', value: order.tax },
                { label: 'field.refunded', value: order.refunded },
              ]}
              total={order.total}
            />
          </Panel>
          <OrderPayments order={order} />
          <OrderNotes order={order} />
          <Panel title={t('order.timeline')}>
            <OrderEvents events={order.events} />
          </Panel>
        </Stack>
      </Box>
    </Box>
  )
}

function Head({ order }: { order: AdminOrder }) {
  const t = useTranslate()
  return (
    <Panel>
      <Stack spacing={2}>
        <Stack direction="row" spacing={1} sx={{ flexWrap: 'wrap' }}>
          <StatusChip status={order.status} />
          <StatusChip status={order.payment_status} />
        </Stack>
        <Facts
          facts={[
            { label: 'field.placed_at', value: <When at={order.placed_at} /> },
            { label: 'field.payment_method', value: t(`payment_method.${order.payment_method}`, { _: order.payment_method }) },
            {
              label: 'field.customer',
              value: (
                <>
                  {order.customer_id ? (
                    <Link to={`/customers/${order.customer_id}/show`}>{order.email ?? order.phone}</Link>
                  ) : (
                    <Ident value={order.email} />
                  )}
                  {order.phone && (
                    <div>
                      <bdi dir="ltr">{order.phone}</bdi>
                    </div>
                  )}
                </>
              ),
            },
            { label: 'field.language', value: t(`language.${order.locale}`) },
            { label: 'field.shipping_address', value: <AddressText address={order.shipping_address} /> },
            ...(order.payment_deadline ? [{ label: 'field.payment_deadline', value: <When at={order.payment_deadline} /> }] : []),
          ]}
        />
      </Stack>
    </Panel>
  )
}

function Part({ order, part }: { order: AdminOrder; part: AdminOrder['sub_orders'][number] }) {
  const t = useTranslate()
  const [refunding, setRefunding] = useState(false)
  const left = refundable(order, part)
  return (
    <Panel
      title={part.vendor.name}
      actions={
        <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
          <StatusChip status={part.status} />
          {left.amount.amount > 0 && (
            <Button variant="outlined" color="error" onClick={() => setRefunding(true)}>
              {t('refund.open')}
            </Button>
          )}
          {cancellable.includes(part.status) && <CancelOrderButton order={order} part={part} endpoint={cancelAdminOrder} />}
        </Stack>
      }
    >
      <OrderLines lines={part.lines} />
      <OrderTotals
        rows={[
          { label: 'field.discount', value: part.discount },
          { label: 'field.shipping', value: part.shipping },
          { label: 'field.refunded', value: part.refunded },
        ]}
        total={part.total}
      />
      {part.fulfilments.length > 0 && (
        <Facts
          facts={part.fulfilments.map((fulfilment) => ({
            label: 'order.handed_over',
            value: (
              <>
                <When at={fulfilment.created_at} /> {fulfilment.carrier} <Ident value={fulfilment.tracking_number} />
              </>
            ),
          }))}
        />
      )}
      {refunding && <RefundDialog order={order} part={part} onClose={() => setRefunding(false)} />}
      {left.amount.amount > 0 && (
        <Box sx={{ textAlign: 'end', color: 'text.secondary', fontSize: '0.875rem' }}>
          {t('refund.left')} <MoneyText value={left.amount} />
        </Box>
      )}
    </Panel>
  )
}
