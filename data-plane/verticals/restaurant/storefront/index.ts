import { get, lasting, post } from '../../../storefront/router.ts'
import type { VerticalStorefront } from '../../../storefront/vertical-storefront.ts'
import { listRestaurants } from '../contract.ts'
import { addDish, basket, changeDish, saveSettings } from './pages/basket.tsx'
import { dish } from './pages/dish.tsx'
import { restaurantRail, restaurants } from './pages/list.tsx'
import { menu } from './pages/menu.tsx'
import { mine, reorder } from './pages/mine.tsx'
import { cancelReservation, reservation } from './pages/reservation.tsx'
import { tables, takeTable } from './pages/tables.tsx'
import { cancelMeal, tracking } from './pages/tracking.tsx'
import { texts } from './texts.ts'

/** Shop pages of the vertical `restaurant`. */
export const restaurantPages: VerticalStorefront = {
  name: 'restaurant',
  title: { en: 'Restaurants', fr: 'Restaurants', ar: 'مطاعم' },
  icon: 'meal',
  mine: { en: 'Meals and tables', fr: 'Repas et tables', ar: 'وجباتي وطاولاتي' },
  open: { en: 'Follow it', fr: 'Suivre', ar: 'تابع' },
  lineHelp: (line, visit) =>
    line.kind === 'restaurant.meal' && line.path
      ? { href: visit.href(`/${line.path}/basket`), label: texts(visit.locale)('cart.change') }
      : null,
  ownPath: ({ kind, entitlement }, { token, href }) =>
    href(`/account/restaurant/${kind === 'restaurant.table' ? 'tables/' : ''}${entitlement.id}`, { token }),
  routes: [
    get('/restaurant', restaurants),
    get('/restaurant/{handle}', menu),
    get('/restaurant/{handle}/dishes/{dish}', dish),
    get('/restaurant/{handle}/basket', basket),
    post('/restaurant/{handle}/basket', addDish),
    post('/restaurant/{handle}/basket/settings', saveSettings),
    post('/restaurant/{handle}/basket/lines/{key}', changeDish),
    get('/restaurant/{handle}/tables', tables),
    post('/restaurant/{handle}/tables', takeTable),
    lasting(get('/account/restaurant', mine)),
    lasting(get('/account/restaurant/tables/{id}', reservation)),
    lasting(post('/account/restaurant/tables/{id}/cancel', cancelReservation)),
    lasting(get('/account/restaurant/{id}', tracking)),
    lasting(post('/account/restaurant/{id}/cancel', cancelMeal)),
    post('/account/restaurant/{id}/reorder', reorder),
  ],
  home: restaurantRail,
  sitemap: async (visit) => {
    const all = await visit.call(listRestaurants, { query: { limit: 100 } })
    return ['/restaurant', ...all.items.map((entry) => `/restaurant/${entry.handle}`)]
  },
}
