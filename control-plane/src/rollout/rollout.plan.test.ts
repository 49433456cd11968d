import { describe, expect, it } from 'vitest'
import { windowOpen, windowOpensAt } from './maintenance-window.ts'
import { planRings, ringsObstacle } from './rollout.plan.ts'

const fleet = (size: number, internal = 1) =>
  Array.from({ length: size }, (_, index) => ({ id: `tnt_${String(index).padStart(5, '0')}`, internal: index < internal }))
const usual = ['internal', '1%', '10%', '20%', '30%', 'rest']
const sizes = (rings: ReturnType<typeof planRings>) => rings.map((ring) => [ring.name, ring.tenants.length])

describe('the plan', () => {
  it('has every tenant in one ring, shares rounded up, a control group of 5 % at the end', () => {
    const rings = planRings(fleet(1000, 3), usual, '2.0.0', 0.05, null)
    expect(sizes(rings)).toEqual([
      ['internal', 3],
      ['1%', 10],
      ['10%', 100],
      ['20%', 200],
      ['30%', 300],
      ['rest', 337],
      ['control', 50],
    ])
    expect(new Set(rings.flatMap((ring) => ring.tenants)).size).toBe(1000)
    expect(rings.map((ring) => ring.maxFailures)).toEqual([1, 1, 5, 10, 15, 16, 2])
  })

  it.each([
    [1, [1, 0, 0, 0]],
    [2, [1, 1, 0, 0]],
    [3, [1, 1, 0, 1]],
    [10, [1, 5, 3, 1]],
  ])('of %i tenants in internal, 50%%, rest has rings of %j', (size, expected) => {
    const rings = planRings(fleet(size), ['internal', '50%', 'rest'], '2.0.0', 0.05, 0)
    expect(rings.map((ring) => ring.tenants.length)).toEqual(expected)
  })

  it('is the same whenever it is made, whatever the order of the tenants, and another for another release', () => {
    const plan = (to: string, tenants = fleet(50)) => planRings(tenants, usual, to, 0.05, null).map((ring) => ring.tenants)
    expect(plan('2.0.0', fleet(50).reverse())).toEqual(plan('2.0.0'))
    expect(plan('2.1.0')).not.toEqual(plan('2.0.0'))
  })

  it('without a ring of their own, internal tenants are like others', () => {
    expect(sizes(planRings(fleet(4, 4), ['50%', 'rest'], '2.0.0', 0, null))).toEqual([
      ['50%', 2],
      ['rest', 2],
      ['control', 0],
    ])
  })

  it('is refused when it leaves somebody out or says something twice', () => {
    expect(ringsObstacle(usual)).toBeNull()
    for (const names of [
      ['internal', '10%'],
      ['10%', '10%', 'rest'],
      ['10%', 'internal', 'rest'],
      ['60%', '50%', 'rest'],
    ])
      expect(ringsObstacle(names)).not.toBeNull()
  })
})

describe('a maintenance window', () => {
  const night = { days: [1, 3], from: '23:00', to: '02:00', time_zone: 'Asia/Riyadh' }
  // 2 March 2026 is a Monday; Riyadh is three hours ahead
  it.each([
    ['2026-03-02T19:59:00Z', false],
    ['2026-03-02T20:00:00Z', true],
    ['2026-03-02T22:59:00Z', true],
    ['2026-03-02T23:00:00Z', false],
    ['2026-03-03T20:30:00Z', false],
    ['2026-03-04T22:30:00Z', true],
  ])('that goes past midnight is at %s open: %s', (at, open) => {
    expect(windowOpen(night, new Date(at))).toBe(open)
  })

  it('says when it opens next', () => {
    expect(windowOpensAt(night, new Date('2026-03-02T20:30:00Z'))).toBeNull()
    expect(windowOpensAt(night, new Date('2026-03-02T10:00:30Z'))?.toISOString()).toBe('2026-03-02T20:00:00.000Z')
    expect(windowOpensAt(night, new Date('2026-03-02T23:30:00Z'))?.toISOString()).toBe('2026-03-04T20:00:00.000Z')
    expect(windowOpensAt({ ...night, days: [1] }, new Date('2026-03-02T23:30:00Z'))?.toISOString()).toBe('2026-03-09T20:00:00.000Z')
  })

  it('keeps its hours on the wall when the clocks change', () => {
    const sunday = { days: [7], from: '04:00', to: '05:00', time_zone: 'Europe/Paris' }
    expect(windowOpensAt(sunday, new Date('2026-03-28T12:00:00Z'))?.toISOString()).toBe('2026-03-29T02:00:00.000Z')
    expect(windowOpensAt(sunday, new Date('2026-10-24T12:00:00Z'))?.toISOString()).toBe('2026-10-25T03:00:00.000Z')
  })

  it('that ends where it begins lasts its whole day', () => {
    const whole = { days: [2], from: '00:00', to: '00:00', time_zone: 'UTC' }
    expect(windowOpen(whole, new Date('2026-03-03T13:00:00Z'))).toBe(true)
    expect(windowOpen(whole, new Date('2026-03-04T00:00:00Z'))).toBe(false)
  })
})
