import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { CLUSTERS, type ClusterParts } from '../cell/cell.watches.ts'
import { TenantService } from './tenant.service.ts'

/** A tenant as its cluster sees it; asked for at the moment, kept nowhere. */
@Injectable()
export class TenantClusterService {
  constructor(
    private readonly tenants: TenantService,
    @Inject(CLUSTERS) private readonly parts: ClusterParts | null,
  ) {}

  async read(ctx: RequestContext, idOrSlug: string) {
    const { id, cell, region, deleted_at } = await this.tenants.find(ctx, idOrSlug, 'read', 'tenant_health')
    if (cell === null || deleted_at || !this.parts) return { cell, region, observation: null, fault: null }
    try {
      return { cell, region, observation: await this.parts.clusters.observe(id), fault: null }
    } catch (error) {
      // a cluster that is away is what the page is there to tell
      if (!(error instanceof DomainError)) throw error
      return { cell, region, observation: null, fault: { code: error.code, message: error.message } }
    }
  }

  /** @throws DomainError not_found | cluster_unreachable | cluster_forbidden */
  async podLogs(ctx: RequestContext, idOrSlug: string, pod: string, options: { lines: number; previous: boolean }) {
    const { id, cell, slug } = await this.tenants.find(ctx, idOrSlug, 'read', 'tenant_health')
    if (cell === null || !this.parts) throw new DomainError('not_found', { message: `${slug} has no pods: it runs on one machine` })
    return { lines: await this.parts.clusters.podLogs(id, pod, options) }
  }
}
