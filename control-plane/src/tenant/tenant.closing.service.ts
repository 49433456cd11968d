import { DomainError, newId, PlaneHealth, type TenantStatus } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Approval } from '../approval/approval.contract.ts'
import { ApprovalService } from '../approval/approval.service.ts'
import { type ApprovalRow, Approvals, decidesForPlatform } from '../approval/approvals.ts'
import { Clock } from '../clock.ts'
import type { Operation } from '../operation/operation.contract.ts'
import { OperationService } from '../operation/operation.service.ts'
import { requireStatus } from '../operations/document-step.ts'
import { requireNoOther } from '../operations/start.ts'
import { Registry, type Tx } from '../registry/registry.ts'
import type { Tenant } from './tenant.contract.ts'
import { TenantService } from './tenant.service.ts'
import type { TenantWithOperation } from './tenant.view.ts'

export interface Requested {
  tenant: Tenant
  operation: Operation | null
  approval: Approval | null
}

const serving: readonly TenantStatus[] = ['trial', 'active', 'past_due', 'suspended']
const day = 86_400

/** Closing and erasing a tenant: asked for by one person, agreed to by another (design §3). */
@Injectable()
export class TenantClosingService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly tenants: TenantService,
    private readonly operations: OperationService,
    private readonly approvals: Approvals,
    private readonly decisions: ApprovalService,
  ) {
    approvals.register({
      kind: 'tenant-close',
      mayDecide: decidesForPlatform,
      approved: (tx, row, ctx) => this.#startClosing(tx, row, ctx),
    })
    approvals.register({
      kind: 'tenant-delete',
      mayDecide: decidesForPlatform,
      approved: (tx, row, ctx) => this.#startDeletion(tx, row, ctx),
    })
  }

  /** Asks for the second person; nothing happens to the tenant before. @throws DomainError invalid_transition | already_exists */
  async close(ctx: RequestContext, idOrSlug: string, asked: { retention_days: number; reason: string }): Promise<Requested> {
    const tenant = await this.tenants.find(ctx, idOrSlug, 'close')
    return this.registry.within(ctx, async (tx) => {
      await requireNoOther(tx, tenant.id)
      await requireStatus(tx, tenant.id, serving, 'closed')
      const row = await this.approvals.request(tx, ctx, {
        kind: 'tenant-close',
        tenantId: tenant.id,
        parameters: { retention_days: asked.retention_days },
        details: { ...facts(tenant), retention_days: asked.retention_days, ...afterwards(asked.retention_days) },
        reason: asked.reason,
      })
      return this.#requested(tx, ctx, tenant.id, row)
    })
  }

  /**
   * Erases a tenant that never served; one that is closing needs a second person, for its days are cut short.
   * @throws DomainError confirmation_required unless the slug was typed again
   */
  async delete(ctx: RequestContext, idOrSlug: string, confirm: string): Promise<Requested> {
    const tenant = await this.tenants.find(ctx, idOrSlug, 'delete')
    if (confirm !== tenant.slug) {
      throw new DomainError('confirmation_required', {
        field: 'confirm',
        message: `this cannot be taken back: repeat the address "${tenant.slug}" to confirm`,
      })
    }
    return this.registry.within(ctx, async (tx) => {
      await requireNoOther(tx, tenant.id)
      const row = await requireStatus(tx, tenant.id, ['closing', 'closed', 'failed'], 'deleted')
      if (row.status !== 'closing') {
        const operation = await this.operations.start(tx, ctx, 'tenant-delete', tenant.id, { status_before: row.status })
        return { tenant: await this.tenants.viewIn(tx, ctx, tenant.id), operation, approval: null }
      }
      const request = await this.approvals.request(tx, ctx, {
        kind: 'tenant-delete',
        tenantId: tenant.id,
        parameters: {},
        details: { ...facts(tenant), closing_until: row.closing_until?.toISOString() ?? null, ...afterwards(0) },
        reason: '',
      })
      return this.#requested(tx, ctx, tenant.id, request)
    })
  }

  async #requested(tx: Tx, ctx: RequestContext, tenantId: string, row: ApprovalRow): Promise<Requested> {
    return {
      tenant: await this.tenants.viewIn(tx, ctx, tenantId),
      operation: null,
      approval: await this.decisions.view(tx, ctx, row),
    }
  }

  async #startClosing(tx: Tx, row: ApprovalRow, ctx: RequestContext): Promise<string> {
    const { retention_days } = row.parameters as { retention_days: number }
    const tenant = await requireStatus(tx, row.tenant_id ?? '', serving, 'closed')
    const parameters = {
      status_before: tenant.status,
      resume_status_before: tenant.resume_status,
      closing_until: this.clock.in(retention_days * day).toISOString(),
      archive_id: newId('bkp'),
    }
    return (await this.operations.start(tx, ctx, 'tenant-close', tenant.id, parameters, row.requested_by)).id
  }

  async #startDeletion(tx: Tx, row: ApprovalRow, ctx: RequestContext): Promise<string> {
    const tenant = await requireStatus(tx, row.tenant_id ?? '', ['closing'], 'deleted')
    return (await this.operations.start(tx, ctx, 'tenant-delete', tenant.id, { status_before: tenant.status }, row.requested_by)).id
  }
}

/** What the second person should know about the tenant; its data plane's last report says how much is at stake. */
function facts(tenant: TenantWithOperation): Approval['details'] {
  const usage = tenant.report ? PlaneHealth.parse(tenant.report.report).usage : null
  return {
    slug: tenant.slug,
    status: tenant.status,
    plan: tenant.plan_code,
    hosts: tenant.domains.map((domain) => domain.host).join(', '),
    orders: usage?.orders ?? null,
    customers: usage?.customers ?? null,
    products: usage?.products ?? null,
    database_bytes: usage?.database_bytes ?? null,
  }
}

function afterwards(retentionDays: number): Approval['details'] {
  return retentionDays === 0
    ? { reopenable: false, afterwards: 'erased at once with its backups, files and keys; a certificate is signed' }
    : {
        reopenable: true,
        afterwards: `a final archive is kept for ${retentionDays} days and can be restored as a new tenant; then it is erased with backups, files and keys, and a certificate is signed`,
      }
}
