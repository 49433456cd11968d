import type { Input } from '@cityos/contract'
import { Handle, type RequestContext } from '@cityos/http'
import { Controller } from '@nestjs/common'
import {
  adminArchiveStore,
  adminCreatePublishableKey,
  adminCreateStore,
  adminGetNavigation,
  adminGetSettings,
  adminGetStore,
  adminListPolicies,
  adminListPublishableKeys,
  adminListStores,
  adminMaintainStore,
  adminPublishPolicy,
  adminPublishStore,
  adminRevokePublishableKey,
  adminRotatePublishableKey,
  adminSetNavigation,
  adminUpdatePublishableKey,
  adminUpdateSettings,
  adminUpdateStore,
} from './contract.ts'
import { PublishableKeys } from './publishable-keys.ts'
import { SettingService } from './setting.service.ts'
import { StoreAdmin } from './store-admin.service.ts'
import { StoreContent } from './store-content.service.ts'

@Controller()
export class AdminStoreController {
  constructor(
    private readonly stores: StoreAdmin,
    private readonly content: StoreContent,
    private readonly settings: SettingService,
    private readonly keys: PublishableKeys,
  ) {}

  @Handle(adminListStores)
  list(ctx: RequestContext, { query }: Input<typeof adminListStores>) {
    return this.stores.list(ctx, query)
  }

  @Handle(adminCreateStore)
  create(ctx: RequestContext, { body }: Input<typeof adminCreateStore>) {
    return this.stores.create(ctx, body)
  }

  @Handle(adminGetStore)
  get(ctx: RequestContext, { params }: Input<typeof adminGetStore>) {
    return this.stores.get(ctx, params.id)
  }

  @Handle(adminUpdateStore)
  update(ctx: RequestContext, { params, body }: Input<typeof adminUpdateStore>) {
    return this.stores.update(ctx, params.id, body)
  }

  @Handle(adminPublishStore)
  publish(ctx: RequestContext, { params }: Input<typeof adminPublishStore>) {
    return this.stores.move(ctx, params.id, 'publish')
  }

  @Handle(adminMaintainStore)
  maintain(ctx: RequestContext, { params }: Input<typeof adminMaintainStore>) {
    return this.stores.move(ctx, params.id, 'maintain')
  }

  @Handle(adminArchiveStore)
  archive(ctx: RequestContext, { params }: Input<typeof adminArchiveStore>) {
    return this.stores.move(ctx, params.id, 'archive')
  }

  @Handle(adminListPolicies)
  policies(_ctx: RequestContext, { query }: Input<typeof adminListPolicies>) {
    return this.content.policies(query)
  }

  @Handle(adminPublishPolicy)
  publishPolicy(ctx: RequestContext, { body }: Input<typeof adminPublishPolicy>) {
    return this.content.publishPolicy(ctx, body)
  }

  @Handle(adminGetNavigation)
  navigation() {
    return this.content.navigation()
  }

  @Handle(adminSetNavigation)
  setNavigation(ctx: RequestContext, { body }: Input<typeof adminSetNavigation>) {
    return this.content.setNavigation(ctx, body)
  }

  @Handle(adminGetSettings)
  getSettings() {
    return this.settings.all()
  }

  @Handle(adminUpdateSettings)
  updateSettings(ctx: RequestContext, { body }: Input<typeof adminUpdateSettings>) {
    return this.settings.update(ctx, body)
  }

  @Handle(adminListPublishableKeys)
  listKeys(_ctx: RequestContext, { query }: Input<typeof adminListPublishableKeys>) {
    return this.keys.list(query)
  }

  @Handle(adminCreatePublishableKey)
  createKey(ctx: RequestContext, { body }: Input<typeof adminCreatePublishableKey>) {
    return this.keys.create(ctx, body)
  }

  @Handle(adminUpdatePublishableKey)
  updateKey(ctx: RequestContext, { params, body }: Input<typeof adminUpdatePublishableKey>) {
    return this.keys.update(ctx, params.id, body)
  }

  @Handle(adminRotatePublishableKey)
  rotateKey(ctx: RequestContext, { params }: Input<typeof adminRotatePublishableKey>) {
    return this.keys.rotate(ctx, params.id)
  }

  @Handle(adminRevokePublishableKey)
  revokeKey(ctx: RequestContext, { params }: Input<typeof adminRevokePublishableKey>) {
    return this.keys.revoke(ctx, params.id)
  }
}
