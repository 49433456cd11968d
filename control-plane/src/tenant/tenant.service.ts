import { DomainError, newId, platformAudience, type TenantRuntime } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { placeInCell } from '../cell/cell.service.ts'
import { Clock } from '../clock.ts'
import { Drivers } from '../drivers.ts'
import { placementOf } from '../governance/tenant.placement.ts'
import type { Operation, OperationKind } from '../operation/operation.contract.ts'
import { OperationService } from '../operation/operation.service.ts'
import { type Db, isUniqueViolation, Registry, type Tx } from '../registry/registry.ts'
import { normaliseEmail, Sealing } from '../registry/sealing.ts'
import { publicOrigin, SETTINGS, type Settings } from '../settings.ts'
import { Abilities, type Action, allows, type Subject, tenantScope } from '../staff/ability.ts'
import { InvitationService } from '../staff/invitation.service.ts'
import { roleWeight, weightAt } from '../staff/role.rules.ts'
import { grantsOfCaller } from '../staff/staff.view.ts'
import type { ChangeTenant, CreateTenant, IssuedInvitation, Tenant } from './tenant.contract.ts'
import { changedState, newState, requirePlan, requireRelease, termsOf } from './tenant.desired.ts'
import { checkSlug, checkVerticalLimit, slugTaken } from './tenant.rules.ts'
import { TenantRuntimes } from './tenant.runtime.ts'
import { type TenantWithOperation, viewTenant, withOperation } from './tenant.view.ts'

export interface Started {
  tenant: Tenant
  operation: Operation
}

/** Decides about tenants and stores what is wanted; operations make it so. */
@Injectable()
export class TenantService {
  constructor(
    private readonly registry: Registry,
    private readonly sealing: Sealing,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    private readonly drivers: Drivers,
    private readonly operations: OperationService,
    private readonly invitations: InvitationService,
    private readonly runtimes: TenantRuntimes,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async read(ctx: RequestContext, idOrSlug: string): Promise<Tenant> {
    return this.#view(ctx, await this.find(ctx, idOrSlug, 'read'))
  }

  /** @throws DomainError not_found also for a tenant the caller has no right to */
  async find(ctx: RequestContext, idOrSlug: string, action: Action, subject: Subject = 'tenant'): Promise<TenantWithOperation> {
    const scope = tenantScope(this.abilities.of(ctx.actor), action, subject, 'id')
    const rows = await this.registry.db.tenant.findMany({
      where: { AND: [scope, { OR: [{ id: idOrSlug }, { slug_claim: idOrSlug }, { slug: idOrSlug }] }] },
      orderBy: { created_at: 'desc' },
      include: withOperation,
    })
    const row =
      rows.find((item) => item.id === idOrSlug) ??
      rows.find((item) => item.slug_claim === idOrSlug) ??
      rows.find((item) => !item.deleted_at) ??
      rows[0]
    if (!row) throw new DomainError('not_found', { message: `there is no tenant "${idOrSlug.slice(0, 60)}"` })
    return row
  }

  /** Whether an address is free, and why not. */
  async checkSlug(slug: string) {
    const url = publicOrigin(this.settings, `${slug}.${this.settings.binding.public.base_domain}`)
    try {
      checkSlug(slug)
      if (await isTaken(this.registry.db, slug, this.settings.binding.public.base_domain)) throw slugTaken(slug)
      return { slug, available: true, reason: null, message: null, url }
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      return {
        slug,
        available: false,
        reason: error.code as 'slug_taken' | 'slug_malformed' | 'slug_reserved',
        message: error.message,
        url,
      }
    }
  }

  /**
   * Stores the desired state, the owner's invitation and the operation that makes it so, in one transaction.
   * @throws DomainError slug_taken | slug_malformed | slug_reserved | unknown_vertical | unknown_plan | unknown_release | quota_exceeded | not_enough_capacity | validation_failed
   */
  async create(ctx: RequestContext, asked: CreateTenant): Promise<Started & { invitation: IssuedInvitation }> {
    checkSlug(asked.slug)
    const desired = newState(asked, { drivers: this.drivers, testByDefault: this.settings.binding.public.base_domain === 'localhost' })
    try {
      return await this.registry.within(ctx, async (tx) => {
        const plan = await requirePlan(tx, asked.plan)
        checkVerticalLimit(desired.verticals, plan)
        if (await isTaken(tx, asked.slug, this.settings.binding.public.base_domain)) throw slugTaken(asked.slug)
        const release = await requireRelease(tx, asked.release)
        const now = this.clock.now()
        const id = newId('tnt')
        const owner = normaliseEmail(asked.owner)
        const placement = await placementOf(tx, asked, asked.country, null)
        const wanted = { region: asked.region ?? null, plan: plan.code, ...placement }
        const place = desired.driver === 'kubernetes' ? await placeInCell(tx, wanted) : { cell: null, region: desired.region }
        await tx.tenant.create({
          data: {
            id,
            slug: asked.slug,
            slug_claim: asked.slug,
            status: 'provisioning',
            plan_code: plan.code,
            owner_sealed: this.sealing.seal('personal', owner),
            owner_index: this.sealing.emailIndex(owner),
            ...desired,
            ...placement,
            ...place,
            release,
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
        const operation = await this.operations.start(tx, ctx, 'tenant-create', id, { seed: asked.seed, invitation_id: invitation.id })
        return { tenant: await this.viewIn(tx, ctx, id), operation, invitation }
      })
    } catch (error) {
      if (isUniqueViolation(error)) throw slugTaken(asked.slug)
      throw error
    }
  }

  /** @throws DomainError stale_version | unknown_vertical | unknown_plan | quota_exceeded | operation_in_progress … */
  async change(ctx: RequestContext, idOrSlug: string, asked: ChangeTenant): Promise<Started> {
    const row = await this.find(ctx, idOrSlug, 'update')
    if (asked.version !== undefined && asked.version !== row.version) {
      throw new DomainError('stale_version', {
        message: `the tenant is at version ${row.version}: load it again`,
        details: { version: row.version },
      })
    }
    if (asked.node_id !== undefined || asked.authority_id !== undefined || asked.residency_zone !== undefined) {
      // who governs a tenant is not for the tenant to say
      if (!allows(this.abilities.of(ctx.actor), 'update', 'policy', { tenant_id: row.id })) throw new DomainError('forbidden')
    }
    const changes = await changedState(this.registry.db, row, asked)
    const before = Object.fromEntries(Object.keys(changes).map((key) => [key, row[key as keyof typeof row]]))
    return this.#start(ctx, row, 'tenant-change', { changes, before, ...(await termsOf(this.registry.db, row.id, changes)) })
  }

  async suspend(ctx: RequestContext, idOrSlug: string): Promise<Started> {
    const row = await this.find(ctx, idOrSlug, 'operate')
    return this.#start(ctx, row, 'tenant-suspend', { status_before: row.status })
  }

  async resume(ctx: RequestContext, idOrSlug: string): Promise<Started> {
    const row = await this.find(ctx, idOrSlug, 'operate')
    return this.#start(ctx, row, 'tenant-resume', { resume_status: row.resume_status ?? 'active' })
  }

  async sleep(ctx: RequestContext, idOrSlug: string): Promise<Started> {
    return this.#start(ctx, await this.find(ctx, idOrSlug, 'operate'), 'tenant-sleep', {})
  }

  async wake(ctx: RequestContext, idOrSlug: string): Promise<Started> {
    return this.#start(ctx, await this.find(ctx, idOrSlug, 'operate'), 'tenant-wake', {})
  }

  async reopen(ctx: RequestContext, idOrSlug: string): Promise<Started> {
    const row = await this.find(ctx, idOrSlug, 'operate')
    const closing_until = (row.closing_until ?? this.clock.now()).toISOString()
    return this.#start(ctx, row, 'tenant-reopen', { resume_status: row.resume_status ?? 'active', closing_until })
  }

  /** @throws DomainError invalid_transition for a tenant that is gone */
  async inviteOwner(ctx: RequestContext, idOrSlug: string): Promise<IssuedInvitation> {
    const row = await this.find(ctx, idOrSlug, 'update')
    if (row.deleted_at) throw new DomainError('invalid_transition', { message: `${row.slug} is deleted` })
    // the answer opens the owner's account: for those who create tenants, and for the tenant's own administrators
    if (weightAt(grantsOfCaller(ctx), row.id) < roleWeight['city-manager']) throw new DomainError('forbidden')
    return this.registry.within(ctx, async (tx) => {
      const email = this.sealing.open('personal', row.owner_sealed)
      const issued = await this.invitations.issue(tx, {
        email,
        role: 'tenant-admin',
        tenantId: row.id,
        nodes: [],
        invitedBy: actorId(ctx.actor) ?? platformAudience,
      })
      await audit(tx, {
        ...auditOf(ctx),
        at: this.clock.now(),
        action: 'staff.invite',
        tenantId: row.id,
        resource: { type: 'invitation', id: issued.id },
        changes: { role: 'tenant-admin' },
      })
      return issued
    })
  }

  #start(ctx: RequestContext, row: TenantWithOperation, kind: OperationKind, parameters: unknown): Promise<Started> {
    return this.registry.within(ctx, async (tx) => {
      const operation = await this.operations.start(tx, ctx, kind, row.id, parameters)
      return { tenant: await this.viewIn(tx, ctx, row.id), operation }
    })
  }

  /** As it stands in this transaction; whether the caller may see it has been checked. */
  async viewIn(tx: Tx, ctx: RequestContext, id: string): Promise<Tenant> {
    const row = await tx.tenant.findUniqueOrThrow({ where: { id }, include: withOperation })
    return viewTenant(row, row.runtime as TenantRuntime | null, {
      sealing: this.sealing,
      settings: this.settings,
      ability: this.abilities.of(ctx.actor),
    })
  }

  async #view(ctx: RequestContext, row: TenantWithOperation): Promise<Tenant> {
    const runtime = await this.runtimes.now(row)
    return viewTenant(row, runtime, { sealing: this.sealing, settings: this.settings, ability: this.abilities.of(ctx.actor) })
  }
}

/** Whether an address belongs to a tenant, also one that has had it until lately. */
export async function isTaken(db: Db, slug: string, baseDomain: string): Promise<boolean> {
  if (await db.tenant.findUnique({ where: { slug_claim: slug }, select: { id: true } })) return true
  return (await db.tenant_domain.findUnique({ where: { host: `${slug}.${baseDomain}` }, select: { host: true } })) !== null
}
