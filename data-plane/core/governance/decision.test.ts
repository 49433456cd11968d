import type { PolicyRules } from '@cityos/contract'
import { describe, expect, it } from 'vitest'
import { Zone } from '../../platform/clock/zone.ts'
import { denialOf, isOpen, type Sale } from './decision.ts'

const zone = new Zone('Asia/Riyadh')
const at = { now: new Date('2026-11-22T10:00:00Z'), zone, residency: 'GCC' as const }
const sale: Sale = {
  verticals: ['catalogue'],
  categories: ['perfume', 'beauty'],
  totalAmount: 10_000,
  currency: 'SAR',
  method: 'sandbox',
  guest: true,
  verifiedAge: null,
}
const rule = (rules: PolicyRules, more: Partial<Sale> = {}, residency: 'GCC' | 'EU' | null = 'GCC') =>
  denialOf(rules, { ...sale, ...more }, { ...at, residency })?.rule ?? null

describe('a sale', () => {
  it('is allowed where nothing is ruled, and where it keeps to the rules', () => {
    expect(rule({})).toBe(null)
    expect(
      rule({
        verticals_allowed: ['catalogue'],
        max_order_amount: { SAR: 10_000 },
        cash_on_delivery: false,
        age_restricted_categories: { tobacco: 18 },
      }),
    ).toBe(null)
  })

  it.each<[string, PolicyRules, Partial<Sale>, string]>([
    ['a vertical that is not allowed', { verticals_allowed: ['restaurant'] }, {}, 'verticals_allowed'],
    ['a vertical that is denied', { verticals_denied: ['catalogue'] }, {}, 'verticals_denied'],
    ['health data elsewhere', { health_residency: ['EU'] }, { verticals: ['healthcare'] }, 'health_residency'],
    ['a category above the line’s', { categories_denied: ['beauty'] }, {}, 'categories_denied'],
    ['a guest', { guest_checkout: false }, {}, 'guest_checkout'],
    ['an age nobody verified', { age_limit: 18 }, {}, 'age_limit'],
    ['too young for a category', { age_restricted_categories: { beauty: 21 } }, { verifiedAge: 20 }, 'age_restricted_categories'],
    ['a halala more than the ceiling', { max_order_amount: { SAR: 9_999 } }, {}, 'max_order_amount'],
    ['cash where there is none', { cash_on_delivery: false }, { method: 'cash_on_delivery' }, 'cash_on_delivery'],
    [
      'more cash than the cap',
      { max_cash_on_delivery_amount: { SAR: 9_999 } },
      { method: 'cash_on_delivery' },
      'max_cash_on_delivery_amount',
    ],
    ['a shut day', { trading_hours: [] }, {}, 'trading_hours'],
  ])('is refused for its rule: %s', (_, rules, more, expected) => {
    expect(rule(rules, more)).toBe(expected)
  })

  it('a ceiling in one currency says nothing about another; a verified age opens', () => {
    expect(rule({ max_order_amount: { AED: 1 } })).toBe(null)
    expect(rule({ age_limit: 18 }, { verifiedAge: 18 })).toBe(null)
    expect(rule({ health_residency: ['GCC'] }, { verticals: ['healthcare'] }, null)).toBe('health_residency')
  })
})

describe('trading hours', () => {
  const open = (iso: string, from: string, to: string, days: ('sun' | 'mon' | 'sat')[] = ['sun']) =>
    isOpen([{ days, from, to }], { now: new Date(iso), zone })
  it('are those of the tenant’s clock, the end excluded', () => {
    // 2026-11-22 is a Sunday; Riyadh is three hours ahead
    expect(open('2026-11-22T05:59:59Z', '09:00', '22:00')).toBe(false)
    expect(open('2026-11-22T06:00:00Z', '09:00', '22:00')).toBe(true)
    expect(open('2026-11-22T18:59:59Z', '09:00', '22:00')).toBe(true)
    expect(open('2026-11-22T19:00:00Z', '09:00', '22:00')).toBe(false)
    expect(open('2026-11-21T21:00:00Z', '00:00', '24:00')).toBe(true)
    expect(open('2026-11-22T21:00:00Z', '00:00', '24:00')).toBe(false)
    expect(open('2026-11-22T21:00:00Z', '00:00', '24:00', ['mon'])).toBe(true)
  })
})
