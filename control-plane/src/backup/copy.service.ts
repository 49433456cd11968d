import { DomainError, newId, platformAudience } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { tenant } from '../../generated/client.ts'
import type { Approval } from '../approval/approval.contract.ts'
import { ApprovalService } from '../approval/approval.service.ts'
import { Approvals, decidesForPlatform } from '../approval/approvals.ts'
import { requirePlaceIn } from '../cell/cell.service.ts'
import { Clock } from '../clock.ts'
import type { Operation } from '../operation/operation.contract.ts'
import { OperationService } from '../operation/operation.service.ts'
import { requireStatus } from '../operations/document-step.ts'
import { movable } from '../operations/tenant-move.ts'
import { isUniqueViolation, json, Registry } from '../registry/registry.ts'
import { normaliseEmail, Sealing } from '../registry/sealing.ts'
import { InvitationService } from '../staff/invitation.service.ts'
import type { IssuedInvitation, Tenant } from '../tenant/tenant.contract.ts'
import { checkSlug, nameIn, slugTaken } from '../tenant/tenant.rules.ts'
import { TenantService } from '../tenant/tenant.service.ts'
import type { CopyTenant, MoveTenant } from './backup.contract.ts'
import { BackupService } from './backup.service.ts'

export interface Copied {
  tenant: Tenant
  operation: Operation
  invitation: IssuedInvitation
}

/** New tenants from backups and from living tenants, and moves: everything that goes through an archive to another place. */
@Injectable()
export class CopyService {
  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
    private readonly tenants: TenantService,
    private readonly backups: BackupService,
    private readonly operations: OperationService,
    private readonly invitations: InvitationService,
    private readonly approvals: Approvals,
    private readonly decisions: ApprovalService,
  ) {
    approvals.register({
      kind: 'tenant-move',
      mayDecide: decidesForPlatform,
      approved: async (tx, row, ctx) => {
        const tenant = await requireStatus(tx, row.tenant_id ?? '', movable, 'moved')
        const { to_cell = null } = row.parameters as { to_cell?: string | null }
        const parameters = { archive_id: newId('arc'), to_cell }
        return (await this.operations.start(tx, ctx, 'tenant-move', tenant.id, parameters, row.requested_by)).id
      },
    })
  }

  /** @throws DomainError slug_taken | slug_malformed | slug_reserved | not_found */
  async restoreAs(ctx: RequestContext, backupId: string, asked: CopyTenant): Promise<Copied> {
    const backup = await this.backups.find(ctx, backupId, 'operate')
    if (backup.status !== 'ready') {
      throw new DomainError(backup.status === 'damaged' ? 'archive_damaged' : 'invalid_transition', {
        message: `backup ${backup.id} is ${backup.status}`,
      })
    }
    const source = await this.registry.db.tenant.findUniqueOrThrow({ where: { id: backup.tenant_id } })
    return this.#copy(ctx, source, asked, { kind: 'tenant-restore-as', backupId: backup.id })
  }

  /** @throws DomainError slug_taken | slug_malformed | slug_reserved | operation_in_progress | invalid_transition */
  async clone(ctx: RequestContext, idOrSlug: string, asked: CopyTenant): Promise<Copied> {
    const source = await this.tenants.find(ctx, idOrSlug, 'operate')
    const row = await this.registry.db.tenant.findUniqueOrThrow({ where: { id: source.id } })
    return this.#copy(ctx, row, asked, { kind: 'tenant-clone', backupId: newId('arc') })
  }

  /**
   * Asks for the second person; nothing happens before.
   * @throws DomainError invalid_transition | already_exists; validation_failed | not_enough_capacity about the cell
   */
  async move(ctx: RequestContext, idOrSlug: string, asked: MoveTenant): Promise<{ tenant: Tenant; operation: null; approval: Approval }> {
    const { reason } = asked
    const to_cell = asked.to_cell ?? null
    const tenant = await this.tenants.find(ctx, idOrSlug, 'operate')
    return this.registry.within(ctx, async (tx) => {
      const found = await requireStatus(tx, tenant.id, movable, 'moved')
      if (to_cell !== null) await requirePlaceIn(tx, found, to_cell)
      const row = await this.approvals.request(tx, ctx, {
        kind: 'tenant-move',
        tenantId: tenant.id,
        parameters: { to_cell },
        details: {
          slug: tenant.slug,
          status: tenant.status,
          driver: tenant.driver,
          ...(to_cell === null ? {} : { from_cell: tenant.cell ?? '', to_cell }),
          afterwards:
            to_cell === null
              ? 'its data goes through an archive into a new database with a new process; nothing can be written for some seconds'
              : 'its data goes through an archive into the other cell, and nothing stays in the one it leaves; nothing can be written meanwhile, and DNS of its hosts has to lead to the other gateway',
        },
        reason,
      })
      return { tenant: await this.tenants.viewIn(tx, ctx, tenant.id), operation: null, approval: await this.decisions.view(tx, ctx, row) }
    })
  }

  /** The copy's desired state is the original's, but for its address, its owner and its quarantine. */
  async #copy(
    ctx: RequestContext,
    source: tenant,
    asked: CopyTenant,
    how: { kind: 'tenant-restore-as' | 'tenant-clone'; backupId: string },
  ): Promise<Copied> {
    checkSlug(asked.slug)
    try {
      return await this.registry.within(ctx, async (tx) => {
        if (await tx.tenant.findUnique({ where: { slug_claim: asked.slug } })) throw slugTaken(asked.slug)
        const now = this.clock.now()
        const owner = asked.owner ? normaliseEmail(asked.owner) : this.sealing.open('personal', source.owner_sealed)
        const { failure: _failure, ...desired } = source
        const id = newId('tnt')
        await tx.tenant.create({
          data: {
            ...desired,
            id,
            slug: asked.slug,
            slug_claim: asked.slug,
            name: json(asked.name === undefined ? source.name : nameIn(asked.name, source.locales)),
            theme: json(source.theme),
            status: 'provisioning',
            resume_status: null,
            runtime: null,
            owner_sealed: this.sealing.seal('personal', owner),
            owner_index: this.sealing.emailIndex(owner),
            quarantined: true,
            read_only: false,
            other_cell: null,
            copied_from: how.backupId,
            version: 1,
            closing_until: null,
            deleted_at: null,
            created_at: now,
            updated_at: now,
          },
        })
        const invitation = await this.invitations.issue(tx, {
          email: owner,
          role: 'tenant-admin',
          tenantId: id,
          nodes: [],
          invitedBy: actorId(ctx.actor) ?? platformAudience,
        })
        const operation = await this.operations.start(tx, ctx, how.kind, id, {
          seed: false,
          invitation_id: invitation.id,
          source_tenant_id: source.id,
          backup_id: how.backupId,
          mask_personal_data: asked.mask_personal_data,
        })
        return { tenant: await this.tenants.viewIn(tx, ctx, id), operation, invitation }
      })
    } catch (error) {
      if (isUniqueViolation(error)) throw slugTaken(asked.slug)
      throw error
    }
  }
}
