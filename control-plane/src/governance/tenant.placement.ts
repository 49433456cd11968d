import { DomainError, type I18nText, type ResidencyZone, type TenantPolicy } from '@cityos/contract'
import type { tenant } from '../../generated/client.ts'
import type { Db } from '../registry/registry.ts'
import { loadGovernance, placeOf } from './governance.store.ts'
import { documentPolicy, resolve } from './policy.resolution.ts'

/** Where a tenant is put: ids or codes, each may be left out. */
export interface AskedPlacement {
  node_id?: string | null | undefined
  authority_id?: string | null | undefined
  residency_zone?: ResidencyZone | undefined
}

/**
 * The columns of a tenant's place. Without a zone it is that of its country.
 * @param before the tenant as it is; null for a new one
 * @throws DomainError validation_failed when there is no such place or authority | policy_denied when its data may not lie there
 */
export async function placementOf(
  db: Db,
  asked: AskedPlacement,
  country: string,
  before: Pick<tenant, 'node_id' | 'authority_id' | 'residency_zone'> | null,
) {
  const node_id = asked.node_id === undefined ? (before?.node_id ?? null) : await nodeId(db, asked.node_id)
  const authority_id = asked.authority_id === undefined ? (before?.authority_id ?? null) : await authorityId(db, asked.authority_id)
  const residency_zone = asked.residency_zone ?? before?.residency_zone ?? (await zoneOf(db, country))
  const governance = await loadGovernance(db, null)
  const place = await placeOf(db, { id: '', slug: '', name: {} as I18nText, country, node_id, authority_id })
  const { rules, version } = resolve(governance, place)
  if (residency_zone && rules.residency && !rules.residency.includes(residency_zone as ResidencyZone)) {
    throw new DomainError('policy_denied', {
      field: 'residency_zone',
      message: `data of a tenant there may lie in ${rules.residency.join(', ') || 'no zone'}, not in ${residency_zone}`,
      details: { rule: 'residency', allowed: rules.residency, policy_version: version },
    })
  }
  return { node_id, authority_id, residency_zone }
}

/** What governs a tenant, for its document. */
export async function tenantPolicy(db: Db, row: tenant): Promise<TenantPolicy | null> {
  return documentPolicy(resolve(await loadGovernance(db, null, row.id), await placeOf(db, row)))
}

async function nodeId(db: Db, asked: string | null): Promise<string | null> {
  if (asked === null) return null
  const row = await db.node.findFirst({ where: { OR: [{ id: asked }, { code: asked }] }, select: { id: true, status: true } })
  if (row && row.status !== 'inactive') return row.id
  throw new DomainError('validation_failed', { field: 'node_id', message: `there is no active place ${asked.slice(0, 60)}` })
}

async function authorityId(db: Db, asked: string | null): Promise<string | null> {
  if (asked === null) return null
  const where = { kind: 'authority', status: 'active', OR: [{ id: asked }, { code: asked }] }
  const row = await db.hierarchy_entry.findFirst({ where, select: { id: true } })
  if (row) return row.id
  throw new DomainError('validation_failed', { field: 'authority_id', message: `there is no active authority ${asked.slice(0, 60)}` })
}

async function zoneOf(db: Db, country: string): Promise<string | null> {
  const row = await db.hierarchy_entry.findFirst({ where: { kind: 'country', code: country } })
  return (row?.attributes as { residency_zone?: string } | undefined)?.residency_zone ?? null
}
