import {
  DriverName,
  endpoint,
  I18nText,
  Locale,
  listEndpoint,
  PlaneHealth,
  ResidencyZone,
  staff,
  TenantRuntime,
  TenantStatus,
  ThemeTokens,
} from '@cityos/contract'
import { z } from 'zod'
import { Approval } from '../approval/approval.contract.ts'
import { Operation } from '../operation/operation.contract.ts'

/** How well a tenant's data is kept: the newest backup, and the last one that was proven by restoring it. */
export const BackupBadge = z.object({
  last_id: z.string().nullable(),
  last_at: z.iso.datetime().nullable(),
  next_at: z.iso.datetime(),
  /** Set while backups fail: why the last one did. */
  failure: z.string().nullable(),
  verified_id: z.string().nullable(),
  verified_at: z.iso.datetime().nullable(),
  /** What was compared then. */
  compared: z.object({ tables: z.int(), rows: z.int(), files: z.int(), content_checksum: z.string() }).nullable(),
})
export type BackupBadge = z.infer<typeof BackupBadge>

export const Tenant = z.object({
  id: z.string(),
  slug: z.string(),
  name: I18nText,
  status: TenantStatus,
  /** Null while nothing has been started for it yet, or after it was deleted. */
  runtime: TenantRuntime.nullable(),
  operation_id: z.string().nullable(),
  /** Set when `status` is `failed`: which step, and the way out. */
  failure: z.object({ step: z.string(), message: z.string(), way_out: z.string() }).nullable(),
  plan: z.string(),
  owner_email: z.string(),
  verticals: z.array(z.string()),
  locales: z.array(Locale),
  default_locale: Locale,
  currencies: z.array(z.string()),
  default_currency: z.string(),
  timezone: z.string(),
  country: z.string(),
  theme: ThemeTokens,
  release: z.string(),
  driver: DriverName,
  region: z.string(),
  /** The cell it is in; null for a driver without cells. */
  cell: z.string().nullable(),
  /** Its place in the city and who governs it; null: the country's authority, or the platform's. */
  node_id: z.string().nullable(),
  authority_id: z.string().nullable(),
  /** Where its data lies. */
  residency_zone: ResidencyZone.nullable(),
  domains: z.array(z.string()),
  seeded: z.boolean(),
  test: z.boolean(),
  quarantined: z.boolean(),
  /** Version of the tenant document. */
  version: z.int(),
  url: z.string(),
  admin_url: z.string(),
  vendor_url: z.string(),
  api_url: z.string(),
  closing_until: z.iso.datetime().nullable(),
  /** Size of its database, as its data plane last reported it; null before the first report. */
  database_bytes: z.int().nullable(),
  /** Null until its first night, and once it is erased. */
  backup: BackupBadge.nullable(),
  /** What the caller may ask for now; buttons are derived from this (each is `POST …/{id}/<action>`, or PATCH and DELETE). */
  actions: z.array(
    z.enum([
      'change',
      'rename',
      'suspend',
      'resume',
      'sleep',
      'wake',
      'backups',
      'clone',
      'move',
      'lift-quarantine',
      'close',
      'reopen',
      'delete',
    ]),
  ),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})
export type Tenant = z.infer<typeof Tenant>

/** How the owner gets in: the address works once, within 72 hours. */
export const Invitation = z.object({
  id: z.string(),
  email: z.string(),
  role: z.string(),
  tenant_id: z.string().nullable(),
  expires_at: z.iso.datetime(),
  accepted_at: z.iso.datetime().nullable(),
})
export type Invitation = z.infer<typeof Invitation>
export const IssuedInvitation = Invitation.extend({ url: z.string() })
export type IssuedInvitation = z.infer<typeof IssuedInvitation>

const Name = z.union([z.string().trim().min(1).max(120), I18nText])
const Currency = z.string().regex(/^[A-Z]{3}$/)

/** Slug, plan, verticals and release are checked by rule, not by shape, so that the answer says what to do. */
export const CreateTenant = z.object({
  slug: z.string().max(100),
  name: Name,
  owner: z.email().max(254),
  plan: z.string().default('standard'),
  verticals: z.union([z.literal('all'), z.array(z.string())]).default(['catalogue']),
  locales: z.array(Locale).min(1).default(['en', 'fr', 'ar']),
  default_locale: Locale.optional(),
  currency: Currency.default('SAR'),
  currencies: z.array(Currency).optional(),
  timezone: z.string().default('Asia/Riyadh'),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default('SA'),
  theme: ThemeTokens.partial().optional(),
  release: z.string().optional(),
  /** Left out: this machine where there is that driver, else a cluster. */
  driver: DriverName.optional(),
  /** Of the cluster; left out: the only one that has cells. */
  region: z.string().max(40).optional(),
  /** Id or code of its place in the city, and of the authority that governs it. */
  node_id: z.string().max(64).optional(),
  authority_id: z.string().max(64).optional(),
  residency_zone: ResidencyZone.optional(),
  seed: z.boolean().default(false),
  test: z.boolean().optional(),
  /** In the first ring of every rollout. */
  internal: z.boolean().optional(),
})
export type CreateTenant = z.infer<typeof CreateTenant>

export const ChangeTenant = z.object({
  name: Name.optional(),
  plan: z.string().optional(),
  verticals: z.union([z.literal('all'), z.array(z.string())]).optional(),
  locales: z.array(Locale).min(1).optional(),
  default_locale: Locale.optional(),
  currencies: z.array(Currency).min(1).optional(),
  default_currency: Currency.optional(),
  timezone: z.string().optional(),
  theme: ThemeTokens.partial().optional(),
  node_id: z.string().max(64).nullable().optional(),
  authority_id: z.string().max(64).nullable().optional(),
  residency_zone: ResidencyZone.optional(),
  /** When given, refused with `stale_version` unless it is the tenant's present version. */
  version: z.int().optional(),
})
export type ChangeTenant = z.infer<typeof ChangeTenant>

/** `{id}` is the tenant's id or its slug. */
const byId = z.object({ id: z.string() })
const Started = z.object({ tenant: Tenant, operation: Operation })
/** Either it has started, or it waits for a second person: one of the two is set. */
const Requested = z.object({ tenant: Tenant, operation: Operation.nullable(), approval: Approval.nullable() })

/** What narrows the fleet; all of it together. */
const search = z.object({
  status: TenantStatus.optional(),
  runtime: TenantRuntime.optional(),
  plan: z.string().max(60).optional(),
  release: z.string().max(60).optional(),
  /** Id or code of a node: tenants in it and in everything below it. */
  node_id: z.string().max(64).optional(),
  /** Copies that are not lifted yet, or everything else. */
  quarantined: z.enum(['true', 'false']).optional(),
})
export type TenantSearch = z.infer<typeof search> & { q?: string | undefined }

export const listTenants = listEndpoint({
  id: 'tenant.list',
  method: 'GET',
  path: '/api/v1/tenants',
  summary:
    'Tenants the caller may see, newest first; `order` by slug, name, status, runtime, plan, release, created_at or updated_at; `q` finds part of a name or address, or a whole owner’s e-mail',
  access: staff('read', 'tenant'),
  query: search,
  response: Tenant,
})

export const exportTenants = endpoint({
  id: 'tenant.export',
  method: 'GET',
  path: '/api/v1/exports/tenants',
  summary: 'The tenants a search finds as CSV, newest first; the export is an entry of the audit trail',
  access: staff('export', 'tenant'),
  query: search.extend({ q: z.string().trim().max(200).optional() }),
  response: z.string(),
})

export const checkSlug = endpoint({
  id: 'slug.read',
  method: 'GET',
  path: '/api/v1/slugs/{slug}',
  summary: 'Whether an address is free',
  access: staff('create', 'tenant'),
  params: z.object({ slug: z.string() }),
  response: z.object({
    slug: z.string(),
    available: z.boolean(),
    reason: z.enum(['slug_taken', 'slug_malformed', 'slug_reserved']).nullable(),
    message: z.string().nullable(),
    url: z.string(),
  }),
})

export const createTenant = endpoint({
  id: 'tenant.create',
  method: 'POST',
  path: '/api/v1/tenants',
  summary: 'Create a tenant; answers at once with the operation that provisions it and the owner’s invitation',
  access: staff('create', 'tenant'),
  body: CreateTenant,
  response: Started.extend({ invitation: IssuedInvitation }),
  status: 201,
  idempotencyKey: true,
  errors: [
    'slug_taken',
    'slug_malformed',
    'slug_reserved',
    'unknown_vertical',
    'unknown_plan',
    'unknown_release',
    'not_enough_capacity',
    'quota_exceeded',
    'policy_denied',
    'validation_failed',
  ],
})

export const readTenant = endpoint({
  id: 'tenant.read',
  method: 'GET',
  path: '/api/v1/tenants/{id}',
  summary: 'One tenant',
  access: staff('read', 'tenant'),
  params: byId,
  response: Tenant,
})

export const changeTenant = endpoint({
  id: 'tenant.change',
  method: 'PATCH',
  path: '/api/v1/tenants/{id}',
  summary: 'Change names, plan, verticals, languages, currencies or theme',
  access: staff('update', 'tenant'),
  params: byId,
  body: ChangeTenant,
  response: Started,
  status: 202,
  errors: [
    'operation_in_progress',
    'invalid_transition',
    'unknown_vertical',
    'unknown_plan',
    'plan_below_usage',
    'stale_version',
    'quota_exceeded',
    'policy_denied',
    'validation_failed',
  ],
})

export const renameTenant = endpoint({
  id: 'tenant.rename',
  method: 'POST',
  path: '/api/v1/tenants/{id}/rename',
  summary: 'Give the tenant another address; the former one leads there for a while',
  access: staff('operate', 'tenant'),
  params: byId,
  body: z.object({ slug: z.string().max(100) }),
  response: Started,
  status: 202,
  errors: ['slug_taken', 'slug_malformed', 'slug_reserved', 'operation_in_progress', 'invalid_transition'],
})

const verb = <const Id extends string>(name: Id, summary: string) =>
  endpoint({
    id: `tenant.${name}`,
    method: 'POST',
    path: `/api/v1/tenants/{id}/${name}`,
    summary,
    access: staff('operate', 'tenant'),
    params: byId,
    response: Started,
    status: 202,
    errors: ['operation_in_progress', 'invalid_transition'],
  })

export const suspendTenant = verb('suspend', 'Stop selling: pages stay readable, checkout answers 503')
export const resumeTenant = verb('resume', 'Sell again after a suspension')
export const sleepTenant = verb('sleep', 'Stop the data plane until the next request or due timer')
export const wakeTenant = verb('wake', 'Start the data plane now')
export const reopenTenant = verb('reopen', 'Take back a closing within its 30 days')

/** Days in which a closed tenant can be reopened, unless it is closed with fewer. */
export const closingDays = 30

export const closeTenant = endpoint({
  id: 'tenant.close',
  method: 'POST',
  path: '/api/v1/tenants/{id}/close',
  summary: 'Ask a second person to take the tenant off the air; until its days are over it can be reopened, then it is erased by itself',
  access: staff('close', 'tenant'),
  params: byId,
  body: z.object({
    /** Days in which it can be reopened; the second person is shown them. */
    retention_days: z.int().min(0).max(closingDays).default(closingDays),
    reason: z.string().trim().max(500).default(''),
  }),
  response: Requested,
  status: 202,
  errors: ['operation_in_progress', 'invalid_transition', 'already_exists'],
})

export const deleteTenant = endpoint({
  id: 'tenant.delete',
  method: 'DELETE',
  path: '/api/v1/tenants/{id}',
  summary: 'Erase a failed tenant, or ask a second person to erase a closing one before its days are over',
  access: staff('delete', 'tenant'),
  params: byId,
  /** The tenant's slug, typed again. */
  query: z.object({ confirm: z.string() }),
  response: Requested,
  status: 202,
  errors: ['operation_in_progress', 'invalid_transition', 'confirmation_required', 'already_exists'],
})

export const listTenantOperations = listEndpoint({
  id: 'tenant.operations',
  method: 'GET',
  path: '/api/v1/tenants/{id}/operations',
  summary: 'Operation history of one tenant',
  access: staff('read', 'operation'),
  params: byId,
  response: Operation,
})

export const readTenantHealth = endpoint({
  id: 'tenant.health',
  method: 'GET',
  path: '/api/v1/tenants/{id}/health',
  summary: 'What the driver sees and what the data plane last reported',
  access: staff('read', 'tenant_health'),
  params: byId,
  response: z.object({
    runtime: TenantRuntime.nullable(),
    restarts: z.int(),
    memory_bytes: z.int().nullable(),
    cpu_seconds: z.number().nullable(),
    started_at: z.string().nullable(),
    next_wake_at: z.string().nullable(),
    last_error: z.string().nullable(),
    /** The data plane's control stream is open at this moment. */
    connected: z.boolean(),
    report: PlaneHealth.nullable(),
    reported_at: z.iso.datetime().nullable(),
  }),
})

export const readTenantLogs = endpoint({
  id: 'tenant.logs',
  method: 'GET',
  path: '/api/v1/tenants/{id}/logs',
  summary: 'The last lines a data plane has written',
  access: staff('read', 'tenant_health'),
  params: byId,
  query: z.object({ lines: z.coerce.number().int().min(1).max(2000).default(200) }),
  response: z.object({ lines: z.array(z.string()) }),
})

export const UsageSample = z.object({
  at: z.iso.datetime(),
  orders: z.int(),
  gmv_amount: z.int(),
  products: z.int(),
  customers: z.int(),
  database_bytes: z.int(),
  memory_bytes: z.int(),
  requests: z.int(),
})
export type UsageSample = z.infer<typeof UsageSample>

export const readTenantUsage = endpoint({
  id: 'tenant.usage',
  method: 'GET',
  path: '/api/v1/tenants/{id}/usage',
  summary: 'Usage now against the plan’s limits, and by the hour',
  access: staff('read', 'tenant_usage'),
  params: byId,
  query: z.object({ hours: z.coerce.number().int().min(1).max(720).default(48) }),
  response: z.object({
    currency: z.string(),
    now: UsageSample.nullable(),
    limits: z.record(z.string(), z.int()),
    history: z.array(UsageSample),
  }),
})

/** Which owner invitations are open; a lost one is replaced by asking for a new one. */
export const inviteOwner = endpoint({
  id: 'tenant.invite_owner',
  method: 'POST',
  path: '/api/v1/tenants/{id}/owner-invitation',
  summary: 'A new invitation for the owner; the former one stops working',
  access: staff('update', 'tenant'),
  params: byId,
  response: IssuedInvitation,
  status: 201,
  errors: ['invalid_transition'],
})
