import { sql } from 'kysely'
import type { Exclusive } from '../../../engines/capacity/exclusive.ts'
import type { Pool } from '../../../engines/capacity/pool.ts'
import { occupying } from '../lifecycle.ts'

/** Who serves one booking or group date at a time (K2 on booking_assignment). */
export const providers: Exclusive = {
  resources: 'booking_provider',
  occupancy: { table: 'booking_assignment', resource: 'provider_id', from: 'blocked_from', to: 'blocked_to', states: occupying },
  blocks: { table: 'booking_calendar_block', resource: 'provider_id', from: 'starts_at', to: 'ends_at' },
}

/** Seats of group dates (K1). */
export const seatPool: Pool = {
  table: 'booking_slot',
  used: 'used',
  capacity: 'capacity',
  open: () => sql`pool.status = 'open'`,
  dated: true,
}
