import { Amount } from '../../../storefront/components/price.tsx'
import { formatsOf } from '../../../storefront/format.ts'
import type { Visit } from '../../../storefront/visit.ts'
import type { EventCard, TicketAvailability } from '../contract.ts'
import { type TextKey, texts } from './texts.ts'

const tones: Record<TicketAvailability, 'good' | 'warn' | 'bad' | undefined> = {
  ok: 'good',
  low: 'warn',
  sold_out: 'bad',
  waiting_list: 'bad',
  soon: undefined,
  closed: undefined,
}

/** What can be had, in words; nothing where all is as usual. */
export function availabilityBadge(
  visit: Visit,
  availability: TicketAvailability,
): { words: string; tone?: 'good' | 'warn' | 'bad' } | null {
  if (availability === 'ok') return null
  return { words: texts(visit.locale)(`availability.${availability}` satisfies TextKey), tone: tones[availability] }
}

/** `from SAR 150`, `Free`, or nothing where no price is known yet. */
export function PriceFrom({ visit, event }: { visit: Visit; event: Pick<EventCard, 'price_from' | 'price_to'> }) {
  const { price_from: from, price_to: to } = event
  if (!from) return null
  if (from.amount === 0 && (!to || to.amount === 0)) return <span className="font-semibold">{visit.t('totals.free')}</span>
  return (
    <span className="font-semibold">
      {to && to.amount !== from.amount && <span className="font-normal text-sm">{visit.t('price.from')} </span>}
      <Amount visit={visit} value={from} />
    </span>
  )
}

/** When it takes place, in the venue's zone; of a series the next date and how many there are. */
export function whenText(visit: Visit, event: Pick<EventCard, 'starts_at' | 'timezone' | 'is_series' | 'date_count'>): string {
  const formats = formatsOf(visit.locale, event.timezone)
  const first = formats.moment(event.starts_at)
  return event.is_series && event.date_count > 1 ? texts(visit.locale)('when.series', { first, count: event.date_count - 1 }) : first
}
