import type { tenant } from '../../generated/client.ts'
import type { Db } from '../registry/registry.ts'

/** What a tenant's payments entitle it to. */
export interface Entitlement {
  /** Limits of the plan as it was when the subscription moved to it; a missing one is unlimited. */
  limits: Record<string, number>
  /** Verticals that are off because their add-on was not paid; what was sold there is still fulfilled and refunded. */
  off: string[]
}

/** While a change is under way the tenant's row names the plan it is moving to: its present terms count then. */
export async function entitlementOf(db: Db, row: Pick<tenant, 'id' | 'plan_code'>): Promise<Entitlement> {
  const [held, plan] = await Promise.all([
    db.subscription.findUnique({
      where: { tenant_id: row.id },
      select: {
        plan_code: true,
        plan_version: true,
        items: { where: { kind: 'add_on', ended_at: null, suspended_at: { not: null } }, select: { code: true } },
      },
    }),
    db.plan.findUniqueOrThrow({ where: { code: row.plan_code } }),
  ])
  const isOnVersion = held?.plan_code === plan.code && held.plan_version !== plan.version
  const terms = isOnVersion
    ? await db.plan_version.findUniqueOrThrow({ where: { plan_code_version: { plan_code: plan.code, version: held.plan_version } } })
    : plan
  return { limits: terms.limits as Record<string, number>, off: held?.items.map((item) => item.code) ?? [] }
}
