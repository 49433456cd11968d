import { type PolicyRule, PolicyRules, policyRules, residencyZones, weekdays } from '@cityos/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { narrow, ruleBook, wideningOf } from './policy.merge.ts'

const codes = fc.uniqueArray(fc.constantFrom('restaurant', 'booking', 'auction', 'grocery', 'advertising'), { maxLength: 4 })
const amounts = fc.dictionary(fc.constantFrom('SAR', 'AED', 'USD'), fc.integer({ min: 0, max: 1_000 }), { maxKeys: 3 })
const ages = fc.dictionary(fc.constantFrom('tobacco', 'knives', 'energy-drinks'), fc.integer({ min: 1, max: 120 }), { maxKeys: 3 })
const time = fc
  .integer({ min: 0, max: 96 })
  .map((quarter) => `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`)
const window = fc
  .record({ days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }), from: time, to: time })
  .filter((one) => one.from < one.to)
const values = {
  permission: fc.boolean(),
  allowed: codes,
  denied: codes,
  ceilings: amounts,
  floor: fc.integer({ min: 1, max: 120 }),
  floors: ages,
  hours: fc.array(window, { maxLength: 4 }),
}
const zones = fc.uniqueArray(fc.constantFrom(...residencyZones), { maxLength: 4 })
const valuesFor = (rule: PolicyRule): fc.Arbitrary<unknown> => (rule.endsWith('residency') ? zones : values[ruleBook[rule].merge])
const rules = fc
  .record(Object.fromEntries(policyRules.map((rule) => [rule, valuesFor(rule)])) as Record<PolicyRule, fc.Arbitrary<unknown>>, {
    requiredKeys: [],
  })
  .map((value) => value as PolicyRules)

/** Lists without an order of their own. */
const canonical = (value: PolicyRules) => narrow({}, value)
const often = { numRuns: 200 }

describe('the merge of policies', () => {
  it('says something the schema knows, whatever is merged', () => {
    fc.assert(
      fc.property(rules, rules, (a, b) => {
        expect(PolicyRules.safeParse(narrow(a, b)).error).toBeUndefined()
      }),
      often,
    )
  })

  it('allows nothing that either of the two forbids', () => {
    fc.assert(
      fc.property(rules, rules, (a, b) => {
        const both = narrow(a, b)
        // what denies verticals may say less than the merged list of allowed ones: neither path may widen
        expect(wideningOf({ ...a, verticals_denied: undefined } as PolicyRules, both)).toBe(null)
        expect(wideningOf({ ...b, verticals_denied: undefined } as PolicyRules, both)).toBe(null)
        for (const rule of policyRules) if (a[rule] !== undefined || b[rule] !== undefined) expect(both[rule]).toBeDefined()
      }),
      often,
    )
  })

  it('does not care for order or grouping, and repeating changes nothing', () => {
    fc.assert(
      fc.property(rules, rules, rules, (a, b, c) => {
        expect(narrow(a, b)).toEqual(narrow(b, a))
        expect(narrow(narrow(a, b), c)).toEqual(narrow(a, narrow(b, c)))
        expect(narrow(a, a)).toEqual(canonical(a))
        expect(narrow(narrow(a, b), b)).toEqual(narrow(a, b))
      }),
      often,
    )
  })

  it('a rule that does not widen is what holds; lists and amounts keep what lies above beside it', () => {
    const pair = fc
      .constantFrom(...policyRules)
      .chain((rule) => fc.tuple(valuesFor(rule), valuesFor(rule)).map(([a, b]) => [rule, a, b] as const))
    fc.assert(
      fc.property(pair, ([rule, a, b]) => {
        const [above, below] = [{ [rule]: a }, { [rule]: b }] as [PolicyRules, PolicyRules]
        const merged = narrow(above, below)
        const adds = ['denied', 'ceilings', 'floors'].includes(ruleBook[rule].merge)
        if (wideningOf(above, below) !== null) expect(merged).not.toEqual(canonical(below))
        else if (adds) expect(narrow(merged, below)).toEqual(merged)
        else expect(merged).toEqual(canonical(below))
      }),
      { numRuns: 1_000 },
    )
  })

  it('a policy with no rule changes nothing, and one under nothing widens nothing', () => {
    fc.assert(
      fc.property(rules, (a) => {
        expect(narrow(a, {})).toEqual(canonical(a))
        expect(wideningOf({}, a)).toBe(null)
        expect(wideningOf(a, {})).toBe(null)
      }),
      often,
    )
  })
})

describe('a widening child', () => {
  const above: PolicyRules = {
    verticals_allowed: ['booking', 'restaurant'],
    verticals_denied: ['auction'],
    max_order_amount: { SAR: 500 },
    cash_on_delivery: false,
    age_limit: 18,
    age_restricted_categories: { tobacco: 18 },
    trading_hours: [{ days: ['sun', 'mon'], from: '08:00', to: '22:00' }],
    residency: ['GCC'],
  }
  it.each<[string, PolicyRules, string]>([
    ['a vertical more', { verticals_allowed: ['booking', 'grocery'] }, 'rules.verticals_allowed.grocery'],
    ['a higher ceiling', { max_order_amount: { SAR: 501 } }, 'rules.max_order_amount.SAR'],
    ['what was forbidden', { cash_on_delivery: true }, 'rules.cash_on_delivery'],
    ['a lower age', { age_limit: 16 }, 'rules.age_limit'],
    ['a lower age for a category', { age_restricted_categories: { tobacco: 16 } }, 'rules.age_restricted_categories.tobacco'],
    ['a later hour', { trading_hours: [{ days: ['mon'], from: '09:00', to: '22:15' }] }, 'rules.trading_hours.mon'],
    ['another day', { trading_hours: [{ days: ['fri'], from: '09:00', to: '10:00' }] }, 'rules.trading_hours.fri'],
    ['another zone', { residency: ['GCC', 'EU'] }, 'rules.residency.EU'],
  ])('is named by its path: %s', (_, below, path) => {
    expect(wideningOf(above, below)).toBe(path)
  })

  it('cannot allow a vertical that is denied above, even when nothing else lists what is allowed', () => {
    expect(wideningOf({ verticals_denied: ['auction'] }, { verticals_allowed: ['auction', 'booking'] })).toBe(
      'rules.verticals_allowed.auction',
    )
  })

  it('narrowing is no widening', () => {
    const below: PolicyRules = {
      verticals_allowed: ['booking'],
      max_order_amount: { SAR: 499, AED: 100 },
      cash_on_delivery: false,
      age_limit: 21,
      trading_hours: [{ days: ['sun'], from: '10:00', to: '12:00' }],
      residency: [],
    }
    expect(wideningOf(above, below)).toBe(null)
  })
})

it('hours are the same however they are cut', () => {
  const whole: PolicyRules = { trading_hours: [{ days: [...weekdays], from: '08:00', to: '24:00' }] }
  const cut: PolicyRules = {
    trading_hours: [
      { days: [...weekdays], from: '12:00', to: '24:00' },
      { days: ['sun', 'mon', 'tue'], from: '08:00', to: '12:00' },
      { days: ['wed', 'thu', 'fri', 'sat'], from: '08:00', to: '13:00' },
    ],
  }
  expect(canonical(cut)).toEqual(canonical(whole))
  expect(wideningOf(whole, cut)).toBe(null)
})
