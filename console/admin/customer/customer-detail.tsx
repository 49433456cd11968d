import { type CustomerAddress, listAdminOrders } from '@cityos/data-plane/contract'
import { Box, List, ListItemButton, Stack, Typography } from '@mui/material'
import { Link, useRecordContext, useTranslate } from 'react-admin'
import { useRead } from '../../api/query.ts'
import { StatusChip } from '../../fields/status.tsx'
import { Ident, MoneyText, When } from '../../fields/values.tsx'
import { AddressText } from '../../order/address.tsx'
import { Panel } from '../../screen/facts.tsx'

/** A customer's orders and addresses. */
export function CustomerDetail() {
  const t = useTranslate()
  const record = useRecordContext()
  const orders = useRead(listAdminOrders, { query: { customer_id: String(record?.id ?? ''), limit: 20 } }, { enabled: Boolean(record) })
  const addresses = (record?.['addresses'] as CustomerAddress[] | undefined) ?? []
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: '2fr 1fr' } }}>
      <Panel title={t('resources.orders.title')} dense>
        <List component="div">
          {orders.data?.items.map((order) => (
            <ListItemButton key={order.id} component={Link} to={`/orders/${order.id}/show`} divider sx={{ color: 'inherit' }}>
              <Stack direction="row" sx={{ width: '100%', gap: 1, alignItems: 'center', flexWrap: 'wrap' }}>
                <Box sx={{ flex: 1 }}>
                  <Ident value={order.number} /> · <When at={order.placed_at} />
                </Box>
                <StatusChip status={order.status} />
                <MoneyText value={order.total} />
              </Stack>
            </ListItemButton>
          ))}
          {orders.data?.total === 0 && (
            <Typography color="textSecondary" sx={{ padding: 2 }}>
              {t('resources.orders.empty')}
            </Typography>
          )}
        </List>
      </Panel>
      <Panel title={t('customer.addresses')}>
        <Stack spacing={2}>
          {addresses.map((address) => (
            <div key={address.id}>
              {address.label && <Typography sx={{ fontWeight: 600 }}>{address.label}</Typography>}
              <AddressText address={address} />
            </div>
          ))}
          {addresses.length === 0 && <Typography color="textSecondary">{t('customer.no_addresses')}</Typography>}
        </Stack>
      </Panel>
    </Box>
  )
}
