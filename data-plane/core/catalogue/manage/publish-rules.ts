import { DomainError, type I18nText } from '@cityos/contract'

/** What decides whether a product may be in the shop. */
export interface PublishFacts {
  title: I18nText
  media: readonly { alt: I18nText }[]
  /** Amounts of live variants in the store's default currency; null for a variant without a price. */
  prices: readonly (number | null)[]
  vendor: { status: string; verticals: readonly string[] }
  default_currency: string
}

/** What is missing before a product may be published; empty when nothing is (docs/spec/commerce.md, catalogue). */
export function missingToPublish(facts: PublishFacts): string[] {
  const missing: string[] = []
  if (!facts.title.en?.trim()) missing.push('title.en')
  if (!facts.title.ar?.trim()) missing.push('title.ar')
  if (facts.media.length === 0) missing.push('picture')
  else if (!facts.media.some(({ alt }) => alt.en?.trim() || alt.ar?.trim() || alt.fr?.trim())) missing.push('picture.alt')
  if (facts.prices.length === 0) missing.push('variant')
  else if (!facts.prices.some((amount) => amount !== null)) missing.push(`price.${facts.default_currency}`)
  if (!facts.vendor.verticals.includes('catalogue') || !sells.includes(facts.vendor.status)) missing.push('vendor_licence')
  return missing
}

/** A vendor on vacation keeps its published products; they come back with it. */
const sells = ['active', 'vacation']

/** @throws DomainError publish_requirements_missing with the list */
export function requirePublishable(facts: PublishFacts): void {
  const list = missingToPublish(facts)
  if (list.length > 0) throw new DomainError('publish_requirements_missing', { details: { list } })
}

/** GS1 check digit: from the right, weights 3 and 1 in turn, the sum with it is a multiple of ten. */
export function isGtin(code: string): boolean {
  if (!/^(?:\d{8}|\d{12,14})$/.test(code)) return false
  const digits = [...code].map(Number).reverse()
  const sum = digits.slice(1).reduce((total, digit, index) => total + digit * (index % 2 === 0 ? 3 : 1), 0)
  return (10 - (sum % 10)) % 10 === digits[0]
}

/** @throws DomainError validation_failed when the check digit is wrong */
export function requireGtin(code: string | null | undefined): void {
  if (code && !isGtin(code)) throw new DomainError('validation_failed', { field: 'gtin', details: { reason: 'check_digit' } })
}
