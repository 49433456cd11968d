import type { Grant, StaffRole } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { type Ability, reachOf } from './ability.ts'
import { roleWeight, weightAt } from './role.rules.ts'
import type { StaffUser } from './staff.contract.ts'
import type { StaffRow, StaffService } from './staff.service.ts'

/** Grants of whoever asks; nobody but staff has any. */
export function grantsOfCaller(ctx: RequestContext): readonly Grant[] {
  return ctx.actor.kind === 'staff' ? ctx.actor.grants : []
}

/**
 * Whether the caller answers for the account as a whole: every grant of it lies in their reach, and none is heavier than
 * what they hold there.
 */
export function answersFor(ctx: RequestContext, ability: Ability, row: StaffRow): boolean {
  const reach = reachOf(ability, 'update', 'staff')
  const within = row.grants.every(({ tenant_id }) => (tenant_id === null ? reach.everything : reachesTenant(reach, tenant_id)))
  if (!within || (row.grants.length === 0 && !reach.everything)) return false
  return row.grants.every((grant) => grant.deny || roleWeight[grant.role as StaffRole] <= weightAt(grantsOfCaller(ctx), grant.tenant_id))
}

export function reachesTenant(reach: ReturnType<typeof reachOf>, tenantId: string): boolean {
  return reach.everything ? !reach.exceptTenants.includes(tenantId) : reach.tenants.includes(tenantId)
}

/** One member of staff as the caller may see them. */
export function viewOf(staff: StaffService, ctx: RequestContext, ability: Ability, row: StaffRow): StaffUser {
  const seen = reachOf(ability, 'read', 'staff')
  const changed = reachOf(ability, 'update', 'staff')
  const mayChange = changed.everything || changed.tenants.length > 0
  const whole = answersFor(ctx, ability, row)
  const grants = row.grants.filter(({ tenant_id }) => (tenant_id === null ? seen.everything : reachesTenant(seen, tenant_id)))
  return {
    id: row.id,
    email: staff.emailOf(row),
    name: staff.nameOf(row),
    status: row.status as StaffUser['status'],
    grants: grants.map((grant) => ({
      id: grant.id,
      role: grant.role as StaffRole,
      tenant_id: grant.tenant_id,
      nodes: grant.nodes,
      ...(grant.deny ? { deny: true } : {}),
      created_at: grant.created_at.toISOString(),
    })),
    last_sign_in_at: row.last_sign_in_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    actions: [
      ...(mayChange ? (['grant'] as const) : []),
      ...(whole ? [row.status === 'active' ? ('disable' as const) : ('enable' as const), 'revoke_sessions' as const] : []),
    ],
  }
}
