import { type I18nText, type PolicyRule, PolicyRules } from '@cityos/contract'
import type { tenant } from '../../generated/client.ts'
import { idsOfPath, nodePathsOf } from '../node/node.paths.ts'
import type { Db } from '../registry/registry.ts'
import type { ActivePolicy, Authority, Governance, LiveException, Place } from './policy.resolution.ts'

/**
 * Reads everything that governs: six questions, whatever the number of tenants. What has run out by `now` is left out, so
 * that a late job changes no outcome.
 * @param now null: what has run out stays, for those who end it by their own clock
 * @param tenantId the exceptions of this tenant only
 */
export async function loadGovernance(db: Db, now: Date | null, tenantId?: string): Promise<Governance> {
  // one after the other: inside a transaction there is one connection
  const authorities = await db.hierarchy_entry.findMany({ where: { kind: 'authority', status: 'active' } })
  const policies = await db.policy.findMany({
    where: { status: 'active', ...(now ? { OR: [{ effective_until: null }, { effective_until: { gt: now } }] } : {}) },
    orderBy: { domain: 'asc' },
  })
  const exceptions = await db.policy_exception.findMany({
    where: { ended_at: null, ...(now ? { until: { gt: now } } : {}), ...(tenantId ? { tenant_id: tenantId } : {}) },
    orderBy: { rule: 'asc' },
  })
  const revisions = await db.$queryRaw<{ id: string; revision: bigint }[]>`
    SELECT coalesce(authority_id, node_id, tenant_id) AS id, max(revision) AS revision FROM governance_change GROUP BY 1`
  const known = authorities.map(authorityFrom)
  const nodeIds = [...policies.flatMap((policy) => policy.node_id ?? []), ...known.flatMap((authority) => authority.node_id ?? [])]
  return {
    authorities: new Map(known.map((authority) => [authority.id, authority])),
    byNode: new Map(known.flatMap((authority) => (authority.node_id ? [[authority.node_id, authority] as const] : []))),
    nodes: await loadNodes(db, nodeIds),
    policies: grouped(
      policies.map((row): ActivePolicy => {
        const subject_id = (row.authority_id ?? row.node_id ?? row.tenant_id)!
        return { id: row.id, version: row.version, subject_id, domain: row.domain, rules: PolicyRules.parse(row.rules) }
      }),
      (policy) => policy.subject_id,
    ),
    exceptions: grouped(
      exceptions.map(
        (row): LiveException => ({
          id: row.id,
          tenant_id: row.tenant_id,
          rule: row.rule as PolicyRule,
          value: row.value,
          until: row.until.toISOString(),
        }),
      ),
      (exception) => exception.tenant_id,
    ),
    revisions: new Map(revisions.map((row) => [row.id, Number(row.revision)])),
  }
}

/** Names of nodes, for the chain that is shown. */
export async function loadNodes(db: Db, ids: readonly string[]): Promise<Map<string, { id: string; code: string; name: I18nText }>> {
  if (ids.length === 0) return new Map()
  const rows = await db.node.findMany({ where: { id: { in: [...new Set(ids)] } }, select: { id: true, code: true, name: true } })
  return new Map(rows.map((row) => [row.id, { ...row, name: row.name as I18nText }]))
}

/** Governance that also names every node on a path, not only those with a policy. */
export async function namingPath(db: Db, governance: Governance, path: string | null): Promise<Governance> {
  const missing = path ? idsOfPath(path).filter((id) => !governance.nodes.has(id)) : []
  if (missing.length === 0) return governance
  return { ...governance, nodes: new Map([...governance.nodes, ...(await loadNodes(db, missing))]) }
}

export type GovernedTenant = Pick<tenant, 'id' | 'slug' | 'name' | 'country' | 'node_id' | 'authority_id'>

/** Where a tenant stands. @param node_path of its node, when it is known already */
export async function placeOf(db: Db, row: GovernedTenant, node_path?: string | null): Promise<Place> {
  const path = node_path === undefined && row.node_id ? (await nodePathsOf(db, [row.node_id])).get(row.node_id) : node_path
  return {
    tenant: { id: row.id, slug: row.slug, name: row.name as I18nText, country: row.country },
    node_path: path ?? null,
    authority_id: row.authority_id,
  }
}

function authorityFrom(row: { id: string; code: string; name: unknown; parent_id: string | null; attributes: unknown }): Authority {
  const own = row.attributes as { level: string; country: string | null; node_id: string | null }
  return {
    id: row.id,
    code: row.code,
    name: row.name as I18nText,
    parent_id: row.parent_id,
    level: own.level,
    country: own.country,
    node_id: own.node_id ?? null,
  }
}

function grouped<T>(items: readonly T[], by: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(by(item), [...(groups.get(by(item)) ?? []), item])
  return groups
}
