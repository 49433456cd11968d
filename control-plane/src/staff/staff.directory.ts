import { DomainError, type Page, type StaffRole } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import type { Invitation, IssuedInvitation } from '../tenant/tenant.contract.ts'
import { Abilities, reachOf } from './ability.ts'
import { InvitationService } from './invitation.service.ts'
import type { AskedGrant } from './role.rules.ts'
import type { StaffUser } from './staff.contract.ts'
import { StaffGrantsService } from './staff.grants.service.ts'
import { StaffService } from './staff.service.ts'
import { answersFor, viewOf } from './staff.view.ts'

interface Paging {
  limit: number
  offset: number
}

interface StaffFilter extends Paging {
  tenant_id?: string | undefined
  role?: StaffRole | undefined
  status?: StaffUser['status'] | undefined
  email?: string | undefined
}

/** Who may let whom in. */
@Injectable()
export class StaffDirectory {
  constructor(
    private readonly registry: Registry,
    private readonly staff: StaffService,
    private readonly invitationService: InvitationService,
    private readonly grants: StaffGrantsService,
    private readonly abilities: Abilities,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
  ) {}

  me(ctx: RequestContext) {
    if (ctx.actor.kind !== 'staff') throw new DomainError('unauthenticated')
    const { sub, email, name, grants, sid } = ctx.actor
    const own = grants.map(({ role, tenant_id, nodes, deny }) => ({ role, tenant_id, nodes, ...(deny ? { deny } : {}) }))
    return { id: sub, email, name, grants: own, session_id: sid }
  }

  async list(ctx: RequestContext, query: StaffFilter): Promise<Page<StaffUser>> {
    const ability = this.abilities.of(ctx.actor)
    const reach = reachOf(ability, 'read', 'staff')
    const asked = { ...(query.tenant_id ? { tenant_id: query.tenant_id } : {}), ...(query.role ? { role: query.role } : {}) }
    const where = {
      AND: [
        ...(reach.everything ? [] : [{ grants: { some: { tenant_id: { in: reach.tenants }, ...asked } } }]),
        ...(Object.keys(asked).length > 0 ? [{ grants: { some: asked } }] : []),
        ...(query.status ? [{ status: query.status }] : []),
        ...(query.email ? [{ email_index: this.sealing.emailIndex(query.email) }] : []),
      ],
    }
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
    return { items: rows.map((row) => viewOf(this.staff, ctx, ability, row)), total }
  }

  /** @throws DomainError not_found also for somebody of another tenant */
  async read(ctx: RequestContext, id: string): Promise<StaffUser> {
    const ability = this.abilities.of(ctx.actor)
    const row = await this.staff.find(id)
    const view = row && viewOf(this.staff, ctx, ability, row)
    if (!view || (view.grants.length === 0 && !reachOf(ability, 'read', 'staff').everything)) throw new DomainError('not_found')
    return view
  }

  async invitations(ctx: RequestContext, query: Paging): Promise<Page<Invitation>> {
    const reach = reachOf(this.abilities.of(ctx.actor), 'read', 'staff')
    const open = { accepted_at: null, revoked_at: null, expires_at: { gt: this.clock.now() } }
    const where = reach.everything ? open : { ...open, tenant_id: { in: reach.tenants } }
    const [rows, total] = await Promise.all([
      this.registry.db.invitation.findMany({ where, orderBy: { created_at: 'desc' }, take: query.limit, skip: query.offset }),
      this.registry.db.invitation.count({ where }),
    ])
    return { items: rows.map((row) => this.invitationService.view(row)), total }
  }

  /** @throws DomainError forbidden outside the caller's own reach or weight | not_found | validation_failed */
  async invite(ctx: RequestContext, given: AskedGrant & { email: string }): Promise<IssuedInvitation> {
    const asked = await this.grants.checked(ctx, this.registry.db, given, 'create')
    return this.registry.within(ctx, async (tx) => {
      const to = {
        email: asked.email,
        role: asked.role,
        tenantId: asked.tenant_id,
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

  /** @throws DomainError not_found also for an invitation to another tenant, and for one that is no longer open */
  async revokeInvitation(ctx: RequestContext, id: string): Promise<Invitation> {
    const reach = reachOf(this.abilities.of(ctx.actor), 'create', 'staff')
    const row = await this.registry.db.invitation.findFirst({
      where: { id, accepted_at: null, revoked_at: null, ...(reach.everything ? {} : { tenant_id: { in: reach.tenants } }) },
    })
    if (!row) throw new DomainError('not_found')
    return this.registry.within(ctx, async (tx) => {
      const { count } = await tx.invitation.updateMany({
        where: { id, accepted_at: null, revoked_at: null },
        data: { revoked_at: this.clock.now() },
      })
      if (count === 0) throw new DomainError('not_found')
      await audit(tx, {
        ...auditOf(ctx),
        at: this.clock.now(),
        action: 'invitation.revoke',
        tenantId: row.tenant_id,
        resource: { type: 'invitation', id },
        changes: { role: row.role },
      })
      return this.invitationService.view(row)
    })
  }

  /** @throws DomainError not_found also for somebody of another tenant */
  async revokeSessions(ctx: RequestContext, userId: string): Promise<{ revoked: number }> {
    const row = await this.staff.find(userId)
    if (!row || !answersFor(ctx, this.abilities.of(ctx.actor), row)) throw new DomainError('not_found')
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
