import { get, lasting, post } from '../../../storefront/router.ts'
import type { VerticalStorefront } from '../../../storefront/vertical-storefront.ts'
import { listSampleOffers } from '../contract.ts'
import { buy, offer } from './pages/offer.tsx'
import { offers } from './pages/offers.tsx'
import { mine, place } from './pages/places.tsx'

/** Shop pages of the vertical `sample-trade`. */
export const sampleTradePages: VerticalStorefront = {
  name: 'sample-trade',
  title: { en: 'Samples', fr: 'Échantillons', ar: 'عينات' },
  icon: 'store',
  mine: { en: 'Samples', fr: 'Échantillons', ar: 'عينات' },
  open: { en: 'Open', fr: 'Ouvrir', ar: 'افتح' },
  ownPath: ({ entitlement }, { token, href }) => href(`/account/sample-trade/${entitlement.id}`, { token }),
  routes: [
    get('/sample-trade', offers),
    get('/sample-trade/{handle}', offer),
    post('/sample-trade/{handle}', buy),
    lasting(get('/account/sample-trade', mine)),
    lasting(get('/account/sample-trade/{id}', place)),
  ],
  sitemap: async (visit) => {
    const all = await visit.call(listSampleOffers, { query: { limit: 100 } })
    return ['/sample-trade', ...all.items.map((entry) => `/sample-trade/${entry.handle}`)]
  },
}
