import { getVendorDashboard, listVendorOrders, type VendorOrderSummary } from '@cityos/data-plane/contract'
import { Box, Card, CardActionArea, Chip, Pagination, Stack, Tab, Tabs, Typography } from '@mui/material'
import { useEffect, useRef, useState } from 'react'
import { Link, Title, useLocation, useNavigate, useNotify, useTranslate } from 'react-admin'
import { useRead } from '../api/query.ts'
import { formatNumber, useConsoleLocale } from '../fields/format.ts'
import { StatusChip } from '../fields/status.tsx'
import { Ident, MoneyText, When } from '../fields/values.tsx'
import { ActionButtons } from '../screen/actions.tsx'
import { EmptyState, FailureState, ListSkeleton } from '../shell/states.tsx'
import { FulfilButton } from './fulfil-dialog.tsx'
import { vendorOrderActions } from './order-actions.ts'
import { boardFilter } from './order-filter.ts'

/** The states a vendor works through, in that order; the rest is under "all". */
const columns = ['confirmed', 'accepted', 'preparing', 'partially_fulfilled', 'fulfilled', 'completed', 'cancelled'] as const
const perPage = 20

/** Orders as a board for the counter: cards with their next step, newest first, read again every ten seconds. */
export function OrderBoard() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const navigate = useNavigate()
  const { search } = useLocation()
  const filter = boardFilter(search)
  const [page, setPage] = useState(1)
  const counts = useRead(getVendorDashboard, {}, { refetchInterval: 10_000 })
  const count = (status: string) => counts.data?.by_status.find((item) => item.status === status)?.count ?? 0
  const { data, error, refetch } = useRead(
    listVendorOrders,
    { query: { status: filter.status, late: filter.late ? 'true' : undefined, limit: perPage, offset: (page - 1) * perPage } },
    { refetchInterval: 10_000 },
  )
  useNewOrders(counts.data?.to_accept)
  const tab = filter.late ? 'late' : (filter.status ?? 'all')
  const show = (next: string) => {
    setPage(1)
    navigate(
      next === 'all'
        ? '/orders'
        : `/orders?filter=${encodeURIComponent(JSON.stringify(next === 'late' ? { late: true } : { status: next }))}`,
    )
  }
  const label = (text: string, number: number) => (
    <Stack direction="row" spacing={0.75} sx={{ alignItems: 'center' }}>
      <span>{text}</span>
      {number > 0 && <Chip size="small" label={formatNumber(number, locale)} />}
    </Stack>
  )
  return (
    <Box sx={{ paddingBlockStart: 1 }}>
      <Title title="resources.orders.title" />
      <Tabs
        value={columns.includes(tab as never) || tab === 'late' || tab === 'all' ? tab : false}
        onChange={(_, next: string) => show(next)}
        variant="scrollable"
        allowScrollButtonsMobile
        aria-label={t('field.status')}
        sx={{ marginBlockEnd: 1.5 }}
      >
        <Tab value="all" label={t('shell.all')} />
        <Tab value="late" label={label(t('vendor.late'), counts.data?.late ?? 0)} />
        {columns.map((status) => (
          <Tab key={status} value={status} label={label(t(`status.${status}`), count(status))} />
        ))}
      </Tabs>
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : !data ? (
        <ListSkeleton />
      ) : data.total === 0 ? (
        <EmptyState title={t('resources.orders.empty')} text={t('vendor.no_orders_text')} />
      ) : (
        <>
          <Box
            component="ul"
            sx={{
              listStyle: 'none',
              margin: 0,
              padding: 0,
              display: 'grid',
              gap: 1.5,
              gridTemplateColumns: 'repeat(auto-fill, minmax(min(320px, 100%), 1fr))',
            }}
          >
            {data.items.map((order) => (
              <OrderCard key={order.id} order={order} />
            ))}
          </Box>
          {data.total > perPage && (
            <Pagination
              sx={{ marginBlockStart: 2 }}
              count={Math.ceil(data.total / perPage)}
              page={page}
              onChange={(_, next) => setPage(next)}
            />
          )}
        </>
      )}
    </Box>
  )
}

function OrderCard({ order }: { order: VendorOrderSummary }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  return (
    <Card component="li" sx={{ display: 'flex', flexDirection: 'column', ...(order.late ? { borderColor: 'error.main' } : {}) }}>
      <CardActionArea component={Link} to={`/orders/${order.id}/show`} sx={{ padding: 1.5, color: 'inherit', flex: 1 }}>
        <Stack spacing={0.75}>
          <Stack direction="row" sx={{ justifyContent: 'space-between', gap: 1 }}>
            <Typography variant="h3" component="h2" sx={{ margin: 0 }}>
              <Ident value={order.number} />
            </Typography>
            <StatusChip status={order.status} />
          </Stack>
          <Typography>
            <bdi>{order.buyer.name ?? t('vendor.masked_buyer')}</bdi> ·{' '}
            {t('vendor.units', { smart_count: order.count, count: formatNumber(order.count, locale) })} ·{' '}
            <MoneyText value={order.total} strong />
          </Typography>
          <Typography variant="body2" color="textSecondary">
            <When at={order.placed_at} ago /> · {t(`payment_method.${order.payment_method}`, { _: order.payment_method })}
          </Typography>
          {order.sla_due_at && (
            <Typography variant="body2" color={order.late ? 'error' : 'textSecondary'} sx={{ fontWeight: order.late ? 600 : 400 }}>
              {t(order.late ? 'vendor.was_due' : 'vendor.due')} <When at={order.sla_due_at} ago />
            </Typography>
          )}
        </Stack>
      </CardActionArea>
      {order.actions.length > 0 && (
        <Stack direction="row" sx={{ gap: 1, padding: 1.5, paddingBlockStart: 0, flexWrap: 'wrap' }}>
          <ActionButtons
            resource="vendor_orders"
            record={order}
            names={order.actions.filter((name) => name !== 'cancel')}
            endpoints={vendorOrderActions}
            size="large"
          />
          {order.actions.includes('fulfil') && <FulfilButton id={order.id} />}
        </Stack>
      )}
    </Card>
  )
}

/** Says that an order has come in: in words, and in the title of the tab, which is what one sees from across the shop. */
function useNewOrders(waiting: number | undefined): void {
  const t = useTranslate()
  const notify = useNotify()
  const before = useRef(waiting)
  useEffect(() => {
    if (waiting === undefined) return
    if (before.current !== undefined && waiting > before.current) notify(t('vendor.new_order'), { type: 'info' })
    before.current = waiting
    const plain = document.title.replace(/^\(\d+\) /, '')
    document.title = waiting > 0 ? `(${waiting}) ${plain}` : plain
  }, [waiting, notify, t])
}
