import { actorId, type RequestContext } from '@cityos/http'

/** Who asked, as the audit trail names them: under support access, both the person and the one in whose name they act. */
export function auditOf(ctx: RequestContext): { actor: string; onBehalfOf: string | null; ip: string | null; requestId: string } {
  const onBehalfOf = ctx.actor.kind === 'staff' && ctx.actor.act ? ctx.actor.sub : null
  return { actor: actorId(ctx.actor) ?? 'anonymous', onBehalfOf, ip: ctx.ip || null, requestId: ctx.requestId }
}
