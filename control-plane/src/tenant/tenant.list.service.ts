import { Readable } from 'node:stream'
import type { Page, TenantRuntime } from '@cityos/contract'
import { csvLine, RawAnswer, type RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import type { Prisma } from '../../generated/client.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { Abilities, reachOf, tenantScope } from '../staff/ability.ts'
import type { Tenant, TenantSearch } from './tenant.contract.ts'
import { countTenants, type ExportedTenant, findExported, findTenantIds, tenantFilter, tenantOrder } from './tenant.search.ts'
import { viewTenant, withOperation } from './tenant.view.ts'

const exported: readonly (keyof ExportedTenant)[] = [
  'id',
  'slug',
  'name_en',
  'name_ar',
  'status',
  'runtime',
  'plan',
  'release',
  'verticals',
  'node',
  'residency_zone',
  'country',
  'default_currency',
  'quarantined',
  'database_bytes',
  'last_backup_at',
  'created_at',
]
/** Rows read at a time while a file is written: a large fleet is never held in memory. */
const batch = 500

/** The fleet as a list: searched, ordered, paged and exported by the registry; a page takes the same few queries whatever its size. */
@Injectable()
export class TenantListService {
  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Runtimes are as last seen (the reconciler looks at all of them every few seconds): no driver is asked row by row. */
  async list(
    ctx: RequestContext,
    query: TenantSearch & { order?: string | undefined; limit: number; offset: number },
  ): Promise<Page<Tenant>> {
    const { db } = this.registry
    const ability = this.abilities.of(ctx.actor)
    const filter = tenantFilter(reachOf(ability, 'read', 'tenant'), query, this.sealing)
    const [ids, total] = await Promise.all([
      findTenantIds(db, filter, { order: tenantOrder(query.order), limit: query.limit, offset: query.offset }),
      countTenants(db, filter),
    ])
    const rows = await db.tenant.findMany({
      where: { AND: [{ id: { in: ids } }, tenantScope(ability, 'read', 'tenant', 'id')] },
      include: withOperation,
    })
    const byId = new Map(rows.map((row) => [row.id, row]))
    const from = { sealing: this.sealing, settings: this.settings, ability }
    const items = ids.flatMap((id) => {
      const row = byId.get(id)
      if (!row) return []
      const seen = row.runtime as TenantRuntime | null
      return [viewTenant(row, seen ?? (row.status === 'provisioning' ? 'starting' : null), from)]
    })
    return { items, total }
  }

  /** A file of everything a search finds, written as it is read; who took it out stands in the trail before the first row leaves. */
  async export(ctx: RequestContext, search: TenantSearch): Promise<RawAnswer> {
    const reach = reachOf(this.abilities.of(ctx.actor), 'export', 'tenant')
    const filter = tenantFilter(reach, search, this.sealing)
    const tenants = await countTenants(this.registry.db, filter)
    const now = this.clock.now()
    const { q, ...narrowed } = search
    await this.registry.within(ctx, (tx) =>
      audit(tx, {
        ...auditOf(ctx),
        at: now,
        action: 'tenant.export',
        tenantId: null,
        resource: { type: 'tenant', id: 'export' },
        // what was searched for may be a person's address: it is not kept
        changes: { format: 'csv', tenants, search: { ...narrowed, text: Boolean(q) } },
      }),
    )
    const headers = {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="tenants-${now.toISOString().slice(0, 10)}.csv"`,
      'cache-control': 'no-store',
    }
    return new RawAnswer(200, headers, Readable.from(this.#lines(filter), { objectMode: false }))
  }

  async *#lines(filter: Prisma.Sql): AsyncGenerator<string> {
    yield csvLine([...exported])
    let before: string | undefined
    for (;;) {
      const rows = await findExported(this.registry.db, filter, { limit: batch, ...(before === undefined ? {} : { before }) })
      if (rows.length === 0) return
      before = rows[rows.length - 1]!.id
      yield rows.map((row) => csvLine(exported.map((column) => cellOf(row[column])))).join('')
    }
  }
}

function cellOf(value: ExportedTenant[keyof ExportedTenant]): string | number | boolean | null {
  return value instanceof Date ? value.toISOString() : value
}
