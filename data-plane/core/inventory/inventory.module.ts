import { Module } from '@nestjs/common'
import { StoreModule } from '../store/store.module.ts'
import { AdminStockController, VendorStockController } from './stock.controller.ts'
import { StockService } from './stock.service.ts'
import { StockRows } from './stock-rows.ts'

@Module({
  imports: [StoreModule],
  controllers: [AdminStockController, VendorStockController],
  providers: [StockRows, StockService],
  exports: [StockRows],
})
export class InventoryModule {}
