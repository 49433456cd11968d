import { type PolicyRule, type PolicyRules, type ResidencyZone, verticalDenial, weekdays } from '@cityos/contract'
import type { Zone } from '../../platform/clock/zone.ts'

/** What is about to be bought, as far as policies care. Amounts are minor units. */
export interface Sale {
  verticals: readonly string[]
  /** Handles of the lines' categories and of those above them. */
  categories: readonly string[]
  totalAmount: number
  currency: string
  /** Null while no method is chosen. */
  method: string | null
  guest: boolean
  /** Age of the buyer as far as it was verified; null: it was not. */
  verifiedAge: number | null
}

export interface Circumstances {
  now: Date
  zone: Zone
  residency: ResidencyZone | null
}

/** A rule that forbids, and what it says. */
export interface Denial {
  rule: PolicyRule
  details: Record<string, unknown>
}

/** The first rule a sale breaks; null when it breaks none. Pure. */
export function denialOf(rules: PolicyRules, sale: Sale, at: Circumstances): Denial | null {
  for (const vertical of sale.verticals) {
    const rule = verticalDenial(rules, vertical, at.residency)
    if (rule) return { rule, details: { vertical } }
  }
  const category = sale.categories.find((handle) => rules.categories_denied?.includes(handle))
  if (category) return { rule: 'categories_denied', details: { category } }
  if (rules.guest_checkout === false && sale.guest) return { rule: 'guest_checkout', details: {} }
  const age = ageDenial(rules, sale)
  if (age) return age
  if (rules.trading_hours && !isOpen(rules.trading_hours, at))
    return { rule: 'trading_hours', details: { trading_hours: rules.trading_hours, timezone: at.zone.name } }
  const most = rules.max_order_amount?.[sale.currency]
  if (most !== undefined && sale.totalAmount > most)
    return { rule: 'max_order_amount', details: { max_amount: most, amount: sale.totalAmount, currency: sale.currency } }
  return sale.method === 'cash_on_delivery' ? cashDenial(rules, sale) : null
}

/** Why an order cannot be paid at the door; null when it can. */
export function cashDenial(rules: PolicyRules, sale: Pick<Sale, 'totalAmount' | 'currency'>): Denial | null {
  if (rules.cash_on_delivery === false) return { rule: 'cash_on_delivery', details: {} }
  const most = rules.max_cash_on_delivery_amount?.[sale.currency]
  if (most === undefined || sale.totalAmount <= most) return null
  return { rule: 'max_cash_on_delivery_amount', details: { max_amount: most, amount: sale.totalAmount, currency: sale.currency } }
}

/** Whether orders are taken at this moment, on the wall clock of the tenant. */
export function isOpen(hours: NonNullable<PolicyRules['trading_hours']>, { now, zone }: Pick<Circumstances, 'now' | 'zone'>): boolean {
  const minute = Math.floor(now.getTime() / 60_000)
  // 1970-01-01 was a Thursday
  const day = weekdays[(((zone.day(minute) + 4) % 7) + 7) % 7]!
  const time = ((zone.wall(minute) % 1440) + 1440) % 1440
  return hours.some(({ days, from, to }) => days.includes(day) && minutesOf(from) <= time && time < minutesOf(to))
}

/** An age that nobody verified does not open what is kept from the young. */
function ageDenial(rules: PolicyRules, { categories, verifiedAge }: Sale): Denial | null {
  const age = verifiedAge ?? 0
  if (rules.age_limit !== undefined && age < rules.age_limit) return { rule: 'age_limit', details: { age: rules.age_limit } }
  const restricted = rules.age_restricted_categories
  const category = restricted && categories.find((handle) => age < (restricted[handle] ?? 0))
  return category ? { rule: 'age_restricted_categories', details: { category, age: restricted[category] } } : null
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
