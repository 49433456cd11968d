import { Injectable, type OnModuleInit } from '@nestjs/common'
import { TimerHandlers } from '../../../platform/timer/timers.ts'
import { unpauseTimer, Venues } from './venues.ts'

/** A pause ends by itself. What is sold meanwhile asks the moment on the row, not this timer; it rests while the vertical is off. */
@Injectable()
export class VenueTimers implements OnModuleInit {
  constructor(
    private readonly timers: TimerHandlers,
    private readonly venues: Venues,
  ) {}

  onModuleInit(): void {
    this.timers.on(unpauseTimer, (ctx, timer) => this.venues.unpauseDue(ctx, timer.ref), { vertical: 'restaurant' })
  }
}
