import {
  ActionButtons,
  EndpointDialog,
  type Fact,
  Facts,
  FailureState,
  formatNumber,
  formatPercent,
  ListSkeleton,
  MoneyText,
  Panel,
  PlaceZone,
  StatusChip,
  TranslatedText,
  useConsoleLocale,
  useRead,
  When,
} from '@cityos/console/kit'
import { pickText } from '@cityos/contract'
import { Alert, Button, Stack } from '@mui/material'
import { lazy, Suspense, useState } from 'react'
import { Link, ListButton, Title, TopToolbar, useGetRecordId, useTranslate } from 'react-admin'
import {
  adminCancelEvent,
  adminEventSales,
  adminGetEvent,
  advancePayout,
  approveEvent,
  freezeSales,
  getEventPayout,
  type ManagedEvent,
  returnEvent,
  unfreezeSales,
} from '../contract.ts'
import { EventFacts } from './event/overview.tsx'
import { PostponeDialog } from './event/postpone-dialog.tsx'

const SalesPanel = lazy(() => import('./event/sales.tsx').then((module) => ({ default: module.SalesPanel })))

const verbs = { approve: approveEvent, return: returnEvent, freeze: freezeSales, unfreeze: unfreezeSales, cancel: adminCancelEvent }

/** One event as the tenant oversees it: approval, freezing, cancelling, and the organiser's money. */
export function AdminEventPage() {
  const id = String(useGetRecordId())
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [postponing, setPostponing] = useState(false)
  const { data: event, error, refetch } = useRead(adminGetEvent, { params: { id } }, { refetchInterval: 20_000 })
  if (error && !event) return <FailureState error={error} retry={refetch} />
  if (!event) return <ListSkeleton />
  return (
    <PlaceZone value={event.timezone}>
      <Title title={pickText(event.title, locale)} />
      <TopToolbar sx={{ justifyContent: 'space-between', flexWrap: 'wrap', gap: 1 }}>
        <ListButton />
        <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
          <ActionButtons resource="events" record={event} names={event.actions} endpoints={verbs} typed={{ cancel: event.handle }} />
          {event.actions.includes('postpone') && (
            <Button variant="outlined" color="warning" onClick={() => setPostponing(true)}>
              {t('action.postpone')}
            </Button>
          )}
          <Button component={Link} to={`/event-refund-batches?filter=${encodeURIComponent(JSON.stringify({ event_id: event.id }))}`}>
            {t('resources.event-refund-batches.title')}
          </Button>
        </Stack>
      </TopToolbar>
      <Stack spacing={2}>
        <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
          <StatusChip status={event.status} />
          {event.sales_frozen && <StatusChip status="frozen" />}
          <span>
            {t('field.vendor')}: <TranslatedText value={event.vendor.name} />
          </span>
        </Stack>
        {event.status_reason && <Alert severity="warning">{event.status_reason}</Alert>}
        {event.sales_frozen && <Alert severity="error">{t('event.frozen_text', { reason: event.sales_frozen_reason ?? '' })}</Alert>}
        <EventFacts event={event} />
        <Payout event={event} />
        <Suspense fallback={<ListSkeleton rows={6} />}>
          <SalesPanel endpoint={adminEventSales} eventId={event.id} timezone={event.timezone} />
        </Suspense>
      </Stack>
      {postponing && <PostponeDialog event={event} surface="admin" onClose={() => setPostponing(false)} />}
    </PlaceZone>
  )
}

/** When the organiser gets the money, and how much before. */
function Payout({ event }: { event: ManagedEvent }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [advancing, setAdvancing] = useState(false)
  const { data, error, refetch } = useRead(getEventPayout, { params: { id: event.id } })
  if (error && !data) return <FailureState error={error} retry={refetch} />
  if (!data) return <ListSkeleton rows={2} />
  const facts: Fact[] = [
    { label: 'field.status', value: <StatusChip status={data.status} /> },
    { label: 'event.release_at', value: <When at={data.release_at} /> },
    { label: 'event.gross', value: <MoneyText value={data.gross} /> },
    {
      label: 'event.lines_released',
      value: <bdi dir="ltr">{`${formatNumber(data.released_lines, locale)} / ${formatNumber(data.lines, locale)}`}</bdi>,
    },
    { label: 'event.advanced_share', value: formatPercent(data.advanced_bps, locale) },
  ]
  return (
    <Panel
      title={t('event.payout')}
      actions={
        data.status === 'waiting' && (
          <Button variant="outlined" onClick={() => setAdvancing(true)}>
            {t('event.advance')}
          </Button>
        )
      }
    >
      <Facts facts={facts} columns={170} />
      {advancing && (
        <EndpointDialog
          title={t('event.advance')}
          consequence={t('event.advance_text')}
          endpoint={advancePayout}
          params={{ id: event.id }}
          record={{ advance_bps: data.advanced_bps || undefined }}
          submitLabel={t('event.advance')}
          onClose={() => setAdvancing(false)}
        />
      )}
    </Panel>
  )
}
