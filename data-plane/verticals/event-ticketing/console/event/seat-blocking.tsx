import {
  FailureState,
  formatNumber,
  InlineField,
  ListSkeleton,
  Panel,
  useConsoleLocale,
  useFailureNotice,
  useRead,
  useSend,
} from '@cityos/console/kit'
import { Alert, Box, Button, MenuItem, Stack, Typography } from '@mui/material'
import { useMemo, useState } from 'react'
import { useNotify, useTranslate } from 'react-admin'
import { blockSeats, getManagedSeatMap, listSeatMaps, listSeats, type ManagedEvent, seatEvent } from '../../contract.ts'
import { type PlacedSeat, placedSeats } from '../seat-map/layout.ts'
import { SeatCanvas } from '../seat-map/seat-canvas.tsx'
import { DateName } from './date-name.tsx'

/** Seats of an event: which map it has, and which seats are kept out of sale. */
export function EventSeats({ event }: { event: ManagedEvent }) {
  return event.seat_map_id ? <Blocking event={event} seatMapId={event.seat_map_id} /> : <ChooseMap event={event} />
}

function ChooseMap({ event }: { event: ManagedEvent }) {
  const t = useTranslate()
  const failed = useFailureNotice()
  const send = useSend(seatEvent)
  const [chosen, setChosen] = useState('')
  const { data, error, refetch } = useRead(listSeatMaps, { query: { limit: 100 } })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton rows={2} />
  return (
    <Panel title={t('event.tab_seats')}>
      <Stack spacing={2} sx={{ maxWidth: 480 }}>
        <Typography>{t('event.no_map')}</Typography>
        <InlineField
          select
          label={t('field.seat_map_id')}
          value={chosen}
          onChange={(change) => setChosen(change.target.value)}
          disabled={data.total === 0}
          helperText={data.total === 0 ? t('event.draw_map_first') : undefined}
        >
          {data.items.map((map) => (
            <MenuItem key={map.id} value={map.id}>
              {map.name}
            </MenuItem>
          ))}
        </InlineField>
        <Button
          variant="contained"
          disabled={!chosen}
          loading={send.isPending}
          onClick={() => send.mutate({ params: { id: event.id }, body: { seat_map_id: chosen } }, { onError: failed })}
          sx={{ alignSelf: 'flex-start' }}
        >
          {t('event.use_map')}
        </Button>
      </Stack>
    </Panel>
  )
}

function Blocking({ event, seatMapId }: { event: ManagedEvent; seatMapId: string }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const notify = useNotify()
  const failed = useFailureNotice()
  const send = useSend(blockSeats)
  const dates = event.dates.filter((date) => date.status === 'scheduled')
  const [dateId, setDateId] = useState(dates[0]?.id)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [last, setLast] = useState<PlacedSeat | null>(null)
  const map = useRead(getManagedSeatMap, { params: { id: seatMapId } })
  const state = useRead(
    listSeats,
    { params: { id: event.id }, query: { event_date_id: dateId } },
    { refetchInterval: 10_000, enabled: Boolean(dateId) },
  )
  const seats = useMemo(() => (map.data ? placedSeats(map.data.layout) : []), [map.data])
  if (map.error && !map.data) return <FailureState error={map.error} retry={map.refetch} />
  if (!map.data) return <ListSkeleton rows={8} />
  const letters = new Map(seats.map((seat, index) => [seat.id, state.data?.status[index] ?? 'f']))
  const count = (letter: string) => [...letters.values()].filter((value) => value === letter).length
  const toggle = (seat: PlacedSeat, range: boolean) => {
    const row = range && last && last.section === seat.section && last.row === seat.row
    const ids = row
      ? seats
          .filter((item) => item.section === seat.section && item.row === seat.row && between(item.number, last.number, seat.number))
          .map((item) => item.id)
      : [seat.id]
    const next = new Set(selected)
    for (const id of ids) row || !next.has(id) ? next.add(id) : next.delete(id)
    setSelected(next)
    setLast(seat)
  }
  const chosen = [...selected]
  const change = (blocked: boolean) => {
    const ids = chosen.filter((id) => letters.get(id) === (blocked ? 'f' : 'b')).slice(0, 500)
    if (ids.length === 0) return
    send.mutate(
      { params: { id: event.id }, body: { event_date_id: dateId, seat_ids: ids, blocked } },
      {
        onSuccess: () => {
          setSelected(new Set())
          notify(t('shell.done'), { type: 'success' })
        },
        onError: failed,
      },
    )
  }
  return (
    <Stack spacing={1.5}>
      {state.error && <Alert severity="info">{t('event.states_unknown')}</Alert>}
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
        {dates.length > 1 && (
          <InlineField
            select
            label={t('field.date')}
            value={dateId ?? ''}
            onChange={(item) => setDateId(item.target.value)}
            sx={{ minWidth: 200 }}
          >
            {dates.map((date) => (
              <MenuItem key={date.id} value={date.id}>
                <DateName at={date.starts_at} timezone={event.timezone} />
              </MenuItem>
            ))}
          </InlineField>
        )}
        <Typography>
          {(['f', 'h', 's', 'b'] as const)
            .map((letter) => `${t(`event.seat_${letter}`)}: ${formatNumber(count(letter), locale)}`)
            .join(' · ')}
        </Typography>
        <Box sx={{ flex: 1 }} />
        <Button
          variant="outlined"
          disabled={!chosen.some((id) => letters.get(id) === 'f')}
          loading={send.isPending}
          onClick={() => change(true)}
        >
          {t('event.block_chosen', { count: formatNumber(chosen.filter((id) => letters.get(id) === 'f').length, locale) })}
        </Button>
        <Button variant="outlined" disabled={!chosen.some((id) => letters.get(id) === 'b')} onClick={() => change(false)}>
          {t('event.unblock_chosen', { count: formatNumber(chosen.filter((id) => letters.get(id) === 'b').length, locale) })}
        </Button>
      </Stack>
      <RowChooser seats={seats} onChoose={(ids) => setSelected(new Set([...selected, ...ids]))} />
      <SeatCanvas
        layout={map.data.layout}
        status={state.data?.status}
        selected={selected}
        onPick={(seat, _, range) => toggle(seat, range)}
        label={t('event.map_picture')}
      />
      <Typography variant="body2" color="textSecondary">
        {t('event.pick_help')}
      </Typography>
    </Stack>
  )
}

const between = (value: number, one: number, other: number): boolean => value >= Math.min(one, other) && value <= Math.max(one, other)

/** The same by keyboard: a row and a range of its seats. */
function RowChooser({ seats, onChoose }: { seats: PlacedSeat[]; onChoose: (ids: string[]) => void }) {
  const t = useTranslate()
  const rows = useMemo(() => [...new Set(seats.map((seat) => `${seat.section}-${seat.row}`))], [seats])
  const [row, setRow] = useState('')
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const inRow = seats.filter((seat) => `${seat.section}-${seat.row}` === row)
  const ids = inRow
    .filter((seat) => (from === '' || seat.number >= Number(from)) && (to === '' || seat.number <= Number(to)))
    .map((seat) => seat.id)
  return (
    <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
      <InlineField select label={t('field.row')} value={row} onChange={(event) => setRow(event.target.value)} sx={{ minWidth: 120 }}>
        {rows.map((item) => (
          <MenuItem key={item} value={item}>
            <bdi dir="ltr">{item}</bdi>
          </MenuItem>
        ))}
      </InlineField>
      <InlineField
        type="number"
        label={t('field.from')}
        value={from}
        onChange={(event) => setFrom(event.target.value)}
        sx={{ width: 100 }}
        slotProps={{ htmlInput: { dir: 'ltr' } }}
      />
      <InlineField
        type="number"
        label={t('field.to')}
        value={to}
        onChange={(event) => setTo(event.target.value)}
        sx={{ width: 100 }}
        slotProps={{ htmlInput: { dir: 'ltr' } }}
      />
      <Button disabled={ids.length === 0} onClick={() => onChoose(ids)}>
        {t('event.choose_seats', { count: ids.length })}
      </Button>
    </Stack>
  )
}
