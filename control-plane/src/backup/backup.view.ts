import type { DriverName } from '@cityos/contract'
import type { backup } from '../../generated/client.ts'
import type { Ability } from '../staff/ability.ts'
import { allows } from '../staff/ability.ts'
import { type Backup, type BackupKind, type BackupStatus, Verification } from './backup.contract.ts'

export type BackupRow = backup & { tenant: { slug: string; status: string; deleted_at: Date | null; operations: { id: string }[] } }

export const withTenant = {
  tenant: {
    select: {
      slug: true,
      status: true,
      deleted_at: true,
      operations: { where: { status: { in: ['queued', 'running', 'waiting', 'undoing'] } }, select: { id: true } },
    },
  },
}

const serving = ['trial', 'active', 'past_due', 'suspended']

/** What the outside sees of a backup. */
export function viewBackup(row: BackupRow, ability: Ability): Backup {
  const counts = row.row_counts as Record<string, number> | null
  return {
    id: row.id,
    tenant_id: row.tenant_id,
    tenant_slug: row.tenant.slug,
    kind: row.kind as BackupKind,
    status: row.status as BackupStatus,
    driver: row.driver as DriverName,
    release: row.release,
    schema: row.schema,
    size_bytes: row.size_bytes === null ? null : Number(row.size_bytes),
    checksum: row.checksum,
    content_checksum: row.content_checksum,
    row_counts: counts,
    rows: counts && Object.values(counts).reduce((sum, rows) => sum + rows, 0),
    files: row.files as Backup['files'],
    taken_at: row.taken_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    verified_at: row.verified_at?.toISOString() ?? null,
    verification: row.verification === null ? null : Verification.parse(row.verification),
    actions: actionsOf(row, ability),
  }
}

function actionsOf(row: BackupRow, ability: Ability): Backup['actions'] {
  if (row.tenant.operations.length > 0 || row.tenant.deleted_at) return []
  const may = (action: 'operate' | 'delete') => allows(ability, action, 'backup', { tenant_id: row.tenant_id })
  const ready = row.status === 'ready' && may('operate')
  return [
    ...(ready && serving.includes(row.tenant.status) ? (['restore'] as const) : []),
    ...(ready ? (['restore_as'] as const) : []),
    ...(row.status !== 'running' && may('delete') ? (['delete'] as const) : []),
  ]
}
