import type { Sealer } from '../node/seal.ts'
import { databaseName, type TenantLogins } from './databases.ts'

/** The two logins of a tenant's database; their passwords derive from the root key and the login's name. */
export function tenantLogins(sealer: Sealer, tenantId: string): TenantLogins {
  const name = databaseName(tenantId)
  const login = (suffix: string) => ({ name: `${name}_${suffix}`, password: sealer.password(`login.${name}_${suffix}`) })
  return { application: login('app'), owner: login('own') }
}
