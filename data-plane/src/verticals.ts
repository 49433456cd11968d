import type { VerticalManifest } from '@cityos/contract'
import type { Type } from '@nestjs/common'
import { booking } from '../verticals/booking/server/booking.module.ts'
import { manifest as eventTicketing } from '../verticals/event-ticketing/manifest.ts'
import { EventTicketingModule } from '../verticals/event-ticketing/server/event-ticketing.module.ts'
import { manifest as restaurant } from '../verticals/restaurant/manifest.ts'
import { RestaurantModule } from '../verticals/restaurant/server/restaurant.module.ts'

/** A vertical this release has the code for. */
export interface InstalledVertical {
  manifest: VerticalManifest
  module: Type
}

/** One line per vertical: `{ manifest: booking, module: BookingModule }`. */
export const verticalModules: readonly InstalledVertical[] = [
  { manifest: eventTicketing, module: EventTicketingModule },
  booking,
  { manifest: restaurant, module: RestaurantModule },
]
