import { createHash } from 'node:crypto'
import { newId } from '@cityos/contract'
import type { Db, Tx } from '../registry/registry.ts'
import { json } from '../registry/registry.ts'

/** One thing somebody did. */
export interface AuditRecord {
  at: Date
  /** Id of a member of staff, `system:<name>`, or `anonymous`. */
  actor: string
  action: string
  tenantId: string | null
  resource: { type: string; id: string }
  reason?: string | null
  /** Before and after, ids and codes only: no personal data, no secret. */
  changes?: Record<string, unknown>
  ip?: string | null
  requestId?: string | null
}

interface Chained {
  id: string
  at: Date
  actor: string
  action: string
  tenant_id: string | null
  resource_type: string
  resource_id: string
  reason: string | null
  changes: unknown
  ip: string | null
  request_id: string | null
}

const genesis = '0'.repeat(64)

/** Appends to the audit trail inside the transaction of what it records; rows are chained by hash. */
export async function audit(tx: Tx, record: AuditRecord): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('cityos audit_entry'))`
  const last = await tx.audit_entry.findFirst({ orderBy: { sequence: 'desc' }, select: { hash: true } })
  const row: Chained = {
    id: newId('aud'),
    at: record.at,
    actor: record.actor,
    action: record.action,
    tenant_id: record.tenantId,
    resource_type: record.resource.type,
    resource_id: record.resource.id,
    reason: record.reason ?? null,
    changes: record.changes ?? {},
    ip: record.ip ?? null,
    request_id: record.requestId ?? null,
  }
  const previous = last?.hash ?? genesis
  await tx.audit_entry.create({ data: { ...row, changes: json(row.changes), previous_hash: previous, hash: hashOf(row, previous) } })
}

/** Walks the chain from its beginning. `firstBroken` is the id of the first row that does not fit. */
export async function verifyTrail(db: Db): Promise<{ entries: number; firstBroken: string | null }> {
  let previous = genesis
  let entries = 0
  let after = 0n
  for (;;) {
    const rows = await db.audit_entry.findMany({ where: { sequence: { gt: after } }, orderBy: { sequence: 'asc' }, take: 500 })
    if (rows.length === 0) return { entries, firstBroken: null }
    for (const row of rows) {
      if (row.previous_hash !== previous || row.hash !== hashOf(row, previous)) return { entries, firstBroken: row.id }
      previous = row.hash
      after = row.sequence
      entries += 1
    }
  }
}

function hashOf(row: Chained, previous: string): string {
  const fields = [
    previous,
    row.id,
    row.at.toISOString(),
    row.actor,
    row.action,
    row.tenant_id,
    row.resource_type,
    row.resource_id,
    row.reason,
    canonical(row.changes),
    row.ip,
    row.request_id,
  ]
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex')
}

/** The same text for the same value, whatever order its keys come back in. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (value === null || typeof value !== 'object') return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, canonical(item)])
}
