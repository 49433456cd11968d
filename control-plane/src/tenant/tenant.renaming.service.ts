import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { Clock } from '../clock.ts'
import { OperationService } from '../operation/operation.service.ts'
import { Registry } from '../registry/registry.ts'
import { PlatformSettings } from '../setting/platform-settings.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { checkSlug, slugTaken } from './tenant.rules.ts'
import { isTaken, type Started, TenantService } from './tenant.service.ts'

/** Another address for a tenant. */
@Injectable()
export class TenantRenamingService {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    private readonly tenants: TenantService,
    private readonly operations: OperationService,
    private readonly platform: PlatformSettings,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws DomainError slug_taken | slug_malformed | slug_reserved | operation_in_progress | invalid_transition */
  async rename(ctx: RequestContext, idOrSlug: string, slug: string): Promise<Started> {
    checkSlug(slug)
    const tenant = await this.tenants.find(ctx, idOrSlug, 'operate')
    if (tenant.slug === slug) throw new DomainError('invalid_transition', { message: `${slug} is its address already` })
    const days = await this.platform.get('rename_redirect_days')
    const { base_domain: baseDomain } = this.settings.binding.public
    return this.registry.within(ctx, async (tx) => {
      const own = await tx.tenant_domain.findUnique({ where: { host: `${slug}.${baseDomain}` } })
      if (own?.tenant_id !== tenant.id && (await isTaken(tx, slug, baseDomain))) throw slugTaken(slug)
      const parameters = { from: tenant.slug, to: slug, leads_until: this.clock.in(days * 86_400).toISOString() }
      const operation = await this.operations.start(tx, ctx, 'tenant-rename', tenant.id, parameters)
      return { tenant: await this.tenants.viewIn(tx, ctx, tenant.id), operation }
    })
  }
}
