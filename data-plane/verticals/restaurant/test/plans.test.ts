import { CompiledQuery } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pii } from '../../../platform/pii/pii.ts'
import { admin, startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { addVendor, database, service } from '../../../testing/shop.ts'
import * as api from '../contract.ts'
import { addKitchen, noon, type TestKitchen, travel } from './city.ts'

let plane: TestPlane
let vendorId: string
let kitchen: TestKitchen

beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'restaurant'] })
  travel(plane, noon)
  vendorId = await addVendor(plane)
  kitchen = await addKitchen(plane, vendorId)
  await fill()
}, 60_000)
afterAll(() => plane?.stop())

/** Rows enough for the planner to care: 3,000 restaurants, 20,000 dishes, 30,000 meals, 20,000 reservations. */
async function fill(): Promise<void> {
  const { database: tenant } = plane
  const db = new pg.Client(tenant.platformUrl)
  await db.connect()
  const other = await addVendor(plane)
  const at = noon.toISOString()
  // as the owner of the tables, without their foreign keys: nobody bought these meals
  const run = (text: string, values: unknown[] = []) => db.query(text, values)
  try {
    await run('SET ROLE cityos_owner')
    for (const table of ['restaurant_food_order', 'restaurant_table_reservation']) {
      const { rows } = await run(`SELECT conname FROM pg_constraint WHERE conrelid = '${table}'::regclass AND contype = 'f'`)
      for (const row of rows as { conname: string }[]) await run(`ALTER TABLE ${table} DROP CONSTRAINT "${row.conname}"`)
    }
    await run(
      `INSERT INTO restaurant (id, vendor_id, handle, name, lat, lng, services, prep_minutes, delivery_minutes, max_orders_per_slot, max_prep_points_per_slot,
        currency_code, status, created_at, updated_at)
      SELECT 'rest_' || n, $1, 'r-' || n, '{"en":"R"}', 20 + n / 300.0, 40 + n / 300.0, '{delivery}', 20, 15, '{}', 30, 'SAR', 'active', $2, $2 FROM generate_series(1, 3000) n`,
      [other, at],
    )
    await run(`INSERT INTO restaurant_menu_category (id, restaurant_id, name, created_at, updated_at) VALUES ('rmc_x', $1, '{}', $2, $2)`, [
      kitchen.id,
      at,
    ])
    await run(
      `INSERT INTO restaurant_menu_item (id, restaurant_id, category_id, name, price_amount, created_at, updated_at)
      SELECT 'rmi_' || n, CASE WHEN n <= 300 THEN $1 ELSE 'rest_' || (n % 3000 + 1) END, 'rmc_x', '{"en":"Dish","ar":"طبق"}', 1000, $2, $2 FROM generate_series(1, 20000) n`,
      [kitchen.id, at],
    )
    await run(
      `INSERT INTO restaurant_food_order (id, restaurant_id, vendor_id, order_id, order_number, order_line_id, customer_id, cart_line_id, service, kitchen_slot_id, asap,
        promised_ready_at, status, accept_timeout_s, auto_accept, cancel_fee_bps, prep_minutes, points, units, subtotal_amount, delivery_amount, tip_amount, total_amount,
        currency_code, placed_at, created_at, updated_at)
      SELECT 'fod_' || n, 'rest_' || (n % 3000 + 1), CASE WHEN n % 100 = 0 THEN $1 ELSE $2 END, 'ord_' || n, 'N' || n, 'oli_' || n, 'cus_' || (n % 500), 'cli_' || n, 'pickup',
        'rks_x', true, $3::timestamptz + n * interval '1 minute', CASE WHEN n % 50 = 0 THEN 'placed' ELSE 'picked_up' END, 300, false, 0, 20, 1, 1, 1000, 0, 0, 1000, 'SAR',
        $3::timestamptz - n * interval '1 minute', $3, $3 FROM generate_series(1, 30000) n`,
      [vendorId, other, at],
    )
    await run(
      `INSERT INTO restaurant_table_reservation (id, restaurant_id, vendor_id, order_id, order_number, order_line_id, customer_id, cart_line_id, party_size, starts_at, ends_at,
        seat_by, table_ids, table_names, status, auto_confirm, currency_code, guest_name, phone, placed_at, created_at, updated_at)
      SELECT 'rtr_' || n, 'rest_' || (n % 3000 + 1), CASE WHEN n % 100 = 0 THEN $1 ELSE $2 END, 'ord_' || n, 'N' || n, 'oli_' || n, 'cus_' || (n % 500), 'cli_' || n, 2,
        $3::timestamptz + n * interval '10 minutes', $3::timestamptz + (n * 10 + 120) * interval '1 minute', $3, '{}', '{}', 'confirmed', true, 'SAR', $4, $4, $3, $3, $3
      FROM generate_series(1, 20000) n`,
      [vendorId, other, at, service(plane, Pii).encrypt('Noura')],
    )
    await run('ANALYZE restaurant, restaurant_menu_item, restaurant_food_order, restaurant_table_reservation')
  } finally {
    await db.end()
  }
}

const watched = /Seq Scan on (restaurant|restaurant_menu_item|restaurant_food_order|restaurant_table_reservation)\b/

/** Tables an operation reads from end to end, by the plans of its own statements. */
async function scanned(work: () => Promise<unknown>): Promise<string[]> {
  const { read } = database(plane)
  const executor = read.getExecutor()
  const execute = executor.executeQuery.bind(executor)
  const statements: CompiledQuery[] = []
  executor.executeQuery = ((query: CompiledQuery) => {
    // counting all there is reads all there is
    if (/^\s*select(?! count)/i.test(query.sql) && /restaurant/.test(query.sql)) statements.push(query)
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
  const asVendor = () => ({ actor: vendorActor(vendorId) })
  const asCustomer = () => ({ actor: { kind: 'customer', id: 'cus_7', sessionId: 'ses_1' } as const })
  it.each([
    ['restaurants near a place', () => plane.client()(api.listRestaurants, { query: { lat: 24.7, lng: 46.68 } })],
    ['a menu of 300 dishes', () => plane.client()(api.getRestaurantMenu, { params: { handle: kitchen.id } })],
    ['own meals', () => plane.call(api.listMyFoodOrders, {}, asCustomer())],
    ['own reservations', () => plane.call(api.listMyTableReservations, {}, asCustomer())],
    ['the kitchen board', () => plane.call(api.listKitchenOrders, {}, asVendor())],
    ['past meals of a kitchen', () => plane.call(api.listKitchenOrders, { query: { open: 'false' } }, asVendor())],
    ['the book of a day', () => plane.call(api.listVendorReservations, { query: { date: '2026-11-25' } }, asVendor())],
    ['own restaurants', () => plane.call(api.listVendorRestaurants, {}, asVendor())],
    ['dishes of a restaurant', () => plane.call(api.listMenuItems, { query: { restaurant_id: kitchen.id } }, asVendor())],
    ['all restaurants in review', () => plane.call(api.listAdminRestaurants, { query: { status: 'in_review' } }, { actor: admin })],
    ['all meals', () => plane.call(api.listAdminFoodOrders, {}, { actor: admin })],
    ['meals of a restaurant', () => plane.call(api.listAdminFoodOrders, { query: { restaurant_id: 'rest_7' } }, { actor: admin })],
    ['all reservations', () => plane.call(api.listAdminReservations, {}, { actor: admin })],
  ])('%s', async (_name, work) => {
    expect(await scanned(work)).toEqual([])
  })
})
