import { expect, it } from 'vitest'
import { type Simulated, simulate } from '../testing/rollout-simulation.ts'

/** The soak suite raises these; a unit run has a glimpse of it. */
const seeds = Number(process.env['CITYOS_SOAK_SEEDS'] ?? 8)
const size = Number(process.env['CITYOS_SOAK_TENANTS'] ?? 300)

const settled = ['upgraded', 'rolled_back', 'failed', 'skipped', 'blocked', 'not_reached']

/** What must hold at the end of every rollout. */
function examine(run: Simulated): string[] {
  const { rollout, fleet } = run
  const { status, failure, backScope, to } = rollout.rollout
  const found = [...run.violations]
  if (status !== 'succeeded' && status !== 'rolled_back') found.push(`it ended as ${status}`)
  const touched = new Set<number>()
  for (const tenant of rollout.tenants.values()) {
    const there = fleet.tenants.get(tenant.id)!
    if (!settled.includes(tenant.status)) found.push(`${tenant.id} is ${tenant.status}`)
    if (there.beside !== null || fleet.busy(tenant.id)) found.push(`${tenant.id} has something beside it`)
    const expected = tenant.status === 'upgraded' ? to : tenant.from
    if (there.active !== expected) found.push(`${tenant.id} is ${tenant.status} on ${there.active}`)
    if (there.schemas.has(to)) touched.add(tenant.ring ?? 0)
  }
  for (const ring of rollout.rings) {
    if (!['passed', 'skipped', 'rolled_back', 'not_reached'].includes(ring.status)) found.push(`ring ${ring.name} is ${ring.status}`)
    const upgraded = [...rollout.tenants.values()].some((tenant) => tenant.ring === ring.position && tenant.status === 'upgraded')
    if (upgraded && ring.status !== 'passed') found.push(`ring ${ring.name} is ${ring.status}, and a tenant of it is upgraded`)
  }
  if (status === 'rolled_back' && backScope === 'ring') {
    const back = rollout.rings.filter((ring) => ring.status === 'rolled_back')
    if (back.length !== 1 || back[0]?.name !== failure?.ring) found.push(`${back.length} rings went back`)
  }
  // a defect that strikes everybody, and shows, gets no further than the first ring somebody was in
  const shows = run.defect !== 'none' && run.struck === 1 && run.defect !== 'slow' && run.defect !== 'checkouts'
  if (shows && touched.size > 1) found.push(`${run.defect} of all tenants reached rings ${[...touched].join(', ')}`)
  if (shows && status === 'succeeded') found.push(`${run.defect} was not noticed`)
  return found.map((problem) => `seed ${run.seed} (${run.defect} ${run.struck}): ${problem}`)
}

it(`never harms more than a ring and ends whole: ${seeds} rollouts of ${size} tenants`, { timeout: 1_800_000, retry: 0 }, async () => {
  const problems: string[] = []
  const ends: Record<string, number> = {}
  let kills = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const run = await simulate(seed, size)
    problems.push(...examine(run))
    kills += run.kills
    const end = `${run.rollout.rollout.status} ${run.defect}`
    ends[end] = (ends[end] ?? 0) + 1
    if (process.env['CITYOS_SOAK_VERBOSE'])
      console.info(
        seed,
        end,
        run.struck,
        run.rollout.rollout.failure?.ring,
        run.rollout.rollout.failure?.message,
        Math.round(run.virtualMinutes),
        run.kills,
      )
  }
  expect(problems.slice(0, 20)).toEqual([])
  expect(kills).toBeGreaterThan(seeds)
  expect(Object.keys(ends).some((end) => end.startsWith('succeeded'))).toBe(true)
  expect(Object.keys(ends).some((end) => end.startsWith('rolled_back'))).toBe(true)
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
