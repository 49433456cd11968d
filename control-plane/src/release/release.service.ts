import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DomainError, type Page, planeProtocol } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { packagesOf } from '@cityos/provisioning/release'
import { Injectable } from '@nestjs/common'
import type { release } from '../../generated/client.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { type Db, Registry, type Tx } from '../registry/registry.ts'
import type { Release, ReleaseDetail, ReleaseDiff } from './release.contract.ts'
import { differenceOf } from './release.diff.ts'
import { makeCurrent } from './release.intake.ts'
import { migrationsOf, viewOf } from './release.view.ts'

const mostTenantsShown = 100

interface Search {
  status?: Release['status'] | undefined
  q?: string | undefined
  order?: string | undefined
  limit: number
  offset: number
}

/** Immutable builds of the data plane that tenants run on. */
@Injectable()
export class ReleaseService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {}

  /** Newest first; `order=created_at` turns it round. */
  async list(search: Search): Promise<Page<Release>> {
    const where = { ...(search.status ? { status: search.status } : {}), ...(search.q ? { version: { contains: search.q } } : {}) }
    const direction = search.order === 'created_at' ? ('asc' as const) : ('desc' as const)
    const { db } = this.registry
    const [rows, total] = await Promise.all([
      db.release.findMany({ where, orderBy: [{ created_at: direction }, { version: direction }], take: search.limit, skip: search.offset }),
      db.release.count({ where }),
    ])
    const counts = await tenantsOn(
      db,
      rows.map((row) => row.version),
    )
    return { items: rows.map((row) => viewOf(row, counts.get(row.version) ?? 0)), total }
  }

  /** @throws DomainError not_found */
  async read(version: string): Promise<ReleaseDetail> {
    return detailOf(this.registry.db, await this.#row(version))
  }

  /**
   * Takes a release back. Tenants on it stay; was it what new tenants get, the newest available one takes its place.
   * A repeat changes nothing.
   * @throws DomainError not_found
   */
  async yank(ctx: RequestContext, version: string, reason: string): Promise<ReleaseDetail> {
    return this.registry.within(ctx, async (tx) => {
      const now = this.clock.now()
      const row = await this.#row(version, tx)
      if (row.status !== 'available') return detailOf(tx, row)
      const by = actorId(ctx.actor) ?? 'anonymous'
      await tx.release.update({
        where: { version },
        data: { status: 'yanked', yanked_at: now, yanked_by: by, yank_reason: reason, is_current: false },
      })
      const next = row.is_current ? await this.#replaceCurrent(tx) : null
      const changes = { reason, tenants: (await tenantsOn(tx, [version])).get(version) ?? 0, ...(next ? { current: next } : {}) }
      const resource = { type: 'release', id: version }
      await audit(tx, { ...auditOf(ctx), at: now, action: 'release.yank', tenantId: null, resource, changes })
      return detailOf(tx, await this.#row(version, tx))
    })
  }

  /** @throws DomainError not_found */
  async diff(version: string, from: string): Promise<ReleaseDiff> {
    const [older, newer] = [await this.#row(from), await this.#row(version)]
    return differenceOf(older, newer, await textOf(newer.dir, 'CHANGELOG.md'))
  }

  /** The bill of materials that lies in the release. @throws DomainError not_found */
  async components(version: string): Promise<Record<string, unknown>> {
    const text = await textOf((await this.#row(version)).dir, 'sbom.json')
    if (text === null) throw new DomainError('not_found', { message: `release ${version} has no bill of materials` })
    return JSON.parse(text) as Record<string, unknown>
  }

  /**
   * New tenants get this release from now on (a rollout to it has succeeded). One that was yanked meanwhile is left out.
   * @returns whether it is what new tenants get
   */
  async makeCurrent(tx: Tx, version: string): Promise<boolean> {
    const row = await tx.release.findUnique({ where: { version } })
    if (row?.status !== 'available') return false
    if (!row.is_current) await makeCurrent(tx, version, this.clock.now())
    return true
  }

  /** The newest available release this control plane can work with. @returns its version, null when there is none */
  async #replaceCurrent(tx: Tx): Promise<string | null> {
    const next = await tx.release.findFirst({
      where: { status: 'available', protocol: { in: [planeProtocol, planeProtocol - 1] } },
      orderBy: [{ created_at: 'desc' }, { version: 'desc' }],
    })
    if (!next) return null
    await makeCurrent(tx, next.version, this.clock.now())
    return next.version
  }

  async #row(version: string, db: Db = this.registry.db): Promise<release> {
    const row = await db.release.findUnique({ where: { version } })
    if (!row) throw new DomainError('not_found', { message: `release ${version} is not known to this platform` })
    return row
  }
}

async function detailOf(db: Db, row: release): Promise<ReleaseDetail> {
  const counts = await tenantsOn(db, [row.version])
  const tenants = await db.tenant.findMany({
    where: { release: row.version, deleted_at: null },
    select: { id: true, slug: true },
    orderBy: [{ slug: 'asc' }],
    take: mostTenantsShown,
  })
  const [packages, changelog] = await Promise.all([packagesOf(row.dir), textOf(row.dir, 'CHANGELOG.md')])
  return {
    ...viewOf(row, counts.get(row.version) ?? 0),
    migrations: migrationsOf(row),
    upgrade_from: row.upgrade_from,
    files: row.files,
    components: packages ? [...packages.values()].reduce((sum, versions) => sum + versions.split(', ').length, 0) : null,
    changelog,
    tenants_on_it: tenants,
  }
}

/** How many tenants are on each of these releases. */
async function tenantsOn(db: Db, versions: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.tenant.groupBy({
    by: ['release'],
    where: { release: { in: [...versions] }, deleted_at: null },
    _count: { _all: true },
  })
  return new Map(rows.map((row) => [row.release, row._count._all]))
}

/** A text file of a release; null where it has none. */
async function textOf(dir: string, file: string): Promise<string | null> {
  const path = join(dir, file)
  return existsSync(path) ? readFile(path, 'utf8') : null
}
