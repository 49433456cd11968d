import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  backUpTenant,
  cloneTenant,
  deleteBackup,
  liftQuarantine,
  listBackups,
  listTenantBackups,
  moveTenant,
  readBackup,
  restoreBackupAs,
  restoreTenant,
} from './backup.contract.ts'
import { BackupService } from './backup.service.ts'
import { CopyService } from './copy.service.ts'

@Controller()
export class BackupController {
  constructor(
    private readonly backups: BackupService,
    private readonly copies: CopyService,
  ) {}

  @Handle(listBackups)
  list(ctx: RequestContext, input: Input<typeof listBackups>) {
    return this.backups.list(ctx, input.query)
  }

  @Handle(listTenantBackups)
  listOf(ctx: RequestContext, input: Input<typeof listTenantBackups>) {
    return this.backups.listOf(ctx, input.params.id, input.query)
  }

  @Handle(readBackup)
  read(ctx: RequestContext, input: Input<typeof readBackup>) {
    return this.backups.read(ctx, input.params.id)
  }

  @Handle(backUpTenant)
  create(ctx: RequestContext, input: Input<typeof backUpTenant>) {
    return this.backups.create(ctx, input.params.id)
  }

  @Handle(deleteBackup)
  delete(ctx: RequestContext, input: Input<typeof deleteBackup>) {
    return this.backups.delete(ctx, input.params.id)
  }

  @Handle(restoreTenant)
  restore(ctx: RequestContext, input: Input<typeof restoreTenant>) {
    return this.backups.restore(ctx, input.params.id, input.body)
  }

  @Handle(restoreBackupAs)
  restoreAs(ctx: RequestContext, input: Input<typeof restoreBackupAs>) {
    return this.copies.restoreAs(ctx, input.params.id, input.body)
  }

  @Handle(cloneTenant)
  clone(ctx: RequestContext, input: Input<typeof cloneTenant>) {
    return this.copies.clone(ctx, input.params.id, input.body)
  }

  @Handle(moveTenant)
  move(ctx: RequestContext, input: Input<typeof moveTenant>) {
    return this.copies.move(ctx, input.params.id, input.body)
  }

  @Handle(liftQuarantine)
  liftQuarantine(ctx: RequestContext, input: Input<typeof liftQuarantine>) {
    return this.backups.liftQuarantine(ctx, input.params.id)
  }
}
