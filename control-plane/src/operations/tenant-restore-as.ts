import { DomainError } from '@cityos/contract'
import { CopyParameters, copySucceeded, creationStep, loadSteps } from './copy-steps.ts'
import { defineOperation } from './definition.ts'
import { archiveSeconds } from './tenant-backup.ts'
import { tenantCreate } from './tenant-create.ts'

/** A new tenant from a backup, quarantined until somebody lifts it (design §3). */
export const tenantRestoreAs = defineOperation<CopyParameters>({
  kind: 'tenant-restore-as',
  parameters: CopyParameters,
  deadline: archiveSeconds,
  pivot: 'health',
  steps: [
    creationStep('names'),
    creationStep('schema'),
    creationStep('secrets'),
    ...loadSteps(),
    creationStep('deploy'),
    creationStep('route'),
    creationStep('health'),
    creationStep('billing'),
    creationStep('hand-over'),
  ],
  async begin(at) {
    const backup = await at.tx.backup.findUnique({ where: { id: at.parameters.backup_id } })
    if (backup?.status !== 'ready')
      throw new DomainError('not_found', { message: `there is no backup ${at.parameters.backup_id} that is ready` })
    await tenantCreate.begin(at)
  },
  succeeded: copySucceeded,
  undone: tenantCreate.undone,
})
