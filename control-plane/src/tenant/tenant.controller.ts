import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { OperationService } from '../operation/operation.service.ts'
import { TenantClosingService } from './tenant.closing.service.ts'
import {
  changeTenant,
  checkSlug,
  closeTenant,
  createTenant,
  deleteTenant,
  exportTenants,
  inviteOwner,
  listTenantOperations,
  listTenants,
  readTenant,
  readTenantHealth,
  readTenantLogs,
  readTenantUsage,
  renameTenant,
  reopenTenant,
  resumeTenant,
  sleepTenant,
  suspendTenant,
  wakeTenant,
} from './tenant.contract.ts'
import { TenantListService } from './tenant.list.service.ts'
import { TenantObservationService } from './tenant.observation.service.ts'
import { TenantRenamingService } from './tenant.renaming.service.ts'
import { TenantService } from './tenant.service.ts'

@Controller()
export class TenantController {
  constructor(
    private readonly tenants: TenantService,
    private readonly lists: TenantListService,
    private readonly closing: TenantClosingService,
    private readonly renaming: TenantRenamingService,
    private readonly observations: TenantObservationService,
    private readonly operations: OperationService,
  ) {}

  @Handle(listTenants)
  list(ctx: RequestContext, input: Input<typeof listTenants>) {
    return this.lists.list(ctx, input.query)
  }

  @Handle(exportTenants)
  export(ctx: RequestContext, input: Input<typeof exportTenants>) {
    return this.lists.export(ctx, input.query)
  }

  @Handle(checkSlug)
  checkSlug(_ctx: RequestContext, input: Input<typeof checkSlug>) {
    return this.tenants.checkSlug(input.params.slug)
  }

  @Handle(createTenant)
  create(ctx: RequestContext, input: Input<typeof createTenant>) {
    return this.tenants.create(ctx, input.body)
  }

  @Handle(readTenant)
  read(ctx: RequestContext, input: Input<typeof readTenant>) {
    return this.tenants.read(ctx, input.params.id)
  }

  @Handle(changeTenant)
  change(ctx: RequestContext, input: Input<typeof changeTenant>) {
    return this.tenants.change(ctx, input.params.id, input.body)
  }

  @Handle(renameTenant)
  rename(ctx: RequestContext, input: Input<typeof renameTenant>) {
    return this.renaming.rename(ctx, input.params.id, input.body.slug)
  }

  @Handle(suspendTenant)
  suspend(ctx: RequestContext, input: Input<typeof suspendTenant>) {
    return this.tenants.suspend(ctx, input.params.id)
  }

  @Handle(resumeTenant)
  resume(ctx: RequestContext, input: Input<typeof resumeTenant>) {
    return this.tenants.resume(ctx, input.params.id)
  }

  @Handle(sleepTenant)
  sleep(ctx: RequestContext, input: Input<typeof sleepTenant>) {
    return this.tenants.sleep(ctx, input.params.id)
  }

  @Handle(wakeTenant)
  wake(ctx: RequestContext, input: Input<typeof wakeTenant>) {
    return this.tenants.wake(ctx, input.params.id)
  }

  @Handle(closeTenant)
  close(ctx: RequestContext, input: Input<typeof closeTenant>) {
    return this.closing.close(ctx, input.params.id, input.body)
  }

  @Handle(reopenTenant)
  reopen(ctx: RequestContext, input: Input<typeof reopenTenant>) {
    return this.tenants.reopen(ctx, input.params.id)
  }

  @Handle(deleteTenant)
  delete(ctx: RequestContext, input: Input<typeof deleteTenant>) {
    return this.closing.delete(ctx, input.params.id, input.query.confirm)
  }

  @Handle(inviteOwner)
  inviteOwner(ctx: RequestContext, input: Input<typeof inviteOwner>) {
    return this.tenants.inviteOwner(ctx, input.params.id)
  }

  @Handle(listTenantOperations)
  async operationsOf(ctx: RequestContext, input: Input<typeof listTenantOperations>) {
    const tenant = await this.tenants.find(ctx, input.params.id, 'read', 'operation')
    return this.operations.list(ctx, { ...input.query, tenant_id: tenant.id })
  }

  @Handle(readTenantHealth)
  health(ctx: RequestContext, input: Input<typeof readTenantHealth>) {
    return this.observations.health(ctx, input.params.id)
  }

  @Handle(readTenantLogs)
  logs(ctx: RequestContext, input: Input<typeof readTenantLogs>) {
    return this.observations.logs(ctx, input.params.id, input.query.lines)
  }

  @Handle(readTenantUsage)
  usage(ctx: RequestContext, input: Input<typeof readTenantUsage>) {
    return this.observations.usage(ctx, input.params.id, input.query.hours)
  }
}
