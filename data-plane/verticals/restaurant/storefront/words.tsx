import { formatsOf } from '../../../storefront/format.ts'
import type { Visit } from '../../../storefront/visit.ts'
import type { RestaurantCard } from '../contract.ts'
import { type TextKey, texts } from './texts.ts'

/** Within it a clock time is enough: two in the morning is still tonight. */
const halfDay = 14 * 3_600_000

/** Whether it takes orders now, and until or from when: "Open until 23:00", "Opens at 17:00". */
export function openText(visit: Visit, { state, timezone }: Pick<RestaurantCard, 'state' | 'timezone'>): string {
  const t = texts(visit.locale)
  const formats = formatsOf(visit.locale, timezone)
  const { changes_at: at } = state
  const time = at ? (Date.parse(at) - visit.now.getTime() < halfDay ? formats.clock(at) : formats.moment(at)) : null
  if (state.open) return time ? t('open.until', { time }) : t('open.now')
  if (state.reason === 'paused') return time ? t('open.paused_until', { time }) : t('open.paused')
  return time ? t('open.opens', { time }) : t('open.closed')
}

/** `Delivery SAR 12.00 · from SAR 25.00`, or that it does not come there. */
export function deliveryText(visit: Visit, { delivery, services }: Pick<RestaurantCard, 'delivery' | 'services'>): string | null {
  const t = texts(visit.locale)
  if (!services.includes('delivery')) return null
  if (!delivery) return null
  const fee = delivery.fee.amount === 0 ? t('delivery.free') : t('delivery.fee', { fee: visit.formats.money(delivery.fee) })
  return delivery.minimum_order.amount > 0
    ? `${fee} · ${t('delivery.minimum', { minimum: visit.formats.money(delivery.minimum_order) })}`
    : fee
}

export function cuisineText(visit: Visit, { cuisines }: Pick<RestaurantCard, 'cuisines'>): string {
  const t = texts(visit.locale)
  return cuisines.map((code) => t(`cuisine.${code}` satisfies TextKey)).join(visit.locale === 'ar' ? '، ' : ', ')
}

export function distanceText(visit: Visit, metres: number): string {
  const t = texts(visit.locale)
  return metres < 1000
    ? t('distance.metres', { metres: visit.formats.number(Math.round(metres / 50) * 50) })
    : t('distance.kilometres', { kilometres: visit.formats.number(Math.round(metres / 100) / 10) })
}
