import { DomainError, type StaffRole } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { nodePathsOf } from '../node/node.paths.ts'
import { type Db, Registry, type Tx } from '../registry/registry.ts'
import { Abilities, reachOf } from './ability.ts'
import { type AskedGrant, checkGrant, roleWeight, weightAt } from './role.rules.ts'
import type { StaffUser } from './staff.contract.ts'
import { type StaffRow, StaffService } from './staff.service.ts'
import { answersFor, grantsOfCaller, reachesTenant, viewOf } from './staff.view.ts'

/** Giving and taking roles and accounts. A tenant always keeps an administrator, and the city a super-admin. */
@Injectable()
export class StaffGrantsService {
  constructor(
    private readonly registry: Registry,
    private readonly staff: StaffService,
    private readonly abilities: Abilities,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError not_found | forbidden (outside one's reach, or a heavier role than one's own) | validation_failed | last_admin */
  async grant(ctx: RequestContext, userId: string, asked: AskedGrant & { deny: boolean }): Promise<StaffUser> {
    const { tenant_id } = await this.checked(ctx, this.registry.db, asked, 'update')
    await this.#visible(ctx, userId)
    return this.registry.within(ctx, async (tx) => {
      if (asked.deny) await this.#lockAdmins(tx, tenant_id)
      await this.staff.grant(tx, userId, {
        role: asked.role,
        tenant_id,
        nodes: asked.nodes,
        deny: asked.deny,
        granted_by: actorId(ctx.actor) ?? 'anonymous',
      })
      if (asked.deny) {
        await this.#keepAnAdmin(tx, asked.role, tenant_id)
        await this.staff.endSessionsAt(tx, userId, tenant_id, 'grant_denied')
      }
      await this.#record(tx, ctx, asked.deny ? 'staff.deny' : 'staff.grant', tenant_id, userId, { role: asked.role, nodes: asked.nodes })
      return this.#view(tx, ctx, userId)
    })
  }

  /** @throws DomainError not_found | forbidden | last_admin */
  async revokeGrant(ctx: RequestContext, userId: string, grantId: string): Promise<StaffUser> {
    const row = await this.#visible(ctx, userId)
    const grant = row.grants.find((one) => one.id === grantId)
    if (!grant || !this.#reaches(ctx, grant.tenant_id)) throw new DomainError('not_found')
    this.#checkWeight(ctx, grant.role as StaffRole, grant.tenant_id)
    return this.registry.within(ctx, async (tx) => {
      await this.#lockAdmins(tx, grant.tenant_id)
      const { count } = await tx.staff_grant.deleteMany({ where: { id: grantId, user_id: userId } })
      if (count === 0) throw new DomainError('not_found')
      if (!grant.deny) await this.#keepAnAdmin(tx, grant.role as StaffRole, grant.tenant_id)
      await this.staff.endSessionsAt(tx, userId, grant.tenant_id, 'grant_revoked')
      await this.#record(tx, ctx, 'staff.revoke_grant', grant.tenant_id, userId, { role: grant.role, nodes: grant.nodes, deny: grant.deny })
      return this.#view(tx, ctx, userId)
    })
  }

  /** Locks the account and ends its sessions on every plane. @throws DomainError not_found | forbidden | last_admin */
  async disable(ctx: RequestContext, userId: string, reason: string | undefined): Promise<StaffUser> {
    const row = await this.#answeredFor(ctx, userId)
    return this.registry.within(ctx, async (tx) => {
      const places = [...new Set(row.grants.map((grant) => grant.tenant_id))].sort()
      for (const tenantId of places) await this.#lockAdmins(tx, tenantId)
      await tx.staff_user.update({ where: { id: userId }, data: { status: 'disabled', updated_at: this.clock.now() } })
      for (const grant of row.grants) if (!grant.deny) await this.#keepAnAdmin(tx, grant.role as StaffRole, grant.tenant_id)
      const revoked = await this.staff.revokeSessions(tx, userId, 'account_disabled')
      await this.#record(tx, ctx, 'staff.disable', null, userId, { revoked }, reason)
      return this.#view(tx, ctx, userId)
    })
  }

  /** @throws DomainError not_found | forbidden */
  async enable(ctx: RequestContext, userId: string): Promise<StaffUser> {
    await this.#answeredFor(ctx, userId)
    return this.registry.within(ctx, async (tx) => {
      await tx.staff_user.update({ where: { id: userId }, data: { status: 'active', updated_at: this.clock.now() } })
      await this.#record(tx, ctx, 'staff.enable', null, userId, {})
      return this.#view(tx, ctx, userId)
    })
  }

  /**
   * A grant somebody asks for, checked against what they may give.
   * @returns it with the tenant's id in place of its slug
   * @throws DomainError validation_failed | not_found (tenant or node) | forbidden
   */
  async checked<Asked extends AskedGrant>(ctx: RequestContext, db: Db, asked: Asked, action: 'create' | 'update'): Promise<Asked> {
    checkGrant(asked)
    const reach = reachOf(this.abilities.of(ctx.actor), action, 'staff')
    if (asked.tenant_id === null && !reach.everything) {
      throw new DomainError('forbidden', { message: 'you can give roles in your own tenant only' })
    }
    const tenant =
      asked.tenant_id === null
        ? null
        : await db.tenant.findFirst({ where: { OR: [{ id: asked.tenant_id }, { slug_claim: asked.tenant_id }], deleted_at: null } })
    if (asked.tenant_id !== null && !tenant && reach.everything) {
      throw new DomainError('not_found', { field: 'tenant_id', message: 'there is no such tenant' })
    }
    // to staff of one tenant, another tenant and none at all look the same
    if (asked.tenant_id !== null && (!tenant || !reachesTenant(reach, tenant.id))) {
      throw new DomainError('forbidden', { message: 'you can give roles in your own tenant only' })
    }
    const known = await nodePathsOf(db, asked.nodes)
    const missing = asked.nodes.find((node) => !known.has(node))
    if (missing) throw new DomainError('not_found', { field: 'nodes', message: `there is no node ${missing}` })
    this.#checkWeight(ctx, asked.role, tenant?.id ?? null)
    return { ...asked, tenant_id: tenant?.id ?? null }
  }

  #checkWeight(ctx: RequestContext, role: StaffRole, tenantId: string | null): void {
    if (ctx.actor.kind === 'system' || weightAt(grantsOfCaller(ctx), tenantId) >= roleWeight[role]) return
    throw new DomainError('forbidden', { message: `only a role of at least the weight of ${role} gives or takes it` })
  }

  #reaches(ctx: RequestContext, tenantId: string | null): boolean {
    const reach = reachOf(this.abilities.of(ctx.actor), 'update', 'staff')
    return tenantId === null ? reach.everything : reachesTenant(reach, tenantId)
  }

  /** Anybody of the caller's own tenants; city-wide anybody. */
  async #visible(ctx: RequestContext, userId: string): Promise<StaffRow> {
    const row = await this.staff.find(userId)
    const seen = row && (row.grants.some((grant) => this.#reaches(ctx, grant.tenant_id)) || this.#reaches(ctx, null))
    if (!seen) throw new DomainError('not_found')
    return row
  }

  async #answeredFor(ctx: RequestContext, userId: string): Promise<StaffRow> {
    const row = await this.#visible(ctx, userId)
    if (answersFor(ctx, this.abilities.of(ctx.actor), row)) return row
    throw new DomainError('forbidden', {
      message: 'this account also has roles that are not yours to take: take back the grants of your tenant instead',
    })
  }

  /** Whoever changes administrators of one place does so one after the other. */
  async #lockAdmins(tx: Tx, tenantId: string | null): Promise<void> {
    await tx.$queryRaw`
      SELECT id FROM staff_grant WHERE role = ${adminOf(tenantId)} AND tenant_id IS NOT DISTINCT FROM ${tenantId} ORDER BY id FOR UPDATE`
  }

  /** @throws DomainError last_admin when a change of an administrator's grant left the tenant (null: the city) without one */
  async #keepAnAdmin(tx: Tx, role: StaffRole, tenantId: string | null): Promise<void> {
    if (role !== adminOf(tenantId)) return
    const left = await tx.staff_user.count({
      where: {
        status: 'active',
        grants: { some: { role, tenant_id: tenantId, deny: false }, none: { role, tenant_id: tenantId, deny: true } },
      },
    })
    if (left > 0) return
    throw new DomainError('last_admin', {
      message: tenantId
        ? 'the last administrator of a tenant cannot be removed: name another one first'
        : 'the city needs a super-admin: name another one first',
    })
  }

  #record(
    tx: Tx,
    ctx: RequestContext,
    action: string,
    tenantId: string | null,
    userId: string,
    changes: Record<string, unknown>,
    reason?: string,
  ) {
    return audit(tx, {
      ...auditOf(ctx),
      at: this.clock.now(),
      action,
      tenantId,
      resource: { type: 'staff', id: userId },
      reason: reason ?? null,
      changes,
    })
  }

  async #view(tx: Tx, ctx: RequestContext, userId: string): Promise<StaffUser> {
    const row = await tx.staff_user.findUniqueOrThrow({ where: { id: userId }, include: { grants: true } })
    return viewOf(this.staff, ctx, this.abilities.of(ctx.actor), row)
  }
}

function adminOf(tenantId: string | null): StaffRole {
  return tenantId === null ? 'super-admin' : 'tenant-admin'
}
