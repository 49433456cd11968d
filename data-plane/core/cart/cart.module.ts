import { Module } from '@nestjs/common'
import { GovernanceModule } from '../governance/governance.module.ts'
import { PaymentModule } from '../payment/payment.module.ts'
import { StoreModule } from '../store/store.module.ts'
import { VerticalModule } from '../vertical/vertical.module.ts'
import { CartController } from './cart.controller.ts'
import { CartService } from './cart.service.ts'
import { CartStore } from './cart.store.ts'
import { CartViews } from './cart.views.ts'
import { CartMerge } from './cart-merge.ts'
import { CartRetirement } from './cart-retirement.ts'
import { LineChanges } from './line-changes.ts'
import { Pricer } from './pricer.ts'
import { ShippingRates } from './shipping-rates.ts'

@Module({
  imports: [StoreModule, VerticalModule, PaymentModule, GovernanceModule],
  controllers: [CartController],
  providers: [CartRetirement, CartService, CartStore, CartViews, CartMerge, LineChanges, Pricer, ShippingRates],
  exports: [CartService, CartStore, CartViews, CartMerge, LineChanges, Pricer, ShippingRates],
})
export class CartModule {}
