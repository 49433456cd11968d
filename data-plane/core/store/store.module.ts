import { Module } from '@nestjs/common'
import { ThemeModule } from '../theme/theme.module.ts'
import { AdminStoreController } from './admin-store.controller.ts'
import { PublishableKeys } from './publishable-keys.ts'
import { SettingService } from './setting.service.ts'
import { StoreController } from './store.controller.ts'
import { StoreService } from './store.service.ts'
import { StoreAdmin } from './store-admin.service.ts'
import { StoreContent } from './store-content.service.ts'

@Module({
  imports: [ThemeModule],
  controllers: [StoreController, AdminStoreController],
  providers: [StoreService, StoreAdmin, StoreContent, SettingService, PublishableKeys],
  exports: [StoreService, SettingService],
})
export class StoreModule {}
