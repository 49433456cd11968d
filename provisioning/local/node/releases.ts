import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readMigrations } from '../../migrate.ts'
import type { Databases } from '../postgres/databases.ts'
import type { ReleaseRecord, StateStore } from './state.ts'

const ReleaseFile = z.object({ version: z.string().min(1), schema: z.string() })

/** The releases this node knows, and the template database of each. */
export class Releases {
  private readonly store: StateStore
  private readonly databases: () => Databases
  private readonly templates = new Map<string, Promise<string>>()

  constructor(store: StateStore, databases: () => Databases) {
    this.store = store
    this.databases = databases
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
