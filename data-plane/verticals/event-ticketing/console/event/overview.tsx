import {
  EndpointDialog,
  type Fact,
  Facts,
  formatNumber,
  formatPercent,
  Ident,
  MoneyText,
  Panel,
  RemoveButton,
  RowsTable,
  StatusChip,
  TranslatedText,
  useConsoleLocale,
} from '@cityos/console/kit'
import { pickText } from '@cityos/contract'
import AddIcon from '@mui/icons-material/Add'
import EditIcon from '@mui/icons-material/EditOutlined'
import { Button, IconButton, Stack } from '@mui/material'
import { useState } from 'react'
import { useTranslate } from 'react-admin'
import {
  cancelEventDate,
  createEventDate,
  createQuota,
  createTicketType,
  deleteEventDate,
  deleteQuota,
  deleteTicketType,
  type ManagedDate,
  type ManagedEvent,
  type ManagedQuota,
  type ManagedTicketType,
  updateEventDate,
  updateQuota,
  updateTicketType,
} from '../../contract.ts'
import { DateName } from './date-name.tsx'
import { QuotaDialog } from './quota-dialog.tsx'
import { TicketTypeDialog } from './ticket-type-dialog.tsx'

/** What an event is and what it sells. */
export function EventOverview({ event }: { event: ManagedEvent }) {
  return (
    <Stack spacing={2}>
      <EventFacts event={event} />
      <TicketTypes event={event} />
      <Quotas event={event} />
      <Dates event={event} />
    </Stack>
  )
}

export function EventFacts({ event }: { event: ManagedEvent }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const facts: Fact[] = [
    { label: 'field.category', value: t(`choice.category.${event.category}`) },
    { label: 'field.venue', value: event.venue ? <TranslatedText value={event.venue.name} /> : <Ident value={event.online_url} /> },
    { label: 'field.starts_at', value: <DateName at={event.starts_at} timezone={event.timezone} /> },
    { label: 'field.doors_at', value: event.doors_at ? <DateName at={event.doors_at} timezone={event.timezone} /> : '–' },
    { label: 'field.presale_start', value: event.presale_start ? <DateName at={event.presale_start} timezone={event.timezone} /> : '–' },
    { label: 'field.presale_end', value: event.presale_end ? <DateName at={event.presale_end} timezone={event.timezone} /> : '–' },
    { label: 'field.gender_policy', value: t(`choice.gender_policy.${event.gender_policy}`) },
    { label: 'field.age_min', value: event.age_min ?? '–' },
    { label: 'field.licence_no', value: <Ident value={event.licence_no} /> },
    {
      label: 'field.sold',
      value:
        event.capacity === null ? (
          formatNumber(event.sold, locale)
        ) : (
          <bdi dir="ltr">{`${formatNumber(event.sold, locale)} / ${formatNumber(event.capacity, locale)}`}</bdi>
        ),
    },
    { label: 'field.max_tickets_per_order', value: event.max_tickets_per_order },
    {
      label: 'field.service_fee',
      value: event.service_fee ? (
        <>
          <MoneyText value={event.service_fee.amount} /> + {formatPercent(event.service_fee.bps, locale)}
        </>
      ) : (
        t('event.default_fee')
      ),
    },
    {
      label: 'field.refund_tiers',
      value:
        event.refund_tiers
          .map((tier) =>
            t(tier.hours_before > 0 ? 'event.tier' : 'event.tier_last', {
              hours: tier.hours_before,
              share: formatPercent(tier.refund_bps, locale),
            }),
          )
          .join(' · ') || t('event.free_until_start'),
    },
    { label: 'field.handle', value: <Ident value={event.handle} copy /> },
  ]
  return (
    <Panel>
      <Facts facts={facts} />
    </Panel>
  )
}

function TicketTypes({ event }: { event: ManagedEvent }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [editing, setEditing] = useState<ManagedTicketType | 'new' | null>(null)
  return (
    <Panel
      title={t('event.ticket_types')}
      dense
      actions={
        <Button startIcon={<AddIcon />} onClick={() => setEditing('new')}>
          {t('event.add_type')}
        </Button>
      }
    >
      <RowsTable
        title={t('event.ticket_types')}
        rows={event.ticket_types}
        rowKey={(type) => type.id}
        empty={t('event.no_types')}
        columns={[
          { label: 'field.name', cell: (type) => <TranslatedText value={type.name} /> },
          { label: 'field.kind', cell: (type) => t(`choice.kind.${type.kind}`) },
          { label: 'field.price', cell: (type) => <TypePrice type={type} />, end: true },
          {
            label: 'field.tiers',
            cell: (type) => (type.tiers.length === 0 ? '–' : type.tiers.map((tier) => <MoneyText key={tier.id} value={tier.price} />)),
            end: true,
          },
          {
            label: 'event.in_quotas',
            cell: (type) => (
              <bdi>
                {event.quotas
                  .filter((quota) => type.quota_ids.includes(quota.id))
                  .map((quota) => quota.name)
                  .join(' · ') || t('event.no_quota')}
              </bdi>
            ),
          },
          { label: 'field.sold', cell: (type) => formatNumber(type.sold, locale), end: true },
        ]}
        buttons={(type) => (
          <>
            <IconButton size="small" aria-label={`${t('ra.action.edit')} ${pickText(type.name, locale)}`} onClick={() => setEditing(type)}>
              <EditIcon />
            </IconButton>
            {type.sold === 0 && <RemoveButton endpoint={deleteTicketType} params={{ id: type.id }} name={pickText(type.name, locale)} />}
          </>
        )}
      />
      {editing && (
        <TicketTypeDialog
          event={event}
          type={editing === 'new' ? undefined : editing}
          create={createTicketType}
          update={updateTicketType}
          onClose={() => setEditing(null)}
        />
      )}
    </Panel>
  )
}

function TypePrice({ type }: { type: ManagedTicketType }) {
  if (type.category_prices.length === 0) return <MoneyText value={type.price} />
  const sorted = [...type.category_prices].sort((one, other) => one.price.amount - other.price.amount)
  const [lowest, highest] = [sorted[0], sorted.at(-1)]
  return (
    <>
      <MoneyText value={lowest?.price} />
      {sorted.length > 1 && (
        <>
          {' – '}
          <MoneyText value={highest?.price} />
        </>
      )}
    </>
  )
}

function Quotas({ event }: { event: ManagedEvent }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [editing, setEditing] = useState<ManagedQuota | 'new' | null>(null)
  const typeName = (id: string) => pickText(event.ticket_types.find((type) => type.id === id)?.name ?? {}, locale)
  return (
    <Panel
      title={t('event.quotas')}
      dense
      actions={
        <Button startIcon={<AddIcon />} disabled={event.ticket_types.length === 0} onClick={() => setEditing('new')}>
          {t('event.add_quota')}
        </Button>
      }
    >
      <RowsTable
        title={t('event.quotas')}
        rows={event.quotas}
        rowKey={(quota) => quota.id}
        empty={t('event.no_quotas')}
        columns={[
          { label: 'field.name', cell: (quota) => <bdi>{quota.name}</bdi> },
          { label: 'event.counts', cell: (quota) => <bdi>{quota.ticket_type_ids.map(typeName).join(' · ')}</bdi> },
          { label: 'field.date', cell: (quota) => <QuotaDate event={event} dateId={quota.event_date_id} /> },
          {
            label: 'field.used',
            cell: (quota) => (
              <bdi dir="ltr">{`${formatNumber(quota.used, locale)} / ${quota.size === null ? '∞' : formatNumber(quota.size, locale)}`}</bdi>
            ),
            end: true,
          },
        ]}
        buttons={(quota) => (
          <>
            <IconButton size="small" aria-label={`${t('ra.action.edit')} ${quota.name}`} onClick={() => setEditing(quota)}>
              <EditIcon />
            </IconButton>
            {quota.used === 0 && <RemoveButton endpoint={deleteQuota} params={{ id: quota.id }} name={quota.name} />}
          </>
        )}
      />
      {editing && (
        <QuotaDialog
          event={event}
          quota={editing === 'new' ? undefined : editing}
          create={createQuota}
          update={updateQuota}
          onClose={() => setEditing(null)}
        />
      )}
    </Panel>
  )
}

function QuotaDate({ event, dateId }: { event: ManagedEvent; dateId: string | null }) {
  const t = useTranslate()
  const date = event.dates.find((item) => item.id === dateId)
  return date ? <DateName at={date.starts_at} timezone={event.timezone} /> : t('event.all_dates')
}

function Dates({ event }: { event: ManagedEvent }) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const [editing, setEditing] = useState<ManagedDate | 'new' | null>(null)
  const [ending, setEnding] = useState<ManagedDate | null>(null)
  return (
    <Panel
      title={t('event.dates')}
      dense
      actions={
        event.is_series && (
          <Button startIcon={<AddIcon />} onClick={() => setEditing('new')}>
            {t('event.add_date')}
          </Button>
        )
      }
    >
      <RowsTable
        title={t('event.dates')}
        rows={event.dates}
        rowKey={(date) => date.id}
        empty={t('event.no_dates')}
        columns={[
          { label: 'field.starts_at', cell: (date) => <DateName at={date.starts_at} timezone={event.timezone} /> },
          { label: 'field.ends_at', cell: (date) => <DateName at={date.ends_at} timezone={event.timezone} /> },
          { label: 'field.status', cell: (date) => <StatusChip status={date.status} /> },
          { label: 'field.sold', cell: (date) => formatNumber(date.sold, locale), end: true },
          { label: 'field.checked_in', cell: (date) => formatNumber(date.checked_in, locale), end: true },
        ]}
        buttons={(date) =>
          date.status === 'scheduled' && (
            <>
              {date.sold === 0 && (
                <IconButton size="small" aria-label={`${t('ra.action.edit')} ${date.starts_at}`} onClick={() => setEditing(date)}>
                  <EditIcon />
                </IconButton>
              )}
              {event.dates.length > 1 && date.sold === 0 && (
                <RemoveButton endpoint={deleteEventDate} params={{ id: date.id }} name={t('field.date')} />
              )}
              {event.dates.length > 1 && date.sold > 0 && (
                <Button size="small" color="error" onClick={() => setEnding(date)}>
                  {t('action.cancel')}
                </Button>
              )}
            </>
          )
        }
      />
      {editing === 'new' && (
        <EndpointDialog title={t('event.add_date')} endpoint={createEventDate} params={{ id: event.id }} onClose={() => setEditing(null)} />
      )}
      {editing && editing !== 'new' && (
        <EndpointDialog
          title={t('event.move_date')}
          endpoint={updateEventDate}
          params={{ id: editing.id }}
          record={editing}
          onClose={() => setEditing(null)}
        />
      )}
      {ending && (
        <EndpointDialog
          title={t('event.cancel_date')}
          consequence={t('consequence.events.cancel')}
          endpoint={cancelEventDate}
          params={{ id: ending.id }}
          submitLabel={t('action.cancel')}
          danger
          onClose={() => setEnding(null)}
        />
      )}
    </Panel>
  )
}
