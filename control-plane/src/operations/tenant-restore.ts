import { DomainError } from '@cityos/contract'
import { z } from 'zod'
import { describeContent, discardBackup, importOf, takeBackup } from '../backup/backup.rows.ts'
import { defineOperation, type Step } from './definition.ts'
import { nothingMore, requireStatus } from './document-step.ts'
import { releaseOf } from './release-of.ts'
import { archiveSeconds } from './tenant-backup.ts'
import { pauseWrites, resumeWrites, takeUpSteps } from './write-pause.ts'

/**
 * Puts a tenant back to one of its backups. The backup is loaded beside the tenant while it goes on; then writing pauses,
 * what there is goes into a safety backup, and the two databases change places. Until the data plane is well on the
 * restored one, the way back is a renaming.
 */
const Parameters = z.object({ backup_id: z.string(), safety_backup_id: z.string() })
type Parameters = z.infer<typeof Parameters>

export const tenantRestore = defineOperation({
  kind: 'tenant-restore',
  parameters: Parameters,
  deadline: archiveSeconds,
  pivot: 'health',
  steps: [
    {
      name: 'schema',
      timeout: 120,
      owner: 'release engineer',
      async do(ctx) {
        const release = await releaseOf(ctx.db, (await ctx.tenant()).release)
        await ctx.driver.prepareRelease(release)
        return `release ${release.version} is ready`
      },
    },
    {
      name: 'load',
      timeout: archiveSeconds,
      owner: 'database administrator',
      async do(ctx) {
        const report = await importOf(ctx, { archive: { tenantId: ctx.tenantId, archiveId: ctx.parameters.backup_id }, copy: null })
        return `${describeContent(report)}, checked and loaded beside it in ${(report.milliseconds / 1000).toFixed(1)} s`
      },
      undo: (ctx) => ctx.driver.dropIncoming(ctx.tenantId, ctx.fence),
    },
    {
      name: 'pause',
      timeout: 30,
      owner: 'platform operator',
      async do(ctx) {
        await pauseWrites(ctx)
        return 'nothing is written from now on'
      },
      undo: resumeWrites,
    },
    {
      name: 'safety',
      timeout: archiveSeconds,
      owner: 'platform operator',
      async do(ctx) {
        const report = await takeBackup(ctx, {
          id: ctx.parameters.safety_backup_id,
          tenantId: ctx.tenantId,
          kind: 'safety',
          expiresAt: null,
        })
        return `what there was is in backup ${ctx.parameters.safety_backup_id}: ${describeContent(report)}`
      },
      undo: (ctx) => discardBackup(ctx, ctx.tenantId, ctx.parameters.safety_backup_id),
    },
    ...(takeUpSteps() as Step<Parameters>[]),
    {
      name: 'finish',
      timeout: 120,
      owner: 'database administrator',
      async do(ctx) {
        await ctx.driver.dropFormer(ctx.tenantId, ctx.fence)
        return 'the former database and files are removed; the safety backup holds them'
      },
    },
  ],
  async begin({ tx, tenantId, parameters }) {
    await requireStatus(tx, tenantId, ['trial', 'active', 'past_due', 'suspended'], 'restored')
    const backup = await tx.backup.findUnique({ where: { id: parameters.backup_id } })
    if (!backup || backup.tenant_id !== tenantId)
      throw new DomainError('not_found', { message: `the tenant has no backup ${parameters.backup_id}` })
    if (backup.status !== 'ready') {
      throw new DomainError(backup.status === 'damaged' ? 'archive_damaged' : 'invalid_transition', {
        message: `backup ${backup.id} is ${backup.status}`,
      })
    }
  },
  async succeeded({ tx, tenantId, now }) {
    await tx.tenant.update({ where: { id: tenantId }, data: { runtime: 'running', updated_at: now } })
  },
  undone: nothingMore,
})
