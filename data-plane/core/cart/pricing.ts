import { type I18nText, splitInclusiveTax } from '@cityos/contract'
import type { Method } from '../payment/providers.ts'
import type { CaptureMode, Quote, QuoteAnswer } from '../vertical/purchasable.ts'
import type { LineErrorCode } from './contract.ts'

export interface LineToPrice {
  id: string
  kind: string
  choice: unknown
  quantity: number
  addedAmount: number
  /** Until when the line holds what it wants; null for kinds that are taken at checkout only. */
  heldUntil: Date | null
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
  /** Of the total, what the platform's commission is taken of. */
  commissionableAmount: number
  /** Of the total, what is taken at checkout where the rest is charged later; null = no deposit. */
  depositAmount: number | null
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
  /** Of the total, what a card is charged or authorised for at checkout. */
  dueNowAmount: number
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
  now: Date,
): PricedCart {
  const wanted = unitsByResource(lines, answers)
  const priced = lines.map((line, index) => priceLine(line, answers[index]!, wanted, now))
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
    dueNowAmount: shippingAmount + priced.reduce((total, line) => total + dueNow(line), 0),
  }
}

/** What is charged or authorised for a line at checkout: nothing where it is charged later, the deposit, or all of it. */
export function dueNow(line: PricedLine): number {
  if (line.quote?.captureMode === 'deferred') return 0
  return line.depositAmount ?? line.totalAmount
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

const nothing = { totalAmount: 0, taxAmount: 0, commissionableAmount: 0, depositAmount: null }

function priceLine(line: LineToPrice, answer: QuoteAnswer, wanted: Map<string, number>, now: Date): PricedLine {
  if (!answer.ok)
    return {
      ...line,
      ...nothing,
      quote: null,
      title: answer.title,
      error: { code: answer.code, ...(answer.details && { details: answer.details }) },
    }
  const quote = answer.quote
  const totalAmount = quote.unitAmount * line.quantity
  // one whole, or each part with its own tax; rounded once per part of a line
  const parts = quote.parts.length > 0 ? quote.parts : [{ amount: quote.unitAmount, taxBps: quote.taxBps, commissionable: true }]
  return {
    ...line,
    quote,
    title: quote.title,
    totalAmount,
    taxAmount: parts.reduce((sum, part) => sum + splitInclusiveTax(part.amount * line.quantity, part.taxBps).tax, 0),
    commissionableAmount: parts.reduce((sum, part) => sum + (part.commissionable ? part.amount * line.quantity : 0), 0),
    depositAmount: quote.captureMode === 'deposit' && quote.depositAmount !== null ? quote.depositAmount * line.quantity : null,
    error: lineError(line, quote, wanted.get(`${line.kind}:${quote.resourceId}`) ?? line.quantity, now),
  }
}

/** What a line holds already is its own: only the rules count, not what is left for others. */
function lineError(line: LineToPrice, quote: Quote, wanted: number, now: Date): LineError | null {
  if (line.heldUntil !== null && line.heldUntil <= now) return { code: 'hold_expired' }
  const rules = line.heldUntil === null ? quote.quantity : { ...quote.quantity, available: null }
  return quantityError(line.quantity, rules, wanted) ?? quote.blocked ?? null
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

/** Ways to pay for a cart, of those the tenant takes. */
export function methodsFor(priced: PricedCart, offered: readonly Method[]): Method[] {
  if (priced.lines.length > 0 && priced.totalAmount === 0) return ['none']
  const cash = priced.lines.length > 0 && priced.lines.every((line) => line.quote?.cashAccepted)
  const transfer = priced.lines.every((line) => line.quote?.transferAccepted !== false)
  return offered.filter((method) => (method !== 'cash_on_delivery' || cash) && (method !== 'bank_transfer' || transfer))
}

/** Capture modes of a vendor's lines, the most immediate first: one payment each. */
export function captureModes(vendor: PricedVendor): CaptureMode[] {
  const order: CaptureMode[] = ['now', 'deposit', 'on_accept', 'on_fulfil', 'deferred', 'none']
  const present = new Set(vendor.lines.map((line) => line.quote!.captureMode))
  return order.filter((mode) => present.has(mode))
}
