import {
  type DriverName,
  type I18nText,
  type Locale,
  PlaneHealth,
  type TenantRuntime,
  type TenantStatus,
  ThemeTokens,
} from '@cityos/contract'
import type { backup_schedule, operation } from '../../generated/client.ts'
import { originOf } from '../domain/domain.view.ts'
import type { Sealing } from '../registry/sealing.ts'
import { publicOrigin, type Settings } from '../settings.ts'
import type { Ability } from '../staff/ability.ts'
import { BackupBadge, type Tenant } from './tenant.contract.ts'
import type { TenantRow } from './tenant.document.ts'

export type TenantWithOperation = TenantRow & {
  operations: Pick<operation, 'id'>[]
  report: { report: unknown } | null
  domains: { host: string; kind: string; secure: boolean }[]
  schedule: backup_schedule | null
}

export const withOperation = {
  domains: {
    select: { host: true, kind: true, secure: true },
    orderBy: [{ canonical: 'desc' as const }, { kind: 'desc' as const }, { created_at: 'asc' as const }],
  },
  operations: { where: { status: { in: ['queued', 'running', 'waiting', 'undoing'] } }, select: { id: true } },
  report: { select: { report: true } },
  schedule: true,
}

const serving: TenantStatus[] = ['trial', 'active', 'past_due', 'suspended']

type Verb = Tenant['actions'][number]

/** From which status a verb may be asked for, and the right it needs; the operations' `begin` has the last word. */
const verbs: Record<
  Verb,
  { from: readonly TenantStatus[]; right: 'create' | 'update' | 'operate' | 'close' | 'delete'; subject?: 'backup' }
> = {
  change: { from: serving, right: 'update' },
  rename: { from: serving, right: 'operate' },
  suspend: { from: ['trial', 'active', 'past_due'], right: 'operate' },
  resume: { from: ['suspended'], right: 'operate' },
  sleep: { from: serving, right: 'operate' },
  wake: { from: serving, right: 'operate' },
  backups: { from: [...serving, 'closing'], right: 'create', subject: 'backup' },
  clone: { from: [...serving, 'closing'], right: 'operate', subject: 'backup' },
  move: { from: serving, right: 'operate', subject: 'backup' },
  'lift-quarantine': { from: serving, right: 'operate', subject: 'backup' },
  close: { from: serving, right: 'close' },
  reopen: { from: ['closing'], right: 'operate' },
  delete: { from: ['closing', 'closed', 'failed'], right: 'delete' },
}

/** What the caller may ask for now; nothing while an operation is under way. */
export function tenantActions(row: TenantWithOperation, runtime: TenantRuntime | null, ability: Ability): Verb[] {
  if (row.operations.length > 0 || row.deleted_at) return []
  return (Object.keys(verbs) as Verb[]).filter((verb) => {
    if (verb === 'sleep' && runtime === 'asleep') return false
    if (verb === 'wake' && runtime === 'running') return false
    if (verb === 'lift-quarantine' && !row.quarantined) return false
    const { from, right, subject } = verbs[verb]
    return from.includes(row.status as TenantStatus) && ability.can(right, subject ?? 'tenant')
  })
}

/** What the outside sees of a tenant. @param runtime as the driver sees it now */
export function viewTenant(
  row: TenantWithOperation,
  runtime: TenantRuntime | null,
  from: { sealing: Sealing; settings: Settings; ability: Ability },
): Tenant {
  const first = row.domains[0]
  // the consoles stay on the platform's host: beneath an owner's own they need records of their own
  const platform =
    row.domains.find((domain) => domain.kind === 'subdomain')?.host ?? `${row.slug}.${from.settings.binding.public.base_domain}`
  const origin = (prefix: string) => publicOrigin(from.settings, `${prefix}${platform}`)
  return {
    id: row.id,
    slug: row.slug,
    name: row.name as I18nText,
    status: row.status as TenantStatus,
    runtime,
    operation_id: row.operations[0]?.id ?? null,
    failure: row.failure as Tenant['failure'],
    plan: row.plan_code,
    owner_email: from.sealing.open('personal', row.owner_sealed),
    verticals: row.verticals,
    locales: row.locales as Locale[],
    default_locale: row.default_locale as Locale,
    currencies: row.currencies,
    default_currency: row.default_currency,
    timezone: row.timezone,
    country: row.country,
    theme: ThemeTokens.parse(row.theme),
    release: row.release,
    driver: row.driver as DriverName,
    region: row.region,
    cell: row.cell,
    node_id: row.node_id,
    authority_id: row.authority_id,
    residency_zone: row.residency_zone as Tenant['residency_zone'],
    domains: row.domains.map((domain) => domain.host),
    seeded: row.seed,
    test: row.test,
    quarantined: row.quarantined,
    version: row.version,
    url: first ? originOf(from.settings, first.host, first.secure) : origin(''),
    admin_url: origin('admin.'),
    vendor_url: origin('vendor.'),
    api_url: origin('api.'),
    closing_until: row.closing_until?.toISOString() ?? null,
    database_bytes: row.report ? PlaneHealth.parse(row.report.report).usage.database_bytes : null,
    backup: row.schedule ? badgeOf(row.schedule) : null,
    actions: tenantActions(row, runtime, from.ability),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

function badgeOf(schedule: backup_schedule): BackupBadge {
  return {
    last_id: schedule.last_backup_id,
    last_at: schedule.last_backup_at?.toISOString() ?? null,
    next_at: schedule.next_backup_at.toISOString(),
    failure: schedule.failures > 0 ? schedule.last_failure : null,
    verified_id: schedule.last_verified_id,
    verified_at: schedule.last_verified_at?.toISOString() ?? null,
    compared: schedule.verification ? BackupBadge.shape.compared.parse(schedule.verification) : null,
  }
}
