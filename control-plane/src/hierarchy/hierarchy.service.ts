import { DomainError, type I18nText, newId, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { hierarchy_entry } from '../../generated/client.ts'
import { auditOf } from '../audit/audit.context.ts'
import { audit } from '../audit/audit.trail.ts'
import { Clock } from '../clock.ts'
import { recordChange } from '../governance/governance.change.ts'
import { isUniqueViolation, json, Registry, type Tx } from '../registry/registry.ts'
import { Abilities, type Ability, allows, tenantScope } from '../staff/ability.ts'
import type { hierarchyNouns } from './hierarchy.contract.ts'
import { checkEntry, checkUnused } from './hierarchy.rules.ts'

export type AnyNoun = (typeof hierarchyNouns)[number]
type Counted = hierarchy_entry & { _count: { children: number; governs: number } }

export interface EntryQuery {
  limit: number
  offset: number
  order?: string | undefined
  q?: string | undefined
  status?: string | undefined
  parent_id?: string | undefined
  tenant_id?: string | undefined
}

export interface EntryInput {
  code: string
  name: I18nText
  status: 'active' | 'inactive'
  position: number
  parent_id?: string | null
  tenant_id?: string | null
}
type EntryPatch = Partial<EntryInput> & { version?: number | undefined } & Record<string, unknown>

const counted = { _count: { select: { children: true, governs: true } } }
const orders: Record<string, object[]> = {
  position: [{ position: 'asc' }, { code: 'asc' }],
  code: [{ code: 'asc' }],
  '-code': [{ code: 'desc' }],
}

/** Lists, reads, adds, changes and removes the entries of every kind of the hierarchy. */
@Injectable()
export class HierarchyService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly abilities: Abilities,
  ) {}

  async list(ctx: RequestContext, noun: AnyNoun, query: EntryQuery): Promise<Page<Record<string, unknown>>> {
    const ability = this.abilities.of(ctx.actor)
    const where = {
      AND: [
        this.#scope(ability, noun),
        { kind: noun.kind },
        ...(query.status ? [{ status: query.status }] : []),
        ...(query.parent_id ? [{ parent_id: query.parent_id }] : []),
        ...(query.tenant_id ? [{ tenant_id: query.tenant_id }] : []),
        ...(query.q?.trim() ? [matching(query.q.trim())] : []),
      ],
    }
    const orderBy = [...(orders[query.order ?? 'position'] ?? orders['position']!), { id: 'asc' as const }]
    const [rows, total] = await Promise.all([
      this.registry.db.hierarchy_entry.findMany({ where, orderBy, take: query.limit, skip: query.offset, include: counted }),
      this.registry.db.hierarchy_entry.count({ where }),
    ])
    return { items: rows.map((row) => view(noun, row, ability)), total }
  }

  async read(ctx: RequestContext, noun: AnyNoun, id: string, db: Tx = this.registry.db): Promise<Record<string, unknown>> {
    const ability = this.abilities.of(ctx.actor)
    const row = await db.hierarchy_entry.findFirst({
      where: { AND: [this.#scope(ability, noun), { kind: noun.kind, OR: [{ id }, { code: id, tenant_id: null }] }] },
      include: counted,
    })
    if (!row) throw new DomainError('not_found')
    return view(noun, row, ability)
  }

  /** @throws DomainError already_exists | invalid_parent_type | validation_failed */
  async create(ctx: RequestContext, noun: AnyNoun, input: EntryInput): Promise<Record<string, unknown>> {
    return this.#write(ctx, noun, input.code, async (tx) => {
      const { code, name, status, position, parent_id = null, tenant_id = null, ...own } = input
      this.#require(ctx, 'create', tenant_id)
      await checkEntry(tx, noun.kind, { id: null, code, parent_id, tenant_id, attributes: own })
      const now = this.clock.now()
      const id = newId('hie')
      await tx.hierarchy_entry.create({
        data: {
          ...{ id, kind: noun.kind, code, name: json(name), status, position, parent_id, tenant_id },
          ...{ attributes: json(own), created_at: now, updated_at: now },
        },
      })
      await this.#record(tx, ctx, noun, 'create', id, tenant_id, { code, parent_id })
      return id
    })
  }

  /** @throws DomainError not_found | stale_version | already_exists | invalid_parent_type | validation_failed */
  async change(ctx: RequestContext, noun: AnyNoun, id: string, patch: EntryPatch): Promise<Record<string, unknown>> {
    return this.#write(ctx, noun, patch.code ?? id, async (tx) => {
      const before = await this.#lock(tx, ctx, noun, id)
      this.#require(ctx, 'update', before.tenant_id)
      const { version, code, name, status, position, parent_id, tenant_id, ...own } = patch
      if (version !== undefined && version !== before.version) {
        throw new DomainError('stale_version', { details: { version: before.version } })
      }
      const attributes = { ...(before.attributes as object), ...own }
      const after = {
        code: code ?? before.code,
        parent_id: parent_id === undefined ? before.parent_id : parent_id,
        tenant_id: tenant_id === undefined ? before.tenant_id : tenant_id,
        attributes,
      }
      this.#require(ctx, 'update', after.tenant_id)
      await checkEntry(tx, noun.kind, { id: before.id, ...after })
      await tx.hierarchy_entry.update({
        where: { id: before.id },
        data: {
          ...after,
          attributes: json(attributes),
          ...(name ? { name: json(name) } : {}),
          ...(status ? { status } : {}),
          ...(position === undefined ? {} : { position }),
          version: { increment: 1 },
          updated_at: this.clock.now(),
        },
      })
      // whoever lies below may now be governed otherwise
      if (noun.kind === 'authority') await recordChange(tx, { authority_id: before.id }, 'authority.change', this.clock.now())
      await this.#record(tx, ctx, noun, 'change', before.id, after.tenant_id, { fields: Object.keys(patch) })
      return before.id
    })
  }

  /** @throws DomainError not_found | validation_failed while something needs it */
  async remove(ctx: RequestContext, noun: AnyNoun, id: string): Promise<{ id: string }> {
    return this.registry.within(ctx, async (tx) => {
      const row = await this.#lock(tx, ctx, noun, id)
      this.#require(ctx, 'delete', row.tenant_id)
      await checkUnused(tx, row.id)
      await tx.hierarchy_entry.delete({ where: { id: row.id } })
      await this.#record(tx, ctx, noun, 'remove', row.id, row.tenant_id, { code: row.code })
      return { id: row.id }
    })
  }

  async #write(ctx: RequestContext, noun: AnyNoun, code: string, work: (tx: Tx) => Promise<string>): Promise<Record<string, unknown>> {
    try {
      return await this.registry.within(ctx, async (tx) => this.read(ctx, noun, await work(tx), tx))
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      throw new DomainError('already_exists', { field: 'code', message: `${noun.called[0]} "${code}" is there already` })
    }
  }

  async #lock(tx: Tx, ctx: RequestContext, noun: AnyNoun, id: string): Promise<hierarchy_entry> {
    const row = await tx.hierarchy_entry.findFirst({
      where: { AND: [this.#scope(this.abilities.of(ctx.actor), noun), { kind: noun.kind, OR: [{ id }, { code: id, tenant_id: null }] }] },
    })
    if (!row) throw new DomainError('not_found')
    await tx.$queryRaw`SELECT 1 FROM hierarchy_entry WHERE id = ${row.id} FOR UPDATE`
    return tx.hierarchy_entry.findUniqueOrThrow({ where: { id: row.id } })
  }

  /** @throws DomainError forbidden where the caller's grants do not reach */
  #require(ctx: RequestContext, action: 'create' | 'update' | 'delete', tenant_id: string | null): void {
    if (!allows(this.abilities.of(ctx.actor), action, 'hierarchy', { tenant_id })) throw new DomainError('forbidden')
  }

  /** Entries of tenants are seen by whoever sees the tenant; those of the city by all staff. */
  #scope(ability: Ability, noun: AnyNoun): object {
    if (noun.ownership === 'city') return {}
    const own = tenantScope(ability, 'read', 'tenant', 'tenant_id')
    return noun.ownership === 'either' ? { OR: [{ tenant_id: null }, own] } : own
  }

  async #record(
    tx: Tx,
    ctx: RequestContext,
    noun: AnyNoun,
    verb: string,
    id: string,
    tenantId: string | null,
    changes: Record<string, unknown>,
  ): Promise<void> {
    await audit(tx, {
      ...auditOf(ctx),
      at: this.clock.now(),
      action: `${noun.kind}.${verb}`,
      tenantId,
      resource: { type: noun.kind, id },
      changes,
    })
  }
}

function matching(text: string): object {
  const contains = { string_contains: text, mode: 'insensitive' }
  return {
    OR: [
      { code: { contains: text, mode: 'insensitive' } },
      ...['en', 'fr', 'ar'].map((locale) => ({ name: { path: [locale], ...contains } })),
    ],
  }
}

function view(noun: AnyNoun, row: Counted, ability: Ability): Record<string, unknown> {
  const mine = { tenant_id: row.tenant_id }
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    status: row.status,
    position: row.position,
    children: row._count.children,
    tenants: row._count.governs,
    ...(noun.parent ? { parent_id: row.parent_id } : {}),
    ...(noun.ownership === 'city' ? {} : mine),
    ...(row.attributes as object),
    actions: [
      ...(allows(ability, 'update', 'hierarchy', mine) ? ['change'] : []),
      ...(allows(ability, 'delete', 'hierarchy', mine) ? ['remove'] : []),
    ],
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
