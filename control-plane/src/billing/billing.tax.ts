import { applyRate } from '@cityos/contract'

/** Country of whoever sells the platform: its VAT is on every invoice to a buyer in the same country. */
export const sellerCountry = 'SA'

/** Standard VAT rates in basis points, by country of the buyer (ISO 3166). A country that is not here is out of scope. */
const vatBps: Readonly<Record<string, number>> = {
  SA: 1500,
  AE: 500,
  BH: 1000,
  OM: 500,
  EG: 1400,
  JO: 1600,
  MA: 2000,
  TN: 1900,
  FR: 2000,
  DE: 1900,
  ES: 2100,
  IT: 2200,
  NL: 2100,
  BE: 2100,
  GB: 2000,
  TR: 2000,
}

export type TaxRule = 'standard' | 'reverse_charge' | 'out_of_scope'

export interface Tax {
  rule: TaxRule
  bps: number
  country: string
}

/**
 * VAT of a sale to a tenant: the seller's own country at its rate; elsewhere a buyer with a VAT number accounts for it
 * (reverse charge), one without pays the rate of its country, and where the table has none nothing is charged.
 */
export function taxFor(buyer: { country: string; vat_number: string | null }): Tax {
  const { country } = buyer
  const bps = vatBps[country]
  if (country !== sellerCountry && buyer.vat_number) return { rule: 'reverse_charge', bps: 0, country }
  if (bps === undefined) return { rule: 'out_of_scope', bps: 0, country }
  return { rule: 'standard', bps, country }
}

/** Tax of one line: half-up to the minor unit, once per line (docs/spec/00-conventions.md). @param amount net, minor units */
export const taxOf = (amount: number, tax: Tax): number => applyRate(amount, tax.bps)
