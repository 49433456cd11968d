import { Injectable, type OnModuleInit } from '@nestjs/common'
import { EventHandlers } from '../../../platform/outbox/outbox.ts'

/** A meal or a table that a restaurant gave up after taking it counts against its vendor (docs/spec/restaurant.md, Money). */
@Injectable()
export class Strikes implements OnModuleInit {
  constructor(private readonly events: EventHandlers) {}

  onModuleInit(): void {
    for (const noun of ['food_order', 'table_reservation'])
      this.events.on(`restaurant.${noun}.vendor_fault`, `restaurant.${noun}.strikes`, async (tx, event) => {
        await tx
          .updateTable('vendor')
          .set((eb) => ({ strikes: eb('strikes', '+', 1), updated_at: event.occurredAt }))
          .where('id', '=', event.payload['vendor_id'] as string)
          .execute()
      })
  }
}
