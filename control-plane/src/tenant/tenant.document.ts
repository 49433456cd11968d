import { randomBytes } from 'node:crypto'
import { type I18nText, type Locale, type ResidencyZone, type TenantDocument, type TenantStatus, ThemeTokens } from '@cityos/contract'
import type { TenantSecrets } from '@cityos/provisioning'
import type { plan, tenant } from '../../generated/client.ts'
import { lockTrail } from '../audit/audit.trail.ts'
import { ensureArchiveKey } from '../backup/archive-key.ts'
import { entitlementOf } from '../billing/entitlement.ts'
import { tenantPolicy } from '../governance/tenant.placement.ts'
import { type Db, json, type Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import { Signals } from '../registry/signals.ts'

export type TenantRow = tenant & { domains: { host: string; kind: string }[] }

/** What a tenant's plan makes of it once it is handed over: `trial` where the plan has one, else `active`. */
export function servingStatus(plan: Pick<plan, 'trial_days'>): TenantStatus {
  return plan.trial_days > 0 ? 'trial' : 'active'
}

/** A tenant with what its document needs. @throws when there is no such tenant */
export function loadTenant(db: Db, tenantId: string): Promise<TenantRow> {
  return db.tenant.findUniqueOrThrow({
    where: { id: tenantId },
    include: { domains: { select: { host: true, kind: true }, orderBy: [{ canonical: 'desc' }, { kind: 'desc' }, { created_at: 'asc' }] } },
  })
}

/**
 * The desired state as the data plane sees it. A tenant being provisioned is described as it will be when it is handed
 * over: nobody can reach it before, and nothing has to be sent again at the last step.
 */
export async function documentOf(db: Db, row: TenantRow): Promise<TenantDocument> {
  const plan = await db.plan.findUniqueOrThrow({ where: { code: row.plan_code } })
  const { limits, off } = await entitlementOf(db, row)
  const former = row.domains.filter((domain) => domain.kind === 'former').map((domain) => domain.host)
  return {
    id: row.id,
    version: row.version,
    slug: row.slug,
    name: row.name as I18nText,
    status: row.status === 'provisioning' ? servingStatus(plan) : (row.status as TenantStatus),
    plan: row.plan_code,
    verticals: row.verticals.filter((vertical) => !off.includes(vertical)),
    locales: row.locales as Locale[],
    default_locale: row.default_locale as Locale,
    currencies: row.currencies,
    default_currency: row.default_currency,
    timezone: row.timezone,
    country: row.country,
    theme: ThemeTokens.parse(row.theme),
    release: row.release,
    domains: row.domains.map((domain) => domain.host),
    ...(former.length > 0 ? { former_domains: former } : {}),
    test: row.test,
    quarantined: row.quarantined,
    read_only: row.read_only,
    limits,
    policy: await tenantPolicy(db, row),
    residency_zone: row.residency_zone as ResidencyZone | null,
  }
}

/** Writes a change of the desired state: one version more, and the new document on the tenant's stream. */
export async function changeDocument(
  tx: Tx,
  tenantId: string,
  changes: Parameters<Tx['tenant']['update']>[0]['data'],
  now: Date,
): Promise<TenantDocument> {
  await tx.tenant.update({ where: { id: tenantId }, data: { ...changes, version: { increment: 1 }, updated_at: now } })
  const document = await documentOf(tx, await loadTenant(tx, tenantId))
  await sendToPlane(tx, tenantId, 'tenant', { tenant: document }, now)
  return document
}

/**
 * Appends a numbered message to the stream of one tenant, or of all (`null`). The lock keeps numbers in the order of
 * commits, so that a reader that has seen a number has seen every lower one.
 */
export async function sendToPlane(
  tx: Tx,
  tenantId: string | null,
  kind: 'tenant' | 'keys' | 'revoked',
  payload: Record<string, unknown>,
  now: Date,
): Promise<void> {
  // messages are numbered in the order in which they become visible; the trail's lock comes first, always
  await lockTrail(tx)
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('cityos plane_message'))`
  await tx.plane_message.create({ data: { tenant_id: tenantId, kind, payload: json(payload), created_at: now } })
  await Signals.announce(tx, `plane:${tenantId ?? '*'}`)
}

/** Makes the tenant's keys once, sealed; a repeat finds them. */
export async function ensureSecrets(tx: Tx, sealing: Sealing, tenantId: string, now: Date): Promise<void> {
  await ensureArchiveKey(tx, sealing, tenantId, now)
  const kinds = ['tenant_key', 'plane_key']
  await tx.tenant_secret.createMany({
    data: kinds.map((kind) => ({
      tenant_id: tenantId,
      kind,
      sealed: sealing.seal('tenant-secret', randomBytes(32).toString('base64')),
      created_at: now,
    })),
    skipDuplicates: true,
  })
}

/** @throws when the tenant has no secrets (not yet made, or erased) */
export async function readSecrets(db: Db, sealing: Sealing, tenantId: string): Promise<TenantSecrets> {
  const rows = await db.tenant_secret.findMany({ where: { tenant_id: tenantId } })
  const open = (kind: string) => {
    const row = rows.find((item) => item.kind === kind)
    if (!row) throw new Error(`tenant ${tenantId} has no ${kind}`)
    return sealing.open('tenant-secret', row.sealed)
  }
  return { tenantKey: open('tenant_key'), planeKey: open('plane_key') }
}
