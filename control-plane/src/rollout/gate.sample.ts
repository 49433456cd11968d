import { latencyBoundsMs, type TrafficSample } from '@cityos/provisioning/upgrade'
import { z } from 'zod'

/** Cumulative counts of one arm. Two samples can be subtracted while `segment` stays: same gateway, same tenants. */
export const ArmSample = z.object({
  segment: z.string(),
  tenants: z.int(),
  requests: z.int(),
  errors: z.int(),
  checkouts: z.int(),
  failedCheckouts: z.int(),
  /** Per bucket of `latencyBoundsMs`, and one for what is above. */
  latency: z.array(z.int()),
  /** Crashes known of the processes looked at. */
  restarts: z.int(),
  /** Median memory of the processes looked at, bytes. */
  memory: z.number().nullable(),
  /** Mean memory of the largest tenth of them, bytes: a leak may strike a few tenants only. */
  memoryWorst: z.number().nullable().default(null),
  /** Synthetic checks of this look alone. */
  probes: z.object({ checks: z.int(), failed: z.int() }),
})
export type ArmSample = z.infer<typeof ArmSample>

/** What one look found. */
export const GateSample = z.object({ at: z.int(), upgraded: ArmSample, control: ArmSample })
export type GateSample = z.infer<typeof GateSample>

/** What a look at the processes of an arm found, beside the traffic. */
export interface ProcessesSeen {
  restarts: number
  memory: readonly number[]
}

/**
 * Sums up an arm.
 * @param members the arm's tenants with the release each of them is compared on
 * @param traffic of these tenants; a tenant nobody has asked for anything yet has none
 */
export function armSample(
  members: readonly { id: string; release: string }[],
  traffic: ReadonlyMap<string, TrafficSample>,
  seen: ProcessesSeen,
): ArmSample {
  const sums = {
    requests: 0,
    errors: 0,
    checkouts: 0,
    failedCheckouts: 0,
    latency: new Array<number>(latencyBoundsMs.length + 1).fill(0),
  }
  let epoch = ''
  let last = ''
  for (const { id, release } of members) {
    if (id > last) last = id
    const found = traffic.get(trafficKey(id, release))
    if (!found) continue
    epoch = found.epoch
    sums.requests += found.requests
    sums.errors += found.errors
    sums.checkouts += found.checkouts
    sums.failedCheckouts += found.failedCheckouts
    for (const [bucket, count] of found.latency.entries()) sums.latency[bucket] = (sums.latency[bucket] ?? 0) + count
  }
  return {
    ...sums,
    segment: `${epoch}/${members.length}/${last}`,
    tenants: members.length,
    restarts: seen.restarts,
    memory: median(seen.memory),
    memoryWorst: worstTenth(seen.memory),
    probes: { checks: 0, failed: 0 },
  }
}

export const trafficKey = (tenantId: string, release: string): string => `${tenantId} ${release}`

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}

/** Mean of the largest tenth, at least of one; null of nothing. */
export function worstTenth(values: readonly number[]): number | null {
  const largest = [...values].sort((a, b) => b - a).slice(0, Math.max(1, Math.floor(values.length / 10)))
  return largest.length === 0 ? null : largest.reduce((sum, value) => sum + value, 0) / largest.length
}

/** What an arm did between the samples of a window. */
export interface ArmDelta {
  requests: number
  errors: number
  checkouts: number
  failedCheckouts: number
  latency: number[]
  crashes: number
  probes: { checks: number; failed: number }
}

/**
 * Adds up what an arm did from one sample to the next. A change of gateway or tenants in between is left out, for both arms,
 * so that both are always compared over the same time.
 */
export function deltaOf(samples: readonly GateSample[], which: 'upgraded' | 'control'): ArmDelta {
  const sum: ArmDelta = {
    requests: 0,
    errors: 0,
    checkouts: 0,
    failedCheckouts: 0,
    latency: new Array<number>(latencyBoundsMs.length + 1).fill(0),
    crashes: 0,
    probes: { checks: 0, failed: 0 },
  }
  for (const [index, sample] of samples.entries()) {
    const arm = sample[which]
    sum.probes.checks += arm.probes.checks
    sum.probes.failed += arm.probes.failed
    const last = samples[index - 1]
    if (!last || last.upgraded.segment !== sample.upgraded.segment || last.control.segment !== sample.control.segment) continue
    const before = last[which]
    sum.requests += growth(before.requests, arm.requests)
    sum.errors += growth(before.errors, arm.errors)
    sum.checkouts += growth(before.checkouts, arm.checkouts)
    sum.failedCheckouts += growth(before.failedCheckouts, arm.failedCheckouts)
    sum.crashes += growth(before.restarts, arm.restarts)
    for (const [bucket, count] of arm.latency.entries())
      sum.latency[bucket] = (sum.latency[bucket] ?? 0) + growth(before.latency[bucket] ?? 0, count)
  }
  return sum
}

/** A counter that went down was begun anew. */
const growth = (before: number, after: number): number => Math.max(0, after - before)

/** Upper bound of the bucket in which the 95th percentile lies, milliseconds; null without requests. */
export function p95(latency: readonly number[]): number | null {
  const total = latency.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let seen = 0
  for (const [bucket, count] of latency.entries()) {
    seen += count
    if (seen >= total * 0.95) return latencyBoundsMs[bucket] ?? latencyBoundsMs.at(-1)! * 2
  }
  return null
}

/** How many requests took longer than `limit`, milliseconds, which is where a bucket ends. */
export function slowerThan(limit: number, latency: readonly number[]): number {
  return latency.reduce((sum, count, bucket) => (bucket > 0 && (latencyBoundsMs[bucket - 1] ?? 0) >= limit ? sum + count : sum), 0)
}
