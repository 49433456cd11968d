import { DriverName, endpoint, I18nText, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'
import { Approval } from '../approval/approval.contract.ts'
import { Operation } from '../operation/operation.contract.ts'
import { IssuedInvitation, Tenant } from '../tenant/tenant.contract.ts'

export const BackupKind = z.enum(['manual', 'scheduled', 'safety', 'archive'])
export type BackupKind = z.infer<typeof BackupKind>

/** `damaged`: its last check found that it cannot be read any more. */
export const BackupStatus = z.enum(['running', 'ready', 'damaged'])
export type BackupStatus = z.infer<typeof BackupStatus>

/** What was compared when a backup was restored into a scratch database. */
export const Verification = z.object({
  tables: z.int(),
  rows: z.int(),
  files: z.int(),
  /** Of the restored content; the backup counts only when it is the backup's own. */
  content_checksum: z.string(),
  matches: z.boolean(),
  milliseconds: z.int(),
  message: z.string().nullable(),
})
export type Verification = z.infer<typeof Verification>

export const Backup = z.object({
  id: z.string(),
  tenant_id: z.string(),
  tenant_slug: z.string(),
  kind: BackupKind,
  status: BackupStatus,
  driver: DriverName,
  release: z.string(),
  schema: z.string(),
  size_bytes: z.int().nullable(),
  /** SHA-256 of the encrypted file, hex. */
  checksum: z.string().nullable(),
  /** SHA-256 over tables and files, hex: equal for equal content. */
  content_checksum: z.string().nullable(),
  /** Rows by `schema.table`. */
  row_counts: z.record(z.string(), z.int()).nullable(),
  /** All rows together. */
  rows: z.int().nullable(),
  files: z.object({ count: z.int(), bytes: z.int() }).nullable(),
  taken_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().nullable(),
  verified_at: z.iso.datetime().nullable(),
  verification: Verification.nullable(),
  actions: z.array(z.enum(['restore', 'restore_as', 'delete'])),
})
export type Backup = z.infer<typeof Backup>

const byId = z.object({ id: z.string() })
const Started = z.object({ tenant: Tenant, operation: Operation })
const Slug = z.string().max(100)
const Name = z.union([z.string().trim().min(1).max(120), I18nText])

export const listBackups = listEndpoint({
  id: 'backup.list',
  method: 'GET',
  path: '/api/v1/backups',
  summary: 'Backups of the tenants the caller may see, newest first',
  access: staff('read', 'backup'),
  query: z.object({ tenant_id: z.string().optional(), kind: BackupKind.optional(), status: BackupStatus.optional() }),
  response: Backup,
})

export const listTenantBackups = listEndpoint({
  id: 'tenant.backups',
  method: 'GET',
  path: '/api/v1/tenants/{id}/backups',
  summary: 'Backups of one tenant, newest first',
  access: staff('read', 'backup'),
  params: byId,
  query: z.object({ kind: BackupKind.optional(), status: BackupStatus.optional() }),
  response: Backup,
})

export const readBackup = endpoint({
  id: 'backup.read',
  method: 'GET',
  path: '/api/v1/backups/{id}',
  summary: 'One backup: what it holds and when it was last restore-tested',
  access: staff('read', 'backup'),
  params: byId,
  response: Backup,
})

export const backUpTenant = endpoint({
  id: 'backup.create',
  method: 'POST',
  path: '/api/v1/tenants/{id}/backups',
  summary: 'Back the tenant up now',
  access: staff('create', 'backup'),
  params: byId,
  response: Started.extend({ backup: Backup }),
  status: 202,
  errors: ['operation_in_progress', 'invalid_transition'],
})

export const deleteBackup = endpoint({
  id: 'backup.delete',
  method: 'DELETE',
  path: '/api/v1/backups/{id}',
  summary: 'Destroy a backup',
  access: staff('delete', 'backup'),
  params: byId,
  response: Started,
  status: 202,
  errors: ['operation_in_progress', 'invalid_transition'],
})

export const restoreTenant = endpoint({
  id: 'tenant.restore',
  method: 'POST',
  path: '/api/v1/tenants/{id}/restore',
  summary: 'Put the tenant back to one of its backups; what it has now is backed up first',
  access: staff('operate', 'backup'),
  params: byId,
  body: z.object({
    backup_id: z.string(),
    /** The tenant's slug, typed again. */
    confirm: z.string(),
  }),
  response: Started,
  status: 202,
  errors: ['operation_in_progress', 'invalid_transition', 'confirmation_required', 'archive_damaged', 'archive_newer_schema'],
})

const Copy = z.object({
  slug: Slug,
  name: Name.optional(),
  /** Owner of the copy; left out: the owner of the original. */
  owner: z.email().max(254).optional(),
  mask_personal_data: z.boolean().default(false),
})
export type CopyTenant = z.infer<typeof Copy>

const copyErrors = [
  'slug_taken',
  'slug_malformed',
  'slug_reserved',
  'invalid_transition',
  'operation_in_progress',
  'unknown_release',
  'archive_damaged',
  'archive_newer_schema',
] as const

export const restoreBackupAs = endpoint({
  id: 'backup.restore',
  method: 'POST',
  path: '/api/v1/backups/{id}/restore',
  summary: 'A new tenant from a backup, with keys of its own, quarantined until lifted',
  access: staff('operate', 'backup'),
  params: byId,
  body: Copy,
  response: Started.extend({ invitation: IssuedInvitation }),
  status: 201,
  errors: [...copyErrors],
})

export const cloneTenant = endpoint({
  id: 'tenant.clone',
  method: 'POST',
  path: '/api/v1/tenants/{id}/clone',
  summary: 'A new tenant with the data of another as it is now, quarantined until lifted; optionally with made-up persons',
  access: staff('operate', 'backup'),
  params: byId,
  body: Copy,
  response: Started.extend({ invitation: IssuedInvitation }),
  status: 201,
  errors: [...copyErrors],
})

export const liftQuarantine = endpoint({
  id: 'tenant.lift_quarantine',
  method: 'POST',
  path: '/api/v1/tenants/{id}/lift-quarantine',
  summary: 'Let a copy go live: timers, events, workflows and outside credentials work, and it sells',
  access: staff('operate', 'backup'),
  params: byId,
  response: Started,
  status: 202,
  errors: ['operation_in_progress', 'invalid_transition'],
})

const Move = z.object({
  reason: z.string().trim().min(3).max(500),
  /** The cell it goes to; left out: to a new database and new files where it is. */
  to_cell: z.string().max(60).optional(),
})
export type MoveTenant = z.infer<typeof Move>

export const moveTenant = endpoint({
  id: 'tenant.move',
  method: 'POST',
  path: '/api/v1/tenants/{id}/move',
  summary: 'Move the tenant through its archive to a new database and process, also to another cell; needs a second person',
  access: staff('operate', 'backup'),
  params: byId,
  body: Move,
  response: z.object({ tenant: Tenant, operation: Operation.nullable(), approval: Approval.nullable() }),
  status: 202,
  errors: ['operation_in_progress', 'invalid_transition', 'already_exists', 'validation_failed', 'not_enough_capacity'],
})
