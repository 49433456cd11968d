import { type I18nText, splitInclusiveTax } from '@cityos/contract'
import type { CaptureMode, Quote, QuoteAnswer } from '../vertical/purchasable.ts'
import type { LineErrorCode } from './contract.ts'

export interface LineToPrice {
  id: string
  kind: string
  choice: unknown
  quantity: number
  addedAmount: number
}

export interface Rate {
  id: string
  vendorId: string | null
  name: I18nText
  amount: number
  freeAboveAmount: number | null
  taxBps: number
  minDays: number
  maxDays: number
}

export interface LineError {
  code: LineErrorCode
  details?: Record<string, unknown>
}

export interface PricedLine extends LineToPrice {
  quote: Quote | null
  /** Title of what is gone, when it is still known. */
  title: I18nText | null
  totalAmount: number
  taxAmount: number
  error: LineError | null
}

export interface PricedVendor {
  vendor: Quote['vendor']
  lines: PricedLine[]
  subtotalAmount: number
  taxAmount: number
  requiresShipping: boolean
  options: (Rate & { price: number })[]
  /** The chosen option, else the first; null when nothing is shipped or nobody ships. */
  shipping: { rate: Rate; amount: number; taxAmount: number } | null
}

export interface PricedCart {
  currency: string
  lines: PricedLine[]
  vendors: PricedVendor[]
  requiresShipping: boolean
  count: number
  subtotalAmount: number
  shippingAmount: number
  discountAmount: number
  /** VAT inside the total. */
  taxAmount: number
  totalAmount: number
}

/** A vendor's rates: its own, else those of the house. */
export function ratesOf(vendorId: string, rates: readonly Rate[]): Rate[] {
  const own = rates.filter((rate) => rate.vendorId === vendorId)
  return own.length > 0 ? own : rates.filter((rate) => rate.vendorId === null)
}

export function ratePrice(rate: Rate, subtotal: number): number {
  return rate.freeAboveAmount !== null && subtotal >= rate.freeAboveAmount ? 0 : rate.amount
}

/**
 * The one price pipeline of cart and checkout: the number shown is the number charged. Amounts are minor units, VAT included.
 * @param answers quote of each line, in the order of `lines`
 * @param choices vendor id → rate id
 */
export function priceCart(
  currency: string,
  lines: readonly LineToPrice[],
  answers: readonly QuoteAnswer[],
  rates: readonly Rate[],
  choices: Readonly<Record<string, string>>,
): PricedCart {
  const wanted = unitsByResource(lines, answers)
  const priced = lines.map((line, index) => priceLine(line, answers[index]!, wanted))
  const vendors = byVendor(priced).map(([vendor, own]) => priceVendor(vendor, own, rates, choices[vendor.id]))
  const sum = (of: (vendor: PricedVendor) => number) => vendors.reduce((total, vendor) => total + of(vendor), 0)
  const subtotalAmount = sum((vendor) => vendor.subtotalAmount)
  const shippingAmount = sum((vendor) => vendor.shipping?.amount ?? 0)
  return {
    currency,
    lines: priced,
    vendors,
    requiresShipping: vendors.some((vendor) => vendor.requiresShipping),
    count: lines.reduce((total, line) => total + line.quantity, 0),
    subtotalAmount,
    shippingAmount,
    discountAmount: 0,
    taxAmount: sum((vendor) => vendor.taxAmount + (vendor.shipping?.taxAmount ?? 0)),
    totalAmount: subtotalAmount + shippingAmount,
  }
}

function unitsByResource(lines: readonly LineToPrice[], answers: readonly QuoteAnswer[]): Map<string, number> {
  const wanted = new Map<string, number>()
  lines.forEach((line, index) => {
    const answer = answers[index]!
    if (!answer.ok) return
    const key = `${line.kind}:${answer.quote.resourceId}`
    wanted.set(key, (wanted.get(key) ?? 0) + line.quantity)
  })
  return wanted
}

function priceLine(line: LineToPrice, answer: QuoteAnswer, wanted: Map<string, number>): PricedLine {
  if (!answer.ok) return { ...line, quote: null, title: answer.title, totalAmount: 0, taxAmount: 0, error: { code: answer.code } }
  const quote = answer.quote
  const totalAmount = quote.unitAmount * line.quantity
  return {
    ...line,
    quote,
    title: quote.title,
    totalAmount,
    taxAmount: splitInclusiveTax(totalAmount, quote.taxBps).tax,
    error: quantityError(line.quantity, quote.quantity, wanted.get(`${line.kind}:${quote.resourceId}`) ?? line.quantity),
  }
}

/** Checks a quantity against the rules of a choice. @param wanted units of the same resource in the whole cart */
export function quantityError(quantity: number, rules: Quote['quantity'], wanted: number): LineError | null {
  if (quantity < rules.min) return { code: 'quantity_below_min', details: { min: rules.min } }
  if (rules.max !== null && quantity > rules.max) return { code: 'quantity_above_max', details: { max: rules.max } }
  if ((quantity - rules.min) % rules.step !== 0) return { code: 'quantity_step', details: { min: rules.min, step: rules.step } }
  if (rules.available !== null && wanted > rules.available)
    return { code: 'insufficient_stock', details: { available: Math.max(0, rules.available) } }
  return null
}

/** Lines that can be sold, by vendor, in the order the cart shows them. */
function byVendor(lines: readonly PricedLine[]): [Quote['vendor'], PricedLine[]][] {
  const groups = new Map<string, [Quote['vendor'], PricedLine[]]>()
  for (const line of lines) {
    if (!line.quote) continue
    const group = groups.get(line.quote.vendor.id)
    if (group) group[1].push(line)
    else groups.set(line.quote.vendor.id, [line.quote.vendor, [line]])
  }
  return [...groups.values()]
}

function priceVendor(vendor: Quote['vendor'], lines: PricedLine[], rates: readonly Rate[], choice: string | undefined): PricedVendor {
  const subtotalAmount = lines.reduce((total, line) => total + line.totalAmount, 0)
  const requiresShipping = lines.some((line) => line.quote?.delivery === 'shipping')
  const options = requiresShipping ? ratesOf(vendor.id, rates).map((rate) => ({ ...rate, price: ratePrice(rate, subtotalAmount) })) : []
  const rate = options.find((option) => option.id === choice) ?? options[0]
  return {
    vendor,
    lines,
    subtotalAmount,
    taxAmount: lines.reduce((total, line) => total + line.taxAmount, 0),
    requiresShipping,
    options,
    shipping: rate ? { rate, amount: rate.price, taxAmount: splitInclusiveTax(rate.price, rate.taxBps).tax } : null,
  }
}

/** Capture modes of a vendor's lines, the most immediate first: one payment each. */
export function captureModes(vendor: PricedVendor): CaptureMode[] {
  const order: CaptureMode[] = ['now', 'deposit', 'on_accept', 'on_fulfil', 'deferred', 'none']
  const present = new Set(vendor.lines.map((line) => line.quote!.captureMode))
  return order.filter((mode) => present.has(mode))
}
