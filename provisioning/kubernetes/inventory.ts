import type { ArchivePlace, InventoryItem } from '../driver.ts'
import { databaseName } from '../local/postgres/databases.ts'
import type { CellDatabases } from './cell-databases.ts'
import type { CellSource } from './cells.ts'
import { CellCluster } from './cluster.ts'
import { certificateSecret } from './names.ts'
import type { TenantStore } from './tenant-store.ts'

export interface InventorySources {
  cells: CellSource
  databases: CellDatabases
  store: TenantStore
  /** Where archives lie. */
  archives(): Promise<ArchivePlace[]>
}

/** Everything the cells keep for tenants, each with whose it is: what is really there, and what the driver remembers. */
export async function inventoryOf({ cells, databases, store, archives }: InventorySources): Promise<InventoryItem[]> {
  const all = await cells.all()
  const [records, kept] = await Promise.all([store.all(), archives()])
  const owners = new Map(records.map(({ id }) => [databaseName(id), id]))
  const item = (kind: InventoryItem['kind'], name: string, tenantId: string): InventoryItem => ({ kind, name, tenantId })
  const ownerOf = (name: string): string => {
    const ulid = name.replace(/^(t|in|was)_/, '').replace(/_(app|own)$/, '')
    return owners.get(`t_${ulid}`) ?? `tnt_${ulid}`
  }
  const found = await Promise.all(
    all.map(async (cell) => {
      const cluster = new CellCluster(cell)
      const [server, namespaces, volumes] = await Promise.all([databases.of(cell).tenants(), cluster.tenantNamespaces(), cluster.volumes()])
      return [
        ...server.databases.map((name) => item('database', name, ownerOf(name))),
        ...server.roles.map((name) => item('role', name, ownerOf(name))),
        ...namespaces.map(({ name, tenantId }) => item('process', `namespace ${name}`, tenantId)),
        ...volumes.map(({ name, tenantId }) => item('files', name, tenantId)),
      ]
    }),
  )
  return [
    ...found.flat(),
    ...records.flatMap(({ id, hosts }) => hosts.map((host) => item('route', host, id))),
    ...records.flatMap(({ id, certificates }) =>
      certificates.map(({ host }) => item('certificate', `${host} (${certificateSecret(host)})`, id)),
    ),
    ...kept.map(({ tenantId, archiveId }) => item('backup', archiveId, tenantId)),
    ...records.flatMap(({ id, secrets }) => (secrets ? [item('secret', id, id)] : [])),
  ]
}
