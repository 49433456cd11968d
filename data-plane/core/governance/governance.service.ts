import { DomainError, type PolicyRules, rulesAt, type TenantDocument } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import type { z } from 'zod'
import { Cache } from '../../platform/cache/cache.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Zone } from '../../platform/clock/zone.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { Verticals } from '../vertical/verticals.service.ts'
import type { Governed } from './contract.ts'
import { cashDenial, type Denial, denialOf, isOpen, type Sale } from './decision.ts'

/** A cart about to be bought: kinds of its lines and ids of their categories. */
export interface SaleToJudge {
  kinds: readonly string[]
  categoryIds: readonly string[]
  totalAmount: number
  currency: string
  method: string | null
  guest: boolean
}

/** By id of a category: its handle and those of all above it. */
export type GovernedCategories = Readonly<Record<string, readonly string[]>>

/**
 * What the city's policies allow this tenant, from its document: asked where something is published and where it is
 * bought. Rules are worked out once per document (and once more when an exemption ends); a decision reads nothing.
 */
@Injectable()
export class Governance {
  #kept: { document: TenantDocument; until: number; rules: PolicyRules } | null = null
  #zone: Zone | null = null

  constructor(
    private readonly tenant: TenantContext,
    private readonly clock: Clock,
    private readonly verticals: Verticals,
    private readonly database: Database,
    private readonly cache: Cache,
  ) {}

  /** The rules in force now. */
  rules(now: Date = this.clock.now()): PolicyRules {
    const { document } = this.tenant
    const time = now.getTime()
    if (this.#kept?.document === document && time < this.#kept.until) return this.#kept.rules
    const { policy } = document
    const ends = (policy?.exemptions ?? []).map((one) => new Date(one.until).getTime()).filter((end) => end > time)
    this.#kept = { document, until: Math.min(Number.POSITIVE_INFINITY, ...ends), rules: policy ? rulesAt(policy, now) : {} }
    return this.#kept.rules
  }

  /**
   * What a sale is judged by: handles of each category and of all above it, where a rule asks for them. Read before the
   * transaction of the sale: nothing in one waits for a second connection.
   */
  async categoriesToJudge(): Promise<GovernedCategories> {
    return needsCategories(this.rules()) ? this.handles() : {}
  }

  /** @throws DomainError policy_denied with the rule and the version of the policy */
  requireSale(sale: SaleToJudge, governed: GovernedCategories): void {
    if (!this.tenant.document.policy) return
    const now = this.clock.now()
    const rules = this.rules(now)
    const judged: Sale = {
      verticals: [...new Set(sale.kinds.flatMap((kind) => this.verticals.verticalOf(kind) ?? []))],
      categories: [...new Set(sale.categoryIds.flatMap((id) => governed[id] ?? []))],
      totalAmount: sale.totalAmount,
      currency: sale.currency,
      method: sale.method,
      guest: sale.guest,
      verifiedAge: null,
    }
    const denial = denialOf(rules, judged, { now, zone: this.zone(), residency: this.tenant.document.residency_zone ?? null })
    if (denial) throw this.refusal(denial)
  }

  /** Payment methods that may be offered for an order. */
  offers<M extends string>(methods: readonly M[], order: { totalAmount: number; currency: string }): M[] {
    const denied = cashDenial(this.rules(), order)
    return methods.filter((method) => method !== 'cash_on_delivery' || !denied)
  }

  /** What is published must not lie in a category that is denied. @throws DomainError policy_denied */
  async requirePublishable(tx: Tx, productId: string): Promise<void> {
    const denied = this.rules().categories_denied
    if (!denied || denied.length === 0) return
    const { rows } = await sql<{ handle: string }>`
      SELECT above.handle FROM product p JOIN category c ON c.id = p.category_id JOIN category above ON c.path <@ above.path
      WHERE p.id = ${productId} AND above.handle = ANY (${sql.val(denied)}::text[]) ORDER BY above.depth LIMIT 1`.execute(tx)
    if (rows[0]) throw this.refusal({ rule: 'categories_denied', details: { category: rows[0].handle } })
  }

  /** What everybody may know. */
  shown(): z.input<typeof Governed> {
    const now = this.clock.now()
    const rules = this.rules(now)
    const { document } = this.tenant
    return {
      version: document.policy?.version ?? 0,
      open_now: !rules.trading_hours || isOpen(rules.trading_hours, { now, zone: this.zone() }),
      timezone: document.timezone,
      residency_zone: document.residency_zone ?? null,
      rules,
    }
  }

  private refusal({ rule, details }: Denial): DomainError {
    return new DomainError('policy_denied', { details: { rule, ...details, policy_version: this.tenant.document.policy?.version ?? 0 } })
  }

  private zone(): Zone {
    const { timezone } = this.tenant.document
    if (this.#zone?.name !== timezone) this.#zone = new Zone(timezone)
    return this.#zone
  }

  /** Kept in the process and dropped when a category changes. */
  private handles(): Promise<GovernedCategories> {
    return this.cache.wrap('catalogue:governed', 300, async () => {
      const { rows } = await sql<{ id: string; handles: string[] }>`
        SELECT c.id, array_agg(a.handle) AS handles FROM category c JOIN category a ON c.path <@ a.path
        WHERE c.deleted_at IS NULL GROUP BY c.id`.execute(this.database.read)
      return Object.fromEntries(rows.map((row) => [row.id, row.handles]))
    })
  }
}

const needsCategories = (rules: PolicyRules): boolean =>
  (rules.categories_denied?.length ?? 0) > 0 || Object.keys(rules.age_restricted_categories ?? {}).length > 0
