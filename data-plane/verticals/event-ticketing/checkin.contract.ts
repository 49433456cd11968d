import { endpoint, I18nText, listEndpoint, patchOf, vendor } from '@cityos/contract'
import { z } from 'zod'
import { ById, SeatId, vertical } from './shapes.ts'

const read = vendor('read', 'event-checkin')
const write = vendor('write', 'event-checkin')

export const CheckinList = z.object({
  id: z.string(),
  event: z.object({ id: z.string(), title: I18nText, timezone: z.string() }),
  /** null: admits to every date. */
  event_date_id: z.string().nullable(),
  starts_at: z.string(),
  name: z.string(),
  /** Empty: all types. */
  ticket_type_ids: z.array(z.string()),
  allow_exit: z.boolean(),
  /** Tickets that may come in, those that have, those inside now. */
  total: z.int(),
  entered: z.int(),
  inside: z.int(),
  version: z.int(),
})
export type CheckinList = z.infer<typeof CheckinList>

export const CheckinListInput = z.object({
  name: z.string().trim().min(1).max(80),
  event_date_id: z.string().max(64).nullable().default(null),
  ticket_type_ids: z.array(z.string().max(64)).max(50).default([]),
  allow_exit: z.boolean().default(false),
})
export type CheckinListInput = z.infer<typeof CheckinListInput>

export const listCheckinLists = listEndpoint({
  id: 'vendor.checkinList.list',
  method: 'GET',
  path: '/v1/vendor/checkin-lists',
  summary: 'Own check-in lists: of events of today and later first',
  access: read,
  vertical,
  afterOff: true,
  query: z.object({ event_id: z.string().max(64).optional() }),
  response: CheckinList,
})
export const getCheckinList = endpoint({
  id: 'vendor.checkinList.get',
  method: 'GET',
  path: '/v1/vendor/checkin-lists/{id}',
  summary: 'One check-in list with its counts',
  access: read,
  vertical,
  afterOff: true,
  params: ById,
  response: CheckinList,
})
export const createCheckinList = endpoint({
  id: 'vendor.checkinList.create',
  method: 'POST',
  path: '/v1/vendor/events/{id}/checkin-lists',
  summary: 'Adds a check-in list (every event has one from the start)',
  access: vendor('write', 'event'),
  vertical,
  params: ById,
  body: CheckinListInput,
  response: CheckinList,
  status: 201,
  errors: ['validation_failed'],
})
export const updateCheckinList = endpoint({
  id: 'vendor.checkinList.update',
  method: 'PATCH',
  path: '/v1/vendor/checkin-lists/{id}',
  summary: 'Changes a check-in list',
  access: vendor('write', 'event'),
  vertical,
  params: ById,
  body: patchOf(CheckinListInput),
  response: CheckinList,
  errors: ['validation_failed'],
})
export const deleteCheckinList = endpoint({
  id: 'vendor.checkinList.delete',
  method: 'DELETE',
  path: '/v1/vendor/checkin-lists/{id}',
  summary: 'Removes a list nobody was checked in on',
  access: vendor('write', 'event'),
  vertical,
  params: ById,
  response: z.object({}),
  errors: ['open_obligations'],
})

/**
 * What a scan came to. `ok` lets in (or out); everything else does not:
 * `already_used` all entries used, `first_at` says when first · `unknown` no such code (also one that was transferred) ·
 * `wrong_list` another event, date or type · `not_inside` / `already_inside` for lists with exit · `exit_not_allowed`.
 */
export const ScanResult = z.enum([
  'ok',
  'already_used',
  'already_inside',
  'not_inside',
  'exit_not_allowed',
  'wrong_list',
  'blocked',
  'refunded',
  'cancelled',
  'transferred',
  'expired',
  'unknown',
])
export type ScanResult = z.infer<typeof ScanResult>

const Scan = z.object({
  /** Text of the QR code, or the ticket's short code as people type it. */
  code: z.string().trim().min(4).max(400),
  kind: z.enum(['entry', 'exit']).default('entry'),
  /** Made by the device, one per scan: sending it again changes nothing and answers the same. */
  nonce: z.string().min(8).max(64),
  /** When the device saw it; default now, never later. */
  scanned_at: z.iso.datetime().optional(),
})

export const ScanAnswer = z.object({
  nonce: z.string(),
  result: ScanResult,
  kind: z.enum(['entry', 'exit']),
  ticket: z
    .object({
      id: z.string(),
      code: z.string(),
      status: z.string(),
      attendee_name: z.string().nullable(),
      ticket_type: I18nText,
      seat_id: SeatId.nullable(),
      entries: z.int(),
      entries_allowed: z.int(),
    })
    .nullable(),
  /** Of the first successful entry. */
  first_at: z.string().nullable(),
  at: z.string(),
})
export type ScanAnswer = z.infer<typeof ScanAnswer>

export const scanTicket = endpoint({
  id: 'vendor.checkin.create',
  method: 'POST',
  path: '/v1/vendor/checkins',
  summary: 'Scans a ticket: one successful entry per allowed entry; a refusal is an answer (200) too',
  access: write,
  vertical,
  afterOff: true,
  body: Scan.extend({ list_id: z.string().max(64), device_id: z.string().min(1).max(64) }),
  response: ScanAnswer,
})

export const CheckinRow = z.object({
  id: z.string(),
  kind: z.enum(['entry', 'exit']),
  result: ScanResult,
  ticket: z
    .object({ id: z.string(), code: z.string(), attendee_name: z.string().nullable(), ticket_type: I18nText, seat_id: SeatId.nullable() })
    .nullable(),
  device_id: z.string(),
  scanned_at: z.string(),
  received_at: z.string(),
})
export type CheckinRow = z.infer<typeof CheckinRow>
export const listCheckins = listEndpoint({
  id: 'vendor.checkin.list',
  method: 'GET',
  path: '/v1/vendor/checkin-lists/{id}/checkins',
  summary: 'Scans of a list, newest first',
  access: read,
  vertical,
  afterOff: true,
  params: ById,
  query: z.object({ result: ScanResult.optional() }),
  response: CheckinRow,
})

/** What a scanner keeps to go on without a network. */
export const SyncedTicket = z.object({
  id: z.string(),
  /** Short code. */
  code: z.string(),
  /** SHA-256 of the QR code's secret part, base64url: equal = this very code. */
  secret_hash: z.string(),
  status: z.string(),
  type: z.string(),
  name: z.string().nullable(),
  seat: SeatId.nullable(),
  entries: z.int(),
  allowed: z.int(),
  inside: z.boolean(),
  first_at: z.string().nullable(),
})
export type SyncedTicket = z.infer<typeof SyncedTicket>

/**
 * Pages through what changed since `cursor` (empty = everything); call again while `more`. QR text:
 * `CT1.<ticket id>.<secret>.<signature>`, signature = Ed25519 over `CT1.<ticket id>.<secret>`, all base64url:
 * an unknown ticket with a good signature is one sold since the last sync.
 */
export const syncCheckinList = endpoint({
  id: 'vendor.checkinList.sync',
  method: 'GET',
  path: '/v1/vendor/checkin-lists/{id}/sync',
  summary: 'Tickets of a list for scanners that may lose the network',
  access: read,
  vertical,
  afterOff: true,
  params: ById,
  query: z.object({ cursor: z.string().max(80).optional(), limit: z.coerce.number().int().min(1).max(2000).default(1000) }),
  response: z.object({
    list: CheckinList,
    /** Ed25519, JWK form (OKP). */
    public_key: z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() }),
    /** Names of the types in `tickets`. */
    types: z.array(z.object({ id: z.string(), name: I18nText })),
    tickets: z.array(SyncedTicket),
    cursor: z.string(),
    more: z.boolean(),
  }),
})

/** Scans are taken in the order of `scanned_at`; whoever reaches the server first wins, the rest is told `already_used`. */
export const uploadScans = endpoint({
  id: 'vendor.checkinList.upload',
  method: 'POST',
  path: '/v1/vendor/checkin-lists/{id}/sync',
  summary: 'Hands in scans made without a network; answers in the order of the nonces sent',
  access: write,
  vertical,
  afterOff: true,
  params: ById,
  body: z.object({
    device_id: z.string().min(1).max(64),
    scans: z
      .array(Scan.extend({ scanned_at: z.iso.datetime() }))
      .min(1)
      .max(500),
  }),
  response: z.object({ results: z.array(ScanAnswer), duplicates: z.int() }),
})
