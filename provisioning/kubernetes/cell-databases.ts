import { join } from 'node:path'
import { type Cell, DomainError } from '@cityos/contract'
import type { Release } from '../driver.ts'
import type { Sealer } from '../local/node/seal.ts'
import { Databases } from '../local/postgres/databases.ts'
import { tenantLogins } from '../local/postgres/logins.ts'
import { checkServer } from '../local/postgres/server-check.ts'
import { type Migration, readMigrations, schemaHash } from '../migrate.ts'
import { readReleaseFolder } from '../release-folder.ts'
import type { TenantStore } from './tenant-store.ts'

const templatePrefix = 'rel_'

/** The databases of all cells: the same names, roles and templates as on one machine, on the server each cell has. */
export class CellDatabases {
  private readonly store: TenantStore
  private readonly sealer: Sealer
  private readonly servers = new Map<string, Databases>()
  private readonly templates = new Map<string, Promise<string>>()

  constructor(store: TenantStore, sealer: Sealer) {
    this.store = store
    this.sealer = sealer
  }

  of(cell: Cell): Databases {
    const url = cell.access.database_url
    let server = this.servers.get(url)
    if (!server) {
      server = new Databases(url, this.sealer.platformId)
      this.servers.set(url, server)
    }
    return server
  }

  /** See `checkServer`. */
  check({ name, access }: Cell): Promise<void> {
    return checkServer(access.database_url, `cell ${name}`)
  }

  async close(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.close()))
  }

  /** Makes a release known, with its journal where its build is to be seen from here. */
  async remember({ version, dir, schema }: Release): Promise<void> {
    const migrations = await this.journal(version, dir)
    const seen = migrations
      ? { migrations: migrations.map(({ name }) => name), template: `${templatePrefix}${schemaHash(migrations)}` }
      : { migrations: [], template: null }
    await this.store.rememberRelease({ version, dir, schema, ...seen })
  }

  /** See `DataPlaneDriver.dropRelease`. A template that another release of the same schema has too stays. */
  async forget(cells: readonly Cell[], version: string): Promise<void> {
    const tenant = await this.store.tenantAt(version)
    if (tenant) throw new Error(`release ${version} is in use: tenant ${tenant} has it`)
    const known = await this.store.release(version)
    if (!known) return
    const { template } = known
    if (template && !(await this.store.templatesBeside(version)).includes(template))
      for (const cell of cells) await this.of(cell).dropTemplate(template.slice(templatePrefix.length))
    for (const key of this.templates.keys()) if (key.endsWith(` ${version}`)) this.templates.delete(key)
    await this.store.forgetRelease(version)
  }

  async ensure(cell: Cell, tenantId: string, release: string): Promise<{ pooled: boolean }> {
    return this.of(cell).ensureTenant(tenantId, await this.template(cell, release), tenantLogins(this.sealer, tenantId))
  }

  /** The migrations that the release carries which serves now: contract ones among them may be applied. */
  async carriedBy(present: string | null, to: string): Promise<string[]> {
    return present && present !== to ? ((await this.store.release(present))?.migrations ?? []) : []
  }

  /** The release's template in this cell, built at the first call. */
  private template(cell: Cell, version: string): Promise<string> {
    const key = `${cell.access.database_url} ${version}`
    let template = this.templates.get(key)
    if (!template) {
      template = this.buildTemplate(cell, version)
      this.templates.set(key, template)
      // A failure is not remembered: the next call tries again.
      template.catch(() => this.templates.delete(key))
    }
    return template
  }

  private async buildTemplate(cell: Cell, version: string): Promise<string> {
    const server = this.of(cell)
    await this.check(cell)
    await server.ensureGroups()
    const known = await this.store.release(version)
    // Built once in this cell it serves for ever, also when the release's own folder is gone.
    if (known?.template && (await server.exists(known.template))) return known.template
    return server.ensureTemplate(await this.requireJournal(version))
  }

  private async requireJournal(version: string): Promise<Migration[]> {
    const known = await this.store.release(version)
    const migrations = known && (await this.journal(version, known.dir))
    if (migrations) return migrations
    throw new DomainError('unknown_release', {
      message: known
        ? `the migrations of ${version} are not to be seen from this control plane (${known.dir}): run the control plane from that release`
        : `release ${version} was never made known to this driver: prepare it first`,
      details: { release: version },
    })
  }

  /** Null when another build, or none, lies there: all images have theirs in the same folder. */
  private async journal(version: string, dir: string): Promise<Migration[] | null> {
    const manifest = await readReleaseFolder(dir)
    return manifest?.version === version ? readMigrations(join(dir, 'migrations')) : null
  }
}
