import { CartModule } from '../../../core/cart/cart.module.ts'
import { CheckoutModule } from '../../../core/checkout/checkout.module.ts'
import { FileModule } from '../../../core/file/file.module.ts'
import { NotificationModule } from '../../../core/notification/notification.module.ts'
import { OrderModule } from '../../../core/order/order.module.ts'
import { PersonaModule } from '../../../core/persona/persona.module.ts'
import { StoreModule } from '../../../core/store/store.module.ts'
import { defineVertical } from '../../../core/vertical/define-vertical.ts'
import { venueNoun } from '../contract.ts'
import { eventLifecycle, ticketLifecycle, waitingLifecycle } from '../lifecycle.ts'
import { manifest } from '../manifest.ts'
import { EventSeed } from '../seed.ts'
import { AdminEventController } from './admin-event.controller.ts'
import { Attendees } from './attendees.ts'
import { CheckinService } from './checkin.service.ts'
import { CheckinLists } from './checkin-lists.service.ts'
import { EventParts } from './event-parts.service.ts'
import { EventReader } from './event-reader.ts'
import { EventVerbs } from './event-verbs.service.ts'
import { EventWriter } from './event-writer.ts'
import { ManagedEvents } from './managed-events.ts'
import { MyTickets } from './my-tickets.service.ts'
import { Payouts } from './payouts.service.ts'
import { RefundBatches } from './refund-batches.service.ts'
import { SalesFigures } from './sales-figures.ts'
import { SeatMaps } from './seat-maps.service.ts'
import { SeatPlans } from './seat-plans.ts'
import { SeatViews } from './seat-views.service.ts'
import { StoreEventController } from './store-event.controller.ts'
import { StoreEvents } from './store-events.service.ts'
import { StoreTicketController } from './store-ticket.controller.ts'
import { TicketPurchasable } from './ticket.purchasable.ts'
import { TicketDocuments } from './ticket-documents.ts'
import { TicketLetters } from './ticket-letters.ts'
import { TicketPdf } from './ticket-pdf.ts'
import { TicketSales } from './ticket-sales.service.ts'
import { TicketSigner } from './ticket-signer.ts'
import { TicketViews } from './ticket-views.ts'
import { EventTimers } from './timers.ts'
import { VendorCheckinController } from './vendor-checkin.controller.ts'
import { VendorEventController } from './vendor-event.controller.ts'
import { Venues } from './venues.ts'
import { Vouchers } from './vouchers.service.ts'
import { WaitingAdmin } from './waiting-admin.ts'
import { WaitingList } from './waiting-list.service.ts'

/** Events and tickets (docs/spec/event-ticketing.md). */
export const eventTicketing = defineVertical({
  manifest,
  lifecycles: [eventLifecycle, ticketLifecycle, waitingLifecycle],
  sells: [TicketPurchasable],
  nouns: [[venueNoun, Venues]],
  imports: [CartModule, CheckoutModule, FileModule, NotificationModule, OrderModule, StoreModule, PersonaModule],
  controllers: [StoreEventController, StoreTicketController, VendorEventController, VendorCheckinController, AdminEventController],
  providers: [
    Attendees,
    CheckinLists,
    CheckinService,
    EventParts,
    EventReader,
    EventTimers,
    EventVerbs,
    EventWriter,
    ManagedEvents,
    MyTickets,
    Payouts,
    RefundBatches,
    SalesFigures,
    SeatMaps,
    SeatPlans,
    SeatViews,
    StoreEvents,
    TicketDocuments,
    TicketLetters,
    TicketPdf,
    TicketSales,
    TicketSigner,
    TicketViews,
    Vouchers,
    WaitingAdmin,
    WaitingList,
  ],
  seed: EventSeed,
})
