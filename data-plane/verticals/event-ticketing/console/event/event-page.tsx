import {
  ActionButtons,
  FailureState,
  ListSkeleton,
  PlaceZone,
  RemoveButton,
  StatusChip,
  useConsoleLocale,
  useRead,
} from '@cityos/console/kit'
import { pickText } from '@cityos/contract'
import { Alert, Box, Button, Stack, Tab, Tabs } from '@mui/material'
import { lazy, Suspense, useState } from 'react'
import { EditButton, ListButton, Title, TopToolbar, useGetRecordId, useNavigate, useTranslate } from 'react-admin'
import { useSearchParams } from 'react-router-dom'
import { cancelEvent, deleteEvent, eventSales, getManagedEvent, resumeEvent, startSale, submitEvent } from '../../contract.ts'
import { EventAttendees } from './attendees.tsx'
import { EventCheckins } from './checkins.tsx'
import { EventOverview } from './overview.tsx'
import { PostponeDialog } from './postpone-dialog.tsx'
import { EventVouchers } from './vouchers.tsx'
import { EventWaitingList } from './waiting-list.tsx'

const SalesPanel = lazy(() => import('./sales.tsx').then((module) => ({ default: module.SalesPanel })))
const EventSeats = lazy(() => import('./seat-blocking.tsx').then((module) => ({ default: module.EventSeats })))

const tabs = ['overview', 'sales', 'attendees', 'checkin', 'vouchers', 'waiting', 'seats'] as const
type TabName = (typeof tabs)[number]

const verbs = { submit: submitEvent, 'start-sale': startSale, resume: resumeEvent, cancel: cancelEvent }

/** One event of the organiser: what it is, how it sells, who comes. */
export function EventPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const locale = useConsoleLocale()
  const navigate = useNavigate()
  const [search, setSearch] = useSearchParams()
  const [postponing, setPostponing] = useState(false)
  const { data: event, error, refetch } = useRead(getManagedEvent, { params: { id } }, { refetchInterval: 20_000 })
  if (error && !event) return <FailureState error={error} retry={refetch} />
  if (!event) return <ListSkeleton />
  const tab = tabs.find((name) => name === search.get('tab')) ?? 'overview'
  return (
    <PlaceZone value={event.timezone}>
      <Box>
        <Title title={pickText(event.title, locale)} />
        <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
          <ListButton />
          <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
            <ActionButtons
              resource="events"
              record={event}
              names={event.actions}
              endpoints={verbs}
              typed={event.sold > 0 ? { cancel: event.handle } : {}}
            />
            {event.actions.includes('postpone') && (
              <Button variant="outlined" color="warning" onClick={() => setPostponing(true)}>
                {t('action.postpone')}
              </Button>
            )}
            {event.status === 'draft' && (
              <RemoveButton
                endpoint={deleteEvent}
                params={{ id: event.id }}
                name={pickText(event.title, locale)}
                onDone={() => navigate('/events')}
              />
            )}
            <EditButton record={event} />
          </Stack>
        </TopToolbar>
        <Stack spacing={2}>
          <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
            <StatusChip status={event.status} />
            {event.sales_frozen && <StatusChip status="frozen" />}
          </Stack>
          {event.status_reason && <Alert severity="warning">{event.status_reason}</Alert>}
          {event.sales_frozen && <Alert severity="error">{t('event.frozen_text', { reason: event.sales_frozen_reason ?? '' })}</Alert>}
          {event.status === 'draft' && <Alert severity="info">{t('event.draft_text')}</Alert>}
          <Tabs value={tab} onChange={(_, next: TabName) => setSearch({ tab: next })} variant="scrollable" allowScrollButtonsMobile>
            {tabs.map((name) => (
              <Tab key={name} value={name} label={t(`event.tab_${name}`)} />
            ))}
          </Tabs>
          {tab === 'overview' && <EventOverview event={event} />}
          {tab === 'attendees' && <EventAttendees event={event} />}
          {tab === 'checkin' && <EventCheckins event={event} />}
          {tab === 'vouchers' && <EventVouchers event={event} />}
          {tab === 'waiting' && <EventWaitingList event={event} />}
          <Suspense fallback={<ListSkeleton rows={6} />}>
            {tab === 'sales' && <SalesPanel endpoint={eventSales} eventId={event.id} timezone={event.timezone} />}
            {tab === 'seats' && <EventSeats event={event} />}
          </Suspense>
        </Stack>
        {postponing && <PostponeDialog event={event} onClose={() => setPostponing(false)} />}
      </Box>
    </PlaceZone>
  )
}
