import { endpoint, listEndpoint, patchOf, vendor } from '@cityos/contract'
import { z } from 'zod'
import { ManagedEvent } from './manage.contract.ts'
import { SeatLayout } from './seat.contract.ts'
import { ById, SeatId, vertical } from './shapes.ts'

const read = vendor('read', 'event')
const write = vendor('write', 'event')

const eventId = z.object({ id: z.string().max(64) })
export const ManagedSeatMap = z.object({
  id: z.string(),
  name: z.string(),
  venue_id: z.string().nullable(),
  seat_count: z.int(),
  /** Seats by category. */
  categories: z.array(z.object({ category: z.string(), seats: z.int() })),
  /** Events that use it; a map in use does not change. */
  events: z.int(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type ManagedSeatMap = z.infer<typeof ManagedSeatMap>
export const ManagedSeatMapDetail = ManagedSeatMap.extend({ layout: SeatLayout })
export type ManagedSeatMapDetail = z.infer<typeof ManagedSeatMapDetail>
export const SeatMapInput = z.object({
  name: z.string().trim().min(1).max(120),
  venue_id: z.string().max(64).nullable().default(null),
  layout: SeatLayout,
})
export type SeatMapInput = z.infer<typeof SeatMapInput>

export const listSeatMaps = listEndpoint({
  id: 'vendor.seatMap.list',
  method: 'GET',
  path: '/v1/vendor/seat-maps',
  summary: 'Own seat maps',
  access: read,
  vertical,
  response: ManagedSeatMap,
})
export const createSeatMap = endpoint({
  id: 'vendor.seatMap.create',
  method: 'POST',
  path: '/v1/vendor/seat-maps',
  summary: 'Adds a seat map (at most 50,000 seats)',
  access: write,
  vertical,
  body: SeatMapInput,
  response: ManagedSeatMapDetail,
  status: 201,
  errors: ['validation_failed'],
})
export const getManagedSeatMap = endpoint({
  id: 'vendor.seatMap.get',
  method: 'GET',
  path: '/v1/vendor/seat-maps/{id}',
  summary: 'One seat map with its plan',
  access: read,
  vertical,
  params: ById,
  response: ManagedSeatMapDetail,
})
export const updateSeatMap = endpoint({
  id: 'vendor.seatMap.update',
  method: 'PATCH',
  path: '/v1/vendor/seat-maps/{id}',
  summary: 'Changes a seat map no event uses yet (the name always)',
  access: write,
  vertical,
  params: ById,
  body: patchOf(SeatMapInput),
  response: ManagedSeatMapDetail,
  errors: ['validation_failed', 'open_obligations'],
})
export const deleteSeatMap = endpoint({
  id: 'vendor.seatMap.delete',
  method: 'DELETE',
  path: '/v1/vendor/seat-maps/{id}',
  summary: 'Deletes a seat map no event uses',
  access: write,
  vertical,
  params: ById,
  response: z.object({}),
  errors: ['open_obligations'],
})
export const seatEvent = endpoint({
  id: 'vendor.event.seat',
  method: 'POST',
  path: '/v1/vendor/events/{id}/seat-map',
  summary: 'Gives an event numbered seats (every date gets the map’s seats), or takes them away before anything is sold',
  access: write,
  vertical,
  params: eventId,
  body: z.object({ seat_map_id: z.string().max(64).nullable() }),
  response: ManagedEvent,
  errors: ['invalid_transition', 'open_obligations'],
})
export const blockSeats = endpoint({
  id: 'vendor.event.blockSeats',
  method: 'POST',
  path: '/v1/vendor/events/{id}/seats/block',
  summary: 'Takes free seats out of sale (or back into it), all or none',
  access: write,
  vertical,
  params: eventId,
  body: z.object({ event_date_id: z.string().max(64).optional(), seat_ids: z.array(SeatId).min(1).max(500), blocked: z.boolean() }),
  response: z.object({ event_date_id: z.string(), seat_ids: z.array(SeatId), blocked: z.boolean() }),
  errors: ['seat_unavailable'],
})
