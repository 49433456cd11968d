import { DomainError } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { Prisma } from '../../generated/client.ts'
import { Clock } from '../clock.ts'
import { type Db, Registry } from '../registry/registry.ts'
import { defaultThresholds } from './gate.contract.ts'
import type { PlanRollout, RolloutPreview, RolloutReason, RolloutTenant } from './rollout.contract.ts'
import { type PlannedRing, planRings, ringsObstacle } from './rollout.plan.ts'
import { obstaclesTo } from './skew.ts'
import { freezeNow, frozen, type Obstacle, obstacleOf, requireAvailable, type TenantWithRules } from './upgrade.rules.ts'

/** Tenants of a ring that a preview names. */
const sampled = 5
/** Upgrades that a prediction is made from. */
const known = 50
/** Seconds an upgrade is taken to last before there was one. */
const unknownSeconds = 60

export interface Plan {
  rings: PlannedRing[]
  tenants: readonly { row: TenantWithRules; obstacle: Obstacle | null }[]
}

/** Works out what a rollout would do, without changing anything. */
@Injectable()
export class RolloutPlanner {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError unknown_release | invalid_transition | validation_failed */
  async plan(db: Db, asked: PlanRollout): Promise<Plan> {
    await requireAvailable(db, asked.to)
    const wrong = ringsObstacle(asked.rings)
    if (wrong) throw new DomainError('validation_failed', { field: 'rings', message: wrong })
    const rows = await db.tenant.findMany({
      where: { deleted_at: null, release: { not: asked.to } },
      include: { pin: true, window: true },
      orderBy: { slug: 'asc' },
    })
    const now = this.clock.now()
    const skew = await obstaclesTo(db, [...new Set(rows.map((row) => row.release))], asked.to)
    const tenants = rows.map((row) => ({ row, obstacle: obstacleOf(row, asked.to, skew.get(row.release) ?? null, now) }))
    const eligible = tenants.filter(({ obstacle }) => obstacle === null || obstacle.reason === 'window').map(({ row }) => row)
    return { rings: planRings(eligible, asked.rings, asked.to, asked.control_share, asked.max_failures), tenants }
  }

  async preview(asked: PlanRollout): Promise<RolloutPreview> {
    const { db } = this.registry
    const [plan, { seconds, from }, refused] = await Promise.all([this.plan(db, asked), this.prediction(), this.#refusal()])
    const slugs = new Map(plan.tenants.map(({ row }) => [row.id, row.slug]))
    const rings = plan.rings.map(({ position, name, kind, maxFailures, tenants }) => ({
      position,
      name,
      kind,
      tenants: tenants.length,
      max_failures: maxFailures,
      predicted_seconds: ringSeconds(tenants.length, asked, seconds),
      sample: tenants.slice(0, sampled).map((id) => ({ id, slug: slugs.get(id) ?? '' })),
    }))
    const reasons: Partial<Record<RolloutReason, number>> = {}
    for (const { obstacle } of plan.tenants) if (obstacle) reasons[obstacle.reason] = (reasons[obstacle.reason] ?? 0) + 1
    return {
      to: asked.to,
      rings,
      tenants: viewPlan(plan, seconds),
      reasons: { ...noReasons, ...reasons },
      predicted_seconds: rings.reduce((sum, ring) => sum + ring.predicted_seconds, 0),
      predicted_from: from,
      refused,
      thresholds: { ...defaultThresholds, ...asked.thresholds },
    }
  }

  /** Seconds an upgrade takes on the average, from the last ones, or from how long rehearsals took. */
  async prediction(): Promise<{ seconds: number; from: RolloutPreview['predicted_from'] }> {
    const average = async (finished: Prisma.Sql): Promise<number | null> => {
      const [row] = await this.registry.db.$queryRaw<{ seconds: number | null }[]>`
        SELECT avg(seconds)::float8 AS seconds FROM (${finished} ORDER BY o.created_at DESC LIMIT ${known}) AS last`
      return row?.seconds ?? null
    }
    const upgrades = await average(Prisma.sql`
      SELECT extract(epoch FROM o.finished_at - o.started_at) AS seconds FROM operation o
      WHERE o.kind = 'tenant-upgrade' AND o.status = 'succeeded' AND o.finished_at IS NOT NULL`)
    if (upgrades !== null) return { seconds: upgrades, from: 'upgrades' }
    const rehearsals = await average(Prisma.sql`
      SELECT extract(epoch FROM s.finished_at - s.started_at) AS seconds
      FROM operation o JOIN operation_step s ON s.operation_id = o.id AND s.name = 'rehearse' AND s.status = 'done'
      WHERE o.kind = 'tenant-upgrade' AND s.finished_at IS NOT NULL`)
    // a rehearsal migrates and boots as the upgrade itself does, which backs up besides
    return rehearsals === null ? { seconds: unknownSeconds, from: 'nothing_yet' } : { seconds: rehearsals * 2, from: 'rehearsals' }
  }

  /** Why a rollout could not be started now. */
  async #refusal(): Promise<RolloutPreview['refused']> {
    const { db } = this.registry
    const freeze = await freezeNow(db, this.clock.now())
    const other = await db.rollout.findFirst({ where: { status: { in: ['running', 'paused', 'rolling_back'] } } })
    const error = freeze ? frozen(freeze.reason) : other ? inProgress(other) : null
    return error && { code: error.code, message: error.message }
  }
}

export function inProgress(other: { id: string; to_release: string; status: string }): DomainError {
  return new DomainError('rollout_in_progress', {
    message: `a rollout to ${other.to_release} is ${other.status} (${other.id}): let it end, or roll it back`,
    details: { rollout_id: other.id },
  })
}

const noReasons: Record<RolloutReason, number> = {
  pinned: 0,
  window: 0,
  skew: 0,
  not_serving: 0,
  busy: 0,
  frozen: 0,
  operation_failed: 0,
  wedged: 0,
  skipped_by_hand: 0,
  rollback_skipped: 0,
}

/** Seconds for upgrading this many tenants, and the soak after them. */
export function ringSeconds(
  tenants: number,
  { parallel, soak_seconds }: Pick<PlanRollout, 'parallel' | 'soak_seconds'>,
  each: number,
): number {
  return tenants === 0 ? 0 : Math.round(Math.ceil(tenants / parallel) * each + soak_seconds)
}

/** The plan as rows of the list of tenants. */
function viewPlan(plan: Plan, seconds: number): RolloutTenant[] {
  const ringOf = new Map(plan.rings.flatMap((ring) => ring.tenants.map((id) => [id, ring] as const)))
  return plan.tenants.map(({ row, obstacle }) => {
    const ring = ringOf.get(row.id)
    return {
      tenant_id: row.id,
      tenant_slug: row.slug,
      ring: ring?.name ?? null,
      ring_position: ring?.position ?? null,
      control: ring?.kind === 'control',
      status: ring ? 'pending' : 'blocked',
      from_release: row.release,
      reason: obstacle?.reason ?? null,
      message: obstacle?.message ?? null,
      window_opens_at: obstacle?.opensAt?.toISOString() ?? null,
      operation_id: null,
      seconds: ring ? Math.round(seconds) : null,
      started_at: null,
      finished_at: null,
    }
  })
}
