import { Readable } from 'node:stream'
import { csvLine, RawAnswer, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../clock/clock.ts'
import { Database } from '../db/database.ts'
import type { AuditEntry, AuditSearch } from '../operations/contract.ts'
import { audit } from './audit.ts'
import { auditEntries, auditView } from './audit-search.ts'

/** Rows read at a time while a file is written: a long trail is never held in memory. */
const batch = 500
const columns = [
  'id',
  'at',
  'actor_kind',
  'actor',
  'on_behalf_of',
  'role',
  'ip',
  'action',
  'resource_type',
  'resource_id',
  'before',
  'after',
  'reason',
  'request_id',
]

/** The audit trail as a file for a spreadsheet or a program. */
@Injectable()
export class AuditExport {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Written as it is read; who took it out stands in the trail before the first row leaves. */
  async file(ctx: RequestContext, { format, ...search }: AuditSearch & { format: 'csv' | 'jsonl' }): Promise<RawAnswer> {
    const { last } = await auditEntries(this.database.read, search)
      .select((eb) => eb.fn.max<number | null>('seq').as('last'))
      .executeTakeFirstOrThrow()
    await this.database.transaction((tx) =>
      audit(tx, ctx, { action: 'audit.export', resource: { type: 'audit', id: 'export' }, after: { format, ...search } }),
    )
    const headers = {
      'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8',
      'content-disposition': `attachment; filename="audit-${this.clock.now().toISOString().slice(0, 10)}.${format}"`,
      'cache-control': 'no-store',
    }
    return new RawAnswer(200, headers, Readable.from(this.#lines(search, format, last), { objectMode: false }))
  }

  async *#lines(search: AuditSearch, format: 'csv' | 'jsonl', last: number | null): AsyncGenerator<string> {
    if (format === 'csv') yield csvLine(columns)
    let before = (last ?? -1) + 1
    for (;;) {
      const rows = await auditEntries(this.database.read, search)
        .where('seq', '<', before)
        .selectAll()
        .orderBy('seq', 'desc')
        .limit(batch)
        .execute()
      if (rows.length === 0) return
      before = rows[rows.length - 1]!.seq
      yield rows.map((row) => (format === 'csv' ? lineOf(auditView(row)) : `${JSON.stringify(auditView(row))}\n`)).join('')
    }
  }
}

function lineOf({ actor, before, after, ...entry }: AuditEntry): string {
  const text = (value: unknown) => (value === null ? null : JSON.stringify(value))
  return csvLine([
    entry.id,
    entry.at,
    actor.kind,
    actor.id,
    actor.on_behalf_of,
    actor.role,
    actor.ip,
    entry.action,
    entry.resource_type,
    entry.resource_id,
    text(before),
    text(after),
    entry.reason,
    entry.request_id,
  ])
}
