import { Prisma } from '../../generated/client.ts'
import type { Db } from '../registry/registry.ts'
import type { Reach } from '../staff/ability.ts'
import { tenantsWithin } from '../staff/reach.sql.ts'
import type { AuditSearch } from './audit.contract.ts'

/** A row of the trail as the search reads it. */
export interface AuditRow {
  sequence: bigint
  id: string
  at: Date
  actor: string
  on_behalf_of: string | null
  action: string
  tenant_id: string | null
  resource_type: string
  resource_id: string
  reason: string | null
  changes: Record<string, unknown>
  ip: string | null
  request_id: string | null
  previous_hash: string
  hash: string
}

/** What a search finds within a caller's reach. In SQL, because the column searched by text is the database's own (generated). */
export function auditFilter(reach: Reach, search: AuditSearch): Prisma.Sql {
  const conditions = [tenantsWithin(reach, Prisma.sql`tenant_id`)]
  if (search.tenant_id) conditions.push(Prisma.sql`tenant_id = ${search.tenant_id}`)
  if (search.actor) conditions.push(Prisma.sql`actor = ${search.actor}`)
  if (search.action) conditions.push(Prisma.sql`action = ${search.action}`)
  if (search.resource_type) conditions.push(Prisma.sql`resource_type = ${search.resource_type}`)
  if (search.resource_id) conditions.push(Prisma.sql`resource_id = ${search.resource_id}`)
  if (search.from) conditions.push(Prisma.sql`at >= ${new Date(search.from)}`)
  if (search.to) conditions.push(Prisma.sql`at < ${new Date(search.to)}`)
  if (search.q) conditions.push(Prisma.sql`"search" LIKE ${`%${search.q.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`}`)
  return Prisma.join(conditions, ' AND ')
}

/** @param before only entries older than this number */
export function findEntries(db: Db, filter: Prisma.Sql, page: { limit: number; offset?: number; before?: bigint }): Promise<AuditRow[]> {
  const older = page.before === undefined ? Prisma.empty : Prisma.sql`AND sequence < ${page.before}`
  return db.$queryRaw<AuditRow[]>`
    SELECT sequence, id, at, actor, on_behalf_of, action, tenant_id, resource_type, resource_id, reason, changes, ip, request_id, previous_hash, hash
    FROM audit_entry WHERE ${filter} ${older} ORDER BY sequence DESC LIMIT ${page.limit} OFFSET ${page.offset ?? 0}`
}

export async function countEntries(db: Db, filter: Prisma.Sql): Promise<number> {
  const [row] = await db.$queryRaw<{ total: bigint }[]>`SELECT count(*) AS total FROM audit_entry WHERE ${filter}`
  return Number(row?.total ?? 0)
}
