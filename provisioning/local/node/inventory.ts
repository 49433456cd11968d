import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { InventoryItem } from '../../driver.ts'
import { type Databases, databaseName } from '../postgres/databases.ts'
import type { Archives } from './archives.ts'
import type { CertificateStore } from './certificates.ts'
import type { Plane } from './plane.ts'
import type { TenantRecord } from './state.ts'
import type { Upgrades } from './upgrades.ts'

export interface InventorySources {
  dataDir: string
  databases: Databases
  archives: Archives
  upgrades: Upgrades
  certificates: CertificateStore
  tenants: { record: Readonly<TenantRecord>; plane: Plane }[]
}

/** Everything this machine keeps for tenants, each with whose it is. */
export async function inventoryOf({
  dataDir,
  databases,
  archives,
  upgrades,
  certificates,
  tenants,
}: InventorySources): Promise<InventoryItem[]> {
  const ids = new Map(tenants.map(({ record: { id } }) => [databaseName(id), id]))
  // A database that is only being loaded has no record yet: its name tells whose it will be.
  const owner = (name: string) => {
    const ulid = name.replace(/^(t|in|was)_/, '').replace(/_(app|own)$/, '')
    return ids.get(`t_${ulid}`) ?? `tnt_${ulid}`
  }
  const item = (kind: InventoryItem['kind'], name: string, tenantId: string): InventoryItem => ({ kind, name, tenantId })
  const found = await databases.tenants()
  const files = existsSync(join(dataDir, 'files')) ? readdirSync(join(dataDir, 'files')) : []
  // The messages of the platform itself lie beside the folders of the tenants.
  const mail = join(dataDir, 'mail')
  const mailboxes = existsSync(mail) ? readdirSync(mail, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : []
  return [
    ...found.databases.map((name) => item('database', name, owner(name))),
    ...found.roles.map((name) => item('role', name, owner(name))),
    ...tenants.flatMap(({ record: { id }, plane }) => (plane.pid ? [item('process', `data-plane ${id}`, id)] : [])),
    ...upgrades.inventory(),
    ...tenants.flatMap(({ record: { id, hosts } }) => hosts.map((host) => item('route', host, id))),
    ...files.map((name) => item('files', name, name)),
    ...mailboxes.map(({ name }) => item('files', `mail/${name}`, name)),
    ...archives.filesBeside().map(({ name, tenantId }) => item('files', name, tenantId)),
    ...archives.places().map(({ archiveId, tenantId }) => item('backup', archiveId, tenantId)),
    ...certificates.list(),
    ...tenants.flatMap(({ record: { id, secrets } }) => (secrets ? [item('secret', id, id)] : [])),
  ]
}
