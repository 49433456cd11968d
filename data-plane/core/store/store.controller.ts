import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import { getCurrentStore, getNavigation, getPolicy, getTenant, getTheme } from './contract.ts'
import { StoreService } from './store.service.ts'

@Controller()
export class StoreController {
  constructor(private readonly stores: StoreService) {}

  @Handle(getTenant)
  tenant(ctx: RequestContext) {
    return this.stores.tenantView(ctx)
  }

  @Handle(getTheme)
  theme(ctx: RequestContext) {
    return this.stores.themeView(ctx)
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
