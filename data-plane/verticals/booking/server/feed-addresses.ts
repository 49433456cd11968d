import { urlOf } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { BINDING, type Binding } from '../../../platform/binding/binding.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import { getCalendarFeed } from '../contract.ts'
import { Providers } from './providers.ts'

/** Addresses that calendar programs subscribe to. */
@Injectable()
export class FeedAddresses {
  constructor(
    private readonly providers: Providers,
    private readonly tenant: TenantContext,
    @Inject(BINDING) private readonly binding: Binding,
  ) {}

  async of(ctx: RequestContext, providerId: string, renew: boolean): Promise<{ url: string }> {
    const secret = await this.providers.feedSecret(ctx, providerId, renew)
    const { scheme, port } = this.binding.public
    const host = this.tenant.document.domains[0] ?? ctx.host
    return { url: `${scheme}://${host}${port ? `:${port}` : ''}${urlOf(getCalendarFeed, { params: { secret } })}` }
  }
}
