import { productScreen } from '../product/product.screen.tsx'
import { adminProducts } from '../product/product-api.ts'
import { adminReviewScreen } from '../review/review.screen.tsx'
import type { Screen } from '../screen/screen.ts'
import { adminStock, stockScreen } from '../stock/stock.screen.tsx'
import { categoryScreen } from './category/category.screen.tsx'
import { customerScreen } from './customer/customer.screen.tsx'
import { keyScreen } from './key/key.screen.tsx'
import { accountScreen, entryScreen } from './ledger/ledger.screens.tsx'
import { tenantMailScreen } from './mail/mail.screen.tsx'
import { outboxScreen, tenantAuditScreen, timerScreen } from './operations/operations.screens.tsx'
import { orderScreen } from './order/order.screen.tsx'
import { paymentScreen } from './payment/payment.screen.tsx'
import { policyScreen } from './store/policy.screen.tsx'
import { storeScreen } from './store/store.screen.tsx'
import { vendorScreen } from './vendor/vendor.screen.tsx'
import { verticalScreen } from './vertical/vertical.screen.tsx'

/** Every resource of the tenant's admin console, in the order of the menu. */
export const adminScreens: Screen[] = [
  orderScreen,
  customerScreen,
  vendorScreen,
  adminReviewScreen,
  productScreen(adminProducts, { group: 'catalogue', key: 'i' }),
  categoryScreen,
  stockScreen(adminStock, { group: 'catalogue', key: 't' }),
  paymentScreen,
  accountScreen,
  entryScreen,
  storeScreen,
  policyScreen,
  verticalScreen,
  keyScreen,
  tenantAuditScreen,
  tenantMailScreen,
  outboxScreen,
  timerScreen,
]
