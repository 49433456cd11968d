import { type I18nText, type Locale, locales } from '@cityos/contract'
import { taxRate } from '../../../core/catalogue/tax-class.ts'
import { fileUrl } from '../../../core/file/public-picture.ts'
import type { CaptureMode, Quote } from '../../../core/vertical/purchasable.ts'
import { dateFormat } from '../../../platform/i18n/date-format.ts'
import { depositFor, type Plan, priceFor } from '../rules.ts'
import { type OfferingFacts, orderedPrice } from './offering-facts.ts'

/** When the money of each plan is taken. */
const captureOf: Record<Plan, CaptureMode> = {
  now: 'now',
  deposit: 'deposit',
  on_confirmation: 'on_accept',
  at_place: 'none',
  free: 'none',
}

/** Price and terms of a time, for the checkout. */
export function quoteOf(offering: OfferingFacts, choice: { start: string; duration_min: number }, standardBps: number): Quote {
  const unitAmount = orderedPrice(offering, choice.duration_min)
  const startsAt = new Date(choice.start)
  return {
    vertical: 'booking',
    vendor: { id: offering.vendor.id, handle: offering.vendor.handle, name: offering.vendor.name },
    title: offering.name,
    subtitle: whenText(startsAt, choice.duration_min, offering.timezone),
    sku: null,
    picture: offering.picture && {
      url: fileUrl(offering.picture.key),
      width: offering.picture.width,
      height: offering.picture.height,
      alt: offering.picture.alt,
    },
    path: `booking/${offering.handle}`,
    currency: offering.currency_code,
    unitAmount,
    compareAtAmount: null,
    taxClass: offering.tax_class,
    taxBps: taxRate(offering.tax_class, standardBps, offering.vendor.vat_no !== null),
    captureMode: captureOf[offering.plan],
    delivery: 'none',
    weightGrams: 0,
    quantity: { min: 1, max: offering.seats, step: 1, available: null },
    resourceId: offering.id,
    reference: { type: 'service_offering', id: offering.id },
    withdrawalExemptReason: 'dated_service',
    cancellationTiers: offering.tiers,
    startsAt,
    categoryIds: [],
    parts: [],
    depositAmount: depositFor(offering.plan, priceFor(offering, choice.duration_min), offering.deposit_bps),
    cashAccepted: false,
    // a time that waits days for a transfer is nobody's
    transferAccepted: false,
  }
}

const unit: Record<Locale, string> = { en: 'min', fr: 'min', ar: 'دقيقة' }

/** `Tue 24 Nov 2026, 09:00 · 30 min` on the service's clock, in every language. */
export function whenText(startsAt: Date, durationMin: number, timezone: string): I18nText {
  return Object.fromEntries(
    locales.map((locale) => {
      const format = dateFormat(locale, {
        timeZone: timezone,
        weekday: 'short',
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      })
      return [locale, `${format.format(startsAt)} · ${durationMin} ${unit[locale]}`]
    }),
  )
}
