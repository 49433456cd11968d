import { DomainError, type Page } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import type { Release } from './release.contract.ts'

/** Immutable builds of the data plane that tenants run on. */
@Injectable()
export class ReleaseService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Takes in the releases the process was handed; the last one is what new tenants get. */
  async register(): Promise<void> {
    const { releases } = this.settings.binding
    const now = this.clock.now()
    await this.registry.transaction(async (tx) => {
      for (const { version, dir, schema } of releases) {
        await tx.release.upsert({
          where: { version },
          create: { version, dir, schema, status: 'available', created_at: now },
          update: { dir },
        })
      }
      const current = releases.at(-1)?.version
      if (!current) return
      await tx.release.updateMany({ where: { is_current: true, version: { not: current } }, data: { is_current: false } })
      await tx.release.updateMany({ where: { version: current }, data: { is_current: true } })
    })
  }

  async list(paging: { limit: number; offset: number }): Promise<Page<Release>> {
    const [rows, total, counts] = await Promise.all([
      this.registry.db.release.findMany({
        orderBy: [{ created_at: 'desc' }, { version: 'desc' }],
        take: paging.limit,
        skip: paging.offset,
      }),
      this.registry.db.release.count(),
      this.registry.db.tenant.groupBy({ by: ['release'], where: { deleted_at: null }, _count: { _all: true } }),
    ])
    const tenants = new Map(counts.map((row) => [row.release, row._count._all]))
    return {
      items: rows.map((row) => ({
        version: row.version,
        schema: row.schema,
        status: row.status as Release['status'],
        current: row.is_current,
        tenants: tenants.get(row.version) ?? 0,
        created_at: row.created_at.toISOString(),
      })),
      total,
    }
  }

  async read(version: string): Promise<Release> {
    const row = await this.registry.db.release.findUnique({ where: { version } })
    if (!row) throw new DomainError('not_found')
    const tenants = await this.registry.db.tenant.count({ where: { release: version, deleted_at: null } })
    const status = row.status as Release['status']
    return { version: row.version, schema: row.schema, status, current: row.is_current, tenants, created_at: row.created_at.toISOString() }
  }
}
