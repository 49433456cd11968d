import { DomainError, type Locale, newId, type Page } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import type { support_access } from '../../generated/client.ts'
import type { Approval } from '../approval/approval.contract.ts'
import { ApprovalService } from '../approval/approval.service.ts'
import { type ApprovalRow, Approvals, type Decider } from '../approval/approvals.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { sendMail } from '../mail/send-mail.ts'
import { Registry, type Tx } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { PlatformSettings } from '../setting/platform-settings.ts'
import { issuer, SETTINGS, type Settings } from '../settings.ts'
import { Abilities, allows, tenantScope } from '../staff/ability.ts'
import { StaffService } from '../staff/staff.service.ts'
import type { SupportAccess, SupportStatus } from './support.contract.ts'
import { viewsOf } from './support.view.ts'

interface Asked {
  reason: string
  hours: number
  read_only: boolean
}

/**
 * Timed access of the platform's people to a tenant's console: asked for with a reason, let in by an administrator of
 * that tenant, ended by time or by either side (requirement A6).
 */
@Injectable()
export class SupportService {
  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    private readonly staff: StaffService,
    private readonly approvals: Approvals,
    private readonly decisions: ApprovalService,
    private readonly platform: PlatformSettings,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    approvals.register({
      kind: 'support-access',
      mayDecide: isAdminOf,
      approved: (tx, row, ctx) => this.#begin(tx, row, ctx),
      ended: (tx, row, status) => this.#notLetIn(tx, row, status),
    })
  }

  /** @throws DomainError not_found (tenant) | already_exists (one is open) | validation_failed (more hours than the platform allows) */
  async request(ctx: RequestContext, idOrSlug: string, asked: Asked): Promise<{ support_access: SupportAccess; approval: Approval }> {
    const scope = tenantScope(this.abilities.of(ctx.actor), 'create', 'support_access', 'id')
    const tenant = await this.registry.db.tenant.findFirst({
      where: { AND: [scope, { OR: [{ id: idOrSlug }, { slug_claim: idOrSlug }] }], deleted_at: null },
      select: { id: true, slug: true },
    })
    if (!tenant || ctx.actor.kind !== 'staff') throw new DomainError('not_found')
    const most = await this.platform.get('support_max_hours')
    if (asked.hours > most)
      throw new DomainError('validation_failed', { field: 'hours', message: `support access lasts ${most} hours at most` })
    const staffId = ctx.actor.sub
    return this.registry.within(ctx, async (tx) => {
      const open = await tx.support_access.findFirst({
        where: { tenant_id: tenant.id, staff_id: staffId, status: 'active', ends_at: { gt: this.clock.now() } },
      })
      if (open) throw new DomainError('already_exists', { message: 'you are let in already', details: { support_access_id: open.id } })
      await this.#endOverdue(tx, { tenant_id: tenant.id, staff_id: staffId })
      const id = newId('sup')
      const approval = await this.approvals.request(tx, ctx, {
        kind: 'support-access',
        tenantId: tenant.id,
        parameters: { support_access_id: id },
        details: { slug: tenant.slug, hours: asked.hours, read_only: asked.read_only },
        reason: asked.reason,
        subject: `support-access:${tenant.id}:${staffId}`,
      })
      const row = await tx.support_access.create({
        data: {
          id,
          tenant_id: tenant.id,
          staff_id: staffId,
          ...asked,
          status: 'requested',
          approval_id: approval.id,
          requested_at: this.clock.now(),
        },
      })
      await this.#record(tx, ctx, row, 'support_access.request', { hours: asked.hours, read_only: asked.read_only }, asked.reason)
      await this.#askAdmins(tx, row, tenant.slug)
      return { support_access: await this.#view(tx, ctx, row), approval: await this.decisions.view(tx, ctx, approval) }
    })
  }

  async list(
    ctx: RequestContext,
    query: {
      tenant_id?: string | undefined
      staff_id?: string | undefined
      status?: SupportStatus | undefined
      limit: number
      offset: number
    },
  ): Promise<Page<SupportAccess>> {
    const now = this.clock.now()
    const status =
      query.status === 'active'
        ? { status: 'active', ends_at: { gt: now } }
        : query.status === 'ended'
          ? { OR: [{ status: 'ended' }, { status: 'active', ends_at: { lte: now } }] }
          : query.status
            ? { status: query.status }
            : {}
    const where = {
      AND: [
        tenantScope(this.abilities.of(ctx.actor), 'read', 'support_access', 'tenant_id'),
        status,
        ...(query.tenant_id ? [{ tenant_id: query.tenant_id }] : []),
        ...(query.staff_id ? [{ staff_id: query.staff_id }] : []),
      ],
    }
    const [rows, total] = await Promise.all([
      this.registry.db.support_access.findMany({ where, orderBy: { requested_at: 'desc' }, take: query.limit, skip: query.offset }),
      this.registry.db.support_access.count({ where }),
    ])
    return { items: await viewsOf(this.registry.db, this.#viewing(ctx), rows), total }
  }

  /** @throws DomainError not_found also for a tenant outside the caller's reach */
  async read(ctx: RequestContext, id: string): Promise<SupportAccess> {
    return this.#view(this.registry.db, ctx, await this.#visible(ctx, id))
  }

  /** By whoever was let in, or by whoever may end it for the tenant or the platform. @throws DomainError not_found | forbidden | invalid_transition */
  async end(ctx: RequestContext, id: string, reason: string | undefined): Promise<SupportAccess> {
    const row = await this.#visible(ctx, id)
    const mayEnd = allows(this.abilities.of(ctx.actor), 'close', 'support_access', { tenant_id: row.tenant_id })
    if (!mayEnd && row.staff_id !== actorId(ctx.actor)) throw new DomainError('forbidden')
    return this.registry.within(ctx, async (tx) => {
      if (row.status === 'requested') {
        const approval = row.approval_id ? await tx.approval.findUnique({ where: { id: row.approval_id } }) : null
        if (approval)
          await this.approvals.end(tx, approval, { status: 'withdrawn', actor: actorId(ctx.actor) ?? '', reason: reason ?? null, ctx })
      } else if (!(await this.#close(tx, row, actorId(ctx.actor) ?? 'anonymous'))) {
        throw new DomainError('invalid_transition', { message: 'this support access is over already', details: { status: row.status } })
      } else await this.#record(tx, ctx, row, 'support_access.end', {}, reason)
      return this.#view(tx, ctx, await tx.support_access.findUniqueOrThrow({ where: { id } }))
    })
  }

  /** Ends what has run out; their tokens ran out by themselves. @returns how many */
  async endDue(): Promise<number> {
    return this.registry.transaction((tx) => this.#endOverdue(tx, {}))
  }

  async #begin(tx: Tx, approval: ApprovalRow, ctx: RequestContext): Promise<null> {
    const { support_access_id: id } = approval.parameters as { support_access_id: string }
    const asked = await tx.support_access.findUniqueOrThrow({ where: { id } })
    const row = await tx.support_access.update({
      where: { id },
      data: {
        status: 'active',
        decided_by: actorId(ctx.actor),
        starts_at: this.clock.now(),
        ends_at: this.clock.in(asked.hours * 3600),
      },
    })
    await this.#record(tx, ctx, row, 'support_access.begin', { staff_id: row.staff_id, hours: row.hours, read_only: row.read_only })
    return null
  }

  async #notLetIn(tx: Tx, approval: ApprovalRow, status: 'rejected' | 'expired' | 'withdrawn'): Promise<void> {
    const ended = status === 'withdrawn' ? { status: 'ended', ended_at: this.clock.now(), ended_by: approval.requested_by } : { status }
    await tx.support_access.updateMany({ where: { approval_id: approval.id, status: 'requested' }, data: ended })
  }

  async #endOverdue(tx: Tx, of: { tenant_id?: string; staff_id?: string }): Promise<number> {
    const overdue = await tx.support_access.findMany({
      where: { ...of, status: 'active', ends_at: { lte: this.clock.now() } },
      orderBy: { ends_at: 'asc' },
      take: 100,
    })
    let ended = 0
    for (const row of overdue) {
      if (!(await this.#close(tx, row, 'system:support-access'))) continue
      ended += 1
      await audit(tx, {
        at: this.clock.now(),
        actor: 'system:support-access',
        action: 'support_access.run_out',
        tenantId: row.tenant_id,
        resource: { type: 'support_access', id: row.id },
        changes: { staff_id: row.staff_id },
      })
    }
    return ended
  }

  /** Once; its sessions end on every plane. @returns false when it was over before */
  async #close(tx: Tx, row: support_access, by: string): Promise<boolean> {
    const { count } = await tx.support_access.updateMany({
      where: { id: row.id, status: 'active' },
      data: { status: 'ended', ended_by: by, ended_at: this.clock.now() },
    })
    if (count === 0) return false
    const sessions = await tx.staff_session.findMany({ where: { support_access_id: row.id, revoked_at: null } })
    await this.staff.endSessions(tx, sessions, 'support_access_ended')
    return true
  }

  async #visible(ctx: RequestContext, id: string): Promise<support_access> {
    const scope = tenantScope(this.abilities.of(ctx.actor), 'read', 'support_access', 'tenant_id')
    // an empty condition inside an OR would count as none
    const reachable = Object.keys(scope).length === 0 ? {} : { OR: [scope, { staff_id: actorId(ctx.actor) ?? '' }] }
    const row = await this.registry.db.support_access.findFirst({ where: { AND: [{ id }, reachable] } })
    if (!row) throw new DomainError('not_found')
    return row
  }

  async #askAdmins(tx: Tx, row: support_access, slug: string): Promise<void> {
    const admins = await tx.staff_user.findMany({
      where: { status: 'active', grants: { some: { role: 'tenant-admin', tenant_id: row.tenant_id, deny: false } } },
      select: { email_sealed: true, locale: true },
    })
    const who = (await this.staff.names(tx, [row.staff_id])).get(row.staff_id) ?? row.staff_id
    for (const admin of admins) {
      await sendMail(
        tx,
        this.sealing,
        {
          to: this.sealing.open('personal', admin.email_sealed),
          locale: admin.locale as Locale,
          template: 'support-access',
          parameters: { who, shop: slug, hours: row.hours, reason: row.reason, url: `${issuer(this.settings)}/#/approvals` },
          tenantId: row.tenant_id,
        },
        this.clock.now(),
      )
    }
  }

  #record(
    tx: Tx,
    ctx: RequestContext,
    row: support_access,
    action: string,
    changes: Record<string, unknown>,
    reason?: string,
  ): Promise<void> {
    return audit(tx, {
      ...auditOf(ctx),
      at: this.clock.now(),
      action,
      tenantId: row.tenant_id,
      resource: { type: 'support_access', id: row.id },
      reason: reason ?? null,
      changes,
    })
  }

  #viewing(ctx: RequestContext) {
    return {
      staff: this.staff,
      settings: this.settings,
      ability: this.abilities.of(ctx.actor),
      caller: actorId(ctx.actor),
      now: this.clock.now(),
    }
  }

  async #view(db: Tx | Registry['db'], ctx: RequestContext, row: support_access): Promise<SupportAccess> {
    return (await viewsOf(db, this.#viewing(ctx), [row]))[0]!
  }
}

/** Only the tenant lets anybody in: no role of the platform decides for it. */
function isAdminOf(decider: Decider, row: ApprovalRow): boolean {
  const here = decider.grants.filter((grant) => grant.role === 'tenant-admin' && grant.tenant_id === row.tenant_id)
  return here.length > 0 && !here.some((grant) => grant.deny)
}
