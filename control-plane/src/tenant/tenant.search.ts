import { Prisma } from '../../generated/client.ts'
import type { Db } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import type { Reach } from '../staff/ability.ts'
import { tenantsWithin } from '../staff/reach.sql.ts'
import type { TenantSearch } from './tenant.contract.ts'

/** What the fleet can be ordered by; each has an index whose second column is the id (migration `fleet_lists`). */
const columns: Record<string, Prisma.Sql> = {
  slug: Prisma.sql`t.slug`,
  name: Prisma.sql`lower(t.name->>'en')`,
  status: Prisma.sql`t.status`,
  runtime: Prisma.sql`t.runtime`,
  plan: Prisma.sql`t.plan_code`,
  release: Prisma.sql`t.release`,
  created_at: Prisma.sql`t.created_at`,
  updated_at: Prisma.sql`t.updated_at`,
}

/**
 * Which tenants a search finds within a caller's reach, as a condition on `tenant t`. In SQL, because text is looked for in
 * an expression that has a trigram index, and because hosts and owners are found by indexes of their own.
 */
export function tenantFilter(reach: Reach, search: TenantSearch, sealing: Pick<Sealing, 'emailIndex'>): Prisma.Sql {
  const conditions = [Prisma.sql`t.deleted_at IS NULL`, tenantsWithin(reach, Prisma.sql`t.id`)]
  if (search.status) conditions.push(Prisma.sql`t.status = ${search.status}`)
  if (search.runtime) conditions.push(Prisma.sql`t.runtime = ${search.runtime}`)
  if (search.plan) conditions.push(Prisma.sql`t.plan_code = ${search.plan}`)
  if (search.release) conditions.push(Prisma.sql`t.release = ${search.release}`)
  if (search.quarantined === 'true') conditions.push(Prisma.sql`t.quarantined`)
  if (search.quarantined === 'false') conditions.push(Prisma.sql`NOT t.quarantined`)
  if (search.node_id) {
    // ids in a path are of one length, of letters, digits and dots: whatever begins with a node's path lies between it and it with a tilde
    conditions.push(Prisma.sql`t.node_id IN (
      SELECT below.id FROM node at JOIN node below ON below.path ~>=~ at.path AND below.path ~<~ (at.path || '~') WHERE at.id = ${search.node_id} OR at.code = ${search.node_id})`)
  }
  const text = search.q?.trim().toLowerCase()
  if (text) {
    const like = `%${text.replace(/[\\%_]/g, '\\$&')}%`
    conditions.push(Prisma.sql`t.id IN (
      SELECT id FROM tenant WHERE tenant_search_text(slug, name) LIKE ${like}
      UNION SELECT tenant_id FROM tenant_domain WHERE host LIKE ${like}
      UNION SELECT id FROM tenant WHERE owner_index = ${sealing.emailIndex(text)})`)
  }
  return Prisma.join(conditions, ' AND ')
}

/** @param order a field, `-` before it for descending; anything else: newest first */
export function tenantOrder(order: string | undefined): Prisma.Sql {
  const column = columns[(order ?? '').replace(/^-/, '')]
  if (!column) return Prisma.sql`t.created_at DESC, t.id DESC`
  return order?.startsWith('-') ? Prisma.sql`${column} DESC, t.id DESC` : Prisma.sql`${column} ASC, t.id ASC`
}

/** Ids of one page, in order. */
export async function findTenantIds(
  db: Db,
  filter: Prisma.Sql,
  page: { order: Prisma.Sql; limit: number; offset: number },
): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT t.id FROM tenant t WHERE ${filter} ORDER BY ${page.order} LIMIT ${page.limit} OFFSET ${page.offset}`
  return rows.map((row) => row.id)
}

export async function countTenants(db: Db, filter: Prisma.Sql): Promise<number> {
  const [row] = await db.$queryRaw<{ total: bigint }[]>`SELECT count(*) AS total FROM tenant t WHERE ${filter}`
  return Number(row?.total ?? 0)
}

/** One row of the exported file. */
export interface ExportedTenant {
  id: string
  slug: string
  name_en: string | null
  name_ar: string | null
  status: string
  runtime: string | null
  plan: string
  release: string
  verticals: string
  node: string | null
  residency_zone: string | null
  country: string
  default_currency: string
  quarantined: boolean
  database_bytes: number | null
  last_backup_at: Date | null
  created_at: Date
}

/** The next rows of an export, newest first. @param before only tenants with a smaller id (ids grow with time) */
export function findExported(db: Db, filter: Prisma.Sql, page: { limit: number; before?: string }): Promise<ExportedTenant[]> {
  const older = page.before === undefined ? Prisma.empty : Prisma.sql`AND t.id < ${page.before}`
  return db.$queryRaw<ExportedTenant[]>`
    SELECT t.id, t.slug, t.name->>'en' AS name_en, t.name->>'ar' AS name_ar, t.status, t.runtime, t.plan_code AS plan, t.release,
           array_to_string(t.verticals, ' ') AS verticals, n.code AS node, t.residency_zone, t.country, t.default_currency, t.quarantined,
           (r.report->'usage'->>'database_bytes')::float8 AS database_bytes, s.last_backup_at, t.created_at
    FROM tenant t
    LEFT JOIN node n ON n.id = t.node_id
    LEFT JOIN plane_report r ON r.tenant_id = t.id
    LEFT JOIN backup_schedule s ON s.tenant_id = t.id
    WHERE ${filter} ${older} ORDER BY t.id DESC LIMIT ${page.limit}`
}
