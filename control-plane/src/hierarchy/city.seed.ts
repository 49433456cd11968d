import { type I18nText, newId } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { Clock } from '../clock.ts'
import { recordChange } from '../governance/governance.change.ts'
import { insertNode } from '../node/node.structure.ts'
import { json, Registry, type Tx } from '../registry/registry.ts'
import { entries, nodes, policies } from './city.seed.data.ts'

/**
 * What a city starts with: countries, the authorities from the platform down to Riyadh, the directory's categories, the
 * portals, the places of the pilot city, and its first policies. Written once, on a registry that has none; what people
 * change or remove later stays as they left it.
 */
@Injectable()
export class CitySeed {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {}

  async ensure(): Promise<void> {
    if (await this.registry.db.hierarchy_entry.findFirst({ select: { id: true } })) return
    await this.registry.transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('cityos city seed'))`
      if (await tx.hierarchy_entry.findFirst({ select: { id: true } })) return
      const now = this.clock.now()
      const places = await seedNodes(tx, now)
      const ids = await seedEntries(tx, places, now)
      await seedPolicies(tx, ids, now)
      // nobody is governed yet: nothing to send
      if ((await tx.tenant.count()) === 0) await tx.governance_change.updateMany({ where: { done_at: null }, data: { done_at: now } })
      // tenants from before there were countries: their data lies in their country's zone
      await tx.$executeRaw`UPDATE tenant t SET residency_zone = c.attributes->>'residency_zone'
        FROM hierarchy_entry c WHERE c.kind = 'country' AND c.code = t.country AND t.residency_zone IS NULL`
    })
  }
}

async function seedNodes(tx: Tx, now: Date): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const { parent, ...place } of nodes) {
    const row = parent ? await tx.node.findUniqueOrThrow({ where: { id: ids.get(parent)! } }) : null
    const input = { status: 'active' as const, holds_assets: false, location: null, boundary: null, attributes: {}, ...place }
    ids.set(place.code, await insertNode(tx, { ...input, parent_id: row?.id ?? null }, row, now))
  }
  return ids
}

async function seedEntries(tx: Tx, places: ReadonlyMap<string, string>, now: Date): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  const positions = new Map<string, number>()
  for (const { kind, code, name, parent, attributes } of entries) {
    const position = positions.get(kind) ?? 0
    positions.set(kind, position + 1)
    const id = newId('hie')
    ids.set(`${kind}:${code}`, id)
    const own = 'governs' in attributes ? { ...attributes, node_id: places.get(String(attributes['governs'])) ?? null } : attributes
    const { governs: _governs, ...kept } = own as Record<string, unknown>
    await tx.hierarchy_entry.create({
      data: {
        ...{ id, kind, code, name: json(name), status: 'active', position, attributes: json(kept) },
        ...{ parent_id: parent ? ids.get(parent)! : null, created_at: now, updated_at: now },
      },
    })
  }
  return ids
}

async function seedPolicies(tx: Tx, ids: ReadonlyMap<string, string>, now: Date): Promise<void> {
  for (const { authority, domain, name, rules } of policies as readonly SeededPolicy[]) {
    const authority_id = ids.get(`authority:${authority}`)!
    const revision = await recordChange(tx, { authority_id }, 'policy.activate', now)
    await tx.policy.create({
      data: {
        ...{ id: newId('pol'), authority_id, domain, name: json(name), rules: json(rules), version: 1, status: 'active', revision },
        ...{ created_by: 'system:seed', approved_by: 'system:seed', approved_at: now, activated_at: now, created_at: now, updated_at: now },
      },
    })
  }
}

export interface SeededPolicy {
  authority: string
  domain: string
  name: I18nText
  rules: object
}
