import { z } from 'zod'

/** The vertical's code: operations that say it answer 404 while the vertical is off. */
export const vertical = 'event-ticketing'

export const EventCategory = z.enum(['concert', 'sport', 'family', 'conference', 'workshop', 'exhibition', 'theatre', 'community'])
export type EventCategory = z.infer<typeof EventCategory>

/** Who may come. */
export const GenderPolicy = z.enum(['all', 'families', 'women', 'men'])
export type GenderPolicy = z.infer<typeof GenderPolicy>

export const EventStatus = z.enum(['draft', 'submitted', 'approved', 'on_sale', 'sold_out', 'closed', 'finished', 'postponed', 'cancelled'])
export type EventStatus = z.infer<typeof EventStatus>

/**
 * What a shopper can do now. `waiting_list`: nothing left (or others wait before), one may join the list.
 * `soon`: the presale has not begun; `closed`: no more sale (presale over, frozen, postponed, cancelled, finished).
 */
export const TicketAvailability = z.enum(['ok', 'low', 'sold_out', 'waiting_list', 'soon', 'closed'])
export type TicketAvailability = z.infer<typeof TicketAvailability>

export const TicketKind = z.enum(['admission', 'add_on', 'bundle'])
export type TicketKind = z.infer<typeof TicketKind>

export const TicketStatus = z.enum(['pending', 'valid', 'checked_in', 'transferred', 'refunded', 'cancelled', 'blocked', 'expired'])
export type TicketStatus = z.infer<typeof TicketStatus>

/** A seat within one date: `<section>-<row>-<number>`, e.g. `A-12-7`. */
export const SeatId = z.string().regex(/^[A-Za-z0-9]{1,12}-[A-Za-z0-9]{1,6}-\d{1,4}$/)

/** Organisers ask for what the event needs; `key` names the answer. */
export const AttendeeField = z.object({
  key: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  label: z.object({ en: z.string().max(120).optional(), fr: z.string().max(120).optional(), ar: z.string().max(120).optional() }),
  kind: z.enum(['text', 'choice', 'checkbox']),
  required: z.boolean().default(false),
  /** Of a choice: what may be answered. */
  options: z.array(z.string().max(80)).max(30).default([]),
})
export type AttendeeField = z.infer<typeof AttendeeField>

/** Personal data of the person a ticket is for; stored encrypted. */
export const Attendee = z.object({
  name: z.string().trim().min(1).max(120),
  email: z.email().max(200).optional(),
  answers: z.record(z.string(), z.union([z.string().max(500), z.boolean()])).default({}),
})
export type Attendee = z.infer<typeof Attendee>

/** `[{hours_before, refund_bps}]`, longest notice first (00-conventions, Cancellation policy). */
export const RefundTier = z.object({ hours_before: z.int().min(0).max(100_000), refund_bps: z.int().min(0).max(10_000) })
export type RefundTier = z.infer<typeof RefundTier>

export const ById = z.object({ id: z.string().max(64) })
export const Reason = z.object({ reason: z.string().trim().min(3).max(500) })
