import { ActionButtons, formatNumber, formatTimeIn, MoneyText, useConsoleLocale } from '@cityos/console/kit'
import DeliveryIcon from '@mui/icons-material/DeliveryDiningOutlined'
import DineInIcon from '@mui/icons-material/RestaurantOutlined'
import PickupIcon from '@mui/icons-material/ShoppingBagOutlined'
import { Box, Card, Stack, Typography } from '@mui/material'
import { Link, useTranslate } from 'react-admin'
import type { KitchenOrder } from '../../contract.ts'
import { kitchenActions } from '../kitchen-actions.ts'
import { AcceptButton } from './accept-button.tsx'
import { clockText, secondsTo, urgencyOf } from './countdown.ts'
import { PrintButton } from './print-button.tsx'

const services = { delivery: DeliveryIcon, pickup: PickupIcon, dine_in: DineInIcon }
const colours = { calm: 'text.secondary', soon: 'warning.main', over: 'error.main' } as const

/** One order on the board: what to cook, by when, and the next step. */
export function OrderTicket({ order, now, flashing }: { order: KitchenOrder; now: number; flashing: boolean }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const Service = services[order.service]
  const deadline = order.accept_by ? secondsTo(order.accept_by, now) : null
  const promised = secondsTo(order.promised_ready_at, now)
  const cooking = order.status === 'accepted' || order.status === 'preparing'
  return (
    <Card
      component="li"
      sx={{
        padding: 1.5,
        borderWidth: 2,
        borderColor: order.late || (deadline !== null && deadline <= 60) ? 'error.main' : 'divider',
        ...(flashing
          ? { animation: 'arrived 0.8s ease-in-out 6', '@keyframes arrived': { '50%': { backgroundColor: 'action.selected' } } }
          : {}),
      }}
    >
      <Stack direction="row" sx={{ justifyContent: 'space-between', alignItems: 'flex-start', gap: 1 }}>
        <Typography component="h3" sx={{ fontSize: '1.5rem', fontWeight: 700, lineHeight: 1.2, margin: 0 }}>
          <Box component={Link} to={`/restaurant-orders/${order.id}/show`} sx={{ color: 'inherit' }}>
            <bdi dir="ltr">{order.call_number}</bdi>
          </Box>
        </Typography>
        <Stack direction="row" spacing={0.5} sx={{ alignItems: 'center' }}>
          <Service fontSize="small" aria-hidden />
          <Typography variant="body2">{t(`choice.service.${order.service}`)}</Typography>
        </Stack>
      </Stack>
      {deadline !== null && order.status === 'placed' && (
        <Countdown label={t('restaurant.answer_within')} seconds={deadline} colour={colours[urgencyOf(deadline, 60)]} large />
      )}
      {(cooking || order.status === 'placed') && (
        <Countdown
          label={t(order.asap ? 'restaurant.ready_asap' : 'restaurant.ready_at', {
            time: formatTimeIn(order.promised_ready_at, order.restaurant.timezone, locale),
          })}
          seconds={promised}
          colour={colours[urgencyOf(promised, 300)]}
        />
      )}
      <Stack component="ul" spacing={0.75} sx={{ listStyle: 'none', margin: 0, padding: 0, marginBlock: 1 }}>
        {order.dishes.map((dish) => (
          <Box key={dish.id} component="li">
            <Typography sx={{ fontWeight: 600 }}>
              <bdi dir="ltr">{formatNumber(dish.quantity, locale)} ×</bdi> <bdi>{dish.name}</bdi>
            </Typography>
            {dish.options.length > 0 && (
              <Typography variant="body2" color="textSecondary" sx={{ paddingInlineStart: 3 }}>
                <bdi>{dish.options.map((option) => option.name).join(' · ')}</bdi>
              </Typography>
            )}
          </Box>
        ))}
      </Stack>
      {order.kitchen_note && (
        <Typography sx={{ backgroundColor: 'action.hover', borderRadius: 1, padding: 1, marginBlockEnd: 1 }} dir="auto">
          {order.kitchen_note}
        </Typography>
      )}
      <Typography variant="body2" color="textSecondary" sx={{ marginBlockEnd: 1 }}>
        {order.buyer.name && !order.buyer.masked && (
          <>
            <bdi>{order.buyer.name}</bdi>
            {' · '}
          </>
        )}
        {t('restaurant.points', { count: formatNumber(order.points, locale) })}
        {order.utensils && ` · ${t('restaurant.utensils')}`} · <MoneyText value={order.total} />
      </Typography>
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
        {order.actions.includes('accept') && <AcceptButton order={order} />}
        <ActionButtons
          resource="restaurant-orders"
          record={order}
          names={order.actions.filter((name) => name !== 'accept' && name !== 'cancel')}
          endpoints={kitchenActions}
          size="large"
        />
        <PrintButton orderId={order.id} />
      </Stack>
    </Card>
  )
}

function Countdown({ label, seconds, colour, large = false }: { label: string; seconds: number; colour: string; large?: boolean }) {
  return (
    <Stack direction="row" sx={{ justifyContent: 'space-between', alignItems: 'baseline', gap: 1, marginBlockStart: 0.5 }}>
      <Typography variant="body2" color="textSecondary">
        {label}
      </Typography>
      <Typography
        dir="ltr"
        role="timer"
        sx={{ fontWeight: 700, fontSize: large ? '1.375rem' : '1rem', color: colour, fontVariantNumeric: 'tabular-nums' }}
      >
        {clockText(seconds)}
      </Typography>
    </Stack>
  )
}
