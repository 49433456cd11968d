import { accountHome, accountOrders, claim, endSession, privacy, saveProfile, security } from './pages/account.tsx'
import { addresses, editAddress, removeAddress, saveAddress } from './pages/addresses.tsx'
import { addLine, cart, changeLine, holdLine, removeLine } from './pages/cart.tsx'
import { allProducts, category, searchPage } from './pages/catalogue.tsx'
import { checkout, pay, quote } from './pages/checkout.tsx'
import { changeComparison, compare } from './pages/compare.tsx'
import { robots, sitemap, sitemapIndex, webManifest } from './pages/files.ts'
import { home } from './pages/home.tsx'
import { cancel, cancelPage, order, payAgain } from './pages/order.tsx'
import { policy } from './pages/policy.tsx'
import { product } from './pages/product.tsx'
import { reviewForm, writeReview } from './pages/review.tsx'
import { forgotForm, forgotNow, resetNow, signInForm, signInNow, signOutNow, signUpForm, signUpNow, verifyNow } from './pages/sign-in.tsx'
import { track, trackForm } from './pages/track.tsx'
import { vendor, vendors } from './pages/vendors.tsx'
import { challenge, settleChallenge } from './pages/verify-payment.tsx'
import { get, post, type Route } from './router.ts'

const ofCatalogue = (route: Route): Route => ({ ...route, vertical: 'catalogue' })

/** Every page and every form of the shop, below `/{locale}`. */
export const routes: readonly Route[] = [
  get('/', home),
  ofCatalogue(get('/products', allProducts)),
  ofCatalogue(get('/products/{handle}', product)),
  ofCatalogue(get('/categories/{handle}', category)),
  ofCatalogue(get('/search', searchPage)),
  get('/vendors', vendors),
  get('/vendors/{handle}', vendor),
  ofCatalogue(get('/compare', compare)),
  ofCatalogue(post('/compare', changeComparison)),
  get('/policies/{kind}', policy),

  get('/cart', cart),
  post('/cart/lines', addLine),
  post('/cart/lines/{line}', changeLine),
  post('/cart/lines/{line}/hold', holdLine),
  post('/cart/lines/{line}/remove', removeLine),
  get('/checkout', checkout),
  post('/checkout', pay),
  post('/checkout/quote', quote),
  get('/checkout/verify/{id}', challenge),
  post('/checkout/verify/{id}', settleChallenge),

  get('/orders/track', trackForm),
  post('/orders/track', track),
  get('/orders/{no}', order),
  get('/orders/{no}/cancel', cancelPage),
  post('/orders/{no}/cancel', cancel),
  post('/orders/{no}/pay', payAgain),

  get('/reviews/{line}', reviewForm),
  post('/reviews/{line}', writeReview),

  get('/account', accountHome),
  get('/account/sign-in', (visit) => signInForm(visit)),
  post('/account/sign-in', signInNow),
  post('/account/sign-out', signOutNow),
  get('/account/sign-up', (visit) => signUpForm(visit)),
  post('/account/sign-up', signUpNow),
  post('/account/verify', verifyNow),
  get('/account/forgot', (visit) => forgotForm(visit)),
  post('/account/forgot', forgotNow),
  post('/account/reset', resetNow),
  get('/account/orders', accountOrders),
  get('/account/orders/{no}', order),
  get('/account/orders/{no}/cancel', cancelPage),
  post('/account/orders/{no}/cancel', cancel),
  post('/account/orders/{no}/pay', payAgain),
  get('/account/addresses', addresses),
  get('/account/addresses/new', editAddress),
  post('/account/addresses/new', saveAddress),
  get('/account/addresses/{id}', editAddress),
  post('/account/addresses/{id}', saveAddress),
  post('/account/addresses/{id}/remove', removeAddress),
  get('/account/security', security),
  post('/account/sessions/{id}/end', endSession),
  get('/account/privacy', (visit) => privacy(visit)),
  post('/account/privacy', saveProfile),
  post('/account/claim', claim),

  get('/manifest.webmanifest', webManifest),
]

/** Files with one address for all languages. */
export const files: readonly Route[] = [get('/robots.txt', robots), get('/sitemap.xml', sitemapIndex), get('/sitemaps/{name}', sitemap)]
