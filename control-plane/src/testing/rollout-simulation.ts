import { planRings } from '../rollout/rollout.plan.ts'
import { RolloutRunner } from '../rollout/rollout.runner.ts'
import { MemoryRollout } from './memory-rollouts.ts'
import { SeededRandom } from './seeded-random.ts'
import { type Defect, SimulatedFleet } from './simulated-fleet.ts'

const [from, to] = ['1.0.0', '2.0.0']
const names = ['internal', '1%', '10%', '20%', '30%', 'rest']
const start = Date.parse('2026-03-02T08:00:00.000Z')
const day = 86_400_000

export interface Simulated {
  seed: number
  rollout: MemoryRollout
  fleet: SimulatedFleet
  defect: Defect['kind']
  /** Share of the tenants the defect strikes. */
  struck: number
  kills: number
  /** Share of the fleet that is upgraded when a person asks for everything to go back; null when nobody does. */
  regretAt: number | null
  /** A person asked for everything to go back. */
  backByHand: boolean
  /** The platform itself had trouble, whatever the release. */
  trouble: boolean
  /** What was found wrong while it went on. */
  violations: string[]
  virtualMinutes: number
}

interface Simulation {
  calm?: boolean
  nobodyRegrets?: boolean
  only?: 'traits'
  defect?: { kind: Defect['kind']; share: number }
}

/** The runner dies: what it had in memory is gone. */
class Killed extends Error {}

/**
 * One rollout from its start to its end on a virtual clock, with a random defect, random people and a runner that is killed
 * at random. `calm`: nobody interferes; `nobodyRegrets`: nobody takes it back by hand; `only: 'traits'`: only what the seed makes
 * of the release, without running it; `defect`: this one instead of the seed's.
 */
export async function simulate(seed: number, size: number, options: Simulation = {}): Promise<Simulated> {
  const random = new SeededRandom(seed)
  const drawn = defectOf(random)
  const defect = options.defect ? defectFor(options.defect.kind, options.defect.share) : drawn
  const fleet = new SimulatedFleet(random, defect, to)
  fleet.now = start
  const planned = populate(fleet, random, size)
  const rollout = new MemoryRollout(fleet, planned, from, to, { soakSeconds: 600, parallel: 16 })
  const result: Simulated = {
    seed,
    rollout,
    fleet,
    defect: defect.kind,
    struck: [...fleet.tenants.values()].filter((tenant) => defect.strikes(tenant)).length / size,
    kills: 0,
    // once for the whole rollout: a large fleet takes longer, and nobody regrets it more often for that
    regretAt: random.chance(0.15) && !options.nobodyRegrets ? random.next() : null,
    backByHand: false,
    trouble: false,
    violations: [],
    virtualMinutes: 0,
  }
  if (options.only === 'traits') return result
  const waits = windowsOf(random, fleet, rollout)
  const newRunner = () => runnerOf(rollout, fleet, () => random.chance(0.01), result)
  let runner = newRunner()
  while (['running', 'paused', 'rolling_back'].includes(rollout.rollout.status)) {
    if (fleet.now > start + 30 * day) {
      result.violations.push('it does not come to an end')
      break
    }
    fleet.advance(fleet.now + 10_000)
    if (!options.calm) interfere(random, result, waits)
    try {
      await runner.carry('rlt_1')
    } catch (error) {
      if (!(error instanceof Killed)) throw error
      result.kills += 1
      runner = newRunner()
    }
    inspect(result)
  }
  result.virtualMinutes = (fleet.now - start) / 60_000
  return result
}

function defectOf(random: SeededRandom): Defect {
  const kind = random.pick<Defect['kind']>([
    'none',
    'none',
    'rehearsal',
    'migration',
    'boot',
    'errors',
    'checkouts',
    'slow',
    'leak',
    'crashes',
  ])
  return defectFor(kind, random.pick([1, 1, 0.5, 0.05]))
}

const defectFor = (kind: Defect['kind'], share: number): Defect => ({
  kind,
  strikes: (tenant) => kind !== 'none' && tenant.trait < share,
})

function populate(fleet: SimulatedFleet, random: SeededRandom, size: number) {
  const tenants = Array.from({ length: size }, (_, index) => ({ id: `tnt_${String(index).padStart(5, '0')}`, internal: index < 3 }))
  for (const { id } of tenants) {
    fleet.add(id, from, {
      trait: random.next(),
      requests: random.chance(0.3) ? 0 : random.between(0.01, 3),
      hangs: random.chance(0.002),
      stubborn: random.chance(0.05) ? 2 : 0,
    })
  }
  return planRings(tenants, names, to, 0.05, null)
}

/** Some tenants may be touched at night only, some are busy for a while, some are pinned after the plan was made. */
function windowsOf(random: SeededRandom, fleet: SimulatedFleet, rollout: MemoryRollout): Map<string, string> {
  const held = new Map<string, string>()
  for (const id of fleet.tenants.keys()) if (random.chance(0.03)) held.set(id, random.pick(['window', 'busy', 'pinned', 'never']))
  rollout.obstacle = (id) => {
    const why = held.get(id)
    const tonight = start + Math.ceil((fleet.now - start) / day) * day
    if (why === 'window' && (fleet.now - start) % day > 4 * 3_600_000)
      return { refused: 'window', message: 'its window is closed', retryAt: tonight }
    if (why === 'busy') return { refused: 'busy', message: 'it is being moved', retryAt: fleet.now + 60_000 }
    return why === 'pinned' ? { refused: 'pinned', message: 'it is pinned', retryAt: null } : null
  }
  return held
}

function runnerOf(rollout: MemoryRollout, fleet: SimulatedFleet, dies: () => boolean, result: Simulated): RolloutRunner {
  return new RolloutRunner({
    store: rollout,
    driverOf: () => fleet,
    now: () => new Date(fleet.now),
    fence: () => ({ operationId: 'rollout', number: result.kills + 1 }),
    boundary: (point) => {
      if (dies()) throw new Killed(point)
    },
  })
}

/** People and the world: pauses, freezes, a gateway that restarts, trouble for all, a rollback by hand. */
function interfere(random: SeededRandom, result: Simulated, waits: Map<string, string>): void {
  const { rollout, fleet } = result
  const row = rollout.rollout
  if (row.status === 'running' && random.chance(0.001)) row.status = 'paused'
  else if (row.status === 'paused' && random.chance(0.02)) row.status = 'running'
  rollout.frozen = rollout.frozen ? !random.chance(0.05) : random.chance(0.0005)
  if (random.chance(0.001)) fleet.epoch += 1
  if (random.chance(0.0005)) {
    fleet.trouble = !fleet.trouble
    result.trouble = true
  }
  if (fleet.trouble && random.chance(0.05)) fleet.trouble = false
  for (const [id, why] of waits) if (why === 'busy' && random.chance(0.01)) waits.delete(id)
  if (row.status === 'running' && result.regretAt !== null && upgradedShare(rollout) > result.regretAt) {
    result.backByHand = true
    Object.assign(row, { status: 'rolling_back', backScope: 'all' })
    for (const ring of rollout.rings) if (['upgrading', 'soaking', 'passed'].includes(ring.status)) ring.status = 'rolling_back'
  }
}

function upgradedShare({ tenants }: MemoryRollout): number {
  let upgraded = 0
  for (const { status } of tenants.values()) if (status === 'upgraded') upgraded += 1
  return upgraded / tenants.size
}

/** What must hold at every moment: the release is on no ring beyond the one at work, and the control group is as it was. */
function inspect({ rollout, fleet, violations }: Simulated): void {
  const open = new Set<number>()
  const ringOf = new Map(rollout.rings.map((ring) => [ring.position, ring]))
  for (const tenant of rollout.tenants.values()) {
    const ring = ringOf.get(tenant.ring ?? 0)!
    if (fleet.tenants.get(tenant.id)!.active !== to && tenant.status !== 'upgrading') continue
    if (ring.status === 'pending' || ring.status === 'not_reached') violations.push(`${tenant.id} was upgraded before its ring’s turn`)
    if (ring.status !== 'passed' && ring.status !== 'skipped') open.add(ring.position)
  }
  if (open.size > 1 && rollout.rollout.backScope !== 'all') violations.push(`rings ${[...open].join(', ')} have the release at once`)
}
