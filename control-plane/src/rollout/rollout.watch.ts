import type { Alerts } from '../alert/alerts.ts'
import type { Db } from '../registry/registry.ts'
import type { RolloutFailure } from './rollout.contract.ts'

/** Tries of the way back after which operators are told. */
const patience = 3

/** Tells operators of a fleet upgrade that went back by itself, until the next one starts, and of tenants that do not come back. */
export async function watchRollouts(db: Db, alerts: Alerts): Promise<void> {
  const still = new Set<string>()
  const latest = await db.rollout.findFirst({ where: { started_at: { not: null } }, orderBy: { started_at: 'desc' } })
  const failure = latest?.failure as RolloutFailure | null | undefined
  if (latest && failure && failure.figure !== 'by_hand') {
    const subject = `rollout-rolled-back:${latest.id}`
    still.add(subject)
    const parameters = { release: latest.to_release, ring: failure.ring, reason: failure.message, id: latest.id }
    await alerts.raise({ kind: 'rollout-rolled-back', subject, severity: 'critical', tenantId: null, parameters })
  }
  const stuck = await db.rollout_tenant.findMany({
    where: { status: 'rolling_back', attempts: { gte: patience }, operation_id: null },
    orderBy: { slug: 'asc' },
    take: 100,
  })
  for (const row of stuck) {
    const subject = `rollout-stuck:${row.tenant_id}`
    still.add(subject)
    const parameters = { slug: row.slug, release: row.from_release, reason: row.message ?? '' }
    await alerts.raise({ kind: 'rollout-stuck', subject, severity: 'critical', tenantId: row.tenant_id, parameters })
  }
  await alerts.resolveAllBut(['rollout-rolled-back', 'rollout-stuck'], still)
}
