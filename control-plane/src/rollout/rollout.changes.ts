import type { GateReport } from './gate.contract.ts'
import type { RingStatus, RolloutEventKind, RolloutFailure, RolloutReason, RolloutStatus, RolloutTenantStatus } from './rollout.contract.ts'
import type { Action, RolloutState, TenantState } from './rollout.core.ts'

type Moment = number

export interface RingPatch {
  status?: RingStatus
  startedAt?: Moment
  soakStartedAt?: Moment
  soakUntil?: Moment
  finishedAt?: Moment
}

export interface TenantPatch {
  status?: RolloutTenantStatus
  ring?: number
  reason?: RolloutReason | null
  message?: string | null
  operationId?: string | null
  attempts?: number
  retryAt?: Moment | null
  wedged?: boolean
  windowOpensAt?: Moment | null
  startedAt?: Moment
  finishedAt?: Moment | null
}

export interface RolloutPatch {
  status?: RolloutStatus
  backScope?: 'ring' | 'all'
  failure?: RolloutFailure
  finishedAt?: Moment
}

export interface TimelineEntry {
  kind: RolloutEventKind
  ring: string | null
  tenant: { id: string; slug: string } | null
  parameters: Record<string, string | number>
  gate: GateReport | null
}

/** What an action changes in the rollout's rows: stores do exactly this, in one transaction. */
export interface Change {
  rollout: RolloutPatch | null
  rings: { position: number; patch: RingPatch }[]
  /** Only where the tenant still is in `was`: a person may have skipped it meanwhile. */
  tenants: { id: string; was: RolloutTenantStatus; patch: TenantPatch }[]
  /** Every tenant of these rings that is `pending`. */
  pending: { rings: readonly number[]; patch: TenantPatch } | null
  events: TimelineEntry[]
}

/** How the start of an operation went. */
export type Outcome =
  | { operationId: string }
  | { refused: RolloutReason; message: string; retryAt: Moment | null }
  /** It is where it should be already. */
  | { already: true }

/** Seconds before a tenant that is busy, or did not come back, is tried again. */
const pauses = { busy: 15, back: [2, 5, 15, 60, 300] } as const

/**
 * @param outcome for `upgrade` and `back`: what came of the operation's start
 */
export function changeOf(state: RolloutState, action: Action, now: Moment, outcome: Outcome | null = null): Change {
  switch (action.do) {
    case 'start-ring':
      return onRing(action.ring, { status: 'upgrading', startedAt: now }, 'ring_started', {
        tenants: membersOf(state, action.ring.position),
      })
    case 'upgrade':
      return started(state, action.tenant, now, outcome)
    case 'upgraded':
      return onTenant(state, action.tenant, { status: 'upgraded', ...ended(now), wedged: false }, 'tenant_upgraded', {
        seconds: seconds(action.tenant, now),
      })
    case 'failed': {
      const { step, message } = action.failure
      // somebody has left it out, so that it was stopped: that is said already
      if (action.tenant.reason === 'skipped_by_hand')
        return onTenant(state, action.tenant, { status: 'skipped', retryAt: null, wedged: false, finishedAt: now }, null)
      return onTenant(
        state,
        action.tenant,
        { status: 'failed', ...ended(now), reason: 'operation_failed', message: `${step}: ${message}` },
        'tenant_failed',
        { step, message },
      )
    }
    case 'wedged': {
      const minutes = Math.round(seconds(action.tenant, now) / 60)
      const message = `its upgrade has not ended for ${minutes} minutes`
      return onTenant(state, action.tenant, { wedged: true, reason: 'wedged', message }, 'tenant_wedged', { minutes })
    }
    case 'defer':
      return onTenant(state, action.tenant, { ring: action.to.position }, 'tenant_deferred', { reason: 'window' })
    case 'leave-out':
      return onTenant(
        state,
        action.tenant,
        { status: 'skipped', reason: action.reason, retryAt: null, finishedAt: now },
        'tenant_skipped',
        { reason: action.reason },
      )
    case 'soak':
      return onRing(action.ring, { status: 'soaking', soakStartedAt: now, soakUntil: now + state.soakSeconds * 1000 }, 'soak_started', {
        seconds: state.soakSeconds,
      })
    case 'pass':
      return onRing(action.ring, { status: 'passed', finishedAt: now }, 'ring_passed', {
        upgraded: membersOf(state, action.ring.position, 'upgraded'),
        failed: membersOf(state, action.ring.position, 'failed'),
      })
    case 'fail': {
      const { figure, value, limit, message } = action.failing
      const failure = { ring: action.ring.name, at: new Date(now).toISOString(), figure, value, limit, message }
      const known = { figure, ...(value === null ? {} : { value }), ...(limit === null ? {} : { limit }) }
      const change = onRing(action.ring, { status: 'rolling_back' }, 'ring_failed', known)
      return { ...change, rollout: { status: 'rolling_back', backScope: 'ring', failure } }
    }
    case 'cancel':
      return nothing
    case 'back':
      return goingBack(state, action.tenant, now, outcome)
    case 'stopped':
      return onTenant(
        state,
        action.tenant,
        { status: 'rolled_back', ...ended(now), message: 'its upgrade was stopped before it was final' },
        'tenant_rolled_back',
        { seconds: seconds(action.tenant, now) },
      )
    case 'rolled-back':
      return onTenant(state, action.tenant, { status: 'rolled_back', ...ended(now) }, 'tenant_rolled_back', {
        seconds: seconds(action.tenant, now),
      })
    case 'back-failed': {
      const pause = pauses.back[Math.min(action.tenant.attempts, pauses.back.length - 1)] ?? 300
      return onTenant(
        state,
        action.tenant,
        { operationId: null, retryAt: now + pause * 1000, message: action.message },
        'tenant_back_failed',
        {
          message: action.message,
        },
      )
    }
    case 'ring-back':
      return onRing(action.ring, { status: 'rolled_back', finishedAt: now }, 'ring_rolled_back', {
        tenants: membersOf(state, action.ring.position, 'rolled_back'),
      })
    case 'finish':
      return finished(state, action.status, now)
  }
}

const nothing: Change = { rollout: null, rings: [], tenants: [], pending: null, events: [] }

const ended = (now: Moment) => ({ finishedAt: now, retryAt: null, reason: null, message: null })

const seconds = (tenant: TenantState, now: Moment): number => Math.round((now - (tenant.startedAt ?? now)) / 100) / 10

const membersOf = (state: RolloutState, position: number, status?: RolloutTenantStatus): number =>
  state.tenants.filter((tenant) => tenant.ring === position && (status === undefined || tenant.status === status)).length

function onRing(
  ring: { position: number; name: string },
  patch: RingPatch,
  kind: RolloutEventKind,
  parameters: TimelineEntry['parameters'],
): Change {
  return {
    ...nothing,
    rings: [{ position: ring.position, patch }],
    events: [{ kind, ring: ring.name, tenant: null, parameters, gate: null }],
  }
}

function onTenant(
  state: RolloutState,
  tenant: TenantState,
  patch: TenantPatch,
  kind: RolloutEventKind | null,
  parameters: TimelineEntry['parameters'] = {},
): Change {
  const ring = state.rings.find((candidate) => candidate.position === tenant.ring)?.name ?? null
  const { id, slug } = tenant
  return {
    ...nothing,
    tenants: [{ id, was: tenant.status, patch }],
    events: kind === null ? [] : [{ kind, ring, tenant: { id, slug }, parameters, gate: null }],
  }
}

/** It waited for the same before: said once, however often it is tried. */
const saidAlready = (tenant: TenantState, reason: RolloutReason): boolean => tenant.reason === reason && tenant.retryAt !== null

function started(state: RolloutState, tenant: TenantState, now: Moment, outcome: Outcome | null): Change {
  if (!outcome) throw new Error('an upgrade was not started')
  if ('already' in outcome)
    return onTenant(state, tenant, { status: 'upgraded', startedAt: now, ...ended(now) }, 'tenant_upgraded', { seconds: 0 })
  if ('operationId' in outcome) {
    const patch: TenantPatch = {
      status: 'upgrading',
      operationId: outcome.operationId,
      attempts: tenant.attempts + 1,
      retryAt: null,
      reason: null,
      message: null,
      windowOpensAt: null,
      startedAt: now,
    }
    return onTenant(state, tenant, patch, 'tenant_started', { from: tenant.from, to: state.to })
  }
  const { refused: reason, message, retryAt } = outcome
  if (reason === 'window' || reason === 'busy' || reason === 'frozen') {
    const windowOpensAt = reason === 'window' ? retryAt : null
    const again = retryAt ?? now + pauses.busy * 1000
    return onTenant(
      state,
      tenant,
      { reason, message, retryAt: again, windowOpensAt },
      saidAlready(tenant, reason) ? null : 'tenant_waits',
      {
        reason,
      },
    )
  }
  return onTenant(state, tenant, { status: 'skipped', reason, message, finishedAt: now }, 'tenant_skipped', { reason })
}

function goingBack(state: RolloutState, tenant: TenantState, now: Moment, outcome: Outcome | null): Change {
  if (!outcome) throw new Error('a way back was not started')
  if ('already' in outcome) return onTenant(state, tenant, { status: 'rolled_back', ...ended(now) }, 'tenant_rolled_back', { seconds: 0 })
  const first = tenant.status === 'upgraded'
  if ('operationId' in outcome) {
    const attempts = first ? 1 : tenant.attempts + 1
    const patch: TenantPatch = {
      status: 'rolling_back',
      operationId: outcome.operationId,
      attempts,
      retryAt: null,
      startedAt: now,
      finishedAt: null,
    }
    return onTenant(state, tenant, patch, 'tenant_goes_back', { from: state.to, to: tenant.from })
  }
  const { refused: reason, message, retryAt } = outcome
  if (reason === 'not_serving')
    return onTenant(state, tenant, { status: 'skipped', reason, message, finishedAt: now }, 'tenant_skipped', { reason })
  return onTenant(
    state,
    tenant,
    { reason, message, retryAt: retryAt ?? now + pauses.busy * 1000 },
    saidAlready(tenant, reason) ? null : 'tenant_waits',
    { reason },
  )
}

/** The end: who was not reached is said to be, and nobody is left in between. */
function finished(state: RolloutState, status: 'succeeded' | 'rolled_back', now: Moment): Change {
  const open = state.rings.filter((ring) => ['pending', 'upgrading', 'soaking'].includes(ring.status))
  return {
    ...nothing,
    rollout: { status, finishedAt: now },
    rings: open.map(({ position }) => ({ position, patch: { status: 'not_reached' } })),
    pending: { rings: state.rings.map((ring) => ring.position), patch: { status: 'not_reached', retryAt: null, windowOpensAt: null } },
    events: [{ kind: status, ring: null, tenant: null, parameters: {}, gate: null }],
  }
}
