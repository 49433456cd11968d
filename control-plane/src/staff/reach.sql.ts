import { Prisma } from '../../generated/client.ts'
import type { Reach } from './ability.ts'

/**
 * A condition that keeps a query written in SQL inside a caller's reach, as `tenantScope` does for the ORM.
 * @param column the tenant's id, e.g. Prisma.sql`t.id`; rows without a tenant are seen city-wide only
 */
export function tenantsWithin({ everything, tenants, exceptTenants }: Reach, column: Prisma.Sql): Prisma.Sql {
  if (!everything) return Prisma.sql`${column} = ANY(${tenants})`
  if (exceptTenants.length === 0) return Prisma.sql`TRUE`
  return Prisma.sql`(${column} IS NULL OR ${column} <> ALL(${exceptTenants}))`
}
