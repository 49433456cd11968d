import type { Tenant } from '@cityos/control-plane/contract'

export type TenantAction = 'suspend' | 'resume' | 'sleep' | 'wake' | 'close' | 'reopen' | 'delete'

/**
 * What may be asked of a tenant in its state (design §3, docs/spec/core.md): the control plane has the last word and
 * refuses the rest with `invalid_transition`; nothing while an operation is running.
 */
export function tenantActions(tenant: Pick<Tenant, 'status' | 'runtime' | 'operation_id'>): TenantAction[] {
  if (tenant.operation_id) return []
  const selling = tenant.status === 'active' || tenant.status === 'trial' || tenant.status === 'past_due'
  const actions: TenantAction[] = []
  if (tenant.status === 'suspended') actions.push('resume')
  if (tenant.status === 'closing') actions.push('reopen')
  if (selling || tenant.status === 'suspended') actions.push(tenant.runtime === 'asleep' ? 'wake' : 'sleep')
  if (selling) actions.push('suspend')
  if (selling || tenant.status === 'suspended') actions.push('close')
  if (tenant.status === 'closed' || tenant.status === 'failed') actions.push('delete')
  return actions
}
