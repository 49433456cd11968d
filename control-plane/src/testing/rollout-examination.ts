import type { Simulated } from './rollout-simulation.ts'

const settled = ['upgraded', 'rolled_back', 'failed', 'skipped', 'blocked', 'not_reached']

/** What must hold at the end of every rollout. @returns what does not, in words */
export function examine(run: Simulated): string[] {
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
  // one that strikes a few is seen as soon as a ring is large enough to hold some of them
  const seen = run.defect === 'leak' && run.struck > 0.03 && rollout.tenants.size >= 1_000
  if (seen && status === 'succeeded') found.push('a leak of a few tenants was not noticed')
  if (shows && status === 'succeeded') found.push(`${run.defect} was not noticed`)
  return found.map((problem) => `seed ${run.seed} (${run.defect} ${run.struck}): ${problem}`)
}
