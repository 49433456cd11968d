import { Module } from '@nestjs/common'
import { CartModule } from '../cart/cart.module.ts'
import { ChannelModule } from '../channel/channel.module.ts'
import { GovernanceModule } from '../governance/governance.module.ts'
import { OrderModule } from '../order/order.module.ts'
import { PaymentModule } from '../payment/payment.module.ts'
import { StoreModule } from '../store/store.module.ts'
import { VerticalModule } from '../vertical/vertical.module.ts'
import { Authorizations } from './authorizations.ts'
import { CartLines } from './cart-lines.ts'
import { CheckoutController } from './checkout.controller.ts'
import { CheckoutService } from './checkout.service.ts'
import { CheckoutSteps } from './checkout.steps.ts'
import { CheckoutUndo } from './checkout.undo.ts'
import { OrderNumbers } from './order-numbers.ts'
import { CheckoutOutcomes } from './outcomes.ts'
import { PlaceService } from './place.service.ts'

@Module({
  imports: [CartModule, ChannelModule, GovernanceModule, OrderModule, PaymentModule, StoreModule, VerticalModule],
  controllers: [CheckoutController],
  providers: [Authorizations, CartLines, CheckoutService, CheckoutSteps, CheckoutUndo, CheckoutOutcomes, OrderNumbers, PlaceService],
  exports: [CartLines],
})
export class CheckoutModule {}
