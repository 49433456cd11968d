import type { InventoryItem } from '@cityos/provisioning'
import type { Db } from '../registry/registry.ts'

/** What the registry says of a tenant, as far as drift is looked for. */
interface Wanted {
  id: string
  driver: string
  status: string
  runtime: string | null
  hosts: string[]
  /** Its awake data plane reports an older document than the registry's. */
  behind: boolean
}

const serving = ['trial', 'active', 'past_due', 'suspended']

/**
 * Finds the tenants worth a closer look, for a fleet of any size with one query of the registry and one inventory of each
 * driver: those whose process, database, keys, routes or document are not as wanted. What is found is only a suspicion;
 * the reconciler takes the id, looks again under the tenant's lock, and repairs.
 */
export async function suspects(db: Db, inventoryOf: (driver: string) => Promise<InventoryItem[]>): Promise<string[]> {
  const wanted = await db.$queryRaw<Wanted[]>`
    SELECT t.id, t.driver, t.status, t.runtime,
      COALESCE((SELECT array_agg(d.host) FROM tenant_domain d WHERE d.tenant_id = t.id AND d.verified_at IS NOT NULL), '{}') AS hosts,
      EXISTS (SELECT 1 FROM plane_report r WHERE r.tenant_id = t.id AND r.reported_at > t.updated_at
        AND (r.report ->> 'tenant_version')::int < t.version) AS behind
    FROM tenant t
    WHERE t.deleted_at IS NULL AND t.status NOT IN ('provisioning', 'failed')`
  const kept = new Map<string, Map<string, Kept>>()
  for (const driver of new Set(wanted.map((row) => row.driver))) kept.set(driver, byTenant(await inventoryOf(driver)))
  return wanted.filter((row) => differs(row, kept.get(row.driver)?.get(row.id))).map((row) => row.id)
}

interface Kept {
  kinds: Set<InventoryItem['kind']>
  hosts: string[]
}

function byTenant(items: readonly InventoryItem[]): Map<string, Kept> {
  const found = new Map<string, Kept>()
  for (const { kind, name, tenantId } of items) {
    if (tenantId === null) continue
    const kept = found.get(tenantId) ?? { kinds: new Set(), hosts: [] }
    found.set(tenantId, kept)
    kept.kinds.add(kind)
    if (kind === 'route') kept.hosts.push(name)
  }
  return found
}

function differs(row: Wanted, kept: Kept | undefined): boolean {
  const runs = kept?.kinds.has('process') ?? false
  if (!serving.includes(row.status)) return runs
  if (!kept?.kinds.has('database') || !kept.kinds.has('secret')) return true
  if (row.behind || runs !== (row.runtime === 'running')) return true
  return row.hosts.length !== kept.hosts.length || row.hosts.some((host) => !kept.hosts.includes(host))
}
