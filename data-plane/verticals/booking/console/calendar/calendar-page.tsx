import {
  addDays,
  dateIn,
  EmptyState,
  FailureState,
  formatDate,
  InlineField,
  ListSkeleton,
  useConsoleLocale,
  useNow,
  useRead,
  weekStart,
} from '@cityos/console/kit'
import AddIcon from '@mui/icons-material/Add'
import BlockIcon from '@mui/icons-material/Block'
import ChevronLeftIcon from '@mui/icons-material/ChevronLeft'
import ChevronRightIcon from '@mui/icons-material/ChevronRight'
import {
  Box,
  Button,
  IconButton,
  MenuItem,
  Stack,
  ToggleButton,
  ToggleButtonGroup,
  Typography,
  useMediaQuery,
  useTheme,
} from '@mui/material'
import { useState } from 'react'
import { Link, Title, useTranslate } from 'react-admin'
import { useSearchParams } from 'react-router-dom'
import { type CalendarEntry, vendorGetCalendar } from '../../contract.ts'
import { BlockDialog } from '../provider/block-dialog.tsx'
import { Agenda } from './agenda.tsx'
import { EntryDialog } from './entry-dialog.tsx'
import { type CalendarColumn, TimeGrid } from './time-grid.tsx'

type View = 'day' | 'week' | 'list'

/** The vendor's calendar: a day of everybody, or a week of one; where one is stands in the address. */
export function CalendarPage() {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const theme = useTheme()
  const narrow = useMediaQuery(theme.breakpoints.down('md'))
  const [search, setSearch] = useSearchParams()
  const [opened, setOpened] = useState<CalendarEntry | null>(null)
  const [blocking, setBlocking] = useState(false)
  const now = useNow(60_000)
  const view = (search.get('view') as View | null) ?? 'day'
  const [timezone, setTimezone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
  const today = dateIn(now, timezone)
  const date = search.get('date') ?? today
  const provider = search.get('provider') ?? undefined
  const go = (part: Record<string, string | undefined>) =>
    setSearch((before) => {
      for (const [name, value] of Object.entries(part)) value ? before.set(name, value) : before.delete(name)
      return before
    })
  const from = view === 'day' ? date : weekStart(date)
  const to = view === 'day' ? date : addDays(from, 6)
  const { data, error, refetch } = useRead(
    vendorGetCalendar,
    { query: { from, to, provider_id: provider } },
    { refetchInterval: 20_000, placeholderData: (before) => before },
  )
  const everybody = useRead(vendorGetCalendar, { query: { from: date, to: date } }, { staleTime: 60_000 })
  // today is the day at the vendor's place, wherever this device is
  if (data && data.timezone !== timezone) setTimezone(data.timezone)
  const step = view === 'day' ? 1 : 7
  const shown = view === 'week' && !provider ? (data?.providers[0]?.id ?? undefined) : provider
  const range = view === 'day' ? formatDate(date, locale) : `${formatDate(from, locale)} – ${formatDate(to, locale)}`
  return (
    <Box sx={{ paddingBlockStart: 1.5 }}>
      <Title title="resources.booking-calendar.title" />
      <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center', marginBlockEnd: 1.5 }}>
        <Stack direction="row" sx={{ alignItems: 'center' }}>
          <IconButton aria-label={t('booking.earlier')} onClick={() => go({ date: addDays(date, -step) })}>
            {theme.direction === 'rtl' ? <ChevronRightIcon /> : <ChevronLeftIcon />}
          </IconButton>
          <Button variant="outlined" onClick={() => go({ date: undefined })} disabled={date === today}>
            {t('booking.today')}
          </Button>
          <IconButton aria-label={t('booking.later')} onClick={() => go({ date: addDays(date, step) })}>
            {theme.direction === 'rtl' ? <ChevronLeftIcon /> : <ChevronRightIcon />}
          </IconButton>
        </Stack>
        <InlineField
          type="date"
          label={t('field.date')}
          value={date}
          onChange={(event) => go({ date: event.target.value || undefined })}
          slotProps={{ inputLabel: { shrink: true }, htmlInput: { dir: 'ltr' } }}
        />
        <InlineField
          select
          label={t('field.provider')}
          value={shown ?? 'all'}
          onChange={(event) => go({ provider: event.target.value === 'all' ? undefined : event.target.value })}
          sx={{ minWidth: 160 }}
        >
          {view !== 'week' && <MenuItem value="all">{t('shell.all')}</MenuItem>}
          {(everybody.data?.providers ?? data?.providers ?? []).map((one) => (
            <MenuItem key={one.id} value={one.id}>
              {one.name}
            </MenuItem>
          ))}
        </InlineField>
        <ToggleButtonGroup
          exclusive
          size="small"
          value={view}
          onChange={(_, next: View | null) => next && go({ view: next })}
          aria-label={t('booking.view')}
        >
          {(['day', 'week', 'list'] as const).map((name) => (
            <ToggleButton key={name} value={name} sx={{ textTransform: 'none', minHeight: 38, paddingInline: 1.5, color: 'text.primary' }}>
              {t(`booking.view_${name}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <Box sx={{ flex: 1 }} />
        <Button startIcon={<BlockIcon />} variant="outlined" onClick={() => setBlocking(true)}>
          {t('booking.block_time')}
        </Button>
        <Button
          startIcon={<AddIcon />}
          variant="contained"
          component={Link}
          to={`/bookings/create?date=${date}${shown ? `&provider=${shown}` : ''}`}
        >
          {t('booking.write_in')}
        </Button>
      </Stack>
      <Typography variant="h2" component="h2" sx={{ marginBlockEnd: 1 }} aria-live="polite">
        {range}
        {data && (
          <Typography component="span" color="textSecondary" sx={{ marginInlineStart: 1 }}>
            <bdi dir="ltr">{data.timezone}</bdi>
          </Typography>
        )}
      </Typography>
      {error && !data ? (
        <FailureState error={error} retry={refetch} />
      ) : !data ? (
        <ListSkeleton rows={10} />
      ) : data.providers.length === 0 ? (
        <EmptyState title={t('booking.no_providers')} text={t('booking.no_providers_text')}>
          <Button variant="contained" component={Link} to="/booking-providers/create">
            {t('resources.booking-providers.create')}
          </Button>
        </EmptyState>
      ) : view === 'list' || narrow ? (
        <Agenda entries={data.entries} providers={data.providers} timezone={data.timezone} from={from} to={to} onOpen={setOpened} />
      ) : (
        <TimeGrid
          columns={columnsOf(view, data.providers, shown, from)}
          entries={data.entries}
          timezone={data.timezone}
          now={now}
          onOpen={setOpened}
        />
      )}
      {opened && data && <EntryDialog entry={opened} timezone={data.timezone} providers={data.providers} onClose={() => setOpened(null)} />}
      {blocking && data && (
        <BlockDialog
          providers={data.providers}
          providerId={shown}
          date={date}
          timezone={data.timezone}
          onClose={() => setBlocking(false)}
        />
      )}
    </Box>
  )

  function columnsOf(kind: View, providers: CalendarColumn['providers'], one: string | undefined, first: string): CalendarColumn[] {
    if (kind === 'day') return providers.map((item) => ({ key: item.id, heading: item.name, date: first, providers: [item] }))
    const only = providers.filter((item) => item.id === one)
    return Array.from({ length: 7 }, (_, index) => addDays(first, index)).map((day) => ({
      key: day,
      heading: new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`)),
      date: day,
      providers: only,
      today: day === today,
    }))
  }
}
