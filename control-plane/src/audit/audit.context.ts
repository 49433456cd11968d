import { actorId, type RequestContext } from '@cityos/http'

/** Who asked, as the audit trail names them. */
export function auditOf(ctx: RequestContext): { actor: string; ip: string | null; requestId: string } {
  return { actor: actorId(ctx.actor) ?? 'anonymous', ip: ctx.ip || null, requestId: ctx.requestId }
}
