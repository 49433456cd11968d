import type { InstalledVertical } from '../core/vertical/define-vertical.ts'
import { booking } from '../verticals/booking/server/booking.module.ts'
import { eventTicketing } from '../verticals/event-ticketing/server/event-ticketing.module.ts'
import { restaurant } from '../verticals/restaurant/server/restaurant.module.ts'

/** What this release has the code for: one line per vertical. */
export const verticalModules: readonly InstalledVertical[] = [booking, eventTicketing, restaurant]
