import { z } from 'zod'
import { ensureArchiveKey } from '../backup/archive-key.ts'
import { describeContent, exportOf, importOf } from '../backup/backup.rows.ts'
import { defineOperation, type Step } from './definition.ts'
import { nothingMore, requireStatus } from './document-step.ts'
import { releaseOf } from './release-of.ts'
import { archiveSeconds } from './tenant-backup.ts'
import { pauseWrites, resumeWrites, takeUpSteps } from './write-pause.ts'

/**
 * Moves a tenant through its archive to a database and files of a new place. It is fenced instead of quarantined: writing
 * pauses before the archive is taken and goes on only in the new place, so that there are never two. What it had stays
 * until the data plane is well there.
 */
const Parameters = z.object({ archive_id: z.string() })
type Parameters = z.infer<typeof Parameters>

export const tenantMove = defineOperation({
  kind: 'tenant-move',
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
        await ctx.write((tx) => ensureArchiveKey(tx, ctx.sealing, ctx.tenantId, ctx.now()))
        return `release ${release.version} is ready in the new place`
      },
    },
    {
      name: 'pause',
      timeout: 30,
      owner: 'platform operator',
      async do(ctx) {
        await pauseWrites(ctx)
        return 'nothing is written from now on; reading goes on'
      },
      undo: resumeWrites,
    },
    {
      name: 'archive',
      timeout: archiveSeconds,
      owner: 'platform operator',
      async do(ctx) {
        const report = await exportOf(ctx, ctx.tenantId, ctx.parameters.archive_id)
        return `${describeContent(report)} in ${(report.milliseconds / 1000).toFixed(1)} s`
      },
      undo: (ctx) => ctx.driver.deleteArchive({ tenantId: ctx.tenantId, archiveId: ctx.parameters.archive_id }, ctx.fence),
    },
    {
      name: 'load',
      timeout: archiveSeconds,
      owner: 'database administrator',
      async do(ctx) {
        const report = await importOf(ctx, { archive: { tenantId: ctx.tenantId, archiveId: ctx.parameters.archive_id }, copy: null })
        return `${describeContent(report)}, the same content, in ${(report.milliseconds / 1000).toFixed(1)} s`
      },
      undo: (ctx) => ctx.driver.dropIncoming(ctx.tenantId, ctx.fence),
    },
    ...(takeUpSteps() as Step<Parameters>[]),
    {
      name: 'report',
      timeout: 10,
      owner: 'platform operator',
      async do(ctx) {
        const steps = await ctx.db.operation_step.findMany({ where: { operation_id: ctx.operationId, name: { in: ['pause', 'start'] } } })
        const from = steps.find((step) => step.name === 'pause')?.started_at
        const until = steps.find((step) => step.name === 'start')?.finished_at
        if (!from || !until) return 'the length of the pause was not recorded'
        return `nothing could be written for ${((until.getTime() - from.getTime()) / 1000).toFixed(1)} s`
      },
    },
    {
      name: 'finish',
      timeout: 120,
      owner: 'database administrator',
      async do(ctx) {
        await ctx.driver.dropFormer(ctx.tenantId, ctx.fence)
        await ctx.driver.deleteArchive({ tenantId: ctx.tenantId, archiveId: ctx.parameters.archive_id }, ctx.fence)
        return 'what it had in the former place is removed'
      },
    },
  ],
  begin: async ({ tx, tenantId }) => void (await requireStatus(tx, tenantId, ['trial', 'active', 'past_due', 'suspended'], 'moved')),
  async succeeded({ tx, tenantId, now }) {
    await tx.tenant.update({ where: { id: tenantId }, data: { runtime: 'running', updated_at: now } })
  },
  undone: nothingMore,
})
