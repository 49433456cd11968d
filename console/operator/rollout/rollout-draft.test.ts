import type { Rollout, RolloutEvent, RolloutRing } from '@cityos/control-plane/contract'
import { describe, expect, it } from 'vitest'
import { emptyDraft, mistakes, planOf } from './rollout-draft.ts'
import { ringToWatch } from './rollout-page.tsx'
import { merged } from './use-rollout.ts'

describe('planning a rollout', () => {
  const draft = emptyDraft('0.2.0+abc')

  it('begins with the six rings, ten minutes and thresholds that are only sent when they were changed', () => {
    expect(mistakes(draft)).toEqual([])
    expect(planOf(draft)).toMatchObject({
      to: '0.2.0+abc',
      rings: ['internal', '1%', '10%', '20%', '30%', 'rest'],
      soak_seconds: 600,
      max_failures: null,
      control_share: 0.05,
      thresholds: {},
    })
    expect(planOf({ ...draft, thresholds: { ...draft.thresholds, burn_rate: '4' } }).thresholds).toEqual({ burn_rate: 4 })
  })

  it('names what cannot be sent: no release, rings that do not end with the rest, numbers that are none', () => {
    expect(
      mistakes({ ...draft, to: '', rings: 'internal, 10%', soakMinutes: 'soon', maxFailures: '1.5', parallel: '0', control: '80' }),
    ).toEqual(['to', 'rings', 'soakMinutes', 'maxFailures', 'parallel', 'control'])
    expect(mistakes({ ...draft, rings: 'internal، 12.5%، rest' })).toEqual([])
  })
})

describe('a rollout followed live', () => {
  it('shows each line of the timeline once, newest first, wherever it came from', () => {
    const line = (sequence: number) => ({ sequence }) as RolloutEvent
    expect(merged([line(4), line(5)], [line(4), line(3)]).map((event) => event.sequence)).toEqual([5, 4, 3])
  })

  it('shows the gate of the ring that failed, else of the one under way, else of the last that was watched', () => {
    const ring = (position: number, gate: boolean) => ({ position, name: `${position}`, gate: gate ? {} : null }) as RolloutRing
    const rollout = { rings: [ring(1, true), ring(2, true), ring(3, false)], current_ring: 3, failure: null } as unknown as Rollout
    expect(ringToWatch(rollout)?.position).toBe(2)
    expect(ringToWatch({ ...rollout, current_ring: 1 })?.position).toBe(1)
    expect(ringToWatch({ ...rollout, failure: { ring: '1' } as Rollout['failure'] })?.position).toBe(1)
  })
})
