import { endpoint, listEndpoint, vendor } from '@cityos/contract'
import { z } from 'zod'
import { ById, vertical } from './shapes.ts'

const read = vendor('read', 'event')
const write = vendor('write', 'event')

const eventId = z.object({ id: z.string().max(64) })
export const VoucherEffect = z.enum(['set_price', 'percent', 'amount', 'none'])
export const ManagedVoucher = z.object({
  id: z.string(),
  event_id: z.string(),
  code: z.string(),
  effect: VoucherEffect,
  /** Minor units of the event's currency, or basis points for `percent`. */
  value: z.int(),
  max_usages: z.int(),
  redeemed: z.int(),
  /** Keeps its unused units out of sale for everybody else. */
  blocks_quota: z.boolean(),
  ticket_type_id: z.string().nullable(),
  event_date_id: z.string().nullable(),
  valid_until: z.string().nullable(),
  status: z.enum(['active', 'used_up', 'expired', 'withdrawn']),
  /** Made for somebody on the waiting list. */
  waiting_list: z.boolean(),
  comment: z.string(),
  version: z.int(),
  created_at: z.string(),
})
export type ManagedVoucher = z.infer<typeof ManagedVoucher>
export const VoucherInput = z.object({
  /** Absent: made up. Letters, digits and `-`; upper and lower case are the same. */
  code: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9-]{4,40}$/)
    .transform((code) => code.toUpperCase())
    .optional(),
  /** So many single codes at once (then without `code`). */
  count: z.int().min(1).max(500).default(1),
  effect: VoucherEffect.default('none'),
  value: z.int().min(0).default(0),
  max_usages: z.int().min(1).max(1_000_000).default(1),
  blocks_quota: z.boolean().default(false),
  ticket_type_id: z.string().max(64).nullable().default(null),
  event_date_id: z.string().max(64).nullable().default(null),
  valid_until: z.iso.datetime().nullable().default(null),
  comment: z.string().max(200).default(''),
})
export type VoucherInput = z.infer<typeof VoucherInput>

export const listVouchers = listEndpoint({
  id: 'vendor.voucher.list',
  method: 'GET',
  path: '/v1/vendor/events/{id}/vouchers',
  summary: 'Vouchers of an event, newest first; `q` is the beginning of a code',
  access: read,
  vertical,
  params: eventId,
  response: ManagedVoucher,
})
export const createVouchers = endpoint({
  id: 'vendor.voucher.create',
  method: 'POST',
  path: '/v1/vendor/events/{id}/vouchers',
  summary: 'Makes vouchers; blocking ones take their units from the quotas, all or none',
  access: write,
  vertical,
  params: eventId,
  body: VoucherInput,
  response: z.array(ManagedVoucher),
  status: 201,
  errors: ['already_exists', 'sold_out', 'validation_failed'],
})
export const updateVoucher = endpoint({
  id: 'vendor.voucher.update',
  method: 'PATCH',
  path: '/v1/vendor/vouchers/{id}',
  summary: 'Changes until when, how often and the comment',
  access: write,
  vertical,
  params: ById,
  body: z
    .object({ valid_until: z.iso.datetime().nullable(), max_usages: z.int().min(1).max(1_000_000), comment: z.string().max(200) })
    .partial(),
  response: ManagedVoucher,
  errors: ['validation_failed', 'sold_out', 'invalid_transition'],
})
export const withdrawVoucher = endpoint({
  id: 'vendor.voucher.withdraw',
  method: 'POST',
  path: '/v1/vendor/vouchers/{id}/withdraw',
  summary: 'Ends a voucher; what it blocked is on sale again',
  access: write,
  vertical,
  params: ById,
  response: ManagedVoucher,
  errors: ['invalid_transition'],
})

export const ManagedWaitingEntry = z.object({
  id: z.string(),
  ticket_type_id: z.string(),
  event_date_id: z.string(),
  /** Masked until an order exists. */
  email: z.string(),
  quantity: z.int(),
  priority: z.int(),
  status: z.enum(['waiting', 'offered', 'redeemed', 'expired', 'left']),
  offered_until: z.string().nullable(),
  created_at: z.string(),
})
export type ManagedWaitingEntry = z.infer<typeof ManagedWaitingEntry>
export const listWaitingEntries = listEndpoint({
  id: 'vendor.waitingList.list',
  method: 'GET',
  path: '/v1/vendor/events/{id}/waiting-list',
  summary: 'Who waits, in the order they are served',
  access: read,
  vertical,
  params: eventId,
  query: z.object({ status: ManagedWaitingEntry.shape.status.optional() }),
  response: ManagedWaitingEntry,
})
export const prioritiseWaiting = endpoint({
  id: 'vendor.waitingList.prioritise',
  method: 'POST',
  path: '/v1/vendor/waiting-list/{id}/prioritise',
  summary: 'Moves somebody who waits up or down (higher comes first)',
  access: write,
  vertical,
  params: ById,
  body: z.object({ priority: z.int().min(-100).max(100) }),
  response: ManagedWaitingEntry,
  errors: ['invalid_transition'],
})
