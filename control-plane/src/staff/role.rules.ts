import { DomainError, type Grant, type StaffRole } from '@cityos/contract'
import { nodeRoles } from './ability.ts'

/** Weight of each role (docs/spec/core.md, tenant → Roles). The two platform duties stand beside the ladder: only heavier roles give them. */
export const roleWeight: Record<StaffRole, number> = {
  'super-admin': 100,
  'tenant-admin': 90,
  'compliance-officer': 85,
  auditor: 80,
  'city-manager': 70,
  sre: 70,
  finance: 70,
  'district-manager': 60,
  'zone-operator': 50,
  'facility-operator': 40,
  'asset-technician': 30,
  viewer: 10,
}

/** Roles that mean nothing inside one tenant. */
const cityRoles: readonly StaffRole[] = ['super-admin', 'sre']
/** Roles that mean nothing without a tenant. */
const tenantRoles: readonly StaffRole[] = ['tenant-admin']

export type AskedGrant = Pick<Grant, 'role' | 'tenant_id' | 'nodes'>

/**
 * Checks that a grant says something: a role where it exists, and nodes exactly where the role is tied to them.
 * @throws DomainError validation_failed
 */
export function checkGrant({ role, tenant_id, nodes }: AskedGrant): void {
  const refuse = (field: string, message: string) => {
    throw new DomainError('validation_failed', { field, message })
  }
  if (tenant_id === null && tenantRoles.includes(role)) refuse('tenant_id', `${role} is a role inside one tenant: name the tenant`)
  if (tenant_id !== null && cityRoles.includes(role)) refuse('tenant_id', `${role} is a role of the whole city: leave the tenant out`)
  const isOfNodes = nodeRoles.includes(role)
  if (isOfNodes && nodes.length === 0) refuse('nodes', `${role} acts within nodes only: name at least one`)
  if (!isOfNodes && nodes.length > 0) refuse('nodes', `${role} is not tied to nodes: leave them out`)
}

/** The weight somebody brings to a tenant (null: to the city): the heaviest grant that reaches it. */
export function weightAt(grants: readonly Grant[], tenantId: string | null): number {
  const reaching = grants.filter(
    (grant) => !grant.deny && (grant.tenant_id === null ? !nodeRoles.includes(grant.role) : grant.tenant_id === tenantId),
  )
  return Math.max(0, ...reaching.map((grant) => roleWeight[grant.role]))
}
