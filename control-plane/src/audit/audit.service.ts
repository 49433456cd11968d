import { Readable } from 'node:stream'
import type { Page } from '@cityos/contract'
import { csvLine, RawAnswer, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Prisma } from '../../generated/client.ts'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { Abilities, reachOf } from '../staff/ability.ts'
import { StaffService } from '../staff/staff.service.ts'
import { AuditAnchors } from './audit.anchors.ts'
import { auditOf } from './audit.context.ts'
import type { AuditEntry, AuditSearch } from './audit.contract.ts'
import { type AuditRow, auditFilter, countEntries, findEntries } from './audit.search.ts'
import { audit, verifyTrail } from './audit.trail.ts'

const columns = [
  'sequence',
  'id',
  'at',
  'actor',
  'on_behalf_of',
  'action',
  'tenant_id',
  'resource_type',
  'resource_id',
  'reason',
  'changes',
  'ip',
  'request_id',
  'previous_hash',
  'hash',
] as const
/** Rows read at a time while a file is written: a long trail is never held in memory. */
const batch = 500

/** Reading, exporting and proving the audit trail. */
@Injectable()
export class AuditService {
  constructor(
    private readonly registry: Registry,
    private readonly abilities: Abilities,
    private readonly staff: StaffService,
    private readonly anchors: AuditAnchors,
    private readonly clock: Clock,
  ) {}

  async list(ctx: RequestContext, query: AuditSearch & { limit: number; offset: number }): Promise<Page<AuditEntry>> {
    const { db } = this.registry
    const filter = auditFilter(reachOf(this.abilities.of(ctx.actor), 'read', 'audit'), query)
    const [rows, total] = await Promise.all([
      findEntries(db, filter, { limit: query.limit, offset: query.offset }),
      countEntries(db, filter),
    ])
    const names = await this.staff.names(
      db,
      rows.flatMap((row) => [row.actor, row.on_behalf_of ?? '']),
    )
    return { items: rows.map((row) => viewOf(row, names)), total }
  }

  /** A file of everything a search finds, written as it is read; who took it out stands in the trail before the first row leaves. */
  async export(ctx: RequestContext, { format, ...search }: AuditSearch & { format: 'csv' | 'jsonl' }): Promise<RawAnswer> {
    const reach = reachOf(this.abilities.of(ctx.actor), 'export', 'audit')
    const filter = auditFilter(reach, search)
    const entries = await countEntries(this.registry.db, filter)
    const now = this.clock.now()
    const ofOneTenant = !reach.everything && reach.tenants.length === 1 ? reach.tenants[0]! : null
    await this.registry.within(ctx, (tx) =>
      audit(tx, {
        ...auditOf(ctx),
        at: now,
        action: 'audit.export',
        tenantId: search.tenant_id ?? ofOneTenant,
        resource: { type: 'audit', id: 'export' },
        changes: { format, entries, search },
      }),
    )
    const name = `audit-${now.toISOString().slice(0, 10)}.${format}`
    const headers = {
      'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    }
    return new RawAnswer(200, headers, Readable.from(this.#lines(filter, format), { objectMode: false }))
  }

  /** Says nothing about what entries record, so that whoever may read a part of them may ask. */
  async verify() {
    const anchors = await this.anchors.all()
    const forged = anchors.find((anchor) => !anchor.holds)
    const { entries, broken } = await verifyTrail(this.registry.db, anchors)
    const found =
      broken ??
      (forged
        ? { id: `anchor:${forged.day}`, sequence: Number(forged.sequence), at: null, action: null, reason: 'anchor_changed' as const }
        : null)
    return {
      entries,
      verified: found === null,
      first_broken: found?.id ?? null,
      broken: found && { sequence: found.sequence, at: found.at?.toISOString() ?? null, action: found.action, reason: found.reason },
      anchors: anchors.length,
    }
  }

  async *#lines(filter: Prisma.Sql, format: 'csv' | 'jsonl'): AsyncGenerator<string> {
    if (format === 'csv') yield csvLine(columns)
    let before: bigint | undefined
    for (;;) {
      const rows = await findEntries(this.registry.db, filter, { limit: batch, ...(before === undefined ? {} : { before }) })
      if (rows.length === 0) return
      before = rows[rows.length - 1]!.sequence
      yield rows.map((row) => (format === 'csv' ? csvOf(row) : `${JSON.stringify({ ...row, sequence: Number(row.sequence) })}\n`)).join('')
    }
  }
}

function csvOf(row: AuditRow): string {
  return csvLine(
    columns.map((column) => {
      const value = row[column]
      if (value instanceof Date) return value.toISOString()
      if (typeof value === 'bigint') return Number(value)
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
    }),
  )
}

function viewOf(row: AuditRow, names: Map<string, string>): AuditEntry {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: row.actor,
    actor_name: names.get(row.actor) ?? null,
    on_behalf_of: row.on_behalf_of,
    on_behalf_of_name: names.get(row.on_behalf_of ?? '') ?? null,
    action: row.action,
    tenant_id: row.tenant_id,
    resource: { type: row.resource_type, id: row.resource_id },
    reason: row.reason,
    changes: row.changes,
    ip: row.ip,
    request_id: row.request_id,
  }
}
