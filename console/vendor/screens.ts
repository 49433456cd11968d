import { productScreen } from '../product/product.screen.tsx'
import { vendorProducts } from '../product/product-api.ts'
import { vendorReviewScreen } from '../review/review.screen.tsx'
import type { Screen } from '../screen/screen.ts'
import { stockScreen, vendorStock } from '../stock/stock.screen.tsx'
import { vendorOrderScreen } from './order.screen.tsx'

/** Every resource of the vendor's dashboard, in the order of the menu. */
export const vendorScreens: Screen[] = [
  vendorOrderScreen,
  vendorReviewScreen,
  productScreen(vendorProducts, { group: 'catalogue', key: 'i' }),
  stockScreen(vendorStock, { group: 'catalogue', key: 't' }),
]
