import { EndpointDialog, formatWhenIn, useConsoleLocale } from '@cityos/console/kit'
import { type AnyEndpoint, pickText } from '@cityos/contract'
import { required, SelectArrayInput, SelectInput, useTranslate } from 'react-admin'
import type { ManagedEvent, ManagedQuota } from '../../contract.ts'

interface QuotaDialogProps {
  event: ManagedEvent
  quota?: ManagedQuota
  create: AnyEndpoint
  update: AnyEndpoint
  onClose: () => void
}

/** A quota over one or more ticket types: "500 for all, 100 of them VIP" are two. */
export function QuotaDialog({ event, quota, create, update, onClose }: QuotaDialogProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const types = event.ticket_types.map((type) => ({ id: type.id, name: pickText(type.name, locale) }))
  const dates = event.dates.map((date) => ({ id: date.id, name: formatWhenIn(date.starts_at, event.timezone, locale) }))
  return (
    <EndpointDialog
      title={quota?.name ?? t('event.add_quota')}
      endpoint={quota ? update : create}
      params={{ id: quota ? quota.id : event.id }}
      record={quota}
      prepare={(body) => ({ ...body, size: body['size'] ?? null })}
      fields={[
        'name',
        'size',
        {
          source: 'ticket_type_ids',
          input: (
            <SelectArrayInput
              source="ticket_type_ids"
              label="event.counts"
              choices={types}
              translateChoice={false}
              validate={required()}
              fullWidth
            />
          ),
        },
        ...(quota || dates.length < 2
          ? []
          : [
              {
                source: 'event_date_id',
                input: (
                  <SelectInput
                    source="event_date_id"
                    label="field.date"
                    choices={dates}
                    translateChoice={false}
                    emptyText={t('event.all_dates')}
                    fullWidth
                  />
                ),
              },
            ]),
      ]}
      onClose={onClose}
    />
  )
}
