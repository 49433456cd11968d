import { DomainError } from '@cityos/contract'
import type { Tx } from '../registry/registry.ts'
import { authorityLevels, hierarchyNouns } from './hierarchy.contract.ts'

/** An entry as it would be after a write. */
interface Entry {
  /** Null for a new one. */
  id: string | null
  code: string
  parent_id: string | null
  tenant_id: string | null
  attributes: Record<string, unknown>
}

/** What must hold of an entry before it is written. @throws DomainError invalid_parent_type | validation_failed */
export async function checkEntry(tx: Tx, kind: string, entry: Entry): Promise<void> {
  const noun = hierarchyNouns.find((candidate) => candidate.kind === kind)!
  if (noun.ownership === 'city' && entry.tenant_id !== null) throw new DomainError('validation_failed', { field: 'tenant_id' })
  if (entry.tenant_id !== null && !(await tx.tenant.findUnique({ where: { id: entry.tenant_id }, select: { id: true } }))) {
    throw new DomainError('validation_failed', { field: 'tenant_id', message: 'there is no such tenant' })
  }
  if (kind === 'authority') return checkAuthority(tx, entry)
  if (noun.parent) await checkParent(tx, noun.parent, entry)
  if (kind === 'store') await checkStore(tx, entry.attributes)
}

async function checkParent(tx: Tx, parentKind: string, entry: Entry): Promise<void> {
  const parent = entry.parent_id ? await tx.hierarchy_entry.findUnique({ where: { id: entry.parent_id } }) : null
  if (parent?.kind !== parentKind) {
    throw new DomainError('invalid_parent_type', {
      field: 'parent_id',
      message: `it lies under a ${parentKind}`,
      details: { parent: parentKind },
    })
  }
}

/** Authorities form one chain of four levels: platform → country → region → city, no level left out. */
async function checkAuthority(tx: Tx, entry: Entry): Promise<void> {
  const { level, country } = entry.attributes as { level: (typeof authorityLevels)[number]; country: string | null }
  const above = authorityLevels[authorityLevels.indexOf(level) - 1]
  const parent = entry.parent_id ? await tx.hierarchy_entry.findUnique({ where: { id: entry.parent_id } }) : null
  const parentLevel = (parent?.attributes as { level?: string } | undefined)?.level
  if (parent ? parent.kind !== 'authority' || parentLevel !== above : above !== undefined) {
    const message = above ? `an authority of level ${level} lies under one of level ${above}` : 'the platform lies under nothing'
    throw new DomainError('invalid_parent_type', { field: 'parent_id', message, details: { level, parent_level: above ?? null } })
  }
  if ((level === 'platform') !== (country === null)) {
    throw new DomainError('validation_failed', { field: 'country', message: 'every authority but the platform belongs to a country' })
  }
  if (country === null) return
  if (!(await tx.hierarchy_entry.findFirst({ where: { kind: 'country', code: country } }))) {
    throw new DomainError('validation_failed', { field: 'country', message: `there is no country ${country}` })
  }
  const above_country = (parent?.attributes as { country?: string | null } | undefined)?.country
  if (above_country && above_country !== country) {
    throw new DomainError('validation_failed', { field: 'country', message: `the authority above it belongs to ${above_country}` })
  }
  if (entry.id && (await tx.hierarchy_entry.count({ where: { parent_id: entry.id } })) > 0) {
    const former = await tx.hierarchy_entry.findUniqueOrThrow({ where: { id: entry.id } })
    if ((former.attributes as { level?: string }).level !== level) {
      throw new DomainError('validation_failed', { field: 'level', message: 'authorities lie under it: its level cannot change' })
    }
  }
}

async function checkStore(tx: Tx, attributes: Record<string, unknown>): Promise<void> {
  const subcategory = attributes['subcategory_id']
  if (subcategory && !(await tx.hierarchy_entry.findFirst({ where: { id: String(subcategory), kind: 'subcategory' } }))) {
    throw new DomainError('validation_failed', { field: 'subcategory_id', message: 'there is no such subcategory' })
  }
  const node = attributes['node_id']
  if (node && !(await tx.node.findUnique({ where: { id: String(node) } }))) {
    throw new DomainError('validation_failed', { field: 'node_id', message: 'there is no such place' })
  }
}

/** @throws DomainError validation_failed naming what still needs the entry */
export async function checkUnused(tx: Tx, id: string): Promise<void> {
  const children = await tx.hierarchy_entry.count({ where: { parent_id: id } })
  const tenants = await tx.tenant.count({ where: { authority_id: id } })
  const policies = await tx.policy.count({ where: { authority_id: id } })
  const stores = await tx.hierarchy_entry.count({ where: { kind: 'store', attributes: { path: ['subcategory_id'], equals: id } } })
  const used = Object.entries({ children, tenants, policies, stores }).filter(([, count]) => count > 0)
  if (used.length === 0) return
  const list = used.map(([what, count]) => `${count} ${what}`).join(', ')
  throw new DomainError('validation_failed', {
    message: `it is still needed: ${list}`,
    details: { reason: 'in_use', ...Object.fromEntries(used) },
  })
}
