import { expect, it } from 'vitest'
import { examine } from '../testing/rollout-examination.ts'
import { simulate } from '../testing/rollout-simulation.ts'

/** A glimpse of the soak suite (`rollout.soak.ts`): random defects, people and kills on a virtual clock. */

it('a rollout never harms more than a ring and ends whole: 12 of 300 tenants', { retry: 0 }, async () => {
  const problems: string[] = []
  const ends = new Set<string>()
  let kills = 0
  for (let seed = 1; seed <= 12; seed++) {
    const run = await simulate(seed, 300)
    problems.push(...examine(run))
    kills += run.kills
    ends.add(run.rollout.rollout.status)
  }
  expect(problems).toEqual([])
  expect(kills).toBeGreaterThan(0)
  expect([...ends].sort()).toEqual(['rolled_back', 'succeeded'])
})

it('a leak that strikes one tenant in twenty is seen by the largest processes of a ring, and goes no further', { retry: 0 }, async () => {
  for (const seed of [3, 4]) {
    const run = await simulate(seed, 1_200, { calm: true, defect: { kind: 'leak', share: 0.05 } })
    expect(examine(run)).toEqual([])
    expect(run.rollout.rollout).toMatchObject({ status: 'rolled_back', failure: { figure: 'memory_worst' } })
    expect(run.rollout.rings.find((ring) => ring.name === 'rest')?.status).toBe('not_reached')
    // the processes of most tenants of that ring say nothing
    const ring = run.rollout.rings.find(({ status }) => status === 'rolled_back')
    expect(ring?.gate?.figures.find((figure) => figure.name === 'memory')?.verdict).toBe('ok')
  }
})

it('a release without fault reaches everybody who can be upgraded', async () => {
  for (let seed = 1000, seen = 0; seen < 2; seed++) {
    const run = await simulate(seed, 120, { calm: true })
    if (run.defect !== 'none') continue
    seen += 1
    expect(run.rollout.rollout).toMatchObject({ status: 'succeeded' })
    const left = [...run.rollout.tenants.values()].filter((tenant) => tenant.status !== 'upgraded')
    expect(left.filter((tenant) => !['pinned', 'operation_failed', 'busy'].includes(tenant.reason ?? ''))).toEqual([])
  }
})
