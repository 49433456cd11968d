import { type AdminOrder, confirmAdminPayment, listAdminPayments } from '@cityos/data-plane/contract'
import { Stack, Typography } from '@mui/material'
import { useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { StatusChip } from '../../fields/status.tsx'
import { MoneyText, When } from '../../fields/values.tsx'
import { ActionButtons } from '../../screen/actions.tsx'
import { Panel } from '../../screen/facts.tsx'

/** Payments and refunds of an order; a bank transfer that has arrived is confirmed here. */
export function OrderPayments({ order }: { order: AdminOrder }) {
  const t = useTranslate()
  const { data } = useRead(listAdminPayments, { query: { order_id: order.id, limit: 50 } })
  return (
    <Panel title={t('order.payments')}>
      <Stack spacing={1.5}>
        {data?.items.map((payment) => (
          <Stack key={payment.id} spacing={0.5}>
            <Stack direction="row" sx={{ justifyContent: 'space-between', gap: 1, flexWrap: 'wrap' }}>
              <Typography>
                <bdi>{payment.vendor_name}</bdi> · {t(`payment_method.${payment.method}`)}
              </Typography>
              <MoneyText value={payment.amount} strong />
            </Stack>
            <Stack direction="row" sx={{ justifyContent: 'space-between', gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
              <StatusChip status={payment.status} />
              <ActionButtons
                resource="payments"
                record={payment}
                names={payment.actions}
                endpoints={{ confirm: confirmAdminPayment }}
                size="small"
              />
            </Stack>
          </Stack>
        ))}
        {order.refunds.map((refund) => (
          <Stack
            key={refund.id}
            direction="row"
            sx={{
              justifyContent: 'space-between',
              gap: 1,
              flexWrap: 'wrap',
              borderBlockStart: 1,
              borderColor: 'divider',
              paddingBlockStart: 1,
            }}
          >
            <Typography variant="body2">
              {t('order.refund')} · <When at={refund.created_at} />
              <br />
              <bdi>{refund.reason}</bdi>
            </Typography>
            <Stack spacing={0.5} sx={{ alignItems: 'flex-end' }}>
              <MoneyText value={refund.amount} />
              <StatusChip status={refund.status} />
            </Stack>
          </Stack>
        ))}
      </Stack>
    </Panel>
  )
}
