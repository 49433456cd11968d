import type { DataPlaneDriver, Fence, TrafficSample } from '@cityos/provisioning'
import { type ArmSample, armSample, type GateSample, type ProcessesSeen, trafficKey } from './gate.sample.ts'

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

/** Processes of an arm that are asked for memory and crashes, always the same ones, and tenants that are probed, in one look. */
export const [processes, probed] = [100, 5] as const
/** Probes of an arm in one look, where there is time. */
const rounds = 5
/** Milliseconds after which a probe counts as failed, and after which no further one begins. */
const [patience, enough] = [5_000, 2_000] as const

type Driving = Pick<DataPlaneDriver, 'traffic' | 'state' | 'probe'>
type DriverOf = (name: string) => Driving

/** Looks at traffic and processes of both arms once. */
export async function look(arms: Arms, driverOf: DriverOf, now: number): Promise<GateSample> {
  const traffic = new Map<string, TrafficSample>()
  for (const name of new Set([...arms.upgraded, ...arms.control].map((member) => member.driver))) {
    for (const sample of await driverOf(name).traffic()) traffic.set(trafficKey(sample.tenantId, sample.release), sample)
  }
  const [upgraded, control] = await Promise.all([processesOf(arms.upgraded, driverOf), processesOf(arms.control, driverOf)])
  return { at: now, upgraded: armSample(arms.upgraded, traffic, upgraded), control: armSample(arms.control, traffic, control) }
}

async function processesOf(members: readonly Member[], driverOf: DriverOf): Promise<ProcessesSeen> {
  const states = await Promise.all(members.slice(0, processes).map(({ id, driver }) => driverOf(driver).state(id)))
  return {
    restarts: states.reduce((sum, state) => sum + state.restarts + (state.runtime === 'crashed' ? 1 : 0), 0),
    memory: states.flatMap((state) => (state.memoryBytes === null ? [] : [state.memoryBytes])),
  }
}

/** Adds synthetic probes of both arms to a look, for a moment in which traffic is too thin to judge by. Takes seconds at most. */
export async function probing(sample: GateSample, arms: Arms, driverOf: DriverOf, fence: Fence): Promise<GateSample> {
  const [upgraded, control] = await Promise.all([probesOf(arms.upgraded, driverOf, fence), probesOf(arms.control, driverOf, fence)])
  return { ...sample, upgraded: { ...sample.upgraded, probes: upgraded }, control: { ...sample.control, probes: control } }
}

async function probesOf(members: readonly Member[], driverOf: DriverOf, fence: Fence): Promise<ArmSample['probes']> {
  const chosen = members.slice(0, probed)
  const times = chosen.length === 0 ? 0 : Math.max(1, Math.floor(rounds / chosen.length))
  const began = performance.now()
  const found = await Promise.all(
    chosen.map(async ({ id, driver }) => {
      const checks: { ok: boolean }[] = []
      for (let time = 0; time < times && (time === 0 || performance.now() - began < enough); time++) {
        const report = await within(patience, driverOf(driver).probe(id, 'active', fence))
        checks.push(...(report === null || report.checks.length === 0 ? [{ ok: report?.ok ?? false }] : report.checks))
      }
      return checks
    }),
  )
  const checks = found.flat()
  return { checks: checks.length, failed: checks.filter((check) => !check.ok).length }
}

/** What a call answers in time, or null. */
async function within<T>(milliseconds: number, call: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), milliseconds)
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
