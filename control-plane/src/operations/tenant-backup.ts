import { z } from 'zod'
import { BackupKind } from '../backup/backup.contract.ts'
import { announceBackup, describeContent, discardBackup, takeBackup } from '../backup/backup.rows.ts'
import { noteBackup } from '../reconcilers/backup-note.ts'
import { defineOperation } from './definition.ts'
import { requireStatus } from './document-step.ts'

/** One archive of the tenant as it is now; it goes on serving meanwhile. */
const Parameters = z.object({
  backup_id: z.string(),
  kind: BackupKind,
  /** When thinning may take it; null: never by itself. */
  expires_at: z.iso.datetime().nullable(),
})

type Parameters = z.infer<typeof Parameters>

/** Seconds an archive may take: it grows with the tenant. */
export const archiveSeconds = 3_600

const backupOf = (tenantId: string, parameters: Parameters) => ({
  id: parameters.backup_id,
  tenantId,
  kind: parameters.kind,
  expiresAt: parameters.expires_at ? new Date(parameters.expires_at) : null,
})

export const tenantBackup = defineOperation({
  kind: 'tenant-backup',
  parameters: Parameters,
  deadline: archiveSeconds,
  pivot: 'archive',
  steps: [
    {
      name: 'archive',
      timeout: archiveSeconds,
      owner: 'platform operator',
      async do(ctx) {
        const report = await takeBackup(ctx, backupOf(ctx.tenantId, ctx.parameters))
        return `${describeContent(report)}, encrypted in ${(report.milliseconds / 1000).toFixed(1)} s`
      },
      undo: (ctx) => discardBackup(ctx, ctx.tenantId, ctx.parameters.backup_id),
    },
  ],
  async begin({ tx, tenantId, parameters, now }) {
    await requireStatus(tx, tenantId, ['trial', 'active', 'past_due', 'suspended', 'closing'], 'backed up')
    await announceBackup(tx, backupOf(tenantId, parameters), now)
  },
  succeeded: ({ tx, tenantId }) => noteBackup(tx, tenantId),
  async undone({ tx, parameters }) {
    await tx.backup.deleteMany({ where: { id: parameters.backup_id } })
  },
})
