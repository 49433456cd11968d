import { DomainError, type TenantStatus } from '@cityos/contract'
import { startOperation } from '../operations/start.ts'
import type { Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import { lockSubscription } from './invoice.settle.ts'
import { chargeRest, type LockedSubscription } from './subscription.renew.ts'
import { unpaidOf } from './unpaid.ts'

const serving: TenantStatus[] = ['trial', 'active', 'past_due', 'suspended']

/** What came of a look: it is as it should be, or an operation was started (look again when it has ended), or one is in the way. */
export type Look = 'settled' | 'started' | 'busy'

/**
 * Where a tenant should stand, from its invoices alone, and the operation that brings it there. Level-triggered: called
 * late, twice or after a missed day it comes to the same.
 */
export async function reconcileStanding(tx: Tx, sealing: Sealing, tenantId: string, now: Date): Promise<Look> {
  const held = await lockSubscription(tx, tenantId)
  await tx.$queryRaw`SELECT 1 FROM tenant WHERE id = ${tenantId} FOR UPDATE`
  const tenant = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId } })
  if (!held || tenant.deleted_at || !serving.includes(tenant.status as TenantStatus)) return 'settled'
  const unpaid = await unpaidOf(tx, tenantId)
  const isLost = (scope: string) => unpaid.lost.has(scope)
  const suspend = unpaid.suspends
  const status = standingOf(held, { suspend, pastDue: unpaid.late.has('plan') || isLost('plan') })
  if (status !== held.status) await tx.subscription.update({ where: { tenant_id: tenantId }, data: { status } })

  const off = held.items.filter((item) => item.kind === 'add_on' && isLost(item.code)).map((item) => item.code)
  const wasOff = held.items.filter((item) => item.suspended_at).map((item) => item.code)
  const start = (kind: string, parameters: unknown) =>
    begin(tx, sealing, { kind, tenantId, parameters, requestedBy: 'system:billing', correlationId: `billing:${tenantId}` }, now)

  if (suspend && tenant.status !== 'suspended') {
    const look = await start('tenant-suspend', { status_before: tenant.status })
    if (look === 'started') await tx.subscription.update({ where: { tenant_id: tenantId }, data: { suspended_at: now } })
    return look
  }
  if (!suspend && held.suspended_at) return resume(tx, held, tenant, status, start, now)
  const wanted: TenantStatus = tenant.status === 'suspended' ? 'suspended' : statusOf[status]
  if (wanted === tenant.status && off.length === wasOff.length && off.every((code) => wasOff.includes(code))) {
    return 'settled'
  }
  const look = await start('tenant-standing', { from: { status: tenant.status, off: wasOff }, to: { status: wanted, off } })
  const back = wasOff.filter((code) => !off.includes(code))
  if (look === 'started' && back.length > 0) await chargeRest(tx, tenantId, back, now)
  return look
}

type SubscriptionStatus = 'trialing' | 'active' | 'past_due' | 'unpaid' | 'cancelled'

/** What a subscription's status makes of a tenant that is not suspended. */
const statusOf: Record<SubscriptionStatus, TenantStatus> = {
  trialing: 'trial',
  active: 'active',
  past_due: 'past_due',
  unpaid: 'past_due',
  cancelled: 'active',
}

function standingOf(held: LockedSubscription, plan: { suspend: boolean; pastDue: boolean }): SubscriptionStatus {
  if (held.ended_at) return 'cancelled'
  if (plan.suspend) return 'unpaid'
  if (plan.pastDue) return 'past_due'
  return held.status === 'trialing' ? 'trialing' : 'active'
}

/** Takes back a suspension that billing made; one that an operator made, or made longer, is the operator's to end. */
async function resume(
  tx: Tx,
  held: LockedSubscription,
  tenant: { id: string; status: string },
  status: SubscriptionStatus,
  start: (kind: string, parameters: unknown) => Promise<Look>,
  now: Date,
): Promise<Look> {
  const look = tenant.status === 'suspended' ? await start('tenant-resume', { resume_status: statusOf[status] }) : 'settled'
  if (look === 'busy') return look
  await tx.subscription.update({ where: { tenant_id: tenant.id }, data: { suspended_at: null } })
  const scopes = ['plan', ...held.items.filter((item) => !item.suspended_at && item.kind === 'add_on').map((item) => item.code)]
  await chargeRest(tx, tenant.id, scopes, now)
  return look === 'settled' ? 'started' : look
}

async function begin(tx: Tx, sealing: Sealing, request: Parameters<typeof startOperation>[2], now: Date): Promise<Look> {
  try {
    await startOperation(tx, sealing, request, now)
    return 'started'
  } catch (error) {
    // Somebody's operation is under way: it may change what is due, so the next look asks again.
    if (error instanceof DomainError && error.code === 'operation_in_progress') return 'busy'
    throw error
  }
}
