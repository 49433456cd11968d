import type { DataPlaneDriver, Fence, TrafficSample } from '@cityos/provisioning'
import { armSample, type GateSample, type ProcessesSeen, trafficKey } from './gate.sample.ts'

export interface Member {
  id: string
  /** The release it is looked at on. */
  release: string
  driver: string
}

export interface Arms {
  upgraded: readonly Member[]
  control: readonly Member[]
}

/** Processes of an arm that are asked for memory and crashes, and tenants that are probed, in one look. */
const [processes, probed] = [20, 5] as const
/** Probes of one look at least, where there are few tenants. */
const rounds = 5

type Looking = Pick<DataPlaneDriver, 'traffic' | 'state' | 'probe'>

/**
 * Looks at both arms once.
 * @param probing whether traffic was too thin so far, so that probes count
 */
export async function look(
  arms: Arms,
  driverOf: (name: string) => Looking,
  fence: Fence,
  probing: boolean,
  now: number,
): Promise<GateSample> {
  const traffic = new Map<string, TrafficSample>()
  for (const name of new Set([...arms.upgraded, ...arms.control].map((member) => member.driver))) {
    for (const sample of await driverOf(name).traffic()) traffic.set(trafficKey(sample.tenantId, sample.release), sample)
  }
  const [upgraded, control] = await Promise.all([
    lookAt(arms.upgraded, driverOf, fence, probing),
    lookAt(arms.control, driverOf, fence, probing),
  ])
  return { at: now, upgraded: armSample(arms.upgraded, traffic, upgraded), control: armSample(arms.control, traffic, control) }
}

async function lookAt(
  members: readonly Member[],
  driverOf: (name: string) => Looking,
  fence: Fence,
  probing: boolean,
): Promise<ProcessesSeen> {
  const states = await Promise.all(members.slice(0, processes).map(({ id, driver }) => driverOf(driver).state(id)))
  const chosen = members.slice(0, probed)
  const times = probing && chosen.length > 0 ? Math.max(1, Math.floor(rounds / chosen.length)) : 0
  const reports = await Promise.all(
    chosen.map(async ({ id, driver }) => {
      const found = []
      for (let time = 0; time < times; time++) found.push(await driverOf(driver).probe(id, 'active', fence))
      return found
    }),
  )
  const checks = reports.flat().flatMap((report) => (report.checks.length === 0 ? [{ ok: report.ok }] : report.checks))
  return {
    restarts: states.reduce((sum, state) => sum + state.restarts + (state.runtime === 'crashed' ? 1 : 0), 0),
    memory: states.flatMap((state) => (state.memoryBytes === null ? [] : [state.memoryBytes])),
    probes: { checks: checks.length, failed: checks.filter((check) => !check.ok).length },
  }
}
