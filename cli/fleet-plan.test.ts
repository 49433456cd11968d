import type { Rollout } from '@cityos/control-plane/contract'
import { describe, expect, it } from 'vitest'
import { planOf } from './fleet-plan.ts'
import { failureOf, standing } from './rollout-stream.ts'

describe('planning a rollout on the command line', () => {
  it('takes six rings, ten minutes and a twentieth held out when nothing else is said', () => {
    expect(planOf({ to: '0.2.0+abc' })).toEqual({
      to: '0.2.0+abc',
      rings: ['internal', '1%', '10%', '20%', '30%', 'rest'],
      soak_seconds: 600,
      max_failures: null,
      parallel: 2,
      rehearse: true,
      control_share: 0.05,
      thresholds: {},
    })
  })

  it('reads rings, durations, shares and limits of the gate', () => {
    const options = {
      to: 'r',
      rings: 'internal, 50%,rest',
      soak: '5s',
      maxFailures: '0',
      control: '12.5%',
      threshold: ['burn_rate=4', 'min_requests=50'],
    }
    expect(planOf(options)).toMatchObject({
      rings: ['internal', '50%', 'rest'],
      soak_seconds: 5,
      max_failures: 0,
      control_share: 0.125,
      thresholds: { burn_rate: 4, min_requests: 50 },
    })
  })

  it('refuses numbers that are none and limits the gate does not have', () => {
    expect(() => planOf({ to: 'r', maxFailures: 'few' })).toThrow('--max-failures takes a number')
    expect(() => planOf({ to: 'r', threshold: ['patience=3'] })).toThrow('no limit called patience')
    expect(() => planOf({ to: 'r', threshold: ['burn_rate'] })).toThrow('takes a number')
  })
})

describe('a rollout in words', () => {
  const ring = { position: 2, name: '10%', status: 'soaking', soak_until: '2026-11-23T10:01:30.000Z' }
  const rollout = { status: 'running', rings: [ring], current_ring: 2, frozen: false, failure: null } as unknown as Rollout

  it('says where it is and how long the ring is still watched', () => {
    expect(standing(rollout, Date.parse('2026-11-23T10:00:00Z'))).toBe('running, ring 10% soaking (1 min 30 s left)')
    expect(standing({ ...rollout, frozen: true, current_ring: null }, 0)).toBe('running, held up by the freeze')
  })

  it('says in which ring it failed, when, and by which figure', () => {
    expect(failureOf(rollout)).toBeNull()
    const failure = { ring: '10%', at: '2026-11-23T10:00:30.000Z', figure: 'error_rate', value: 18.23456, limit: 2, message: 'errors' }
    expect(failureOf({ ...rollout, failure })).toBe('ring 10% at 2026-11-23T10:00:30.000Z: errors (error_rate 18.235, limit 2)')
  })
})
