import { DomainError } from '@cityos/contract'
import type { Db, Tx } from '../registry/registry.ts'
import type { Interval } from './billing.period.ts'
import { periodPrice } from './billing.proration.ts'
import { entitlementOf } from './entitlement.ts'
import { metrics, quotaOf } from './metered.ts'
import type { BilledUsage, Subscription } from './subscription.contract.ts'
import { nameOfItem } from './subscription.lines.ts'
import { priced } from './subscription.renew.ts'

/** What the outside sees of a subscription. @throws DomainError not_found before the tenant's billing has begun */
export async function viewSubscription(db: Db, tenant: { id: string; plan_code: string }, mayChange: boolean): Promise<Subscription> {
  const row = await db.subscription.findUnique({
    where: { tenant_id: tenant.id },
    include: { items: { where: { ended_at: null }, orderBy: [{ kind: 'desc' }, { code: 'asc' }] } },
  })
  if (!row) throw new DomainError('not_found', { message: 'the tenant has no subscription yet' })
  const { limits } = await entitlementOf(db, tenant)
  const plan = await db.plan.findUniqueOrThrow({ where: { code: row.plan_code } })
  const money = (amount: number | bigint) => ({ amount: Number(amount), currency: row.currency_code })
  const items = await Promise.all(
    row.items.map(async (item) => ({
      id: item.id,
      kind: item.kind as 'plan' | 'add_on',
      code: item.code,
      name: await nameOfItem(db as Tx, item),
      version: item.version,
      price: money(item.price_amount),
      started_at: item.started_at.toISOString(),
      suspended_at: item.suspended_at?.toISOString() ?? null,
    })),
  )
  const interval = row.interval as Interval
  return {
    tenant_id: row.tenant_id,
    status: row.status as Subscription['status'],
    plan: row.plan_code,
    plan_version: row.plan_version,
    has_newer_terms: plan.version > row.plan_version && !plan.archived_at,
    interval,
    anchor_day: row.anchor_at.getUTCDate(),
    period: { no: row.period_no, start: row.period_start.toISOString(), end: row.period_end.toISOString() },
    trial_ends_at: row.trial_ends_at?.toISOString() ?? null,
    ended_at: row.ended_at?.toISOString() ?? null,
    collection: row.collection as Subscription['collection'],
    terms_days: row.terms_days,
    credit: money(row.credit_amount),
    carried: money(row.carried_amount),
    items,
    recurring: money(row.items.reduce((sum, item) => sum + periodPrice(priced(item), interval), 0)),
    limits,
    usage: await viewUsage(db, row, limits),
    actions: mayChange && !row.ended_at ? ['change', 'profile', ...(row.collection === 'stripe' ? ['portal' as const] : [])] : [],
  }
}

/** Use in the present period; a metric of which nothing was measured yet is 0. */
async function viewUsage(
  db: Db,
  row: { tenant_id: string; period_no: number; period_start: Date; period_end: Date },
  limits: Record<string, number>,
): Promise<BilledUsage[]> {
  const found = await db.tenant_usage.findMany({ where: { tenant_id: row.tenant_id, period_no: row.period_no } })
  return metrics.map((metric) => {
    const usage = found.find((item) => item.metric === metric)
    const quota = quotaOf[metric]
    return {
      metric,
      period_start: row.period_start.toISOString(),
      period_end: row.period_end.toISOString(),
      used: Number(usage?.used ?? 0n),
      quota: quota === null ? null : (limits[quota] ?? null),
      billed: Number(usage?.billed ?? 0n),
    }
  })
}
