import { type Column, MoneyText } from '@cityos/console/kit'
import type { OfferingRow } from '../contract.ts'

/** Columns of a list of services. */
export const offeringColumns: (string | Column)[] = [
  'name',
  'status',
  'category',
  'duration_min',
  { source: 'price', render: (record) => <MoneyText value={(record as unknown as OfferingRow).price} />, end: true },
  'provider_count',
  'upcoming_count',
]

/** What a service's page says. */
export const offeringFacts: (string | Column)[] = [
  'name',
  'status',
  'price',
  'payment_plan',
  'duration_min',
  'duration_options',
  'assignment',
  'providers',
  'seats',
  'requires_confirmation',
  'location_kind',
  'lead_time_min',
  'horizon_days',
  'buffer_before_min',
  'buffer_after_min',
  'deposit_bps',
  'no_show_fee_bps',
  'missing',
]

/** A text in some language for the title of a page; the page itself shows the reader's. */
export function nameOf(name: unknown): string {
  if (typeof name === 'string') return name
  const texts = (name ?? {}) as Record<string, string | undefined>
  return texts[document.documentElement.lang] ?? texts['en'] ?? texts['ar'] ?? ''
}
