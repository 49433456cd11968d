import { Module } from '@nestjs/common'
import { CartModule } from '../../../core/cart/cart.module.ts'
import { CheckoutModule } from '../../../core/checkout/checkout.module.ts'
import { OrderModule } from '../../../core/order/order.module.ts'
import { StoreModule } from '../../../core/store/store.module.ts'
import { VerticalModule } from '../../../core/vertical/vertical.module.ts'
import { BasketViews } from './basket.views.ts'
import { Baskets } from './baskets.ts'
import { Directory } from './directory.ts'
import { FoodOrderMoves } from './food-order.moves.ts'
import { FoodOrderViews } from './food-order.views.ts'
import { FoodOrders } from './food-orders.ts'
import { KitchenController } from './kitchen.controller.ts'
import { Kitchen } from './kitchen.ts'
import { KitchenBoard } from './kitchen-board.ts'
import { KitchenDesk } from './kitchen-desk.ts'
import { MealPurchasable } from './meal.purchasable.ts'
import { Menus } from './menus.ts'
import { OrderSignals } from './order-signals.ts'
import { Restaurants } from './restaurants.ts'
import { StoreRestaurantController } from './store.controller.ts'
import { Surroundings } from './surroundings.ts'
import { FoodOrderTimers } from './timers.ts'

/** Meals and tables (README.md). */
@Module({
  imports: [CartModule, CheckoutModule, OrderModule, StoreModule, VerticalModule],
  controllers: [StoreRestaurantController, KitchenController],
  providers: [
    BasketViews,
    Baskets,
    Directory,
    FoodOrderMoves,
    FoodOrderTimers,
    FoodOrderViews,
    FoodOrders,
    Kitchen,
    KitchenBoard,
    KitchenDesk,
    MealPurchasable,
    Menus,
    OrderSignals,
    Restaurants,
    Surroundings,
  ],
})
export class RestaurantModule {}
