import { type AnyEndpoint, DomainError, type TenantStatus } from '@cityos/contract'
import { EndpointGate, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { audit } from '../../platform/audit/audit.ts'
import { Database } from '../../platform/db/index.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { ControlStream } from '../control-stream/control-stream.ts'

const closedToOrders: readonly TenantStatus[] = ['suspended', 'closing', 'closed']
/** Acts of staff that wait while nobody could tell this process of a revocation (design §8); all of them under support access. */
const delicate = new Set(['refund', 'confirm', 'export'])

/** What this tenant answers now: its verticals, its status, the age of its control stream. */
@Injectable()
export class TenantGate extends EndpointGate {
  constructor(
    private readonly tenant: TenantContext,
    private readonly stream: ControlStream,
    private readonly database: Database,
  ) {
    super()
  }

  override check(ctx: RequestContext, endpoint: AnyEndpoint): void | Promise<void> {
    const { document } = this.tenant
    const isOff = endpoint.vertical !== null && !document.verticals.includes(endpoint.vertical)
    if (isOff && !endpoint.afterOff) throw new DomainError('not_found')
    const takesOrders = endpoint.idempotencyKey && endpoint.path.startsWith('/v1/store/') && !endpoint.path.endsWith('/cancel')
    if (takesOrders && closedToOrders.includes(document.status)) throw new DomainError('tenant_suspended')
    if (takesOrders && document.quarantined) throw new DomainError('tenant_quarantined')
    if (document.read_only && changes(endpoint)) throw new DomainError('tenant_read_only', { details: { retry_after: 5 } })
    const { access } = endpoint
    const isSupport = ctx.actor.kind === 'staff' && ctx.actor.act !== undefined
    const isDelicate = access.who === 'staff' && (delicate.has(access.action) || endpoint.idempotencyKey || isSupport)
    if (isDelicate && ctx.actor.kind === 'staff' && this.stream.stale) {
      throw new DomainError('dependency_unavailable', { details: { dependency: 'control-plane', retry_after: 5 } })
    }
    return isSupport && access.who === 'staff' ? this.#record(ctx, endpoint) : undefined
  }

  /** Whatever somebody asks for under support access stands in the tenant's audit trail, with both identities, before it is done. */
  #record(ctx: RequestContext, endpoint: AnyEndpoint): Promise<void> {
    return this.database.transaction((tx) =>
      audit(tx, ctx, {
        action: 'support.call',
        resource: { type: 'operation', id: endpoint.id },
        after: { method: endpoint.method, path: endpoint.path },
      }),
    )
  }
}

/** Whether it writes into the tenant's database; the way in and out of the consoles and the platform's own calls go on. */
function changes(endpoint: AnyEndpoint): boolean {
  return endpoint.method !== 'GET' && /^\/(v1|webhooks)\//.test(endpoint.path)
}
