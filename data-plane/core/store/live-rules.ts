import type { I18nText } from '@cityos/contract'

export interface LiveFacts {
  name: I18nText
  currencies: readonly string[]
  legal: { vat_registered?: boolean; vat_no?: string | null }
  policies: readonly { kind: string; title: I18nText; body: I18nText }[]
}

const needed = ['returns', 'privacy', 'terms', 'shipping']
/** Saudi VAT number: fifteen digits, first and last a 3. */
const vatNumber = /^3\d{13}3$/

/** What a store needs before it goes live (docs/spec/core.md, store); empty when it has everything. */
export function missingToGoLive(facts: LiveFacts): string[] {
  const missing: string[] = []
  for (const kind of needed) {
    // The newest revision is the last one.
    const policy = facts.policies.filter((candidate) => candidate.kind === kind).at(-1)
    for (const locale of ['en', 'ar'] as const) {
      if (!policy?.title[locale]?.trim() || !policy.body[locale]?.trim()) missing.push(`policy.${kind}.${locale}`)
    }
  }
  if (!facts.name.en?.trim() && !facts.name.ar?.trim()) missing.push('name')
  if (facts.legal.vat_registered && !vatNumber.test(facts.legal.vat_no ?? '')) missing.push('legal.vat_no')
  if (facts.currencies.length === 0) missing.push('currency')
  return missing
}
