import { DomainError, type Page, type StaffRole } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import type { Invitation, IssuedInvitation } from '../tenant/tenant.contract.ts'
import { Abilities, tenantsOf } from './ability.ts'
import { InvitationService } from './invitation.service.ts'
import type { StaffUser } from './staff.contract.ts'
import { StaffService } from './staff.service.ts'

interface Paging {
  limit: number
  offset: number
}

/** Roles that mean something inside one tenant only. */
const tenantRoles: readonly StaffRole[] = ['tenant-admin', 'district-manager', 'zone-operator', 'facility-operator', 'asset-technician']

/** Who may let whom in. */
@Injectable()
export class StaffDirectory {
  constructor(
    private readonly registry: Registry,
    private readonly staff: StaffService,
    private readonly invitationService: InvitationService,
    private readonly abilities: Abilities,
    private readonly clock: Clock,
  ) {}

  me(ctx: RequestContext) {
    if (ctx.actor.kind !== 'staff') throw new DomainError('unauthenticated')
    const { sub, email, name, grants, sid } = ctx.actor
    return { id: sub, email, name, grants, session_id: sid }
  }

  async list(ctx: RequestContext, query: Paging & { tenant_id?: string | undefined }): Promise<Page<StaffUser>> {
    const reach = tenantsOf(this.abilities.of(ctx.actor), 'read', 'staff')
    const within = reach === 'all' ? {} : { grants: { some: { tenant_id: { in: reach } } } }
    const where = { AND: [within, ...(query.tenant_id ? [{ grants: { some: { tenant_id: query.tenant_id } } }] : [])] }
    const [rows, total] = await Promise.all([
      this.registry.db.staff_user.findMany({
        where,
        include: { grants: true },
        orderBy: { created_at: 'desc' },
        take: query.limit,
        skip: query.offset,
      }),
      this.registry.db.staff_user.count({ where }),
    ])
    const items = rows.map((row) => this.staff.view(row))
    if (reach === 'all') return { items, total }
    return {
      items: items.map((user) => ({ ...user, grants: user.grants.filter((grant) => grant.tenant_id && reach.includes(grant.tenant_id)) })),
      total,
    }
  }

  async invitations(ctx: RequestContext, query: Paging): Promise<Page<Invitation>> {
    const reach = tenantsOf(this.abilities.of(ctx.actor), 'read', 'staff')
    const open = { accepted_at: null, revoked_at: null, expires_at: { gt: this.clock.now() } }
    const where = reach === 'all' ? open : { ...open, tenant_id: { in: reach } }
    const [rows, total] = await Promise.all([
      this.registry.db.invitation.findMany({ where, orderBy: { created_at: 'desc' }, take: query.limit, skip: query.offset }),
      this.registry.db.invitation.count({ where }),
    ])
    return { items: rows.map((row) => this.invitationService.view(row)), total }
  }

  /** @throws DomainError forbidden outside the caller's own reach | not_found | validation_failed */
  async invite(
    ctx: RequestContext,
    asked: { email: string; role: StaffRole; tenant_id: string | null; nodes: string[] },
  ): Promise<IssuedInvitation> {
    const reach = tenantsOf(this.abilities.of(ctx.actor), 'create', 'staff')
    if (reach !== 'all' && (asked.tenant_id === null || !reach.includes(asked.tenant_id) || asked.role === 'super-admin')) {
      throw new DomainError('forbidden', { message: 'you can invite people to your own tenant only' })
    }
    if (asked.tenant_id === null && tenantRoles.includes(asked.role)) {
      throw new DomainError('validation_failed', {
        field: 'tenant_id',
        message: `${asked.role} is a role inside one tenant: name the tenant`,
      })
    }
    const tenant =
      asked.tenant_id === null
        ? null
        : await this.registry.db.tenant.findFirst({
            where: { OR: [{ id: asked.tenant_id }, { slug_claim: asked.tenant_id }], deleted_at: null },
          })
    if (asked.tenant_id !== null && !tenant) throw new DomainError('not_found', { field: 'tenant_id', message: 'there is no such tenant' })
    return this.registry.within(ctx, async (tx) => {
      const to = {
        email: asked.email,
        role: asked.role,
        tenantId: tenant?.id ?? null,
        nodes: asked.nodes,
        invitedBy: actorId(ctx.actor) ?? 'anonymous',
      }
      const issued = await this.invitationService.issue(tx, to)
      const changes = { role: asked.role }
      await audit(tx, {
        ...auditOf(ctx),
        at: this.clock.now(),
        action: 'staff.invite',
        tenantId: to.tenantId,
        resource: { type: 'invitation', id: issued.id },
        changes,
      })
      return issued
    })
  }

  /** @throws DomainError not_found also for somebody of another tenant */
  async revokeSessions(ctx: RequestContext, userId: string): Promise<{ revoked: number }> {
    const reach = tenantsOf(this.abilities.of(ctx.actor), 'update', 'staff')
    const row = await this.staff.find(userId)
    const mayTouch =
      row &&
      (reach === 'all' ||
        (row.grants.length > 0 && row.grants.every((grant) => grant.tenant_id !== null && reach.includes(grant.tenant_id))))
    if (!mayTouch) throw new DomainError('not_found')
    return this.registry.within(ctx, async (tx) => {
      const revoked = await this.staff.revokeSessions(tx, userId, 'revoked_by_staff')
      await audit(tx, {
        ...auditOf(ctx),
        at: this.clock.now(),
        action: 'staff.revoke_sessions',
        tenantId: null,
        resource: { type: 'staff', id: userId },
        changes: { revoked },
      })
      return { revoked }
    })
  }
}
