import { CheckoutModule } from '../../../core/checkout/checkout.module.ts'
import { OrderModule } from '../../../core/order/order.module.ts'
import { StoreModule } from '../../../core/store/store.module.ts'
import { defineVertical } from '../../../core/vertical/define-vertical.ts'
import { sampleOffer } from '../contract.ts'
import { samplePlaceLifecycle } from '../lifecycle.ts'
import { manifest } from '../manifest.ts'
import { SampleSeed } from '../seed.ts'
import { SampleDeskController, StoreSampleController } from './controllers.ts'
import { SampleOffers } from './offers.ts'
import { PlacePurchasable } from './place.purchasable.ts'
import { SamplePlaces } from './places.ts'

/** Offers and the places sold of them (README.md). */
export const sampleTrade = defineVertical({
  manifest,
  lifecycles: [samplePlaceLifecycle],
  sells: [PlacePurchasable],
  nouns: [[sampleOffer, SampleOffers]],
  imports: [CheckoutModule, OrderModule, StoreModule],
  controllers: [StoreSampleController, SampleDeskController],
  providers: [SamplePlaces],
  seed: SampleSeed,
})
