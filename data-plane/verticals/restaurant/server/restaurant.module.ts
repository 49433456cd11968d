import { CartModule } from '../../../core/cart/cart.module.ts'
import { CheckoutModule } from '../../../core/checkout/checkout.module.ts'
import { FileModule } from '../../../core/file/file.module.ts'
import { NotificationModule } from '../../../core/notification/notification.module.ts'
import { OrderModule } from '../../../core/order/order.module.ts'
import { StoreModule } from '../../../core/store/store.module.ts'
import { defineVertical } from '../../../core/vertical/define-vertical.ts'
import { deliveryArea, diningTable, mealtime, menuCategory, menuItem, modifierGroup, openingException } from '../contract.ts'
import { foodOrderLifecycle, restaurantLifecycle, tableReservationLifecycle } from '../lifecycle.ts'
import { manifest } from '../manifest.ts'
import { RestaurantSeed } from '../seed.ts'
import { RestaurantAdminController } from './admin.controller.ts'
import { RestaurantAdmin } from './admin.ts'
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
import { MenuCategories, MenuItems } from './menu-desk.ts'
import { Menus } from './menus.ts'
import { Mealtimes, ModifierGroups } from './modifier-desk.ts'
import { OrderSignals } from './order-signals.ts'
import { ReservationMoves } from './reservation.moves.ts'
import { ReservationTimers } from './reservation-timers.ts'
import { Reservations } from './reservations.ts'
import { RestaurantLetters } from './restaurant-letters.ts'
import { Restaurants } from './restaurants.ts'
import { StoreRestaurantController } from './store.controller.ts'
import { Strikes } from './strikes.ts'
import { Surroundings } from './surroundings.ts'
import { TableController } from './table.controller.ts'
import { TablePurchasable } from './table.purchasable.ts'
import { Tables } from './tables.ts'
import { FoodOrderTimers } from './timers.ts'
import { VenueController } from './venue.controller.ts'
import { DeliveryAreas, DiningTables, OpeningExceptions } from './venue-desk.ts'
import { VenueTimers } from './venue-timers.ts'
import { Venues } from './venues.ts'
import { WeekDesk } from './week-desk.ts'

/** Meals and tables (README.md). */
export const restaurant = defineVertical({
  manifest,
  lifecycles: [foodOrderLifecycle, tableReservationLifecycle, restaurantLifecycle],
  sells: [MealPurchasable, TablePurchasable],
  nouns: [
    [menuCategory, MenuCategories],
    [menuItem, MenuItems],
    [modifierGroup, ModifierGroups],
    [mealtime, Mealtimes],
    [openingException, OpeningExceptions],
    [deliveryArea, DeliveryAreas],
    [diningTable, DiningTables],
  ],
  imports: [CartModule, CheckoutModule, FileModule, NotificationModule, OrderModule, StoreModule],
  controllers: [StoreRestaurantController, TableController, KitchenController, VenueController, RestaurantAdminController],
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
    Menus,
    OrderSignals,
    ReservationMoves,
    ReservationTimers,
    Reservations,
    RestaurantAdmin,
    Restaurants,
    RestaurantLetters,
    Strikes,
    Surroundings,
    Tables,
    VenueTimers,
    Venues,
    WeekDesk,
  ],
  seed: RestaurantSeed,
})
