import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { readPodLogs, readTenantCluster } from './tenant.cluster.contract.ts'
import { TenantClusterService } from './tenant.cluster.service.ts'

@Controller()
export class TenantClusterController {
  constructor(private readonly clusters: TenantClusterService) {}

  @Handle(readTenantCluster)
  read(ctx: RequestContext, input: Input<typeof readTenantCluster>) {
    return this.clusters.read(ctx, input.params.id)
  }

  @Handle(readPodLogs)
  logs(ctx: RequestContext, input: Input<typeof readPodLogs>) {
    return this.clusters.podLogs(ctx, input.params.id, input.params.pod, input.query)
  }
}
