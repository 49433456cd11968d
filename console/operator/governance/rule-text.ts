import { PolicyRules, policyRules } from '@cityos/contract'
import { minorFromText, textFromMinor } from '../../fields/minor-units.ts'

export type RuleName = (typeof policyRules)[number]

/** How each rule is typed and shown; what is not here is a list of codes. */
const kinds: Partial<Record<RuleName, 'amounts' | 'flag' | 'number' | 'ages' | 'hours'>> = {
  max_order_amount: 'amounts',
  max_cash_on_delivery_amount: 'amounts',
  cash_on_delivery: 'flag',
  guest_checkout: 'flag',
  min_return_days: 'number',
  age_limit: 'number',
  age_restricted_categories: 'ages',
  trading_hours: 'hours',
}
export const kindOfRule = (rule: RuleName) => kinds[rule] ?? 'codes'

/** What is typed for a rule, as an example: `SAR 5000.00; AED 1000.00`. */
export const exampleOf: Record<ReturnType<typeof kindOfRule>, string> = {
  amounts: 'SAR 5000.00; AED 2000.00',
  flag: 'true',
  number: '14',
  ages: 'tobacco 18; fireworks 21',
  hours: 'sun mon tue wed thu 08:00-23:00; fri 14:00-24:00',
  codes: 'restaurant, booking',
}

/** A rule's value as text that `parseRule` reads again. */
export function formatRule(rule: RuleName, value: unknown): string {
  switch (kindOfRule(rule)) {
    case 'amounts':
      return Object.entries(value as Record<string, number>)
        .map(([currency, amount]) => `${currency} ${textFromMinor(amount, currency)}`)
        .join('; ')
    case 'ages':
      return Object.entries(value as Record<string, number>)
        .map(([category, age]) => `${category} ${age}`)
        .join('; ')
    case 'hours':
      return (value as { days: string[]; from: string; to: string }[])
        .map(({ days, from, to }) => `${days.join(' ')} ${from}-${to}`)
        .join('; ')
    case 'codes':
      return (value as string[]).join(', ')
    default:
      return String(value)
  }
}

const parts = (text: string, separator: RegExp): string[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter(Boolean)

/** Everything before the last space, and what is behind it. */
function lastWord(part: string): [string, string] {
  const space = part.lastIndexOf(' ')
  return [part.slice(0, space).trim(), part.slice(space + 1)]
}

function readRule(rule: RuleName, text: string): unknown {
  switch (kindOfRule(rule)) {
    case 'amounts':
      return Object.fromEntries(
        parts(text, /[;\n]/).map((part) => {
          const [currency, amount] = lastWord(part)
          return [currency, /^[A-Z]{3}$/.test(currency) ? minorFromText(amount, currency) : null]
        }),
      )
    case 'ages':
      return Object.fromEntries(
        parts(text, /[;\n]/).map((part) => {
          const [category, age] = lastWord(part)
          return [category, Number(age)]
        }),
      )
    case 'hours':
      return parts(text, /[;\n]/).map((part) => {
        const [days, times] = lastWord(part)
        const [from, to] = times.split('-')
        return { days: parts(days, /[\s,]+/), from, to }
      })
    case 'flag':
      return text.trim() === 'true' ? true : text.trim() === 'false' ? false : text
    case 'number':
      return text.trim() === '' ? null : Number(text)
    default:
      return parts(text, /[,\n]/)
  }
}

/** @returns the value, or null when the text is not one of this rule */
export function parseRule(rule: RuleName, text: string): { value: unknown } | null {
  const value = readRule(rule, text)
  return PolicyRules.safeParse({ [rule]: value }).success ? { value } : null
}

/** The rules as they are sent, from what was typed; every text must be one that `parseRule` takes. */
export function rulesOf(texts: Record<string, string>): PolicyRules {
  return PolicyRules.parse(Object.fromEntries(Object.entries(texts).map(([rule, text]) => [rule, readRule(rule as RuleName, text)])))
}

export function textsOf(rules: PolicyRules): Record<string, string> {
  return Object.fromEntries(policyRules.filter((rule) => rules[rule] !== undefined).map((rule) => [rule, formatRule(rule, rules[rule])]))
}
