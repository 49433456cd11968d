/** Classes with a rate of their own (docs/spec/infrastructure.md, tax-config); all others carry no VAT in the price shown. */
const standard = 'standard'

/**
 * VAT inside a price, in basis points. Margin schemes tax the seller's profit, not the price, and show none; a vendor
 * without a VAT number may not charge any.
 */
export function taxRate(taxClass: string, standardBps: number, vendorIsRegistered: boolean): number {
  return taxClass === standard && vendorIsRegistered ? standardBps : 0
}
