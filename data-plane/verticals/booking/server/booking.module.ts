import { CheckoutModule } from '../../../core/checkout/checkout.module.ts'
import { FileModule } from '../../../core/file/file.module.ts'
import { NotificationModule } from '../../../core/notification/notification.module.ts'
import { OrderModule } from '../../../core/order/order.module.ts'
import { StoreModule } from '../../../core/store/store.module.ts'
import { defineVertical } from '../../../core/vertical/define-vertical.ts'
import { bookingLifecycle, offeringLifecycle } from '../lifecycle.ts'
import { manifest } from '../manifest.ts'
import { BookingSeed } from '../seed.ts'
import { Availability } from './availability.ts'
import { BookingActs } from './booking-acts.ts'
import { BookingLetters } from './booking-letters.ts'
import { BookingViews } from './booking-views.ts'
import { Bookings } from './bookings.ts'
import { VendorCalendarController } from './calendar.controller.ts'
import { CalendarFiles } from './calendar-files.ts'
import { CalendarImports } from './calendar-imports.ts'
import { CustomerBookings } from './customer-bookings.ts'
import { FeedAddresses } from './feed-addresses.ts'
import { AdminBookingController, VendorBookingController } from './keeper.controller.ts'
import { KeeperBookings } from './keeper-bookings.ts'
import { AdminOfferingController, VendorOfferingController } from './manage.controller.ts'
import { ManualBookings } from './manual-bookings.ts'
import { OfferingReader } from './offering-read.ts'
import { OfferingWriter } from './offering-writer.ts'
import { OutsideCalendars } from './outside-calendars.ts'
import { Policies } from './policies.ts'
import { PrivateDetails } from './private-details.ts'
import { Providers } from './providers.ts'
import { Rescheduling } from './rescheduling.ts'
import { Services } from './services.ts'
import { SlotPurchasable } from './slot.purchasable.ts'
import { Slots } from './slots.ts'
import { StoreBookingController } from './store.controller.ts'
import { BookingTimers } from './timers.ts'
import { VendorCalendar } from './vendor-calendar.ts'

/** Services by appointment (docs/spec/booking.md). */
export const booking = defineVertical({
  manifest,
  lifecycles: [bookingLifecycle, offeringLifecycle],
  sells: [SlotPurchasable],
  imports: [CheckoutModule, FileModule, NotificationModule, OrderModule, StoreModule],
  controllers: [
    StoreBookingController,
    VendorBookingController,
    AdminBookingController,
    VendorOfferingController,
    AdminOfferingController,
    VendorCalendarController,
  ],
  providers: [
    Availability,
    BookingActs,
    BookingLetters,
    BookingTimers,
    BookingViews,
    Bookings,
    CalendarFiles,
    CalendarImports,
    CustomerBookings,
    FeedAddresses,
    KeeperBookings,
    ManualBookings,
    OfferingReader,
    OfferingWriter,
    OutsideCalendars,
    Policies,
    PrivateDetails,
    Providers,
    Rescheduling,
    Services,
    Slots,
    VendorCalendar,
  ],
  seed: BookingSeed,
})
