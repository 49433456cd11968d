import type { rollout, rollout_ring, rollout_tenant } from '../../generated/client.ts'
import type { Db } from '../registry/registry.ts'
import { GateReport, GateThresholds } from './gate.contract.ts'
import {
  type Rollout,
  type RolloutCounts,
  type RolloutReason,
  type RolloutRing,
  type RolloutStatus,
  type RolloutTenant,
  RolloutTenantStatus,
} from './rollout.contract.ts'
import { ringSeconds } from './rollout.planner.ts'

export type RolloutWithRings = rollout & { ring_rows: rollout_ring[] }
export const withRings = { ring_rows: { orderBy: { position: 'asc' as const } } }

const none = (): RolloutCounts => Object.fromEntries(RolloutTenantStatus.options.map((status) => [status, 0])) as RolloutCounts

/** Tenants by rollout, ring and status, in one query. */
async function countsOf(db: Db, ids: readonly string[]): Promise<Map<string, RolloutCounts>> {
  const rows = await db.rollout_tenant.groupBy({
    by: ['rollout_id', 'ring', 'status'],
    where: { rollout_id: { in: [...ids] } },
    _count: { _all: true },
  })
  const counts = new Map<string, RolloutCounts>()
  for (const { rollout_id, ring, status, _count } of rows) {
    for (const key of [rollout_id, `${rollout_id}/${ring}`]) {
      const found = counts.get(key) ?? none()
      counts.set(key, found)
      found[status as RolloutTenantStatus] += _count._all
    }
  }
  return counts
}

export interface ViewParts {
  frozen: boolean
  names: ReadonlyMap<string, string>
  /** Seconds an upgrade takes. */
  each: number
  now: Date
}

/** What the outside sees of rollouts. */
export async function viewRollouts(db: Db, rows: readonly RolloutWithRings[], parts: ViewParts): Promise<Rollout[]> {
  const counts = await countsOf(
    db,
    rows.map((row) => row.id),
  )
  return rows.map((row) => {
    const rings = row.ring_rows.map((ring) => viewRing(ring, counts.get(`${row.id}/${ring.position}`) ?? none()))
    const own = counts.get(row.id) ?? none()
    const status = row.status as RolloutStatus
    return {
      id: row.id,
      to: row.to_release,
      status,
      rings,
      current_ring: currentRing(status, rings),
      soak_seconds: row.soak_seconds,
      max_failures: row.max_failures,
      parallel: row.parallel,
      rehearse: row.rehearse,
      control_share: row.control_share,
      thresholds: GateThresholds.parse(row.thresholds),
      tenants: total(own),
      counts: own,
      frozen: parts.frozen,
      failure: row.failure as Rollout['failure'],
      paused_reason: row.paused_reason,
      actions: actionsOf(status),
      requested_by: parts.names.get(row.requested_by) ?? row.requested_by,
      requested_by_id: row.requested_by,
      predicted_end_at: predictedEnd(row, rings, parts),
      created_at: row.created_at.toISOString(),
      started_at: row.started_at?.toISOString() ?? null,
      finished_at: row.finished_at?.toISOString() ?? null,
    }
  })
}

const total = (counts: RolloutCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

function viewRing(row: rollout_ring, counts: RolloutCounts): RolloutRing {
  return {
    position: row.position,
    name: row.name,
    kind: row.kind as RolloutRing['kind'],
    status: row.status as RolloutRing['status'],
    tenants: total(counts),
    counts,
    max_failures: row.max_failures,
    started_at: row.started_at?.toISOString() ?? null,
    soak_started_at: row.soak_started_at?.toISOString() ?? null,
    soak_until: row.soak_until?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
    gate: row.gate ? GateReport.parse(row.gate) : null,
  }
}

function currentRing(status: RolloutStatus, rings: readonly RolloutRing[]): number | null {
  if (status === 'rolling_back') return rings.findLast((ring) => ring.status === 'rolling_back')?.position ?? null
  if (status !== 'running' && status !== 'paused') return null
  return rings.find((ring) => ['pending', 'upgrading', 'soaking'].includes(ring.status))?.position ?? null
}

/** What may be asked of a rollout now. One that has succeeded can still be taken back. */
export function actionsOf(status: RolloutStatus): Rollout['actions'] {
  if (status === 'planned') return ['start']
  if (status === 'running') return ['pause', 'skip', 'roll-back']
  if (status === 'paused') return ['resume', 'skip', 'roll-back']
  if (status === 'rolling_back') return ['skip']
  return status === 'succeeded' ? ['roll-back'] : []
}

function predictedEnd(row: rollout, rings: readonly RolloutRing[], { each, now }: ViewParts): string | null {
  if (row.status !== 'running') return null
  const seconds = rings.reduce((sum, ring) => {
    if (ring.soak_until) return ring.status === 'soaking' ? sum + Math.max(0, (Date.parse(ring.soak_until) - now.getTime()) / 1000) : sum
    return sum + ringSeconds(ring.counts.pending + ring.counts.upgrading, row, each)
  }, 0)
  return new Date(now.getTime() + seconds * 1000).toISOString()
}

export function viewRolloutTenant(row: rollout_tenant, rings: readonly rollout_ring[], each: number): RolloutTenant {
  const took = row.started_at && row.finished_at ? (row.finished_at.getTime() - row.started_at.getTime()) / 1000 : null
  return {
    tenant_id: row.tenant_id,
    tenant_slug: row.slug,
    ring: rings.find((ring) => ring.position === row.ring)?.name ?? null,
    ring_position: row.ring,
    control: row.control,
    status: row.status as RolloutTenant['status'],
    from_release: row.from_release,
    reason: row.reason as RolloutReason | null,
    message: row.message,
    window_opens_at: row.window_opens_at?.toISOString() ?? null,
    operation_id: row.operation_id,
    seconds: took ?? (row.status === 'pending' || row.status === 'upgrading' ? Math.round(each) : null),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
  }
}
