import { anyone, endpoint, Money } from '@cityos/contract'
import { z } from 'zod'
import { SeatId, vertical } from './shapes.ts'

/** A row of seats drawn from left to right, or along an arc when `curve` is not 0. */
export const SeatRow = z.object({
  label: z.string().regex(/^[A-Za-z0-9]{1,6}$/),
  /** Of the first seat, in units of the section's plan; seats stand `pitch` apart. */
  x: z.number(),
  y: z.number(),
  pitch: z.number().positive().default(1),
  /** Rise at the ends of the row relative to its middle. */
  curve: z.number().default(0),
  /** Number of the first seat; the others follow. */
  first: z.int().min(0).max(9999).default(1),
  count: z.int().min(1).max(500),
  category: z.string().max(40),
})
export type SeatRow = z.infer<typeof SeatRow>

export const SeatSection = z.object({
  code: z.string().regex(/^[A-Za-z0-9]{1,12}$/),
  name: z.object({ en: z.string().max(80).optional(), fr: z.string().max(80).optional(), ar: z.string().max(80).optional() }),
  /** Where the section's plan lies in the whole. */
  x: z.number(),
  y: z.number(),
  /** Degrees, clockwise. */
  rotation: z.number().default(0),
  rows: z.array(SeatRow).min(1).max(200),
})
export type SeatSection = z.infer<typeof SeatSection>

/** What never changes: sections, rows and where they stand. Seats are numbered section by section, row by row. */
export const SeatLayout = z.object({
  width: z.number().positive(),
  height: z.number().positive(),
  stage: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number(), label: z.string().max(40) }).nullable(),
  categories: z
    .array(
      z.object({ code: z.string().regex(/^[a-z0-9_]{1,40}$/), name: SeatSection.shape.name, colour: z.string().regex(/^#[0-9a-f]{6}$/i) }),
    )
    .min(1)
    .max(20),
  sections: z.array(SeatSection).min(1).max(100),
})
export type SeatLayout = z.infer<typeof SeatLayout>

export const SeatMapView = z.object({
  /** Changes only when the map does: part of the ETag, and what a browser may keep. */
  version: z.string(),
  seat_count: z.int(),
  layout: SeatLayout,
  /** Price of a seat by category, fee included, with the ticket type that sells it. */
  prices: z.array(z.object({ category: z.string(), ticket_type_id: z.string(), price: Money })),
})
export type SeatMapView = z.infer<typeof SeatMapView>

export const getSeatMap = endpoint({
  id: 'store.event.seatMap',
  method: 'GET',
  path: '/v1/store/events/{id}/seat-map',
  summary: 'The plan of a seated event: geometry and prices, cacheable',
  access: anyone,
  vertical,
  params: z.object({ id: z.string().max(96) }),
  response: SeatMapView,
})

export const SeatStatusLetter = z.enum(['f', 'h', 's', 'b'])
export type SeatStatusLetter = z.infer<typeof SeatStatusLetter>

export const listSeats = endpoint({
  id: 'store.event.seats',
  method: 'GET',
  path: '/v1/store/events/{id}/seats',
  summary: 'Which seats are free now: one letter per seat in the order of the plan',
  access: anyone,
  vertical,
  params: z.object({ id: z.string().max(96) }),
  query: z.object({ event_date_id: z.string().max(64).optional(), section: z.string().max(12).optional() }),
  response: z.object({
    event_date_id: z.string(),
    /** The plan these letters belong to. */
    version: z.string(),
    section: z.string().nullable(),
    /** f free · h held · s sold · b blocked; of the section, or of the whole plan. */
    status: z.string().regex(/^[fhsb]*$/),
    free: z.int(),
  }),
})

export const bestSeats = endpoint({
  id: 'store.event.bestSeats',
  method: 'GET',
  path: '/v1/store/events/{id}/best-seats',
  summary: 'The best free seats side by side: nearest to the stage, then to the middle of the row',
  access: anyone,
  vertical,
  params: z.object({ id: z.string().max(96) }),
  query: z.object({
    event_date_id: z.string().max(64).optional(),
    quantity: z.coerce.number().int().min(1).max(20),
    category: z.string().max(40).optional(),
  }),
  response: z.object({
    event_date_id: z.string(),
    seat_ids: z.array(SeatId),
    category: z.string(),
    /** False when no row had that many side by side: then they are as near to each other as can be. */
    adjacent: z.boolean(),
    ticket_type_id: z.string(),
    price: Money,
  }),
  errors: ['sold_out'],
})
