import { DomainError, PlaneHealth } from '@cityos/contract'
import { entitlementOf } from '../billing/entitlement.ts'
import type { Db, Tx } from '../registry/registry.ts'

/** One thing of which a tenant has more than a plan holds. */
export interface Above {
  limit: string
  allowed: number
  used: number
}

/** The verticals a plan counts: neither the shop itself, which is part of every plan, nor those taken as add-ons. */
export function countedVerticals(verticals: readonly string[], addOns: readonly string[]): number {
  return verticals.filter((code) => code !== 'catalogue' && !addOns.includes(code)).length
}

/** Verticals a tenant has as add-ons now. */
export async function addOnsOf(db: Db, tenantId: string): Promise<string[]> {
  const where = { tenant_id: tenantId, kind: 'add_on', ended_at: null }
  return (await db.subscription_item.findMany({ where, select: { code: true } })).map((item) => item.code)
}

/** How much a tenant uses of what a plan can limit, as far as it is known: its data plane's last report, and the registry. */
export async function usedOf(db: Db, tenantId: string): Promise<Record<string, number>> {
  const [report, staff, domains, period] = await Promise.all([
    db.plane_report.findUnique({ where: { tenant_id: tenantId } }),
    db.staff_grant.groupBy({ by: ['user_id'], where: { tenant_id: tenantId } }),
    db.custom_domain.count({ where: { tenant_id: tenantId, ended_at: null } }),
    db.subscription.findUnique({ where: { tenant_id: tenantId }, select: { period_no: true } }),
  ])
  const usage = report ? PlaneHealth.parse(report.report).usage : null
  const orders = period
    ? await db.tenant_usage.findUnique({
        where: { tenant_id_metric_period_no: { tenant_id: tenantId, metric: 'orders', period_no: period.period_no } },
      })
    : null
  return {
    staff: staff.length,
    domains,
    orders_month: Number(orders?.used ?? 0n),
    ...(usage ? { products: usage.products } : {}),
    ...(usage?.vendors === undefined ? {} : { vendors: usage.vendors }),
    ...(usage?.storage_bytes === undefined ? {} : { storage_mb: Math.ceil(usage.storage_bytes / 1_048_576) }),
  }
}

/**
 * Refuses a plan that does not hold what the tenant has, naming everything that is above it.
 * @throws DomainError plan_below_usage
 */
export async function requireRoom(db: Db, tenantId: string, plan: { code: string; limits: unknown }, verticals: number): Promise<void> {
  const limits = plan.limits as Record<string, number>
  const used: Record<string, number> = { verticals, ...(await usedOf(db, tenantId)) }
  const above: Above[] = Object.entries(limits)
    .filter(([limit, allowed]) => (used[limit] ?? 0) > allowed)
    .map(([limit, allowed]) => ({ limit, allowed, used: used[limit]! }))
  const first = above[0]
  if (!first) return
  const list = above.map((item) => `${item.used} ${item.limit} (it holds ${item.allowed})`).join(', ')
  throw new DomainError('plan_below_usage', {
    field: 'plan',
    message: `plan ${plan.code} is too small: the tenant has ${list}. Reduce that, or choose a larger plan`,
    details: { limit: first.allowed, used: first.used, above },
  })
}

/**
 * Refuses another member of a tenant's staff when its plan holds no more: those who are there and those who are invited
 * count. The tenant's row is locked, so that two invitations at once do not both take the last place.
 * @throws DomainError quota_exceeded
 */
export async function requireStaffRoom(tx: Tx, tenantId: string, now: Date): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM tenant WHERE id = ${tenantId} FOR NO KEY UPDATE`
  const tenant = await tx.tenant.findUnique({ where: { id: tenantId }, select: { id: true, plan_code: true } })
  const limit = tenant ? (await entitlementOf(tx, tenant)).limits['staff'] : undefined
  if (limit === undefined) return
  const [staff, invited] = await Promise.all([
    tx.staff_grant.groupBy({ by: ['user_id'], where: { tenant_id: tenantId } }),
    tx.invitation.count({ where: { tenant_id: tenantId, accepted_at: null, revoked_at: null, expires_at: { gt: now } } }),
  ])
  const used = staff.length + invited
  if (used < limit) return
  throw new DomainError('quota_exceeded', {
    message: `the tenant’s plan holds ${limit} members of staff, ${used} are there or invited: remove one, or choose a larger plan`,
    details: { metric: 'staff', limit, used },
  })
}
