import { EmptyState, FailureState, formatNumber, ListSkeleton, useConsoleLocale, useNow } from '@cityos/console/kit'
import FullscreenIcon from '@mui/icons-material/Fullscreen'
import VolumeOffIcon from '@mui/icons-material/VolumeOffOutlined'
import VolumeUpIcon from '@mui/icons-material/VolumeUpOutlined'
import { Alert, Box, Button, Chip, IconButton, Stack, Tab, Tabs, Tooltip, Typography, useMediaQuery, useTheme } from '@mui/material'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Title, useStore, useTranslate } from 'react-admin'
import type { FoodOrderStatus, KitchenOrder, ManagedRestaurant } from '../../contract.ts'
import { OfRestaurant } from '../chosen-restaurant.tsx'
import { chime } from './chime.ts'
import { OrderTicket } from './order-ticket.tsx'
import { PauseButton } from './pause-button.tsx'
import { useBoard } from './use-board.ts'

/** Columns of the board from the door to the kitchen and out again. */
const columns: { status: FoodOrderStatus; always: boolean }[] = [
  { status: 'placed', always: true },
  { status: 'accepted', always: true },
  { status: 'preparing', always: true },
  { status: 'ready', always: true },
  { status: 'out_for_delivery', always: false },
]

/** The kitchen's screen: what has come in, what cooks, what waits to be handed over; every card has its next step. */
export function KitchenBoard() {
  return (
    <>
      <Title title="resources.restaurant-board.title" />
      <OfRestaurant>{(restaurant, picker) => <Board key={restaurant.id} restaurant={restaurant} picker={picker} />}</OfRestaurant>
    </>
  )
}

function Board({ restaurant, picker }: { restaurant: ManagedRestaurant; picker: ReactNode }) {
  const t = useTranslate()
  const theme = useTheme()
  const narrow = useMediaQuery(theme.breakpoints.down('md'))
  const now = useNow(1000)
  const frame = useRef<HTMLDivElement>(null)
  const { data, error, refetch, live, isError } = useBoard(restaurant.id)
  const [mute, setMute] = useStore('kitchen-sound-off', false)
  const [tab, setTab] = useState<FoodOrderStatus>('placed')
  const orders = data?.items ?? []
  const of = (status: FoodOrderStatus) => orders.filter((order) => order.status === status)
  const flashing = useNewOrders(data ? of('placed') : undefined, mute)
  const shown = columns.filter((column) => column.always || of(column.status).length > 0)
  return (
    <Box
      ref={frame}
      sx={{
        paddingBlockStart: 1.5,
        backgroundColor: 'background.default',
        minHeight: '70vh',
        '&:fullscreen': { padding: 2, overflow: 'auto' },
      }}
    >
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center', marginBlockEnd: 1.5 }}>
        {picker}
        <PauseButton restaurant={restaurant} />
        <Box sx={{ flex: 1 }} />
        <Chip
          size="small"
          variant="outlined"
          color={isError ? 'error' : live ? 'success' : 'default'}
          label={t(isError ? 'restaurant.not_answering' : live ? 'restaurant.live' : 'restaurant.polling')}
        />
        <Button
          startIcon={mute ? <VolumeOffIcon /> : <VolumeUpIcon />}
          variant="outlined"
          aria-pressed={!mute}
          onClick={() => {
            setMute(!mute)
            if (mute) chime()
          }}
        >
          {t(mute ? 'restaurant.sound_off' : 'restaurant.sound_on')}
        </Button>
        {document.fullscreenEnabled && (
          <Tooltip title={t('restaurant.full_screen')}>
            <IconButton
              aria-label={t('restaurant.full_screen')}
              onClick={() => void (document.fullscreenElement ? document.exitFullscreen() : frame.current?.requestFullscreen())}
            >
              <FullscreenIcon />
            </IconButton>
          </Tooltip>
        )}
      </Stack>
      {isError && data && <Alert severity="error">{t('restaurant.stale')}</Alert>}
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : !data ? (
        <ListSkeleton rows={8} />
      ) : orders.length === 0 ? (
        <EmptyState title={t('restaurant.no_orders')} text={t('restaurant.no_orders_text')} />
      ) : narrow ? (
        <>
          <Tabs
            value={tab}
            onChange={(_, next: FoodOrderStatus) => setTab(next)}
            variant="scrollable"
            allowScrollButtonsMobile
            aria-label={t('field.status')}
            sx={{ marginBlockEnd: 1 }}
          >
            {shown.map(({ status }) => (
              <Tab key={status} value={status} label={<ColumnName status={status} count={of(status).length} />} />
            ))}
          </Tabs>
          <Cards orders={of(tab)} now={now} flashing={flashing} empty={t('restaurant.none_here')} />
        </>
      ) : (
        <Box
          sx={{
            display: 'grid',
            gap: 1.5,
            gridTemplateColumns: `repeat(${shown.length}, minmax(230px, 1fr))`,
            overflowX: 'auto',
            alignItems: 'start',
          }}
          tabIndex={0}
          role="region"
          aria-label={t('resources.restaurant-board.title')}
        >
          {shown.map(({ status }) => (
            <Box key={status} component="section" sx={{ minWidth: 0 }}>
              <Typography variant="h2" component="h2" sx={{ marginBlockEnd: 1, position: 'sticky', insetBlockStart: 0 }}>
                <ColumnName status={status} count={of(status).length} />
              </Typography>
              <Cards orders={of(status)} now={now} flashing={flashing} empty={t('restaurant.none_here')} />
            </Box>
          ))}
        </Box>
      )}
    </Box>
  )
}

function ColumnName({ status, count }: { status: FoodOrderStatus; count: number }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  return (
    <Stack direction="row" component="span" spacing={1} sx={{ alignItems: 'center' }}>
      <span>{t(`status.${status}`)}</span>
      <Chip
        size="small"
        component="span"
        color={status === 'placed' && count > 0 ? 'error' : 'default'}
        label={formatNumber(count, locale)}
      />
    </Stack>
  )
}

function Cards({ orders, now, flashing, empty }: { orders: KitchenOrder[]; now: number; flashing: ReadonlySet<string>; empty: string }) {
  if (orders.length === 0)
    return (
      <Typography color="textSecondary" sx={{ padding: 1.5, border: 1, borderStyle: 'dashed', borderColor: 'divider', borderRadius: 2 }}>
        {empty}
      </Typography>
    )
  return (
    <Stack component="ul" spacing={1.5} sx={{ listStyle: 'none', margin: 0, padding: 0 }}>
      {orders.map((order) => (
        <OrderTicket key={order.id} order={order} now={now} flashing={flashing.has(order.id)} />
      ))}
    </Stack>
  )
}

/** Rings and flashes for orders that were not there before, and shows their number in the title of the tab. */
function useNewOrders(placed: KitchenOrder[] | undefined, mute: boolean): ReadonlySet<string> {
  const known = useRef<Set<string> | null>(null)
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set())
  const ids = placed?.map((order) => order.id).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ids say whether the list is another one
  useEffect(() => {
    if (!placed) return
    const news = placed.filter((order) => known.current && !known.current.has(order.id)).map((order) => order.id)
    known.current = new Set([...(known.current ?? []), ...placed.map((order) => order.id)])
    const plain = document.title.replace(/^\(\d+\) /, '')
    document.title = placed.length > 0 ? `(${placed.length}) ${plain}` : plain
    if (news.length === 0) return
    if (!mute) chime()
    setFresh(new Set(news))
    const calm = setTimeout(() => setFresh(new Set()), 8000)
    return () => clearTimeout(calm)
  }, [ids, mute])
  return fresh
}
