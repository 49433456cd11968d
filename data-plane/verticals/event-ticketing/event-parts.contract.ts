import { I18nText, Money } from '@cityos/contract'
import { z } from 'zod'
import { AttendeeField, TicketKind } from './shapes.ts'

/** An early price: holds until a moment or for a number of tickets, whichever ends first. */
export const PriceTier = z.object({
  id: z.string(),
  price: Money,
  until: z.string().nullable(),
  quantity: z.int().nullable(),
  used: z.int(),
})
export const PriceTierInput = z
  .object({
    price: Money,
    until: z.iso.datetime().nullable().default(null),
    quantity: z.int().min(1).max(1_000_000).nullable().default(null),
  })
  .refine((tier) => tier.until !== null || tier.quantity !== null, { message: 'an early price ends by date or by quantity' })

export const ManagedTicketType = z.object({
  id: z.string(),
  event_id: z.string(),
  name: I18nText,
  description: I18nText,
  kind: TicketKind,
  /** Without the service fee, VAT included. */
  price: Money,
  tiers: z.array(PriceTier),
  /** Seated types: price by category of seat. */
  category_prices: z.array(z.object({ category: z.string(), price: Money })),
  min_per_order: z.int(),
  max_per_order: z.int(),
  available_from: z.string().nullable(),
  available_to: z.string().nullable(),
  requires_parent: z.array(z.string()),
  hide_without_voucher: z.boolean(),
  attendee_fields: z.array(AttendeeField),
  attendee_names: z.boolean(),
  tax_class: z.string(),
  checkin_allowed_entries: z.int(),
  quota_ids: z.array(z.string()),
  position: z.int(),
  sold: z.int(),
  version: z.int(),
})
export type ManagedTicketType = z.infer<typeof ManagedTicketType>

export const TicketTypeInput = z.object({
  name: I18nText,
  description: I18nText.default({}),
  kind: TicketKind.default('admission'),
  price: Money,
  tiers: z.array(PriceTierInput).max(10).default([]),
  category_prices: z
    .array(z.object({ category: z.string().max(40), price: Money }))
    .max(20)
    .default([]),
  min_per_order: z.int().min(1).max(50).default(1),
  max_per_order: z.int().min(1).max(50).default(10),
  available_from: z.iso.datetime().nullable().default(null),
  available_to: z.iso.datetime().nullable().default(null),
  requires_parent: z.array(z.string().max(64)).max(20).default([]),
  hide_without_voucher: z.boolean().default(false),
  attendee_fields: z.array(AttendeeField).max(20).default([]),
  attendee_names: z.boolean().default(false),
  tax_class: z.string().max(40).default('standard'),
  checkin_allowed_entries: z.int().min(1).max(1000).default(1),
  position: z.int().min(0).max(1000).default(0),
})
export type TicketTypeInput = z.infer<typeof TicketTypeInput>

export const ManagedQuota = z.object({
  id: z.string(),
  event_id: z.string(),
  /** null: counts over all dates. */
  event_date_id: z.string().nullable(),
  name: z.string(),
  /** null: without limit. */
  size: z.int().nullable(),
  used: z.int(),
  ticket_type_ids: z.array(z.string()),
  version: z.int(),
})
export type ManagedQuota = z.infer<typeof ManagedQuota>

export const QuotaInput = z.object({
  name: z.string().trim().min(1).max(80),
  event_date_id: z.string().max(64).nullable().default(null),
  size: z.int().min(0).max(10_000_000).nullable(),
  ticket_type_ids: z.array(z.string().max(64)).min(1).max(50),
})
export type QuotaInput = z.infer<typeof QuotaInput>

export const ManagedDate = z.object({
  id: z.string(),
  event_id: z.string(),
  starts_at: z.string(),
  ends_at: z.string(),
  doors_at: z.string().nullable(),
  status: z.enum(['scheduled', 'cancelled', 'finished']),
  sold: z.int(),
  checked_in: z.int(),
  version: z.int(),
})
export type ManagedDate = z.infer<typeof ManagedDate>

export const DateInput = z.object({
  starts_at: z.iso.datetime(),
  ends_at: z.iso.datetime(),
  doors_at: z.iso.datetime().nullable().default(null),
})
export type DateInput = z.infer<typeof DateInput>
