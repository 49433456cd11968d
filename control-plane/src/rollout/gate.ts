import { latencyBoundsMs } from '@cityos/provisioning/upgrade'
import type { GateArm, GateFigure, GateReport, GateThresholds } from './gate.contract.ts'
import { processes } from './gate.look.ts'
import { type ArmDelta, type ArmSample, deltaOf, type GateSample, p95, slowerThan } from './gate.sample.ts'

export interface Soak {
  /** Milliseconds since 1970; null while the ring is still being upgraded. */
  startedAt: number | null
  until: number | null
  seconds: number
}

/** Seconds of the short window of a soak: a twelfth, 5 s to a minute. */
export const shortWindow = (soakSeconds: number): number => Math.min(60, Math.max(5, soakSeconds / 12))

/**
 * Compares the upgraded tenants of a ring with the control group over the same time (design §4). Burn rate: how many times
 * faster than the budget allows errors beyond the control group's come, over a short and a long window both, so that
 * neither one bad second nor something long past stops a rollout. Latency and memory are judged in the soak alone: a process
 * that has just started is slow for a moment.
 * @param samples of the ring, oldest first
 */
export function judge(samples: readonly GateSample[], soak: Soak, thresholds: GateThresholds, now: number): GateReport {
  const since = soak.startedAt ?? 0
  const long = withOneBefore(samples, since)
  const short = withOneBefore(samples, now - shortWindow(soak.seconds) * 1000)
  const arms = { upgraded: deltaOf(long, 'upgraded'), control: deltaOf(long, 'control') }
  const brief = { upgraded: deltaOf(short, 'upgraded'), control: deltaOf(short, 'control') }
  const enough = arms.upgraded.requests >= thresholds.min_requests && arms.control.requests >= thresholds.min_requests
  const soaking = soak.startedAt !== null
  const figures = [
    errorRate(arms, brief, thresholds, enough),
    failedCheckouts(arms, brief, thresholds, enough),
    latency(arms, brief, thresholds, enough && soaking),
    memory(long, thresholds, soaking),
    memoryWorst(long, thresholds, soaking),
    crashes(arms, thresholds, samples.at(-1)),
    probes(arms, long, thresholds, enough),
  ]
  const exceeded = figures.filter((figure) => figure.verdict === 'exceeded')
  const over = soak.until !== null && now >= soak.until && !figures.some((figure) => figure.verdict === 'unconfirmed')
  const basis = samples.at(-1)?.upgraded.tenants === 0 ? 'none' : enough ? 'traffic' : 'probes'
  const verdict = exceeded.length > 0 ? 'failed' : over ? 'passed' : 'watching'
  return {
    at: new Date(now).toISOString(),
    verdict,
    basis,
    short_window: shortWindow(soak.seconds),
    long_window: soaking ? (now - since) / 1000 : 0,
    upgraded: viewArm(arms.upgraded, samples.at(-1)?.upgraded),
    control: viewArm(arms.control, samples.at(-1)?.control),
    figures,
    message: describe(exceeded, basis, arms, thresholds),
  }
}

/** The samples from a moment on, and the one before it, which is where counting starts. */
function withOneBefore(samples: readonly GateSample[], since: number): readonly GateSample[] {
  const first = samples.findIndex((sample) => sample.at >= since)
  return first < 0 ? samples.slice(-1) : samples.slice(Math.max(0, first - 1))
}

interface Arms {
  upgraded: ArmDelta
  control: ArmDelta
}

const rate = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** More than chance gives where this share is to be expected: one or two prove nothing. */
function clearlyAbove(share: number, found: number, tries: number): boolean {
  const expected = tries * share
  return found - expected >= 2 + 2 * Math.sqrt(expected)
}

/** Standard errors by which two shares differ before it is no chance; looks are many, so it is more than the usual two. */
const differs = 3

interface Failed {
  failed: number
  tries: number
}

/** More failures than the control group's, which has been seen a number of times only, too (two-proportion z-test, pooled). */
function clearlyMore(mine: Failed, theirs: Failed): boolean {
  const [one, other] = [rate(mine.failed, mine.tries), rate(theirs.failed, theirs.tries)]
  const pooled = rate(mine.failed + theirs.failed, mine.tries + theirs.tries)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / Math.max(1, mine.tries) + 1 / Math.max(1, theirs.tries)))
  return clearlyAbove(other, mine.failed, mine.tries) && one - other >= differs * error
}

function burning(name: GateFigure['name'], long: number, short: number, limit: number, enough: boolean, clear: boolean): GateFigure {
  const verdict = !enough ? 'not_enough' : clear && long > limit && short > limit ? 'exceeded' : 'ok'
  return { name, value: long, short, limit, unit: 'times budget', verdict }
}

function errorRate(arms: Arms, brief: Arms, { error_budget, burn_rate }: GateThresholds, enough: boolean): GateFigure {
  const burn = ({ upgraded, control }: Arms) =>
    (rate(upgraded.errors, upgraded.requests) - rate(control.errors, control.requests)) / error_budget
  const { upgraded, control } = arms
  const clear = clearlyMore({ failed: upgraded.errors, tries: upgraded.requests }, { failed: control.errors, tries: control.requests })
  return burning('error_rate', burn(arms), burn(brief), burn_rate, enough, clear)
}

function failedCheckouts(arms: Arms, brief: Arms, thresholds: GateThresholds, enough: boolean): GateFigure {
  const burn = ({ upgraded, control }: Arms) =>
    (rate(upgraded.failedCheckouts, upgraded.checkouts) - rate(control.failedCheckouts, control.checkouts)) / thresholds.checkout_budget
  const { upgraded, control } = arms
  const short = brief.upgraded.checkouts === 0 ? burn(arms) : burn(brief)
  const failures = ({ failedCheckouts, checkouts }: ArmDelta): Failed => ({ failed: failedCheckouts, tries: checkouts })
  const clear = clearlyMore(failures(upgraded), failures(control))
  const known = enough && upgraded.checkouts >= thresholds.min_checkouts
  return burning('failed_checkouts', burn(arms), short, thresholds.burn_rate, known, clear)
}

/**
 * Slower, when clearly more than a twentieth of the requests took longer than the limit, and still do. Times are known by
 * their buckets alone, so the limit is where a bucket ends: what lies in the same one cannot be told apart.
 */
function latency(arms: Arms, brief: Arms, { latency_factor, latency_floor_ms }: GateThresholds, enough: boolean): GateFigure {
  const [mine, theirs] = [p95(arms.upgraded.latency), p95(arms.control.latency)]
  const short = p95(brief.upgraded.latency)
  const allowed = Math.max((theirs ?? 0) * latency_factor, (theirs ?? 0) + latency_floor_ms)
  const limit = latencyBoundsMs.find((bound) => bound >= allowed) ?? allowed
  const slow = slowerThan(limit, arms.upgraded.latency)
  const clear = clearlyAbove(0.05, slow, arms.upgraded.requests) && (short ?? Number.POSITIVE_INFINITY) > limit
  const verdict = !enough || mine === null || theirs === null ? 'not_enough' : clear ? 'exceeded' : 'ok'
  return { name: 'latency_p95', value: mine, short, limit, unit: 'milliseconds', verdict }
}

/** A leak: far above the control group's processes, and higher now than in the middle of the soak. */
function memory(samples: readonly GateSample[], { memory_factor, memory_floor_bytes }: GateThresholds, soaking: boolean): GateFigure {
  const [mine, theirs] = [samples.at(-1)?.upgraded.memory ?? null, samples.at(-1)?.control.memory ?? null]
  const middle = samples[Math.floor((samples.length - 1) / 2)]?.upgraded.memory ?? null
  const limit = Math.max((theirs ?? 0) * memory_factor, (theirs ?? 0) + memory_floor_bytes)
  const known = soaking && samples.length >= 4 && mine !== null && theirs !== null && middle !== null
  const verdict = !known ? 'not_enough' : mine > limit && mine > middle * 1.02 ? 'exceeded' : 'ok'
  return { name: 'memory', value: mine, short: null, limit, unit: 'bytes', verdict }
}

/**
 * A leak that strikes a few tenants, which no median shows: the largest tenth of the processes is far above that of the
 * control group, and has grown clearly in the later half of the soak, when a process that merely warms up grows no more.
 */
function memoryWorst(samples: readonly GateSample[], { memory_factor, memory_floor_bytes }: GateThresholds, soaking: boolean): GateFigure {
  const [mine, theirs] = [samples.at(-1)?.upgraded.memoryWorst ?? null, samples.at(-1)?.control.memoryWorst ?? null]
  const middle = samples[Math.floor((samples.length - 1) / 2)]?.upgraded.memoryWorst ?? null
  const limit = Math.max((theirs ?? 0) * memory_factor, (theirs ?? 0) + memory_floor_bytes)
  const known = soaking && samples.length >= 4 && mine !== null && theirs !== null && middle !== null
  const verdict = !known ? 'not_enough' : mine > limit && mine - middle > memory_floor_bytes / 4 ? 'exceeded' : 'ok'
  return { name: 'memory_worst', value: mine, short: null, limit, unit: 'bytes', verdict }
}

/** Crashes of as many processes as there are: the control group's count for as many as are looked at of the ring. */
function crashes({ upgraded, control }: Arms, { max_crashes }: GateThresholds, last: GateSample | undefined): GateFigure {
  const looked = (arm: ArmSample | undefined) => Math.min(processes, arm?.tenants ?? 0)
  const share = looked(last?.upgraded) / Math.max(1, looked(last?.control))
  const limit = control.crashes * Math.max(1, share) + max_crashes
  return {
    name: 'crashes',
    value: upgraded.crashes,
    short: null,
    limit,
    unit: 'count',
    verdict: upgraded.crashes > limit ? 'exceeded' : 'ok',
  }
}

/**
 * Decides where traffic is too thin. One check that failed once proves nothing, and all checks of one look say the same of a
 * tenant that was out of reach for a moment: a second look has to find it too, and the soak waits for it.
 */
function probes({ upgraded, control }: Arms, samples: readonly GateSample[], thresholds: GateThresholds, enough: boolean): GateFigure {
  const mine = rate(upgraded.probes.failed, upgraded.probes.checks)
  const theirs = rate(control.probes.failed, control.probes.checks)
  const limit = theirs + thresholds.probe_budget
  const failures = ({ probes: { failed, checks } }: ArmDelta): Failed => ({ failed, tries: checks })
  // nobody was held out: nothing says that this much is usual
  const alone = control.probes.checks === 0
  const { failed, checks } = upgraded.probes
  const bad = mine > limit && (alone ? clearlyAbove(0, failed, checks) : clearlyMore(failures(upgraded), failures(control)))
  const looks = samples
    .filter((sample) => sample.upgraded.probes.checks > 0)
    .map(({ upgraded: { probes: of } }) => of.failed / of.checks > limit)
  const confirmed = looks.filter((found) => found).length > 1
  const told = !bad ? 'ok' : confirmed ? 'exceeded' : looks.at(-1) ? 'unconfirmed' : 'ok'
  const verdict = enough || upgraded.probes.checks === 0 ? 'not_enough' : told
  return { name: 'probes', value: mine, short: null, limit, unit: 'share', verdict }
}

function viewArm(delta: ArmDelta, last: ArmSample | undefined): GateArm {
  return {
    tenants: last?.tenants ?? 0,
    requests: delta.requests,
    errors: delta.errors,
    checkouts: delta.checkouts,
    failed_checkouts: delta.failedCheckouts,
    error_rate: delta.requests === 0 ? null : delta.errors / delta.requests,
    p95_ms: p95(delta.latency),
    memory_bytes: rounded(last?.memory),
    memory_worst_bytes: rounded(last?.memoryWorst),
    crashes: delta.crashes,
    probes: delta.probes,
  }
}

const rounded = (bytes: number | null | undefined): number | null => (bytes === null || bytes === undefined ? null : Math.round(bytes))

const words: Record<GateFigure['name'], string> = {
  error_rate: 'errors',
  failed_checkouts: 'failed checkouts',
  latency_p95: 'p95 latency',
  memory: 'memory of a process',
  memory_worst: 'memory of the largest processes',
  crashes: 'crashes',
  probes: 'failed probes',
}

function describe(exceeded: readonly GateFigure[], basis: GateReport['basis'], arms: Arms, { min_requests }: GateThresholds): string {
  const why = exceeded.map((figure) => `${words[figure.name]}: ${shown(figure.value)} ${figure.unit}, limit ${shown(figure.limit)}`)
  if (basis === 'none') return 'nobody was upgraded'
  const decided =
    basis === 'traffic'
      ? `${arms.upgraded.requests} requests compared with ${arms.control.requests}`
      : `probes decide: ${arms.upgraded.requests} and ${arms.control.requests} requests are below ${min_requests} an arm`
  return why.length === 0 ? decided : `${why.join('; ')} (${decided})`
}

const shown = (value: number | null): string => (value === null ? 'unknown' : String(Math.round(value * 1000) / 1000))
