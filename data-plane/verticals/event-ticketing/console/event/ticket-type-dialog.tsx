import { EndpointDialog, useConsoleLocale } from '@cityos/console/kit'
import { type AnyEndpoint, pickText } from '@cityos/contract'
import { SelectArrayInput, useTranslate } from 'react-admin'
import type { ManagedEvent, ManagedTicketType } from '../../contract.ts'

interface TicketTypeDialogProps {
  event: ManagedEvent
  type?: ManagedTicketType
  create: AnyEndpoint
  update: AnyEndpoint
  onClose: () => void
}

/** A ticket type: what it is called, what it costs when, who may buy it. */
export function TicketTypeDialog({ event, type, create, update, onClose }: TicketTypeDialogProps) {
  const t = useTranslate()
  const locale = useConsoleLocale()
  const parents = event.ticket_types
    .filter((item) => item.id !== type?.id && item.kind !== 'add_on')
    .map((item) => ({ id: item.id, name: pickText(item.name, locale) }))
  const currency = (type ?? event.ticket_types[0])?.price.currency ?? 'SAR'
  return (
    <EndpointDialog
      title={type ? pickText(type.name, locale) : t('event.add_type')}
      endpoint={type ? update : create}
      params={{ id: type ? type.id : event.id }}
      record={type}
      currency={currency}
      wide
      fields={[
        'name',
        'description',
        'kind',
        'price',
        'category_prices',
        'tiers',
        { heading: 'event.form_sale' },
        'min_per_order',
        'max_per_order',
        'available_from',
        'available_to',
        {
          source: 'requires_parent',
          input: (
            <SelectArrayInput source="requires_parent" label="field.requires_parent" choices={parents} translateChoice={false} fullWidth />
          ),
        },
        'hide_without_voucher',
        { heading: 'event.form_people' },
        'attendee_names',
        'attendee_fields',
        'checkin_allowed_entries',
        'position',
      ]}
      onClose={onClose}
    />
  )
}
