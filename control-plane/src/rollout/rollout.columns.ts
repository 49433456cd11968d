import type { rollout, rollout_ring, rollout_tenant } from '../../generated/client.ts'
import type { RingPatch, TenantPatch } from './rollout.changes.ts'
import type { RingState, RolloutState, TenantState } from './rollout.core.ts'

const momentOf = (at: Date | null): number | null => at?.getTime() ?? null
export const dateOf = (at: number | null | undefined): Date | null | undefined =>
  at === undefined ? undefined : at === null ? null : new Date(at)

export function stateOf(row: rollout): Pick<RolloutState, 'id' | 'to' | 'status' | 'soakSeconds' | 'parallel'> {
  return {
    id: row.id,
    to: row.to_release,
    status: row.status as RolloutState['status'],
    soakSeconds: row.soak_seconds,
    parallel: row.parallel,
  }
}

export function ringOf(row: rollout_ring): RingState {
  return {
    position: row.position,
    name: row.name,
    kind: row.kind as RingState['kind'],
    status: row.status as RingState['status'],
    maxFailures: row.max_failures,
    startedAt: momentOf(row.started_at),
    soakStartedAt: momentOf(row.soak_started_at),
    soakUntil: momentOf(row.soak_until),
  }
}

export function tenantOf(row: rollout_tenant): TenantState {
  return {
    id: row.tenant_id,
    slug: row.slug,
    ring: row.ring,
    control: row.control,
    status: row.status as TenantState['status'],
    from: row.from_release,
    reason: row.reason as TenantState['reason'],
    operationId: row.operation_id,
    attempts: row.attempts,
    retryAt: momentOf(row.retry_at),
    wedged: row.wedged,
    startedAt: momentOf(row.started_at),
  }
}

export function ringColumns(patch: RingPatch) {
  return given({
    status: patch.status,
    started_at: dateOf(patch.startedAt),
    soak_started_at: dateOf(patch.soakStartedAt),
    soak_until: dateOf(patch.soakUntil),
    finished_at: dateOf(patch.finishedAt),
  })
}

export function tenantColumns(patch: TenantPatch) {
  return given({
    status: patch.status,
    ring: patch.ring,
    reason: patch.reason,
    message: patch.message,
    operation_id: patch.operationId,
    attempts: patch.attempts,
    retry_at: dateOf(patch.retryAt),
    wedged: patch.wedged,
    window_opens_at: dateOf(patch.windowOpensAt),
    started_at: dateOf(patch.startedAt),
    finished_at: dateOf(patch.finishedAt),
  })
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Only what was named: what is undefined stays as it is. */
export function given<T extends Record<string, unknown>>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>
}
