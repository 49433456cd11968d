import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { OperationService } from '../operation/operation.service.ts'
import { addOnsOf, countedVerticals, requireRoom } from '../plan/plan.limits.ts'
import { Registry, type Tx } from '../registry/registry.ts'
import { Abilities } from '../staff/ability.ts'
import { checkVerticalLimit, resolveVerticals } from '../tenant/tenant.rules.ts'
import { TenantService } from '../tenant/tenant.service.ts'
import { entitlementOf } from './entitlement.ts'
import { buyerOf } from './invoice.issue.ts'
import type { BillingProfile, ChangePreview, Subscription, WantedTerms } from './subscription.contract.ts'
import { type PricedChange, priceTerms } from './subscription.plan-change.ts'
import type { LockedSubscription } from './subscription.renew.ts'
import { viewSubscription } from './subscription.view.ts'

/** Milliseconds for which a preview can be taken up. */
const previewFor = 10 * 60_000

interface Planned {
  held: LockedSubscription
  priced: PricedChange
  /** Verticals and limits as they would be. */
  verticals: string[]
  limits: Record<string, number>
}

/** What a tenant pays for: read, previewed, changed. The change itself is an operation; money moves in its billing step. */
@Injectable()
export class SubscriptionService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    private readonly tenants: TenantService,
    private readonly operations: OperationService,
  ) {}

  async read(ctx: RequestContext, idOrSlug: string): Promise<Subscription> {
    const tenant = await this.tenants.find(ctx, idOrSlug, 'read', 'billing')
    const mayChange = this.abilities.of(ctx.actor).can('update', 'billing')
    return viewSubscription(this.registry.db, tenant, mayChange && !tenant.deleted_at)
  }

  async preview(ctx: RequestContext, idOrSlug: string, wanted: WantedTerms): Promise<ChangePreview> {
    const tenant = await this.tenants.find(ctx, idOrSlug, 'read', 'billing')
    const { held, priced, verticals, limits } = await this.registry.transaction((tx) => this.#plan(tx, tenant, wanted, this.clock.now()))
    const money = (amount: number) => ({ amount, currency: held.currency_code })
    return {
      prorated_at: priced.at.toISOString(),
      documents: priced.documents.map((document) => ({
        scope: document.scope,
        kind: document.kind,
        net: money(document.net),
        tax: money(document.tax),
        total: money(document.total),
        lines: document.lines.map((line) => ({
          code: line.code,
          net: money(line.amount),
          start: line.start.toISOString(),
          end: line.end.toISOString(),
        })),
      })),
      total: money(priced.total),
      verticals,
      limits,
    }
  }

  /**
   * Starts the operation that changes plan and add-ons; priced at the moment of the preview when one is given.
   * @throws DomainError price_changed | plan_below_usage | quota_exceeded | unknown_plan | unknown_vertical | operation_in_progress …
   */
  async change(
    ctx: RequestContext,
    idOrSlug: string,
    asked: WantedTerms & { prorated_at?: string | undefined; expected_total?: { amount: number; currency: string } | undefined },
  ) {
    const tenant = await this.tenants.find(ctx, idOrSlug, 'update', 'billing')
    return this.registry.within(ctx, async (tx) => {
      const at = this.#moment(asked.prorated_at)
      const { held, priced, verticals } = await this.#plan(tx, tenant, asked, at)
      const expected = asked.expected_total
      if (expected && (expected.amount !== priced.total || expected.currency !== held.currency_code)) {
        throw new DomainError('price_changed', {
          message: 'it comes to another sum than was previewed: look at the preview again',
          details: { total_amount: priced.total, currency: held.currency_code },
        })
      }
      const changes = {
        ...(asked.plan !== undefined && asked.plan !== tenant.plan_code ? { plan_code: asked.plan } : {}),
        ...(verticals.join() === tenant.verticals.join() ? {} : { verticals }),
      }
      const before = Object.fromEntries(Object.keys(changes).map((key) => [key, tenant[key as keyof typeof tenant]]))
      const terms = {
        ...(asked.plan === undefined ? {} : { plan: asked.plan }),
        add: asked.add,
        remove: asked.remove,
        at: at.toISOString(),
      }
      const operation = await this.operations.start(tx, ctx, 'tenant-change', tenant.id, { changes, before, terms })
      await audit(tx, {
        ...auditOf(ctx),
        at: this.clock.now(),
        action: 'subscription.change',
        tenantId: tenant.id,
        resource: { type: 'subscription', id: tenant.id },
        changes: { plan: asked.plan, add: asked.add, remove: asked.remove, total_amount: priced.total },
      })
      return { tenant: await this.tenants.viewIn(tx, ctx, tenant.id), operation }
    })
  }

  async profile(ctx: RequestContext, idOrSlug: string): Promise<BillingProfile> {
    const tenant = await this.tenants.find(ctx, idOrSlug, 'read', 'billing')
    return profileOf(this.registry.db as Tx, tenant.id)
  }

  async changeProfile(
    ctx: RequestContext,
    idOrSlug: string,
    asked: { [Key in keyof BillingProfile]?: BillingProfile[Key] | undefined },
  ): Promise<BillingProfile> {
    const tenant = await this.tenants.find(ctx, idOrSlug, 'update', 'billing')
    return this.registry.within(ctx, async (tx) => {
      const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
      const profile = { ...(await profileOf(tx, tenant.id)), ...given }
      const data = { ...profile, updated_at: this.clock.now() }
      await tx.billing_profile.upsert({ where: { tenant_id: tenant.id }, create: { tenant_id: tenant.id, ...data }, update: data })
      await audit(tx, {
        ...auditOf(ctx),
        at: this.clock.now(),
        action: 'billing_profile.change',
        tenantId: tenant.id,
        resource: { type: 'billing_profile', id: tenant.id },
        changes: { fields: Object.keys(given) },
      })
      return profile
    })
  }

  #moment(given: string | undefined): Date {
    const now = this.clock.now()
    if (given === undefined) return now
    const at = new Date(given)
    if (at > now || now.getTime() - at.getTime() > previewFor) {
      throw new DomainError('price_changed', { field: 'prorated_at', message: 'the preview is older than ten minutes: look at it again' })
    }
    return at
  }

  async #plan(tx: Tx, tenant: { id: string; plan_code: string; verticals: string[] }, wanted: WantedTerms, at: Date): Promise<Planned> {
    if (wanted.plan === undefined && wanted.add.length + wanted.remove.length === 0) {
      throw new DomainError('validation_failed', { message: 'name a plan, or add-ons to add or to give up' })
    }
    const held = await tx.subscription.findUnique({
      where: { tenant_id: tenant.id },
      include: { items: { where: { ended_at: null } } },
    })
    if (!held || held.ended_at) throw new DomainError('invalid_transition', { message: 'the tenant has no running subscription' })
    const add = resolveVerticals(wanted.add)
    for (const vertical of add) {
      if (tenant.verticals.includes(vertical)) {
        throw new DomainError('already_exists', { field: 'add', message: `${vertical} is on already, as a part of the plan` })
      }
    }
    const priced = await priceTerms(tx, held, { ...wanted, add }, at < held.period_start ? this.clock.now() : at)
    const verticals = resolveVerticals([...tenant.verticals.filter((vertical) => !wanted.remove.includes(vertical)), ...add])
    const addOns = [...(await addOnsOf(tx, tenant.id)).filter((vertical) => !wanted.remove.includes(vertical)), ...add]
    const { limits } = priced.plan ? { limits: priced.plan.limits as Record<string, number> } : await entitlementOf(tx, tenant)
    if (priced.plan) await requireRoom(tx, tenant.id, priced.plan, countedVerticals(verticals, addOns))
    checkVerticalLimit(
      verticals.filter((vertical) => !addOns.includes(vertical)),
      { code: priced.plan?.code ?? tenant.plan_code, limits },
    )
    return { held, priced, verticals, limits }
  }
}

async function profileOf(tx: Tx, tenantId: string): Promise<BillingProfile> {
  const row = await tx.billing_profile.findUnique({ where: { tenant_id: tenantId } })
  if (row) {
    const { legal_name, country, vat_number, address, city, postal_code } = row
    return { legal_name, country, vat_number, address, city, postal_code }
  }
  const buyer = await buyerOf(tx, tenantId)
  return { legal_name: buyer.name, country: buyer.country, vat_number: null, address: null, city: null, postal_code: null }
}
