import { createHash } from 'node:crypto'
import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { getTheme } from '../theme/contract.ts'
import { getCurrentStore, getNavigation, getPolicy, getTenant } from './contract.ts'
import { StoreService } from './store.service.ts'

@Controller()
export class StoreController {
  constructor(private readonly stores: StoreService) {}

  @Handle(getTenant)
  tenant(ctx: RequestContext) {
    return this.stores.tenantView(ctx)
  }

  @Handle(getTheme)
  async theme(ctx: RequestContext, { query }: Input<typeof getTheme>) {
    const look = await this.stores.look(ctx, query.preview)
    ctx.setHeader('etag', `"${createHash('sha1').update(JSON.stringify(look)).digest('base64url')}"`)
    ctx.setHeader('cache-control', query.preview ? 'private, no-store' : 'public, max-age=0, must-revalidate')
    return look
  }

  @Handle(getCurrentStore)
  current(ctx: RequestContext) {
    return this.stores.storeView(ctx)
  }

  @Handle(getNavigation)
  navigation(ctx: RequestContext) {
    return this.stores.navigation(ctx)
  }

  @Handle(getPolicy)
  policy(ctx: RequestContext, { params }: Input<typeof getPolicy>) {
    return this.stores.policy(ctx, params.kind)
  }
}
