import { json, type Tx } from '../registry/registry.ts'
import { defaultThresholds } from './gate.contract.ts'
import type { CreateRollout } from './rollout.contract.ts'
import type { Plan } from './rollout.planner.ts'

/** The plan as rows: from now on it stays as it was previewed. */
export async function writePlan(
  tx: Tx,
  id: string,
  plan: Plan,
  asked: CreateRollout,
  who: { by: string; correlationId: string },
  now: Date,
): Promise<void> {
  const { to, rings, soak_seconds, max_failures, parallel, rehearse, control_share } = asked
  await tx.rollout.create({
    data: {
      id,
      to_release: to,
      status: 'planned',
      ...{ rings, soak_seconds, max_failures, parallel, rehearse, control_share },
      thresholds: json({ ...defaultThresholds, ...asked.thresholds }),
      requested_by: who.by,
      correlation_id: who.correlationId,
      created_at: now,
    },
  })
  await tx.rollout_ring.createMany({
    data: plan.rings.map(({ position, name, kind, maxFailures }) => ({
      rollout_id: id,
      position,
      name,
      kind,
      status: 'pending',
      max_failures: maxFailures,
    })),
  })
  const ringOf = new Map(plan.rings.flatMap((ring) => ring.tenants.map((tenant) => [tenant, ring] as const)))
  await tx.rollout_tenant.createMany({
    data: plan.tenants.map(({ row, obstacle }) => {
      const ring = ringOf.get(row.id)
      return {
        rollout_id: id,
        tenant_id: row.id,
        slug: row.slug,
        ring: ring?.position ?? null,
        control: ring?.kind === 'control',
        status: ring ? 'pending' : 'blocked',
        from_release: row.release,
        reason: obstacle?.reason ?? null,
        message: obstacle?.message ?? null,
        window_opens_at: obstacle?.opensAt ?? null,
      }
    }),
  })
}
