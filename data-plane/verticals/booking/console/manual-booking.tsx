import {
  dateIn,
  FailureAlert,
  FailureState,
  formatTimeIn,
  InlineField,
  ListSkeleton,
  MoneyField,
  momentIn,
  Panel,
  useConsoleLocale,
  useNow,
  useRead,
  useSend,
} from '@cityos/console/kit'
import { type Money, newId } from '@cityos/contract'
import { Alert, Box, Button, Chip, MenuItem, Stack, Typography } from '@mui/material'
import { type FormEvent, useRef, useState } from 'react'
import { ListButton, Title, TopToolbar, useNavigate, useTranslate } from 'react-admin'
import { useSearchParams } from 'react-router-dom'
import { listSlots, vendorCreateBooking, vendorGetOffering, vendorListOfferings } from '../contract.ts'

/** A booking taken by phone or at the counter: written in by hand, paid at the place. */
export function ManualBooking() {
  const t = useTranslate()
  const offerings = useRead(vendorListOfferings, { query: { status: 'published', limit: 100 } })
  const [chosen, setChosen] = useState('')
  const offeringId = chosen || offerings.data?.items[0]?.id
  if (offerings.error && !offerings.data) return <FailureState error={offerings.error} retry={offerings.refetch} />
  if (!offerings.data) return <ListSkeleton />
  return (
    <Box sx={{ maxWidth: 760 }}>
      <Title title={t('resources.bookings.create')} />
      <TopToolbar sx={{ justifyContent: 'flex-start' }}>
        <ListButton />
      </TopToolbar>
      <Panel>
        <Stack spacing={2}>
          {offerings.data.total === 0 && <Alert severity="info">{t('booking.no_published_offering')}</Alert>}
          <InlineField
            select
            fullWidth
            label={t('field.offering')}
            value={offeringId ?? ''}
            onChange={(event) => setChosen(event.target.value)}
            required
          >
            {offerings.data.items.map((offering) => (
              <MenuItem key={offering.id} value={offering.id}>
                {offering.name}
              </MenuItem>
            ))}
          </InlineField>
          {offeringId && <WriteIn key={offeringId} offeringId={offeringId} />}
        </Stack>
      </Panel>
    </Box>
  )
}

interface Draft {
  date: string
  time: string
  duration: number | null
  provider: string
  seats: number
  weeks: number
  name: string
  phone: string
  email: string
  price: Money | null
}

function WriteIn({ offeringId }: { offeringId: string }) {
  const t = useTranslate()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const now = useNow(60_000)
  const { data: offering, error, refetch } = useRead(vendorGetOffering, { params: { id: offeringId } })
  const send = useSend(vendorCreateBooking)
  const key = useRef(newId('key'))
  const [draft, setDraft] = useState<Draft>({
    date: search.get('date') ?? dateIn(now, Intl.DateTimeFormat().resolvedOptions().timeZone),
    time: '',
    duration: null,
    provider: search.get('provider') ?? '',
    seats: 1,
    weeks: 1,
    name: '',
    phone: '',
    email: '',
    price: null,
  })
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const duration = draft.duration ?? offering?.duration_min ?? 30
  const provider = offering?.providers.some((one) => one.id === draft.provider) ? draft.provider : undefined
  const slots = useRead(
    listSlots,
    { params: { id: offeringId }, query: { from: draft.date, to: draft.date, duration, ...(provider ? { provider_id: provider } : {}) } },
    { enabled: Boolean(offering), staleTime: 10_000 },
  )
  if (error && !offering) return <FailureState error={error} retry={refetch} />
  if (!offering) return <ListSkeleton rows={4} />
  const timezone = slots.data?.service_timezone
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!timezone) return
    const contact = { name: draft.name.trim() || null, phone: draft.phone.trim() || null, email: draft.email.trim() || null }
    send.mutate(
      {
        body: {
          offering_id: offeringId,
          start: momentIn(draft.date, draft.time, timezone),
          duration_min: duration,
          seats: draft.seats,
          weeks: draft.weeks,
          contact,
          ...(provider ? { provider_id: provider } : {}),
          ...(draft.price ? { price: draft.price } : {}),
        },
        idempotencyKey: key.current,
      },
      {
        onSuccess: (booking) => navigate(`/bookings/${booking.id}/show`),
        onError: () => {
          key.current = newId('key')
        },
      },
    )
  }
  return (
    <Stack component="form" spacing={2} onSubmit={submit}>
      <Stack direction="row" sx={{ gap: 2, flexWrap: 'wrap' }}>
        <InlineField
          type="date"
          label={t('field.date')}
          value={draft.date}
          required
          onChange={(event) => change({ date: event.target.value })}
          slotProps={{ inputLabel: { shrink: true }, htmlInput: { dir: 'ltr' } }}
        />
        <InlineField
          type="time"
          label={t('field.start')}
          value={draft.time}
          required
          onChange={(event) => change({ time: event.target.value })}
          slotProps={{ inputLabel: { shrink: true }, htmlInput: { dir: 'ltr', step: 300 } }}
        />
        <InlineField
          select
          label={t('field.duration_min')}
          value={duration}
          onChange={(event) => change({ duration: Number(event.target.value) })}
          sx={{ minWidth: 120 }}
        >
          {[...new Set([offering.duration_min, ...offering.duration_options])].map((minutes) => (
            <MenuItem key={minutes} value={minutes}>
              {t('booking.minutes', { count: minutes })}
            </MenuItem>
          ))}
        </InlineField>
        <InlineField
          select
          label={t('field.provider')}
          value={provider ?? ''}
          onChange={(event) => change({ provider: event.target.value })}
          sx={{ minWidth: 160 }}
          slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
        >
          <MenuItem value="">{t('booking.whoever_is_free')}</MenuItem>
          {offering.providers.map((one) => (
            <MenuItem key={one.id} value={one.id}>
              {one.name}
            </MenuItem>
          ))}
        </InlineField>
      </Stack>
      <FreeTimes
        slots={slots.data?.days[0]?.slots ?? []}
        loading={slots.isPending}
        timezone={timezone}
        chosen={draft.time}
        onChoose={(time) => change({ time })}
      />
      <Stack direction="row" sx={{ gap: 2, flexWrap: 'wrap' }}>
        <InlineField
          label={t('field.customer')}
          value={draft.name}
          required
          onChange={(event) => change({ name: event.target.value })}
          sx={{ flex: '1 1 200px' }}
          slotProps={{ htmlInput: { dir: 'auto', maxLength: 120 } }}
        />
        <InlineField
          label={t('field.phone')}
          type="tel"
          value={draft.phone}
          onChange={(event) => change({ phone: event.target.value })}
          slotProps={{ htmlInput: { dir: 'ltr', maxLength: 20 } }}
        />
        <InlineField
          label={t('field.email')}
          type="email"
          value={draft.email}
          onChange={(event) => change({ email: event.target.value })}
          slotProps={{ htmlInput: { dir: 'ltr' } }}
        />
      </Stack>
      <Stack direction="row" sx={{ gap: 2, flexWrap: 'wrap' }}>
        {offering.seats > 1 && (
          <InlineField
            label={t('field.seats')}
            type="number"
            value={draft.seats}
            onChange={(event) => change({ seats: Number(event.target.value) })}
            slotProps={{ htmlInput: { min: 1, max: offering.seats, dir: 'ltr' } }}
            sx={{ width: 120 }}
          />
        )}
        <InlineField
          label={t('booking.weeks')}
          type="number"
          value={draft.weeks}
          onChange={(event) => change({ weeks: Number(event.target.value) })}
          slotProps={{ htmlInput: { min: 1, max: 26, dir: 'ltr' } }}
          sx={{ width: 180 }}
          helperText={t('booking.weeks_help')}
        />
        <Box sx={{ width: 220 }}>
          <MoneyField
            label={t('booking.other_price')}
            currency={offering.price.currency}
            value={draft.price}
            onChange={(price) => change({ price })}
          />
        </Box>
      </Stack>
      <FailureAlert error={send.error} />
      <Button type="submit" variant="contained" size="large" loading={send.isPending} sx={{ alignSelf: 'flex-start' }}>
        {t('booking.write_in')}
      </Button>
    </Stack>
  )
}

interface FreeTimesProps {
  slots: { start: string; seats_left: number }[]
  loading: boolean
  timezone: string | undefined
  chosen: string
  onChoose: (time: string) => void
}

/** Times that are free that day by the rules; another one may be typed, only overlaps are refused. */
function FreeTimes({ slots, loading, timezone, chosen, onChoose }: FreeTimesProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  if (!timezone || loading) return <ListSkeleton rows={1} />
  if (slots.length === 0) return <Typography color="textSecondary">{t('booking.no_free_time')}</Typography>
  return (
    <Box>
      <Typography variant="body2" color="textSecondary" sx={{ marginBlockEnd: 0.5 }}>
        {t('booking.free_times')} <bdi dir="ltr">{timezone}</bdi>
      </Typography>
      <Stack direction="row" sx={{ gap: 0.75, flexWrap: 'wrap', maxHeight: 160, overflowY: 'auto' }}>
        {slots.map((slot) => {
          const value = clockOf(slot.start, timezone)
          return (
            <Chip
              key={slot.start}
              label={<bdi>{formatTimeIn(slot.start, timezone, locale)}</bdi>}
              onClick={() => onChoose(value)}
              color={value === chosen ? 'primary' : 'default'}
              variant={value === chosen ? 'filled' : 'outlined'}
              aria-pressed={value === chosen}
            />
          )
        })}
      </Stack>
    </Box>
  )
}

/** `HH:MM` as a time input wants it. */
const clockOf = (iso: string, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB-u-nu-latn', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(new Date(iso))
