import type { I18nText } from '@cityos/contract'
import type { Quote } from '../../../core/vertical/purchasable.ts'
import { manifest } from '../manifest.ts'
import { labelOf } from './stock.ts'
import type { PricedTickets } from './ticket-pricing.ts'

const serviceFeeTitle: I18nText = { en: 'Service fee', fr: 'Frais de service', ar: 'رسوم الخدمة' }

/** Seats after the name of the ticket; between Arabic words each keeps its own direction, also where a line ends within it. */
function withSeats(text: string, seatIds: readonly string[], locale: string): string {
  if (seatIds.length === 0) return text
  const seats = seatIds.map(labelOf).map((seat) => (locale === 'ar' ? `\u2066${seat}\u2069` : seat))
  return `${text} · ${seats.join(locale === 'ar' ? '، ' : ', ')}`
}

/** What the checkout is told about priced tickets. @param standardBps VAT of the tenant, also inside the service fee */
export function quoteOf(priced: PricedTickets, standardBps: number): Quote {
  const { facts, date, ticketAmount, feeAmount, seatIds } = priced
  const taxBps = facts.tax_class === 'standard' && facts.vat_no !== null ? standardBps : 0
  const unitAmount = ticketAmount + feeAmount
  const subtitle = Object.fromEntries(
    Object.entries(facts.name).map(([locale, text]) => [locale, text && withSeats(text, seatIds, locale)]),
  ) as I18nText
  return {
    vertical: manifest.name,
    vendor: { id: facts.vendor_id, handle: facts.vendor_handle, name: facts.vendor_name },
    title: facts.title,
    subtitle,
    sku: null,
    picture: facts.picture && {
      url: `/v1/files/${facts.picture.key}`,
      width: facts.picture.width,
      height: facts.picture.height,
      alt: facts.picture.alt,
    },
    path: `${manifest.name}/${facts.handle}`,
    currency: facts.currency_code,
    unitAmount,
    compareAtAmount: priced.regularAmount > unitAmount ? priced.regularAmount : null,
    taxClass: facts.tax_class,
    taxBps,
    captureMode: unitAmount === 0 ? 'none' : 'now',
    delivery: 'digital',
    weightGrams: 0,
    quantity: { min: 1, max: null, step: 1, available: null },
    resourceId: facts.typeId,
    // what reviews are about
    reference: { type: 'event', id: facts.event_id },
    withdrawalExemptReason: 'dated_service',
    cancellationTiers: facts.refund_tiers,
    startsAt: date.startsAt,
    categoryIds: [],
    parts:
      feeAmount === 0
        ? []
        : [
            { kind: 'item', title: facts.name, quantity: 1, amount: ticketAmount, taxBps, commissionable: true },
            { kind: 'fee', title: serviceFeeTitle, quantity: 1, amount: feeAmount, taxBps: standardBps, commissionable: false },
          ],
    depositAmount: null,
    cashAccepted: false,
    blocked: priced.blocked,
  }
}
