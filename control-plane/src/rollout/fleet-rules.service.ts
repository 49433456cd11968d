import { DomainError, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import type { Operation } from '../operation/operation.contract.ts'
import { OperationService } from '../operation/operation.service.ts'
import { Registry, type Tx } from '../registry/registry.ts'
import { Signals } from '../registry/signals.ts'
import { StaffService } from '../staff/staff.service.ts'
import type { Tenant } from '../tenant/tenant.contract.ts'
import { TenantService } from '../tenant/tenant.service.ts'
import type { Freeze, MaintenanceWindow, UpgradeRules } from './fleet-rules.contract.ts'
import { isTimeZone, windowOpen, windowOpensAt } from './maintenance-window.ts'
import { freezeNow, viewWindow } from './upgrade.rules.ts'

interface PinRequest {
  release: string | null
  until: string
  owner: string
  reason: string
}

/** What upgrades go by: the freeze of all, and each tenant's pin, maintenance window and first ring. */
@Injectable()
export class FleetRulesService {
  constructor(
    private readonly registry: Registry,
    private readonly tenants: TenantService,
    private readonly operations: OperationService,
    private readonly staff: StaffService,
    private readonly clock: Clock,
  ) {}

  async freeze(): Promise<Freeze> {
    const row = await freezeNow(this.registry.db, this.clock.now())
    if (!row) return { frozen: false, reason: null, until: null, by: null, at: null }
    const names = await this.staff.names(this.registry.db, [row.by])
    const { reason, until, by, at } = row
    return { frozen: true, reason, until: until?.toISOString() ?? null, by: names.get(by) ?? by, at: at.toISOString() }
  }

  /** @throws DomainError reason_required */
  async setFreeze(ctx: RequestContext, asked: { frozen: boolean; reason: string; until: string | null }): Promise<Freeze> {
    if (asked.frozen && asked.reason.length < 3) throw new DomainError('reason_required', { field: 'reason' })
    await this.registry.within(ctx, async (tx) => {
      const now = this.clock.now()
      await tx.fleet_freeze.deleteMany({})
      if (asked.frozen) {
        const until = asked.until ? new Date(asked.until) : null
        await tx.fleet_freeze.create({ data: { id: 'fleet', reason: asked.reason, until, by: auditOf(ctx).actor, at: now } })
      }
      await this.#note(tx, ctx, asked.frozen ? 'fleet.freeze' : 'fleet.unfreeze', null, asked.reason, { until: asked.until })
      await Signals.announce(tx, 'rollouts')
    })
    return this.freeze()
  }

  async read(ctx: RequestContext, idOrSlug: string): Promise<UpgradeRules> {
    return this.#view((await this.tenants.find(ctx, idOrSlug, 'read')).id)
  }

  /** @throws DomainError unknown_release | validation_failed */
  pin(ctx: RequestContext, idOrSlug: string, asked: PinRequest): Promise<UpgradeRules> {
    const now = this.clock.now()
    if (Date.parse(asked.until) <= now.getTime())
      throw new DomainError('validation_failed', { field: 'until', message: 'a pin ends in the future' })
    return this.#change(ctx, idOrSlug, 'tenant.pin', asked.reason, async (tx, tenantId) => {
      const { release, owner, reason } = asked
      if (release !== null && !(await tx.release.findUnique({ where: { version: release } })))
        throw new DomainError('unknown_release', { field: 'release', message: `release ${release} is not known to this platform` })
      const data = { release, until: new Date(asked.until), owner, reason, created_by: auditOf(ctx).actor, created_at: now }
      await tx.tenant_pin.upsert({ where: { tenant_id: tenantId }, create: { tenant_id: tenantId, ...data }, update: data })
      return { release, until: asked.until, owner }
    })
  }

  unpin(ctx: RequestContext, idOrSlug: string): Promise<UpgradeRules> {
    return this.#change(ctx, idOrSlug, 'tenant.unpin', null, async (tx, tenantId) => {
      await tx.tenant_pin.deleteMany({ where: { tenant_id: tenantId } })
      return {}
    })
  }

  /** @throws DomainError validation_failed for an unknown time zone */
  setWindow(ctx: RequestContext, idOrSlug: string, asked: MaintenanceWindow): Promise<UpgradeRules> {
    if (!isTimeZone(asked.time_zone))
      throw new DomainError('validation_failed', { field: 'time_zone', message: `"${asked.time_zone}" is no time zone` })
    return this.#change(ctx, idOrSlug, 'tenant.set_maintenance_window', null, async (tx, tenantId) => {
      const days = [...new Set(asked.days)].sort((a, b) => a - b)
      const own = { days, opens: asked.from, closes: asked.to, time_zone: asked.time_zone }
      const data = { ...own, created_by: auditOf(ctx).actor, created_at: this.clock.now() }
      await tx.maintenance_window.upsert({ where: { tenant_id: tenantId }, create: { tenant_id: tenantId, ...data }, update: data })
      return own
    })
  }

  removeWindow(ctx: RequestContext, idOrSlug: string): Promise<UpgradeRules> {
    return this.#change(ctx, idOrSlug, 'tenant.remove_maintenance_window', null, async (tx, tenantId) => {
      await tx.maintenance_window.deleteMany({ where: { tenant_id: tenantId } })
      return {}
    })
  }

  setInternal(ctx: RequestContext, idOrSlug: string, internal: boolean): Promise<UpgradeRules> {
    return this.#change(ctx, idOrSlug, 'tenant.set_internal', null, async (tx, tenantId) => {
      await tx.tenant.update({ where: { id: tenantId }, data: { internal } })
      return { internal }
    })
  }

  /** One tenant by hand. @throws DomainError as `requireUpgradeable` */
  async upgrade(
    ctx: RequestContext,
    idOrSlug: string,
    asked: { release: string; rehearse: boolean; override?: string | undefined },
  ): Promise<{ tenant: Tenant; operation: Operation }> {
    const row = await this.tenants.find(ctx, idOrSlug, 'operate')
    return this.registry.within(ctx, async (tx) => {
      const parameters = {
        from: row.release,
        to: asked.release,
        backup_id: newId('bkp'),
        rollout_id: null,
        rehearse: asked.rehearse,
        override: asked.override ?? null,
      }
      const operation = await this.operations.start(tx, ctx, 'tenant-upgrade', row.id, parameters)
      if (asked.override) await this.#note(tx, ctx, 'tenant.upgrade_override', row.id, asked.override, { to: asked.release })
      return { tenant: await this.tenants.viewIn(tx, ctx, row.id), operation }
    })
  }

  async #change(
    ctx: RequestContext,
    idOrSlug: string,
    action: string,
    reason: string | null,
    change: (tx: Tx, tenantId: string) => Promise<Record<string, unknown>>,
  ): Promise<UpgradeRules> {
    const { id } = await this.tenants.find(ctx, idOrSlug, 'read')
    await this.registry.within(ctx, async (tx) => {
      const changes = await change(tx, id)
      await this.#note(tx, ctx, action, id, reason, changes)
    })
    return this.#view(id)
  }

  async #note(
    tx: Tx,
    ctx: RequestContext,
    action: string,
    tenantId: string | null,
    reason: string | null,
    changes: Record<string, unknown>,
  ) {
    const resource = tenantId ? { type: 'tenant', id: tenantId } : { type: 'fleet', id: 'fleet' }
    await audit(tx, { ...auditOf(ctx), at: this.clock.now(), action, tenantId, resource, reason: reason || null, changes })
  }

  async #view(tenantId: string): Promise<UpgradeRules> {
    const row = await this.registry.db.tenant.findUniqueOrThrow({ where: { id: tenantId }, include: { pin: true, window: true } })
    const now = this.clock.now()
    const window = row.window ? viewWindow(row.window) : null
    const pin = row.pin && row.pin.until > now ? row.pin : null
    const names = await this.staff.names(this.registry.db, pin ? [pin.created_by] : [])
    return {
      tenant_id: row.id,
      tenant_slug: row.slug,
      internal: row.internal,
      pin: pin && {
        release: pin.release,
        until: pin.until.toISOString(),
        owner: pin.owner,
        reason: pin.reason,
        created_by: names.get(pin.created_by) ?? pin.created_by,
        created_at: pin.created_at.toISOString(),
      },
      window,
      window_open: window === null || windowOpen(window, now),
      window_opens_at: (window && windowOpensAt(window, now)?.toISOString()) ?? null,
    }
  }
}
