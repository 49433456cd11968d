import type { OperationKind } from '../operation/operation.contract.ts'
import { backupDelete } from './backup-delete.ts'
import type { OperationDefinition } from './definition.ts'
import { tenantBackup } from './tenant-backup.ts'
import { tenantChange } from './tenant-change.ts'
import { tenantClone } from './tenant-clone.ts'
import { tenantClose } from './tenant-close.ts'
import { tenantCreate } from './tenant-create.ts'
import { tenantDelete } from './tenant-delete.ts'
import { tenantDowngrade } from './tenant-downgrade.ts'
import { tenantLiftQuarantine } from './tenant-lift-quarantine.ts'
import { tenantMove } from './tenant-move.ts'
import { tenantRename } from './tenant-rename.ts'
import { tenantReopen } from './tenant-reopen.ts'
import { tenantRestore } from './tenant-restore.ts'
import { tenantRestoreAs } from './tenant-restore-as.ts'
import { tenantResume } from './tenant-resume.ts'
import { tenantSleep, tenantWake } from './tenant-sleep.ts'
import { tenantStanding } from './tenant-standing.ts'
import { tenantSuspend } from './tenant-suspend.ts'
import { tenantUpgrade } from './tenant-upgrade.ts'

/** Every operation there is; parameters are checked when an operation is started and again when it is read back. */
export const definitions = [
  tenantCreate,
  tenantChange,
  tenantRename,
  tenantSuspend,
  tenantResume,
  tenantStanding,
  tenantSleep,
  tenantWake,
  tenantClose,
  tenantReopen,
  tenantDelete,
  tenantBackup,
  tenantRestore,
  tenantRestoreAs,
  tenantClone,
  tenantLiftQuarantine,
  tenantMove,
  tenantUpgrade,
  tenantDowngrade,
  backupDelete,
] as readonly unknown[] as readonly OperationDefinition[]

export function definitionOf(kind: string): OperationDefinition {
  const found = definitions.find((definition) => definition.kind === (kind as OperationKind))
  if (!found) throw new Error(`this release knows no operation ${kind}`)
  return found
}
