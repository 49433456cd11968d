import { Module } from '@nestjs/common'
import { FileModule } from '../core/file/file.module.ts'
import { StoreModule } from '../core/store/store.module.ts'
import { OrderSeed } from './order-seed.ts'
import { Seeder } from './seeder.ts'

@Module({ imports: [StoreModule, FileModule], providers: [Seeder, OrderSeed] })
export class SeedModule {}
