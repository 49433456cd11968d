import type { Selectable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import type { Tx } from '../db/database.ts'
import type { AuditEntry, AuditSearch } from '../operations/contract.ts'

/** The entries a search finds, in no order yet. */
export function auditEntries(db: Tx, search: AuditSearch) {
  let rows = db.selectFrom('audit_entry')
  if (search.action) rows = rows.where('action', '=', search.action)
  if (search.resource_type) rows = rows.where('resource_type', '=', search.resource_type)
  if (search.resource_id) rows = rows.where('resource_id', '=', search.resource_id)
  if (search.actor_id) rows = rows.where('actor_id', '=', search.actor_id)
  if (search.from) rows = rows.where('at', '>=', new Date(search.from))
  if (search.to) rows = rows.where('at', '<', new Date(search.to))
  return rows
}

/** One entry as staff see it. */
export function auditView(row: Selectable<DB['audit_entry']>): AuditEntry {
  const actor = row.actor as { kind: string; id: string | null; role: string | null; ip: string; on_behalf_of?: string }
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: actor.kind, id: actor.id, role: actor.role, ip: actor.ip, on_behalf_of: actor.on_behalf_of ?? null },
    action: row.action,
    resource_type: row.resource_type,
    resource_id: row.resource_id,
    before: row.before as AuditEntry['before'],
    after: row.after as AuditEntry['after'],
    reason: row.reason,
    request_id: row.request_id,
  }
}
