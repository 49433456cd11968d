import { type PolicyRule, type PolicyRules, policyRules } from '@cityos/contract'
import type { PolicyDomain } from './policy.contract.ts'
import { covers, intersect, type TradingHours, toDays, toWindows } from './trading-hours.ts'

/**
 * How each rule is merged from top to bottom; below may only narrow what lies above (docs/spec/infrastructure.md, governance).
 * - permission: booleans AND
 * - allowed: allow-lists intersect
 * - denied: lists of what is forbidden or demanded are united
 * - ceilings: the least of each currency
 * - floor: the greatest
 * - floors: the greatest of each key
 * - hours: open only where both are
 */
type Merge = 'permission' | 'allowed' | 'denied' | 'ceilings' | 'floor' | 'floors' | 'hours'

export const ruleBook: { readonly [Rule in PolicyRule]: { readonly merge: Merge; readonly domain: PolicyDomain } } = {
  verticals_allowed: { merge: 'allowed', domain: 'commerce' },
  verticals_denied: { merge: 'denied', domain: 'commerce' },
  max_order_amount: { merge: 'ceilings', domain: 'commerce' },
  cash_on_delivery: { merge: 'permission', domain: 'commerce' },
  max_cash_on_delivery_amount: { merge: 'ceilings', domain: 'commerce' },
  guest_checkout: { merge: 'permission', domain: 'access' },
  trading_hours: { merge: 'hours', domain: 'commerce' },
  min_return_days: { merge: 'floor', domain: 'commerce' },
  categories_denied: { merge: 'denied', domain: 'content' },
  age_restricted_categories: { merge: 'floors', domain: 'access' },
  advertising_denied: { merge: 'denied', domain: 'content' },
  required_disclosures: { merge: 'denied', domain: 'content' },
  residency: { merge: 'allowed', domain: 'data' },
  health_residency: { merge: 'allowed', domain: 'data' },
  age_limit: { merge: 'floor', domain: 'access' },
}

type Numbers = Record<string, number>
const sorted = (values: Iterable<string>) => [...new Set(values)].sort()

interface Way {
  /** What holds when both hold. Commutative, associative, idempotent. */
  narrow(above: never, below: never): unknown
  /** Where `below` allows more than `above`: a path below the rule, '' for the rule itself; null where it does not. */
  widens(above: never, below: never): string | null
}

const ways: Record<Merge, Way> = {
  permission: {
    narrow: (above: boolean, below: boolean) => above && below,
    widens: (above: boolean, below: boolean) => (below && !above ? '' : null),
  },
  allowed: {
    narrow: (above: string[], below: string[]) => sorted(above.filter((value) => below.includes(value))),
    widens: (above: string[], below: string[]) => pathOf(below.find((value) => !above.includes(value))),
  },
  denied: {
    narrow: (above: string[], below: string[]) => sorted([...above, ...below]),
    widens: () => null,
  },
  ceilings: {
    narrow: (above: Numbers, below: Numbers) => combine(above, below, Math.min),
    widens: (above: Numbers, below: Numbers) =>
      pathOf(Object.keys(below).find((key) => below[key]! > (above[key] ?? Number.POSITIVE_INFINITY))),
  },
  floor: {
    narrow: (above: number, below: number) => Math.max(above, below),
    widens: (above: number, below: number) => (below < above ? '' : null),
  },
  floors: {
    narrow: (above: Numbers, below: Numbers) => combine(above, below, Math.max),
    widens: (above: Numbers, below: Numbers) => pathOf(Object.keys(below).find((key) => below[key]! < (above[key] ?? 0))),
  },
  hours: {
    narrow: (above: TradingHours, below: TradingHours) => toWindows(intersect(toDays(above), toDays(below))),
    widens: (above: TradingHours, below: TradingHours) => pathOf(covers(toDays(above), toDays(below))),
  },
}

const pathOf = (key: string | null | undefined): string | null => (key === undefined || key === null ? null : `.${key}`)

function combine(above: Numbers, below: Numbers, of: (a: number, b: number) => number): Numbers {
  return Object.fromEntries(
    sorted([...Object.keys(above), ...Object.keys(below)]).map((key) => [key, of(above[key] ?? below[key]!, below[key] ?? above[key]!)]),
  )
}

const wayOf = (rule: PolicyRule): Way => ways[ruleBook[rule].merge]
const rulesOf = (rules: PolicyRules) => (Object.keys(rules) as PolicyRule[]).filter((rule) => rules[rule] !== undefined)

/** One rule under another. */
export function narrowRule(rule: PolicyRule, above: unknown, below: unknown): unknown {
  return wayOf(rule).narrow(above as never, below as never)
}

/** What holds under both: no rule of the outcome allows more than either; lists come out in one order. Pure. */
export function narrow(above: PolicyRules, below: PolicyRules): PolicyRules {
  const merged: Record<string, unknown> = {}
  for (const rule of policyRules) {
    const [upper, lower] = [above[rule] ?? below[rule], below[rule] ?? above[rule]]
    if (upper !== undefined) merged[rule] = narrowRule(rule, upper, lower)
  }
  return merged as PolicyRules
}

/** Where a policy would allow what lies above forbids: the path of the first such value, null where there is none. Pure. */
export function wideningOf(above: PolicyRules, below: PolicyRules): string | null {
  for (const rule of rulesOf(below)) {
    const found = above[rule] === undefined ? null : wayOf(rule).widens(above[rule] as never, below[rule] as never)
    if (found !== null) return `rules.${rule}${found}`
  }
  const denied = below.verticals_allowed?.find((vertical) => above.verticals_denied?.includes(vertical))
  return denied === undefined ? null : `rules.verticals_allowed.${denied}`
}
