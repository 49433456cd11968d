import { createHash } from 'node:crypto'
import { newId } from '@cityos/contract'
import type { Db, Tx } from '../registry/registry.ts'
import { json } from '../registry/registry.ts'

/** One thing somebody did. */
export interface AuditRecord {
  at: Date
  /** Id of a member of staff, `system:<name>`, or `anonymous`. */
  actor: string
  /** In whose name, when the actor works under support access. */
  onBehalfOf?: string | null
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
  on_behalf_of: string | null
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

/**
 * The trail's end is one transaction's at a time. Whoever needs another lock of the whole house beside it takes this one
 * first, and rows before both: so that two transactions never wait for each other.
 */
export async function lockTrail(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('cityos audit_entry'))`
}

/** Appends to the audit trail inside the transaction of what it records; rows are chained by hash. */
export async function audit(tx: Tx, record: AuditRecord): Promise<void> {
  await lockTrail(tx)
  const last = await tx.audit_entry.findFirst({ orderBy: { sequence: 'desc' }, select: { hash: true } })
  const row: Chained = {
    id: newId('aud'),
    at: record.at,
    actor: record.actor,
    on_behalf_of: record.onBehalfOf ?? null,
    action: record.action,
    tenant_id: record.tenantId,
    resource_type: record.resource.type,
    resource_id: record.resource.id,
    reason: record.reason ?? null,
    // as JSON keeps it: what is undefined is not there, a Date is a text; the hash is over what will be read again
    changes: JSON.parse(JSON.stringify(record.changes ?? {})),
    ip: record.ip ?? null,
    request_id: record.requestId ?? null,
  }
  const previous = last?.hash ?? genesis
  await tx.audit_entry.create({ data: { ...row, changes: json(row.changes), previous_hash: previous, hash: hashOf(row, previous) } })
}

/** Where the chain does not hold. */
export interface Break {
  id: string
  sequence: number
  at: Date | null
  action: string | null
  reason: 'entry_changed' | 'link_changed' | 'entry_missing' | 'anchor_changed'
}

/** The end of the chain at some moment, as an anchor says it. */
export interface AnchorPoint {
  sequence: bigint
  hash: string
}

/**
 * Walks the chain from its beginning and compares it with the anchors: a row that was changed, removed or slipped in is
 * named, and so is an end that was cut off after it was anchored.
 */
export async function verifyTrail(db: Db, anchors: readonly AnchorPoint[] = []): Promise<{ entries: number; broken: Break | null }> {
  const anchored = new Map(anchors.map((anchor) => [anchor.sequence, anchor.hash]))
  let previous = genesis
  let entries = 0
  let after = 0n
  for (;;) {
    const rows = await db.audit_entry.findMany({ where: { sequence: { gt: after } }, orderBy: { sequence: 'asc' }, take: 500 })
    for (const row of rows) {
      const broken = (reason: Break['reason']) => ({
        entries,
        broken: { id: row.id, sequence: Number(row.sequence), at: row.at, action: row.action, reason },
      })
      if (row.hash !== hashOf(row, row.previous_hash)) return broken('entry_changed')
      if (row.previous_hash !== previous) return broken('link_changed')
      const anchor = anchored.get(row.sequence)
      if (anchor !== undefined && anchor !== row.hash) return broken('anchor_changed')
      anchored.delete(row.sequence)
      previous = row.hash
      after = row.sequence
      entries += 1
    }
    if (rows.length === 0) break
  }
  const [missing] = [...anchored.keys()].sort((a, b) => (a < b ? -1 : 1))
  if (missing === undefined) return { entries, broken: null }
  return { entries, broken: { id: `#${missing}`, sequence: Number(missing), at: null, action: null, reason: 'entry_missing' } }
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
    // entries from before support access have no such field in their hash
    ...(row.on_behalf_of === null ? [] : [row.on_behalf_of]),
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
