import { ensureArchiveKey } from '../backup/archive-key.ts'
import { describeContent, exportOf } from '../backup/backup.rows.ts'
import { CopyParameters, copySucceeded, creationStep, loadSteps } from './copy-steps.ts'
import { defineOperation } from './definition.ts'
import { requireStatus } from './document-step.ts'
import { requireNoOther } from './start.ts'
import { archiveSeconds } from './tenant-backup.ts'
import { tenantCreate } from './tenant-create.ts'

/** A new tenant with the data of another one as it is now; `backup_id` names the archive made for it, and removed after it. */
export const tenantClone = defineOperation<CopyParameters>({
  kind: 'tenant-clone',
  parameters: CopyParameters,
  deadline: archiveSeconds,
  pivot: 'health',
  steps: [
    creationStep('names'),
    creationStep('schema'),
    {
      name: 'archive',
      timeout: archiveSeconds,
      owner: 'platform operator',
      async do(ctx) {
        const { source_tenant_id: source, backup_id: archive } = ctx.parameters
        await ctx.write((tx) => ensureArchiveKey(tx, ctx.sealing, source, ctx.now()))
        return `${describeContent(await exportOf(ctx, source, archive))} of one moment`
      },
      undo: (ctx) =>
        ctx.driver.deleteArchive({ tenantId: ctx.parameters.source_tenant_id, archiveId: ctx.parameters.backup_id }, ctx.fence),
    },
    creationStep('secrets'),
    ...loadSteps(),
    creationStep('deploy'),
    creationStep('route'),
    creationStep('health'),
    creationStep('billing'),
    creationStep('hand-over'),
    {
      name: 'tidy',
      timeout: 60,
      owner: 'platform operator',
      async do(ctx) {
        const { source_tenant_id: tenantId, backup_id: archiveId } = ctx.parameters
        await ctx.driver.deleteArchive({ tenantId, archiveId }, ctx.fence)
        return 'the archive it was made through is removed'
      },
    },
  ],
  async begin(at) {
    const source = at.parameters.source_tenant_id
    await requireStatus(at.tx, source, ['trial', 'active', 'past_due', 'suspended', 'closing'], 'cloned')
    await requireNoOther(at.tx, source)
    await tenantCreate.begin(at)
  },
  succeeded: copySucceeded,
  undone: tenantCreate.undone,
})
