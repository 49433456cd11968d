import type { GateReport } from './gate.contract.ts'
import type { RingKind, RingStatus, RolloutReason, RolloutStatus, RolloutTenantStatus } from './rollout.contract.ts'

/** Milliseconds since 1970 throughout: the core knows no clock. */
type Moment = number

export interface RingState {
  position: number
  name: string
  kind: RingKind
  status: RingStatus
  maxFailures: number
  startedAt: Moment | null
  soakStartedAt: Moment | null
  soakUntil: Moment | null
}

export interface TenantState {
  id: string
  slug: string
  ring: number | null
  control: boolean
  status: RolloutTenantStatus
  from: string
  reason: RolloutReason | null
  operationId: string | null
  attempts: number
  retryAt: Moment | null
  wedged: boolean
  startedAt: Moment | null
}

export interface RolloutState {
  id: string
  to: string
  status: RolloutStatus
  soakSeconds: number
  parallel: number
  rings: readonly RingState[]
  /** Those of the rings that are being worked at, and whoever else is on the way. */
  tenants: readonly TenantState[]
}

export interface OperationSeen {
  ended: 'succeeded' | 'failed' | null
  /** Step and last error, where it failed. */
  failure: { step: string; message: string } | null
  cancelRequested: boolean
}

/** What the world looks like at this moment. */
export interface Observations {
  operations: ReadonlyMap<string, OperationSeen>
  frozen: boolean
  /** Whether the release may still be brought to a tenant: a yanked one goes back. */
  available: boolean
  /** The last look at the ring that is being upgraded or soaks; null before there was one. */
  gate: GateReport | null
}

export interface Failing {
  figure: string
  value: number | null
  limit: number | null
  message: string
}

/** One thing to do and to write down; each is a transaction of its own, and the runner may die between any two. */
export type Action =
  | { do: 'start-ring'; ring: RingState }
  | { do: 'upgrade'; tenant: TenantState }
  | { do: 'upgraded'; tenant: TenantState }
  | { do: 'failed'; tenant: TenantState; failure: { step: string; message: string } }
  | { do: 'wedged'; tenant: TenantState }
  | { do: 'defer'; tenant: TenantState; to: RingState }
  | { do: 'leave-out'; tenant: TenantState; reason: RolloutReason }
  | { do: 'soak'; ring: RingState }
  | { do: 'pass'; ring: RingState }
  | { do: 'fail'; ring: RingState; failing: Failing }
  | { do: 'cancel'; tenant: TenantState }
  | { do: 'back'; tenant: TenantState }
  | { do: 'stopped'; tenant: TenantState }
  | { do: 'rolled-back'; tenant: TenantState }
  | { do: 'back-failed'; tenant: TenantState; message: string }
  | { do: 'ring-back'; ring: RingState }
  | { do: 'finish'; status: 'succeeded' | 'rolled_back' }

/** After this an upgrade that does not end counts as failed, and nobody waits for it but the end of the rollout. */
export const wedgedAfter = 30 * 60_000
/** After this a ring no longer waits for maintenance windows: who is left goes with the next one. */
export const windowPatience = 24 * 3_600_000
/** After this a tenant that is busy with another operation is left out. */
export const busyPatience = 60 * 60_000

/**
 * What to do next in a rollout. Pure: the same state and observations give the same actions. Called again and again until
 * there is nothing to do; actions that are not taken (the runner died) come again.
 */
export function decide(state: RolloutState, seen: Observations, now: Moment): Action[] {
  if (state.status === 'rolling_back') return goBack(state, seen, now)
  if (state.status !== 'running' && state.status !== 'paused') return []
  const settled = settle(state, seen, now)
  if (settled.length > 0) return settled
  const ring = state.rings.find(({ status }) => status === 'pending' || status === 'upgrading' || status === 'soaking')
  if (!ring) return state.tenants.some(isMoving) ? [] : [{ do: 'finish', status: 'succeeded' }]
  if (!seen.available) return [{ do: 'fail', ring, failing: yanked(state.to) }]
  if (ring.status === 'pending') return state.status === 'paused' ? [] : [{ do: 'start-ring', ring }]
  const members = state.tenants.filter((tenant) => tenant.ring === ring.position)
  const failing = tooManyFailures(ring, members) ?? failingGate(seen.gate)
  if (failing) return [{ do: 'fail', ring, failing }]
  return ring.status === 'soaking' ? endSoak(ring, seen, now) : goOn(state, ring, members, seen, now)
}

const yanked = (to: string): Failing => ({ figure: 'yanked', value: null, limit: null, message: `release ${to} was yanked` })

/** Takes note of operations that have ended or take too long. */
function settle(state: RolloutState, seen: Observations, now: Moment): Action[] {
  return state.tenants.flatMap((tenant): Action[] => {
    if (tenant.status !== 'upgrading') return []
    const operation = seen.operations.get(tenant.operationId ?? '')
    if (operation?.ended === 'succeeded') return [{ do: 'upgraded', tenant }]
    if (operation?.ended === 'failed') return [{ do: 'failed', tenant, failure: operation.failure ?? unknownFailure }]
    const late = tenant.startedAt !== null && now - tenant.startedAt > wedgedAfter
    return late && !tenant.wedged ? [{ do: 'wedged', tenant }] : []
  })
}

const unknownFailure = { step: 'upgrade', message: 'it was cancelled' }

const isMoving = (tenant: TenantState): boolean => tenant.status === 'upgrading' || tenant.status === 'rolling_back'
const hasFailed = (tenant: TenantState): boolean =>
  tenant.status === 'failed' || (tenant.status === 'upgrading' && tenant.wedged && !isLeftOut(tenant))
/** Somebody has left it out while its upgrade was under way: nobody waits for it, and it counts for nothing. */
const isLeftOut = (tenant: TenantState): boolean => tenant.reason === 'skipped_by_hand'

function tooManyFailures(ring: RingState, members: readonly TenantState[]): Failing | null {
  const failed = members.filter(hasFailed)
  const nobodyElse = members.every(
    (tenant) => hasFailed(tenant) || isLeftOut(tenant) || tenant.status === 'skipped' || tenant.status === 'blocked',
  )
  if (failed.length === 0 || (failed.length <= ring.maxFailures && !nobodyElse)) return null
  const names = failed.slice(0, 3).map((tenant) => tenant.slug)
  const more = failed.length > names.length ? ` and ${failed.length - names.length} more` : ''
  return {
    figure: 'failures',
    value: failed.length,
    limit: ring.maxFailures,
    message: `the upgrade of ${names.join(', ')}${more} failed; ${ring.maxFailures} may`,
  }
}

function failingGate(gate: GateReport | null): Failing | null {
  if (gate?.verdict !== 'failed') return null
  const figure = gate.figures.find((candidate) => candidate.verdict === 'exceeded')
  return { figure: figure?.name ?? 'gate', value: figure?.value ?? null, limit: figure?.limit ?? null, message: gate.message }
}

/** The soak is over when its time is, and a look after that has found nothing. */
function endSoak(ring: RingState, { gate }: Observations, now: Moment): Action[] {
  const over = ring.soakUntil !== null && now >= ring.soakUntil
  return over && gate?.verdict === 'passed' && Date.parse(gate.at) >= (ring.soakUntil ?? 0) ? [{ do: 'pass', ring }] : []
}

function goOn(state: RolloutState, ring: RingState, members: readonly TenantState[], seen: Observations, now: Moment): Action[] {
  const waiting = members.filter((tenant) => tenant.status === 'pending')
  const moving = state.tenants.filter((tenant) => isMoving(tenant) && !tenant.wedged)
  if (waiting.length === 0 && moving.length === 0) {
    return [members.some((tenant) => tenant.status === 'upgraded') ? { do: 'soak', ring } : { do: 'pass', ring }]
  }
  const left = state.status === 'running' ? giveUpWaiting(state, ring, members, moving.length, now) : []
  if (left.length > 0) return left
  if (state.status === 'paused' || seen.frozen) return []
  return waiting
    .filter((tenant) => tenant.retryAt === null || tenant.retryAt <= now)
    .slice(0, Math.max(0, state.parallel - moving.length))
    .map((tenant) => ({ do: 'upgrade', tenant }))
}

/** A ring never waits for ever: for windows a day, then they go with the next ring, for another operation an hour. */
function giveUpWaiting(state: RolloutState, ring: RingState, members: readonly TenantState[], moving: number, now: Moment): Action[] {
  const waited = now - (ring.startedAt ?? now)
  const waiting = members.filter((tenant) => tenant.status === 'pending' && tenant.retryAt !== null && tenant.retryAt > now)
  if (waited > busyPatience) {
    const busy = waiting.filter((tenant) => tenant.reason === 'busy')
    if (busy.length > 0) return busy.map((tenant) => ({ do: 'leave-out', tenant, reason: 'busy' }))
  }
  const next = state.rings.find((candidate) => candidate.position > ring.position && candidate.status === 'pending')
  const somebodyElse = members.some((tenant) => tenant.status === 'upgraded')
  const onlyWindows = waiting.length > 0 && members.every((tenant) => tenant.status !== 'pending' || waiting.includes(tenant))
  if (!next || !somebodyElse || !onlyWindows || moving > 0 || waited < windowPatience) return []
  return waiting.filter((tenant) => tenant.reason === 'window').map((tenant) => ({ do: 'defer', tenant, to: next }))
}

/** Every ring that goes back: what is under way is stopped, what was upgraded is taken back, until nobody is in between. */
function goBack(state: RolloutState, seen: Observations, now: Moment): Action[] {
  const back = new Set(state.rings.filter((ring) => ring.status === 'rolling_back').map((ring) => ring.position))
  const settled: Action[] = []
  for (const tenant of state.tenants) settled.push(...settleBack(tenant, tenant.ring !== null && back.has(tenant.ring), seen, now))
  if (settled.length > 0) return settled
  const members = state.tenants.filter((tenant) => tenant.ring !== null && back.has(tenant.ring))
  const busy = members.filter((tenant) => tenant.status === 'rolling_back' && tenant.operationId !== null).length
  const next = members
    .filter((tenant) => tenant.status === 'upgraded' || (tenant.status === 'rolling_back' && tenant.operationId === null))
    .filter((tenant) => tenant.retryAt === null || tenant.retryAt <= now)
    .slice(0, Math.max(0, state.parallel - busy))
  if (next.length > 0) return next.map((tenant) => ({ do: 'back', tenant }))
  const done = state.rings.filter(
    (ring) => back.has(ring.position) && !members.some((tenant) => tenant.ring === ring.position && isOut(tenant)),
  )
  if (done.length > 0) return done.map((ring) => ({ do: 'ring-back', ring }))
  return back.size === 0 && !state.tenants.some(isMoving) ? [{ do: 'finish', status: 'rolled_back' }] : []
}

const isOut = (tenant: TenantState): boolean => isMoving(tenant) || tenant.status === 'upgraded'

function settleBack(tenant: TenantState, goesBack: boolean, seen: Observations, now: Moment): Action[] {
  const operation = seen.operations.get(tenant.operationId ?? '')
  if (tenant.status === 'rolling_back' && operation?.ended === 'succeeded') return [{ do: 'rolled-back', tenant }]
  if (tenant.status === 'rolling_back' && operation?.ended === 'failed')
    return [{ do: 'back-failed', tenant, message: operation.failure?.message ?? 'it was cancelled' }]
  if (tenant.status !== 'upgrading' || !operation) return []
  if (operation.ended === 'succeeded') return [{ do: 'upgraded', tenant }]
  if (operation.ended === 'failed')
    return goesBack && operation.cancelRequested && !tenant.wedged
      ? [{ do: 'stopped', tenant }]
      : [{ do: 'failed', tenant, failure: operation.failure ?? unknownFailure }]
  const late = tenant.startedAt !== null && now - tenant.startedAt > wedgedAfter
  if (!goesBack) return late && !tenant.wedged ? [{ do: 'wedged', tenant }] : []
  return operation.cancelRequested ? [] : [{ do: 'cancel', tenant }]
}
