import { Module } from '@nestjs/common'
import { SettingService } from './setting.service.ts'
import { StoreController } from './store.controller.ts'
import { StoreService } from './store.service.ts'

@Module({ controllers: [StoreController], providers: [StoreService, SettingService], exports: [StoreService, SettingService] })
export class StoreModule {}
