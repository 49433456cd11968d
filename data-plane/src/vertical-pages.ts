import type { VerticalStorefront } from '../storefront/vertical-storefront.ts'
import { bookingPages } from '../verticals/booking/storefront/index.ts'
import { eventPages } from '../verticals/event-ticketing/storefront/index.ts'
import { restaurantPages } from '../verticals/restaurant/storefront/index.ts'

/** Shop pages of the verticals this release has, in the order menus show them. */
export const verticalPages: readonly VerticalStorefront[] = [restaurantPages, eventPages, bookingPages]
