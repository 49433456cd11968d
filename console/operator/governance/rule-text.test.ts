import type { PolicyRules } from '@cityos/contract'
import { policyRules } from '@cityos/contract'
import { describe, expect, it } from 'vitest'
import { exampleOf, formatRule, kindOfRule, parseRule, rulesOf, textsOf } from './rule-text.ts'

const rules: PolicyRules = {
  verticals_allowed: ['restaurant', 'booking'],
  max_order_amount: { SAR: 500_050, KWD: 1_005 },
  cash_on_delivery: false,
  min_return_days: 14,
  age_restricted_categories: { tobacco: 18 },
  trading_hours: [
    { days: ['sun', 'mon'], from: '08:00', to: '23:00' },
    { days: ['fri'], from: '14:00', to: '24:00' },
  ],
  residency: ['GCC'],
}

describe('rules as text', () => {
  it('reads again what it writes, every kind of rule, amounts to the last minor unit', () => {
    expect(rulesOf(textsOf(rules))).toEqual(rules)
    expect(formatRule('max_order_amount', rules.max_order_amount)).toBe('SAR 5000.50; KWD 1.005')
  })

  it('takes its own examples, but for codes that another list decides', () => {
    const others = ['residency', 'health_residency']
    expect(policyRules.filter((rule) => !others.includes(rule) && !parseRule(rule, exampleOf[kindOfRule(rule)]))).toEqual([])
  })

  it.each([
    ['max_order_amount', 'SAR many'],
    ['max_order_amount', '5000'],
    ['trading_hours', 'sun 23:00-08:00'],
    ['trading_hours', 'someday 08:00-10:00'],
    ['age_limit', 'old'],
    ['age_limit', ''],
    ['cash_on_delivery', 'maybe'],
    ['residency', 'MOON'],
    ['verticals_allowed', 'Not A Code!'],
  ] as const)('%s: "%s" is refused', (rule, text) => {
    expect(parseRule(rule, text)).toBeNull()
  })
})
