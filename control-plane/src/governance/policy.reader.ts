import { isDeepStrictEqual } from 'node:util'
import {
  DomainError,
  type Output,
  type Page,
  type PolicyRule,
  PolicyRules,
  policyRules,
  type ResidencyZone,
  verticalDenial,
} from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { policy, tenant } from '../../generated/client.ts'
import { Clock } from '../clock.ts'
import { type Db, Registry } from '../registry/registry.ts'
import { Abilities, reachOf, tenantScope } from '../staff/ability.ts'
import { GovernanceCache } from './governance.cache.ts'
import { placeOf } from './governance.store.ts'
import type { diffPolicy, EffectivePolicy, Policy, simulatePolicy } from './policy.contract.ts'
import { chainOf, resolve, withPolicy } from './policy.resolution.ts'
import { subjectsOf, viewEffective, viewPolicy } from './policy.view.ts'

/** Reads policies, what they make of each other, and what would become of them. */
@Injectable()
export class PolicyReader {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
    private readonly cache: GovernanceCache,
  ) {}

  async list(
    ctx: RequestContext,
    query: {
      limit: number
      offset: number
      domain?: string | undefined
      status?: string | undefined
      authority_id?: string | undefined
      node_id?: string | undefined
      tenant_id?: string | undefined
    },
  ): Promise<Page<Policy>> {
    const { domain, status, authority_id, node_id, tenant_id } = query
    const named = Object.entries({ domain, status, authority_id, node_id, tenant_id }).filter(([, value]) => value !== undefined)
    const where = { AND: [await this.#scope(ctx, this.registry.db), Object.fromEntries(named)] }
    const [rows, total] = await Promise.all([
      this.registry.db.policy.findMany({ where, orderBy: [{ created_at: 'desc' }, { id: 'desc' }], take: query.limit, skip: query.offset }),
      this.registry.db.policy.count({ where }),
    ])
    return { items: await this.#views(ctx, rows, this.registry.db), total }
  }

  async read(ctx: RequestContext, id: string, db: Db = this.registry.db): Promise<Policy> {
    const [view] = await this.#views(ctx, [await this.#row(ctx, id, db)], db)
    return view!
  }

  /** Against another version, or the one in force, or the version before. */
  async diff(ctx: RequestContext, id: string, against: string | undefined): Promise<Output<typeof diffPolicy>> {
    const row = await this.#row(ctx, id)
    const same = { authority_id: row.authority_id, node_id: row.node_id, tenant_id: row.tenant_id, domain: row.domain }
    const other = against
      ? await this.#row(ctx, against)
      : ((await this.registry.db.policy.findFirst({ where: { ...same, status: 'active', id: { not: id } } })) ??
        (await this.registry.db.policy.findFirst({ where: { ...same, version: { lt: row.version } }, orderBy: { version: 'desc' } })))
    const rules = changedRules(other ? PolicyRules.parse(other.rules) : {}, PolicyRules.parse(row.rules))
    return { against: other ? { id: other.id, version: other.version, status: other.status as Policy['status'] } : null, rules }
  }

  async simulate(ctx: RequestContext, id: string, tenantId: string): Promise<Output<typeof simulatePolicy>> {
    const row = await this.#row(ctx, id)
    const subject_id = (row.authority_id ?? row.node_id ?? row.tenant_id)!
    const tenant = await this.#tenant(ctx, tenantId)
    const governance = await this.cache.governance()
    const place = await placeOf(this.registry.db, tenant)
    const rules = PolicyRules.parse(row.rules)
    const [before, after] = [
      resolve(governance, place),
      resolve(withPolicy(governance, { id, version: row.version, subject_id, domain: row.domain, rules }), place),
    ]
    const denied = (of: PolicyRules, code: string) => verticalDenial(of, code, tenant.residency_zone as ResidencyZone | null) !== null
    const verticals_off = tenant.verticals.filter((code) => !denied(before.rules, code) && denied(after.rules, code))
    const applies =
      chainOf(governance, place).some((subject) => subject.id === subject_id) ||
      (row.node_id !== null && isIn(place.node_path, row.node_id))
    return { applies, changes: changedRules(before.rules, after.rules), verticals_off, tenants: await this.#governed(ctx, row) }
  }

  /** By id or slug. */
  async ofTenant(ctx: RequestContext, idOrSlug: string): Promise<EffectivePolicy> {
    const row = await this.#tenant(ctx, idOrSlug)
    return viewEffective(await this.cache.resolve(`${row.id}:${row.version}`, await placeOf(this.registry.db, row)), this.clock.now())
  }

  async ofNode(id: string): Promise<EffectivePolicy> {
    const row = await this.registry.db.node.findFirst({
      where: { OR: [{ id }, { code: id }] },
      select: { id: true, path: true, version: true },
    })
    if (!row) throw new DomainError('not_found')
    const place = { tenant: null, node_path: row.path, authority_id: null }
    return viewEffective(await this.cache.resolve(`${row.id}:${row.version}`, place), this.clock.now())
  }

  async ofAuthority(id: string): Promise<EffectivePolicy> {
    const row = await this.registry.db.hierarchy_entry.findFirst({ where: { kind: 'authority', OR: [{ id }, { code: id }] } })
    if (!row) throw new DomainError('not_found')
    const place = { tenant: null, node_path: null, authority_id: row.id }
    return viewEffective(await this.cache.resolve(`${row.id}:${row.version}`, place), this.clock.now())
  }

  async #tenant(ctx: RequestContext, idOrSlug: string): Promise<tenant> {
    const scope = tenantScope(this.abilities.of(ctx.actor), 'read', 'policy', 'id')
    const row = await this.registry.db.tenant.findFirst({ where: { AND: [scope, { OR: [{ id: idOrSlug }, { slug_claim: idOrSlug }] }] } })
    if (!row) throw new DomainError('not_found')
    return row
  }

  async #row(ctx: RequestContext, id: string, db: Db = this.registry.db): Promise<policy> {
    const row = await db.policy.findFirst({ where: { AND: [await this.#scope(ctx, db), { id }] } })
    if (!row) throw new DomainError('not_found')
    return row
  }

  /** What authorities have put in force is public law; drafts, and rules for places and tenants, are for whoever reaches them. */
  async #scope(ctx: RequestContext, db: Db): Promise<object> {
    const reach = reachOf(this.abilities.of(ctx.actor), 'read', 'policy')
    const except = reach.exceptTenants.length > 0 ? [{ NOT: { tenant_id: { in: reach.exceptTenants } } }] : []
    if (reach.everything) return { AND: except }
    const nodes =
      reach.paths.length === 0
        ? []
        : await db.node.findMany({ where: { OR: reach.paths.map((path) => ({ path: { startsWith: path } })) }, select: { id: true } })
    return {
      AND: except,
      OR: [
        { tenant_id: { in: reach.tenants } },
        { node_id: { in: nodes.map((node) => node.id) } },
        { authority_id: { not: null }, status: { in: ['active', 'superseded'] } },
      ],
    }
  }

  async #views(ctx: RequestContext, rows: readonly policy[], db: Db): Promise<Policy[]> {
    const subjects = await subjectsOf(db, rows)
    const ability = this.abilities.of(ctx.actor)
    return rows.map((row) => viewPolicy(row, subjects.get((row.authority_id ?? row.node_id ?? row.tenant_id)!)!, ability))
  }

  /** How many of the tenants the caller sees a policy governs. */
  async #governed(ctx: RequestContext, row: policy): Promise<number> {
    if (row.tenant_id) return 1
    const governance = await this.cache.governance()
    const tenants = await this.registry.db.tenant.findMany({
      where: { AND: [tenantScope(this.abilities.of(ctx.actor), 'read', 'policy', 'id'), { deleted_at: null }] },
      select: { id: true, slug: true, name: true, country: true, node_id: true, authority_id: true, node: { select: { path: true } } },
    })
    const places = await Promise.all(tenants.map((one) => placeOf(this.registry.db, one, one.node?.path ?? null)))
    if (row.node_id) return places.filter((place) => isIn(place.node_path, row.node_id!)).length
    return places.filter((place) => chainOf(governance, place).some((subject) => subject.id === row.authority_id)).length
  }
}

const isIn = (path: string | null, nodeId: string): boolean => path?.includes(nodeId.slice(nodeId.indexOf('_') + 1)) ?? false

function changedRules(before: PolicyRules, after: PolicyRules): { rule: PolicyRule; before: unknown; after: unknown }[] {
  return policyRules
    .filter((rule) => !isDeepStrictEqual(before[rule], after[rule]))
    .map((rule) => ({ rule, before: before[rule] ?? null, after: after[rule] ?? null }))
}
