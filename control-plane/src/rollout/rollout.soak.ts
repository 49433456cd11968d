import { expect, it } from 'vitest'
import { examine } from '../testing/rollout-examination.ts'
import { type Simulated, simulate } from '../testing/rollout-simulation.ts'

/** `./cityos test soak`: fleets of the size cities have, with random defects, people and kills on a virtual clock. */

const seeds = 200

it(`a rollout never harms more than a ring and ends whole: ${seeds} of 1,000 tenants`, { timeout: 3_600_000 }, async () => {
  const problems: string[] = []
  const ends = new Map<string, number>()
  let kills = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const run = await simulate(seed, 1_000)
    problems.push(...examine(run))
    kills += run.kills
    // what people take back is no judgement
    const end = run.backByHand ? 'taken back by hand' : endOf(run)
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  console.info(`${kills} kills`, Object.fromEntries([...ends].sort()))
  expect(problems.slice(0, 20)).toEqual([])
  expect(kills).toBeGreaterThan(seeds)
  // a release without fault is hardly ever taken for a bad one
  expect(ends.get('succeeded none')).toBeGreaterThan(20)
  expect(ends.get('rolled_back none') ?? 0).toBeLessThan(2)
})

it('the same of 10,000 tenants', { timeout: 3_600_000 }, async () => {
  const problems: string[] = []
  const ends: string[] = []
  // one that is good, one that is bad for everybody, one that is bad for some; nobody takes them back by hand
  for (const wanted of [
    (run: Simulated) => run.defect === 'none',
    (run: Simulated) => run.struck === 1,
    (run: Simulated) => run.struck > 0 && run.struck < 1,
  ]) {
    for (let seed = 1; ; seed++) {
      const glimpse = await simulate(seed, 20, { calm: true, only: 'traits' })
      if (!wanted(glimpse)) continue
      const run = await simulate(seed, 10_000, { nobodyRegrets: true })
      problems.push(...examine(run))
      ends.push(`${endOf(run)} (seed ${seed})`)
      break
    }
  }
  console.info(ends)
  expect(problems.slice(0, 20)).toEqual([])
  expect(ends[0]).toContain('succeeded none')
  expect(ends[1]).toContain('rolled_back')
})

const endOf = (run: Simulated): string => `${run.rollout.rollout.status} ${run.defect}`
