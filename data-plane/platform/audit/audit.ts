import { newId } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { insertOf, jsonb, scopeOf, sendAlong, type Tx } from '../db/index.ts'

export interface NewAuditEntry {
  /** `<noun>.<verb>`, e.g. `order.refund`. */
  action: string
  resource: { type: string; id: string }
  before?: Record<string, unknown>
  after?: Record<string, unknown>
  reason?: string
}

const secret = /token|secret|password|iban|national_id|note|email|phone|address|name$/i

/**
 * Records who did what, in the same transaction as the deed (docs/spec/infrastructure.md, audit). Values of personal or
 * secret fields are replaced; the hash chain is closed over the entry right after the commit.
 */
export async function audit(tx: Tx, ctx: RequestContext, entry: NewAuditEntry): Promise<void> {
  const scope = scopeOf(tx)
  const actor = ctx.actor
  sendAlong(
    tx,
    insertOf('audit_entry', [
      {
        id: newId('aud'),
        at: scope.clock.now(),
        actor_kind: actor.kind,
        actor_id: actorId(actor),
        actor: jsonb({
          kind: actor.kind,
          id: actorId(actor),
          role: roleOf(ctx),
          ...(actor.kind === 'staff' && actor.act ? { on_behalf_of: actor.sub, support_access: actor.support?.id ?? null } : {}),
          ip: ctx.ip,
          user_agent: (ctx.headers['user-agent'] ?? '').slice(0, 200),
        }),
        action: entry.action,
        resource_type: entry.resource.type,
        resource_id: entry.resource.id,
        before: entry.before ? jsonb(redact(entry.before)) : null,
        after: entry.after ? jsonb(redact(entry.after)) : null,
        reason: entry.reason ?? null,
        request_id: ctx.requestId,
        correlation_id: ctx.correlationId,
      },
    ]),
  )
  scope.signals.push({ kind: 'audit' })
}

function roleOf({ actor }: RequestContext): string | null {
  if (actor.kind === 'vendor') return actor.role
  if (actor.kind === 'staff') return actor.grants.map((grant) => grant.role).join(',')
  return null
}

function redact(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, secret.test(key) && value !== null ? '[redacted]' : value]))
}
