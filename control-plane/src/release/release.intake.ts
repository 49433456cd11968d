import { readdir, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DomainError, planeProtocol, protocolsAgree, type ReleaseManifest } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { damagedFile, readReleaseFolder, sizeOfRelease } from '@cityos/provisioning/release'
import { Inject, Injectable } from '@nestjs/common'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { json, Registry, type Tx } from '../registry/registry.ts'
import { SETTINGS, type Settings } from '../settings.ts'

type Known = { version: string; dir: string; schema: string }

/** How releases come into the registry: at the start of the control plane, and when a build is handed over. */
@Injectable()
export class ReleaseIntake {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Takes in what the process was handed and what lies in the store. When the control plane runs from another release
   * than last time, new tenants get that one; else the current one stays, whatever was built meanwhile.
   */
  async atStart(): Promise<void> {
    const { binding } = this.settings
    const known = new Map<string, Known>(binding.releases.map((release) => [release.version, release]))
    for (const release of await this.#stored()) if (!known.has(release.version)) known.set(release.version, release)
    const columns = await Promise.all([...known.values()].map(async (release) => ({ release, facts: await factsOf(release.dir) })))
    const own = binding.releases.find((release) => release.dir === binding.release_dir) ?? binding.releases.at(-1)
    const now = this.clock.now()
    await this.registry.transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('cityos release intake'))`
      for (const { release, facts } of columns) {
        await tx.release.upsert({
          where: { version: release.version },
          create: { ...release, ...facts, status: 'available', created_at: now },
          update: { dir: release.dir, ...facts },
        })
      }
      await tx.release.updateMany({
        where: { version: { in: [...known.keys()] }, ...gone },
        data: { status: 'available', pruned_at: null },
      })
      if (own) await takeAsPlatform(tx, own.version, now)
    })
  }

  /**
   * Takes a build in that lies in this platform's store. A repeat answers the release that is there.
   * @param dir its folder
   * @returns its version
   * @throws DomainError validation_failed for another place, release_damaged, version_skew
   */
  async takeIn(ctx: RequestContext, dir: string): Promise<string> {
    const place = await this.#inStore(dir)
    const manifest = await readReleaseFolder(place)
    if (!manifest) throw new DomainError('validation_failed', { field: 'dir', message: `${dir} holds no release (no release.json)` })
    if (join(dirname(place), manifest.version) !== place)
      throw new DomainError('validation_failed', {
        field: 'dir',
        message: `${dir} holds release ${manifest.version}: the folder is named otherwise`,
      })
    const damaged = await damagedFile(place, manifest)
    if (damaged !== null)
      throw new DomainError('release_damaged', {
        field: 'dir',
        message: `${damaged} is missing or was changed`,
        details: { file: damaged },
      })
    requireAgreement(manifest)
    const facts = await factsOf(place)
    const now = this.clock.now()
    await this.registry.within(ctx, async (tx) => {
      const { version, schema } = manifest
      const created = await tx.release.createMany({
        data: [{ version, dir: place, schema, ...facts, status: 'available', created_at: now }],
        skipDuplicates: true,
      })
      const again = await tx.release.updateMany({
        where: { version, ...gone },
        data: { status: 'available', pruned_at: null, created_at: now },
      })
      if (created.count + again.count === 0) return
      await audit(tx, {
        ...auditOf(ctx),
        at: now,
        action: 'release.register',
        tenantId: null,
        resource: { type: 'release', id: version },
        changes: { commit: manifest.commit, schema },
      })
    })
    return manifest.version
  }

  /** @throws DomainError validation_failed when the folder is not directly in the store */
  async #inStore(dir: string): Promise<string> {
    const refusal = new DomainError('validation_failed', { field: 'dir', message: `a release lies directly below ${this.#store}` })
    try {
      const [place, store] = [await realpath(dir), await realpath(this.#store)]
      if (dirname(place) !== store) throw refusal
      return place
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw refusal
      throw error
    }
  }

  get #store(): string {
    return join(this.settings.binding.data_dir, 'releases')
  }

  /** Finished releases of the store: folders that are named as their version. */
  async #stored(): Promise<Known[]> {
    const names = await readdir(this.#store).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    const found = await Promise.all(
      names.sort().map(async (name) => {
        const dir = join(this.#store, name)
        const manifest = name.startsWith('.') ? null : await readReleaseFolder(dir)
        return manifest?.version === name ? [{ version: name, dir, schema: manifest.schema }] : []
      }),
    )
    return found.flat()
  }
}

/** One that was pruned whole, and not withdrawn before: when its build is there again, so is it. */
const gone = { status: 'pruned', pruned_at: { not: null }, yanked_at: null }

/** Columns that come from a release's folder; none where the folder is gone. */
async function factsOf(dir: string) {
  const manifest = await readReleaseFolder(dir)
  if (!manifest) return {}
  return {
    protocol: manifest.protocol,
    migrations: json(manifest.migrations),
    upgrade_from: manifest.upgrade_from,
    commit: manifest.commit,
    files: Object.keys(manifest.checksums).length,
    size_bytes: await sizeOfRelease(dir, manifest),
    built_at: new Date(manifest.built_at),
  }
}

/** @throws DomainError version_skew */
function requireAgreement({ version, protocol }: ReleaseManifest): void {
  if (protocolsAgree(planeProtocol, protocol)) return
  throw new DomainError('version_skew', {
    field: 'dir',
    message: `release ${version} speaks protocol ${protocol}; this control plane works with ${planeProtocol} and ${planeProtocol - 1}`,
    details: { protocol, control_plane: planeProtocol },
  })
}

/** Notes what the control plane runs from; another one than before becomes what new tenants get, unless it was yanked. */
async function takeAsPlatform(tx: Tx, version: string, now: Date): Promise<void> {
  const before = await tx.release.findFirst({ where: { is_platform: true } })
  if (before?.version === version) return
  await tx.release.updateMany({ where: { is_platform: true }, data: { is_platform: false } })
  const row = await tx.release.update({ where: { version }, data: { is_platform: true } })
  if (row.status === 'available') await makeCurrent(tx, version, now)
}

/** New tenants get this release from now on. */
export async function makeCurrent(tx: Tx, version: string, now: Date): Promise<void> {
  await tx.release.updateMany({ where: { is_current: true, version: { not: version } }, data: { is_current: false } })
  await tx.release.update({ where: { version }, data: { is_current: true, current_at: now, last_used_at: now } })
}
