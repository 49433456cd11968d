import { readTenantPolicy, type Tenant } from '@cityos/control-plane/contract'
import { useRead } from '../../api/query.ts'
import { Loaded } from '../../shell/states.tsx'
import { PolicyInForce } from '../governance/policy-in-force.tsx'

/** What the city rules for this tenant, and which policy each value comes from. */
export function TenantPolicy({ tenant }: { tenant: Tenant }) {
  const read = useRead(readTenantPolicy, { params: { id: tenant.id } })
  return (
    <Loaded read={read} rows={4}>
      {(policy) => <PolicyInForce policy={policy} />}
    </Loaded>
  )
}
