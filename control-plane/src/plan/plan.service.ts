import { DomainError, type I18nText, type Page, verticals } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { add_on, plan } from '../../generated/client.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Metered } from '../billing/metered.ts'
import { Clock } from '../clock.ts'
import { isUniqueViolation, json, Registry, type Tx } from '../registry/registry.ts'
import { Abilities, tenantScope } from '../staff/ability.ts'
import type { AddOn, ChangePlan, CreatePlan, Plan } from './plan.contract.ts'

type PlanTerms = Pick<plan, 'price_amount' | 'currency_code' | 'interval' | 'trial_days' | 'limits' | 'metered'>

/** Plans and add-ons that are offered. Their terms are versions: a change reaches a subscription only when it moves. */
@Injectable()
export class PlanService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
  ) {}

  async list(ctx: RequestContext, query: { archived: boolean; limit: number; offset: number }): Promise<Page<Plan>> {
    const where = query.archived ? {} : { archived_at: null }
    const { db } = this.registry
    const [rows, total, counts] = await Promise.all([
      db.plan.findMany({ where, orderBy: [{ position: 'asc' }, { code: 'asc' }], take: query.limit, skip: query.offset }),
      db.plan.count({ where }),
      db.subscription.groupBy({ by: ['plan_code'], where: { ended_at: null, ...this.#seen(ctx) }, _count: true }),
    ])
    const on = new Map(counts.map((row) => [row.plan_code, row._count]))
    return { items: rows.map((row) => this.#view(ctx, row, on.get(row.code) ?? 0)), total }
  }

  async read(ctx: RequestContext, code: string): Promise<Plan> {
    const row = await this.registry.db.plan.findUnique({ where: { code } })
    if (!row) throw new DomainError('not_found')
    return this.#viewOne(ctx, this.registry.db as Tx, row)
  }

  /** @throws DomainError already_exists | validation_failed */
  async create(ctx: RequestContext, asked: CreatePlan): Promise<Plan> {
    checkCurrency(asked.price.currency)
    try {
      return await this.registry.within(ctx, async (tx) => {
        const row = await tx.plan.create({
          data: {
            code: asked.code,
            position: asked.position ?? 100,
            name: json(asked.name),
            description: json(asked.description ?? asked.name),
            price_amount: asked.price.amount,
            currency_code: asked.price.currency,
            interval: asked.interval ?? 'month',
            trial_days: asked.trial_days ?? 0,
            limits: json(asked.limits ?? {}),
            metered: json(asked.metered ?? {}),
          },
        })
        await this.#keepVersion(tx, row)
        await this.#audit(tx, ctx, 'plan.create', row.code, { price_amount: asked.price.amount })
        return this.#viewOne(ctx, tx, row)
      })
    } catch (error) {
      if (isUniqueViolation(error)) {
        throw new DomainError('already_exists', { field: 'code', message: `there is a plan "${asked.code}" already` })
      }
      throw error
    }
  }

  /** Names and order change in place; a change of terms makes a new version. @throws DomainError not_found | validation_failed */
  async change(ctx: RequestContext, code: string, asked: ChangePlan): Promise<Plan> {
    if (asked.price) checkCurrency(asked.price.currency)
    return this.registry.within(ctx, async (tx) => {
      const before = await this.#locked(tx, code)
      const terms = {
        ...(asked.price ? { price_amount: BigInt(asked.price.amount), currency_code: asked.price.currency } : {}),
        ...(asked.interval ? { interval: asked.interval } : {}),
        ...(asked.trial_days === undefined ? {} : { trial_days: asked.trial_days }),
        ...(asked.limits ? { limits: json(asked.limits) } : {}),
        ...(asked.metered ? { metered: json(asked.metered) } : {}),
      }
      const isNewVersion = Object.keys(terms).length > 0
      const row = await tx.plan.update({
        where: { code },
        data: {
          ...terms,
          ...(asked.name ? { name: json(asked.name) } : {}),
          ...(asked.description ? { description: json(asked.description) } : {}),
          ...(asked.position === undefined ? {} : { position: asked.position }),
          ...(isNewVersion ? { version: { increment: 1 } } : {}),
        },
      })
      if (isNewVersion) await this.#keepVersion(tx, row)
      await this.#audit(tx, ctx, 'plan.change', code, { before: termsOf(before), after: termsOf(row), version: row.version })
      return this.#viewOne(ctx, tx, row)
    })
  }

  /** @throws DomainError invalid_transition for the default plan, or when it is so already */
  async setOffered(ctx: RequestContext, code: string, offered: boolean): Promise<Plan> {
    return this.registry.within(ctx, async (tx) => {
      const row = await this.#locked(tx, code)
      if (row.is_default && !offered) {
        throw new DomainError('invalid_transition', { message: `${code} is the plan tenants get by default: it stays on offer` })
      }
      if ((row.archived_at === null) === offered) {
        throw new DomainError('invalid_transition', { message: `plan ${code} is ${offered ? 'on offer' : 'archived'} already` })
      }
      const changed = await tx.plan.update({ where: { code }, data: { archived_at: offered ? null : this.clock.now() } })
      await this.#audit(tx, ctx, offered ? 'plan.offer' : 'plan.archive', code, {})
      return this.#viewOne(ctx, tx, changed)
    })
  }

  async listAddOns(ctx: RequestContext, query: { offered?: boolean | undefined; limit: number; offset: number }): Promise<Page<AddOn>> {
    const where = query.offered === undefined ? {} : { offered: query.offered }
    const { db } = this.registry
    const [rows, total, counts] = await Promise.all([
      db.add_on.findMany({ where, orderBy: { vertical: 'asc' }, take: query.limit, skip: query.offset }),
      db.add_on.count({ where }),
      db.subscription_item.groupBy({ by: ['code'], where: { kind: 'add_on', ended_at: null, ...this.#seen(ctx) }, _count: true }),
    ])
    const taken = new Map(counts.map((row) => [row.code, row._count]))
    return { items: rows.map((row) => this.#viewAddOn(ctx, row, taken.get(row.vertical) ?? 0)), total }
  }

  /** @throws DomainError not_found | validation_failed */
  async changeAddOn(
    ctx: RequestContext,
    vertical: string,
    asked: { price?: { amount: number; currency: string } | undefined; offered?: boolean | undefined },
  ): Promise<AddOn> {
    if (asked.price) checkCurrency(asked.price.currency)
    return this.registry.within(ctx, async (tx) => {
      const known = await tx.add_on.findUnique({ where: { vertical } })
      if (!known) throw new DomainError('not_found')
      const row = await tx.add_on.update({
        where: { vertical },
        data: {
          updated_at: this.clock.now(),
          ...(asked.price ? { price_amount: asked.price.amount, currency_code: asked.price.currency, version: { increment: 1 } } : {}),
          ...(asked.offered === undefined ? {} : { offered: asked.offered }),
        },
      })
      await this.#audit(tx, ctx, 'add_on.change', vertical, { price_amount: Number(row.price_amount), offered: row.offered })
      const taken = await tx.subscription_item.count({ where: { kind: 'add_on', code: vertical, ended_at: null } })
      return this.#viewAddOn(ctx, row, taken)
    })
  }

  async #locked(tx: Tx, code: string): Promise<plan> {
    await tx.$queryRaw`SELECT 1 FROM plan WHERE code = ${code} FOR UPDATE`
    const row = await tx.plan.findUnique({ where: { code } })
    if (!row) throw new DomainError('not_found')
    return row
  }

  async #keepVersion(tx: Tx, row: plan): Promise<void> {
    const { price_amount, currency_code, interval, trial_days } = row
    const terms = { price_amount, currency_code, interval, trial_days, limits: json(row.limits), metered: json(row.metered) }
    await tx.plan_version.create({ data: { plan_code: row.code, version: row.version, ...terms, created_at: this.clock.now() } })
  }

  #audit(tx: Tx, ctx: RequestContext, action: string, id: string, changes: Record<string, unknown>): Promise<void> {
    const type = action.startsWith('plan') ? 'plan' : 'add_on'
    return audit(tx, { ...auditOf(ctx), at: this.clock.now(), action, tenantId: null, resource: { type, id }, changes })
  }

  async #viewOne(ctx: RequestContext, tx: Tx, row: plan): Promise<Plan> {
    return this.#view(ctx, row, await tx.subscription.count({ where: { plan_code: row.code, ended_at: null, ...this.#seen(ctx) } }))
  }

  #view(ctx: RequestContext, row: plan, subscriptions: number): Plan {
    const mayChange = this.abilities.of(ctx.actor).can('update', 'plan')
    return {
      code: row.code,
      name: row.name as I18nText,
      description: row.description as I18nText,
      price: { amount: Number(row.price_amount), currency: row.currency_code },
      interval: row.interval as Plan['interval'],
      trial_days: row.trial_days,
      limits: row.limits as Record<string, number>,
      metered: Metered.parse(row.metered),
      default: row.is_default,
      position: row.position,
      version: row.version,
      archived: row.archived_at !== null,
      subscriptions,
      actions: mayChange ? ['change', ...(row.archived_at ? ['offer' as const] : row.is_default ? [] : ['archive' as const])] : [],
    }
  }

  /** Subscriptions are counted of tenants the caller may see. */
  #seen(ctx: RequestContext) {
    return tenantScope(this.abilities.of(ctx.actor), 'read', 'tenant', 'tenant_id')
  }

  #viewAddOn(ctx: RequestContext, row: add_on, subscriptions: number): AddOn {
    return {
      vertical: row.vertical,
      name: verticals.find((known) => known.code === row.vertical)?.name ?? { en: row.vertical },
      price: { amount: Number(row.price_amount), currency: row.currency_code },
      offered: row.offered,
      version: row.version,
      subscriptions,
      actions: this.abilities.of(ctx.actor).can('update', 'plan') ? ['change'] : [],
    }
  }
}

function termsOf(row: PlanTerms): Record<string, unknown> {
  const { currency_code, interval, trial_days, limits, metered } = row
  return { price_amount: Number(row.price_amount), currency_code, interval, trial_days, limits, metered }
}

function checkCurrency(code: string): void {
  if (Intl.supportedValuesOf('currency').includes(code)) return
  throw new DomainError('validation_failed', { field: 'price', message: `${code} is not an ISO 4217 currency` })
}
