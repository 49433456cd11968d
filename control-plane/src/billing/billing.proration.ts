import { divideHalfUp } from '@cityos/contract'
import { type Interval, monthsOf, type Period, remainingSeconds } from './billing.period.ts'

/** Something paid for by the month (an add-on) or by the plan's own period (the plan). */
export interface Priced {
  kind: 'plan' | 'add_on'
  code: string
  /** Net, in minor units: a plan's for one of its periods, an add-on's for one month. */
  price_amount: number
}

/** A part of a price, net and signed: what goes back is negative. */
export interface ProratedLine {
  kind: 'proration'
  /** `plan`, or the add-on's vertical. */
  scope: string
  code: string
  amount: number
  start: Date
  end: Date
}

export const scopeOf = (item: Pick<Priced, 'kind' | 'code'>): string => (item.kind === 'plan' ? 'plan' : item.code)

/** What an item costs for one whole period of the subscription. */
export function periodPrice(item: Priced, interval: Interval): number {
  return item.kind === 'plan' ? item.price_amount : item.price_amount * monthsOf(interval)
}

/** The part of `price` for the seconds left of a period, half-up to the minor unit. */
export function prorate(price: number, period: Pick<Period, 'start' | 'end'>, at: Date): number {
  const { left, whole } = remainingSeconds(period, at)
  return whole === 0 ? 0 : Number(divideHalfUp(BigInt(price) * BigInt(left), BigInt(whole)))
}

export interface ChangeToPrice {
  period: Period
  interval: Interval
  at: Date
  removed: readonly Priced[]
  added: readonly Priced[]
  /** Where the plan's interval changes, the new period begins at once; what stays is paid for anew for its length. */
  next?: { period: Period; interval: Interval; kept: readonly Priced[] }
}

/** What a change gives back and what it costs, to the second; credit comes before charge. */
export function priceChange(change: ChangeToPrice): ProratedLine[] {
  const { period, at, interval, next } = change
  const back = (item: Priced): ProratedLine => ({
    kind: 'proration',
    scope: scopeOf(item),
    code: item.code,
    amount: -prorate(periodPrice(item, interval), period, at) || 0,
    start: at,
    end: period.end,
  })
  const due = (item: Priced): ProratedLine => ({
    kind: 'proration',
    scope: scopeOf(item),
    code: item.code,
    amount: next ? periodPrice(item, next.interval) : prorate(periodPrice(item, interval), period, at),
    start: at,
    end: next ? next.period.end : period.end,
  })
  const kept = next?.kept ?? []
  return [...[...change.removed, ...kept].map(back), ...[...kept, ...change.added].map(due)]
}
