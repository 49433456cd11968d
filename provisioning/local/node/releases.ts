import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { readMigrations, schemaHash } from '../../migrate.ts'
import type { Databases } from '../postgres/databases.ts'
import type { ReleaseRecord, StateStore } from './state.ts'

const ReleaseFile = z.object({ version: z.string().min(1), schema: z.string() })

/** The releases this node knows, and the template database of each. */
export class Releases {
  private readonly store: StateStore
  private readonly databases: () => Databases
  /** Where this platform keeps its own builds. */
  private readonly storeDir: string
  private readonly templates = new Map<string, Promise<string>>()

  constructor(store: StateStore, databases: () => Databases, storeDir: string) {
    this.store = store
    this.databases = databases
    this.storeDir = resolve(storeDir)
  }

  /** The one that new tenants get and the control plane runs from. @throws when the node was never given one */
  get current(): ReleaseRecord {
    if (!this.store.state.release) throw new Error('this node has no release yet: start it with --release DIR')
    return this.find(this.store.state.release)
  }

  get hasCurrent(): boolean {
    return this.store.state.release !== null
  }

  find(version: string): ReleaseRecord {
    const release = this.store.state.releases.find((candidate) => candidate.version === version)
    if (!release) throw new Error(`release "${version}" is not known on this node: prepare it first`)
    return release
  }

  remember(release: ReleaseRecord): void {
    const others = this.store.state.releases.filter((known) => known.version !== release.version)
    this.store.update({ releases: [...others, release] })
  }

  /** @throws when the folder is not a release */
  use(dir: string): void {
    const release = readRelease(dir)
    this.remember(release)
    this.store.update({ release: release.version })
  }

  /**
   * See `DataPlaneDriver.dropRelease`. The template goes first, since the folder tells which one it is; then the folder
   * gets a name that no start takes for a release, so that a half-deleted one is never found.
   * @throws when the node or one of its tenants has it
   */
  async drop(version: string): Promise<void> {
    const inUse = this.usedBy(version)
    if (inUse) throw new Error(`release ${version} is in use: ${inUse}`)
    const dir = this.store.state.releases.find((known) => known.version === version)?.dir ?? join(this.storeDir, version)
    this.templates.delete(version)
    if (existsSync(join(dir, 'release.json'))) await this.dropTemplate(version, dir)
    if (dirname(resolve(dir)) === this.storeDir) {
      const leaving = join(this.storeDir, `.${version}.pruned`)
      rmSync(leaving, { recursive: true, force: true })
      if (existsSync(dir)) renameSync(dir, leaving)
      rmSync(leaving, { recursive: true, force: true })
    }
    this.store.update({ releases: this.store.state.releases.filter((known) => known.version !== version) })
  }

  private usedBy(version: string): string | null {
    if (this.store.state.release === version) return 'the platform runs from it'
    const tenant = this.store.tenants.find((record) =>
      [record.document, record.process, record.beside, record.retiring].some((part) => part?.release === version),
    )
    return tenant ? `tenant ${tenant.id} has it` : null
  }

  /** Releases with the same journal share their template. */
  private async dropTemplate(version: string, dir: string): Promise<void> {
    const schemaOf = async (folder: string) => schemaHash(await readMigrations(join(folder, 'migrations')))
    const own = await schemaOf(dir)
    for (const known of this.store.state.releases) {
      if (known.version !== version && existsSync(join(known.dir, 'migrations')) && (await schemaOf(known.dir)) === own) return
    }
    await this.databases().dropTemplate(own)
  }

  /** The release's template database, built at the first call. */
  template(version: string): Promise<string> {
    let template = this.templates.get(version)
    if (!template) {
      template = readMigrations(join(this.find(version).dir, 'migrations')).then((migrations) =>
        this.databases().ensureTemplate(migrations),
      )
      this.templates.set(version, template)
      // A failure is not remembered: the next call tries again.
      template.catch(() => this.templates.delete(version))
    }
    return template
  }
}

function readRelease(dir: string): ReleaseRecord {
  const file = join(dir, 'release.json')
  if (!existsSync(file)) throw new Error(`${dir} is not a release (no release.json): run "pnpm build", or give --release the right folder`)
  const { version, schema } = ReleaseFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  return { version, schema, dir }
}
