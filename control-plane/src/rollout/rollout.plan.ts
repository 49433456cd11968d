import { createHash } from 'node:crypto'
import type { RingKind } from './rollout.contract.ts'

export interface PlannedTenant {
  id: string
  internal: boolean
}

export interface PlannedRing {
  position: number
  name: string
  kind: RingKind
  maxFailures: number
  tenants: string[]
}

/** Tenants of a ring that may fail where nothing else was asked for: one in twenty, and one where there are three or more. */
const allowedFailures = (tenants: number): number => Math.max(tenants >= 3 ? 1 : 0, Math.floor(tenants / 20))

/**
 * Who is upgraded when. Internal tenants come first; of the others a share is held out for comparison and upgraded last,
 * the rest are spread over the rings in an order that depends on the release and the tenant alone, so that a preview is the
 * plan and no ring is all old or all large tenants. Shares are of the whole fleet, rounded up to at least one tenant.
 * @param names `internal`, `10%`, `rest`
 * @param seed the release
 * @param controlShare 0 to 0.5 of the fleet
 */
export function planRings(
  tenants: readonly PlannedTenant[],
  names: readonly string[],
  seed: string,
  controlShare: number,
  maxFailures: number | null,
): PlannedRing[] {
  const weighed = tenants.map((tenant) => ({ ...tenant, weight: weight(seed, tenant.id) }))
  const mixed = weighed.sort((a, b) => (a.weight < b.weight ? -1 : 1))
  const withInternalRing = names.includes('internal')
  const others = mixed.filter((tenant) => !(withInternalRing && tenant.internal)).map((tenant) => tenant.id)
  // with one tenant besides the internal ones there is nobody to compare it with
  const held = controlShare > 0 && others.length > 1 ? Math.min(others.length - 1, Math.ceil(tenants.length * controlShare)) : 0
  const control = others.splice(others.length - held, held)
  const rings = names.map((name): PlannedRing => {
    if (name === 'internal')
      return ring(
        name,
        'internal',
        mixed.filter((tenant) => tenant.internal).map((tenant) => tenant.id),
      )
    if (name === 'rest') return ring(name, 'rest', others.splice(0))
    return ring(name, 'share', others.splice(0, Math.ceil((tenants.length * Number.parseFloat(name)) / 100)))
  })
  return [...rings, ring('control', 'control', control)].map((planned, index) => ({
    ...planned,
    position: index + 1,
    maxFailures: maxFailures ?? allowedFailures(planned.tenants.length),
  }))
}

const ring = (name: string, kind: RingKind, tenants: string[]): PlannedRing => ({ position: 0, name, kind, maxFailures: 0, tenants })

function weight(seed: string, id: string): string {
  return createHash('sha256').update(`${seed}:${id}`).digest('hex')
}

/** Why rings cannot be planned so, in words; null when they can. */
export function ringsObstacle(names: readonly string[]): string | null {
  if (names.at(-1) !== 'rest') return 'the last ring is "rest": nobody is left out'
  if (new Set(names).size !== names.length) return 'a ring is named twice'
  if (names.includes('internal') && names[0] !== 'internal') return '"internal" is the first ring'
  const shares = names.filter((name) => name.endsWith('%')).reduce((sum, name) => sum + Number.parseFloat(name), 0)
  return shares > 100 ? `the shares add up to ${shares} %` : null
}
