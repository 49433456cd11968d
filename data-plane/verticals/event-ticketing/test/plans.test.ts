import { CompiledQuery } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pii } from '../../../platform/pii/pii.ts'
import { admin, startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { addVendor, database, service } from '../../../testing/shop.ts'
import * as api from '../contract.ts'
import { eventOnSale, now, type TestEvent, verticals } from './fixture.ts'

let plane: TestPlane
let own: TestEvent
let listId: string

beforeAll(async () => {
  plane = await startTestPlane({}, verticals)
  own = await eventOnSale(plane, { types: { normal: { amount: 10_000 } }, quotas: { total: { size: 50_000, types: ['normal'] } } })
  const lists = await plane.call(api.listCheckinLists, {}, { actor: vendorActor(own.vendorId) })
  listId = lists.items[0]!.id
  await fill()
}, 180_000)
afterAll(() => plane?.stop())

/** Rows enough for the planner to care: 5,000 events, 60,000 tickets, 20,000 vouchers, places in line and scans each. */
async function fill(): Promise<void> {
  const db = new pg.Client(plane.database.platformUrl)
  await db.connect()
  const other = await addVendor(plane)
  const at = now(plane).toISOString()
  const event = own.event.id
  const type = own.types['normal']!
  const tables = [
    'event_event',
    'event_date',
    'event_ticket',
    'event_voucher',
    'event_waiting_entry',
    'event_checkin',
    'event_checkin_list',
    'event_refund_batch',
  ]
  // as the owner of the tables, without their foreign keys: nobody bought these tickets
  const run = (text: string, values: unknown[] = []) => db.query(text, values)
  try {
    await run('SET ROLE cityos_owner')
    for (const table of ['event_ticket', 'event_checkin', 'event_waiting_entry', 'order']) {
      const { rows } = await run(`SELECT conname FROM pg_constraint WHERE conrelid = '"${table}"'::regclass AND contype = 'f'`)
      for (const row of rows as { conname: string }[]) await run(`ALTER TABLE "${table}" DROP CONSTRAINT "${row.conname}"`)
    }
    await run(
      `INSERT INTO event_event (id, vendor_id, handle, title, category, timezone, starts_at, ends_at, last_ends_at, status, currency_code, price_from_amount, created_at, updated_at)
      SELECT 'evn_' || n, $1, 'e-' || n, '{"en":"E"}', 'sport', 'Asia/Riyadh', $2::timestamptz + n * interval '1 hour', $2::timestamptz + n * interval '1 hour' + interval '2 hours',
        $2::timestamptz + n * interval '1 hour' + interval '2 hours', CASE WHEN n % 10 = 0 THEN 'submitted' ELSE 'on_sale' END, 'SAR', n, $2, $2 FROM generate_series(1, 5000) n`,
      [other, at],
    )
    await run(
      `INSERT INTO event_date (id, event_id, starts_at, ends_at, created_at, updated_at)
      SELECT 'evd_' || n, 'evn_' || n, $1::timestamptz + n * interval '1 hour', $1::timestamptz + n * interval '1 hour' + interval '2 hours', $1, $1 FROM generate_series(1, 5000) n`,
      [at],
    )
    await run(
      `INSERT INTO event_checkin_list (id, event_id, name, created_at, updated_at) SELECT 'ecl_' || n, 'evn_' || n, 'All', $1, $1 FROM generate_series(1, 5000) n`,
      [at],
    )
    await run(
      `INSERT INTO event_ticket (id, code, event_id, event_date_id, ticket_type_id, status, cart_line_id, order_id, order_number, order_line_id, currency_code, price_amount, fee_amount,
        secret_hash, created_at, updated_at)
      SELECT 'tkt_' || n, 'C' || n, CASE WHEN n % 3 = 0 THEN $1 ELSE 'evn_' || (n % 5000 + 1) END, CASE WHEN n % 3 = 0 THEN $4 ELSE 'evd_' || (n % 5000 + 1) END, $2, 'valid', 'cli_' || n,
        'ord_' || n, 'N' || n, 'oli_' || n, 'SAR', 100, 0, 'h' || n, $3::timestamptz - n * interval '1 second', $3::timestamptz - n * interval '1 second' FROM generate_series(1, 60000) n`,
      [event, type, at, own.dateId],
    )
    await run(
      `INSERT INTO event_voucher (id, event_id, code, created_at, updated_at) SELECT 'vch_' || n, CASE WHEN n % 4 = 0 THEN $1 ELSE 'evn_' || (n % 5000 + 1) END, 'V' || n, $2, $2
      FROM generate_series(1, 20000) n`,
      [event, at],
    )
    await run(
      `INSERT INTO event_waiting_entry (id, event_id, ticket_type_id, event_date_id, email, email_index, locale, quantity, created_at, updated_at)
      SELECT 'wle_' || n, CASE WHEN n % 4 = 0 THEN $1 ELSE 'evn_' || (n % 5000 + 1) END, CASE WHEN n % 4 = 0 THEN $2 ELSE 'ett_' || (n % 5000) END, $5, $4, 'i' || n, 'en', 1, $3::timestamptz + n * interval '1 second', $3 FROM generate_series(1, 20000) n`,
      [event, type, at, service(plane, Pii).encrypt('noura@example.test'), own.dateId],
    )
    await run(
      `INSERT INTO event_checkin (id, list_id, kind, result, device_id, nonce, scanned_at, received_at)
      SELECT 'chi_' || n, CASE WHEN n % 4 = 0 THEN $1 ELSE 'ecl_' || (n % 5000 + 1) END, 'entry', 'ok', 'd', 'n' || n, $2, $2::timestamptz + n * interval '1 second' FROM generate_series(1, 20000) n`,
      [listId, at],
    )
    await run(
      `INSERT INTO event_refund_batch (id, event_id, reason, cause, status, currency_code, created_at, updated_at)
      SELECT 'erb_' || n, 'evn_' || (n % 5000 + 1), 'r', 'vendor', 'done', 'SAR', $1::timestamptz + n * interval '1 second', $1 FROM generate_series(1, 5000) n`,
      [at],
    )
    await run(
      `INSERT INTO "order" (id, number, checkout_id, cart_id, customer_id, token_hash, locale, channel, currency_code, subtotal_amount, shipping_amount, tax_amount, total_amount,
        payment_method, status, placed_at, created_at, updated_at)
      SELECT 'ord_' || n, 'N' || n, 'chk_' || n, 'cart_' || n, 'cus_' || (n % 5000), 't', 'en', 'web', 'SAR', 100, 0, 0, 100, 'sandbox', 'confirmed', $1, $1, $1 FROM generate_series(1, 60000) n`,
      [at],
    )
    await run(`ANALYZE "order", ${tables.join(', ')}`)
  } finally {
    await db.end()
  }
}

const watched = /Seq Scan on event_(event|date|ticket|voucher|waiting_entry|checkin|checkin_list|refund_batch)\b/

/** Tables an operation reads from end to end, by the plans of its own statements. */
async function scanned(work: () => Promise<unknown>): Promise<string[]> {
  const { read } = database(plane)
  const executor = read.getExecutor()
  const execute = executor.executeQuery.bind(executor)
  const statements: CompiledQuery[] = []
  executor.executeQuery = ((query: CompiledQuery) => {
    // counting all there is reads all there is
    if (/^\s*(with|select)(?! count)/i.test(query.sql) && /event_/.test(query.sql)) statements.push(query)
    return execute(query)
  }) as typeof executor.executeQuery
  try {
    await work()
  } finally {
    executor.executeQuery = execute
  }
  expect(statements).not.toEqual([])
  const lines: string[] = []
  for (const { sql: text, parameters } of statements) {
    const { rows } = await read.executeQuery<Record<string, string>>(CompiledQuery.raw(`EXPLAIN ${text}`, [...parameters]))
    lines.push(...rows.map((row) => row['QUERY PLAN']!).filter((line) => watched.test(line)))
  }
  return lines
}

describe('every list stands on an index', () => {
  const asVendor = () => ({ actor: vendorActor(own.vendorId) })
  const asCustomer = () => ({ actor: { kind: 'customer', id: 'cus_7', sessionId: 'ses_1' } as const })
  const byId = () => ({ params: { id: own.event.id } })
  it.each([
    ['coming events', () => plane.call(api.listEvents, {})],
    ['coming events by price', () => plane.call(api.listEvents, { query: { order: 'price' } })],
    ['one event', () => plane.call(api.getEvent, { params: { handle: own.event.handle } })],
    ['its dates', () => plane.call(api.listEventDates, byId())],
    ['a month', () => plane.call(api.eventCalendar, { query: { from: day(1), to: day(7) } })],
    ['own tickets', () => plane.call(api.listMyTickets, {}, asCustomer())],
    ['events of a vendor', () => plane.call(api.listManagedEvents, {}, asVendor())],
    ['attendees', () => plane.call(api.listAttendees, byId(), asVendor())],
    ['an attendee by address', () => plane.call(api.listAttendees, { ...byId(), query: { q: 'noura@example.test' } }, asVendor())],
    ['vouchers', () => plane.call(api.listVouchers, byId(), asVendor())],
    ['who waits', () => plane.call(api.listWaitingEntries, byId(), asVendor())],
    ['check-in lists', () => plane.call(api.listCheckinLists, { query: { event_id: own.event.id } }, asVendor())],
    ['scans', () => plane.call(api.listCheckins, { params: { id: listId } }, asVendor())],
    ['all events', () => plane.call(api.adminListEvents, {}, { actor: admin })],
    ['refunds of events', () => plane.call(api.listRefundBatches, {}, { actor: admin })],
  ])('%s', async (_name, work) => {
    expect(await scanned(work)).toEqual([])
  })
})

const day = (ahead: number) => new Date(now(plane).getTime() + ahead * 86_400_000).toISOString().slice(0, 10)
