/** Runs one statement as the application of a tenant. */
export type Query = (sql: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>

/** What the benchmark sells beside the catalogue; all of it copied from the demo data, so that every column is a real one. */
export interface Stalls {
  /** A service 200 people offer, every day from nine to five, each with twenty hours blocked in the month. */
  serviceId: string
  /** Of 300 dishes in 20 categories, four groups of modifiers. */
  restaurant: string
  restaurantId: string
  dishId: string
  /** A hall of 20,000 seats: 20 sections of 25 rows of 40. */
  hall: { handle: string; typeId: string; seats: string[] }
  /** 500 tickets, no seats. */
  concert: { handle: string; typeId: string }
}

const sections = 20
const rowsOfSection = 25
const seatsOfRow = 40

/** `…_01bench0000000000000000042`, with the prefix of the row that is copied. */
const id = (number: string) => `split_part(o.id, '_', 1) || '_01bench' || lpad((${number})::text, 19, '0')`

/** Copies one row of a table `count` times with some columns changed; `n` counts them from 1. What is there stays. */
function copies(table: string, which: string, count: number, changes: string): string {
  return `INSERT INTO ${table} SELECT made.* FROM (SELECT * FROM ${table} t WHERE ${which} ORDER BY t.id LIMIT 1) o, generate_series(1, ${count}) n,
    LATERAL jsonb_populate_record(null::${table}, to_jsonb(o) || jsonb_build_object(${changes})) made ON CONFLICT DO NOTHING`
}

/** Fills what the benches of the verticals need, once; the demo data must be there. */
export async function seedStalls(query: Query): Promise<Stalls> {
  await query('BEGIN')
  try {
    const stalls = { ...(await seedService(query)), ...(await seedMenu(query)), ...(await seedEvents(query)) }
    // no product runs out in the middle of a round
    await query(`UPDATE inventory_level SET on_hand = 100000 WHERE on_hand BETWEEN 1 AND 99999`)
    await query('COMMIT')
    return stalls
  } catch (error) {
    await query('ROLLBACK')
    throw error
  }
}

async function only(query: Query, sql: string): Promise<Record<string, string>> {
  const { rows } = await query(sql)
  if (!rows[0]) throw new Error(`the demo data has nothing to copy: ${sql}`)
  return rows[0] as Record<string, string>
}

async function seedService(query: Query): Promise<Pick<Stalls, 'serviceId'>> {
  const plain = `t.status = 'published' AND t.id NOT LIKE '%01bench%' AND t.seats = 1 AND t.assignment <> 'collective'
    AND EXISTS (SELECT 1 FROM booking_offering_provider p WHERE p.offering_id = t.id)`
  await query(
    copies(
      'booking_offering',
      plain,
      1,
      `'id', ${id('n')}, 'handle', 'bench-service', 'duration_min', 30, 'duration_options', '[]'::jsonb, 'slot_interval_min', 30, 'lead_time_min', 0,
      'horizon_days', 90, 'assignment', 'round_robin', 'requires_confirmation', false, 'location_kind', 'at_vendor', 'intake_form', '[]'::jsonb,
      'max_per_day', null, 'max_active_per_customer', null, 'deposit_bps', null, 'pay_at_place', false, 'buffer_before_min', 0, 'buffer_after_min', 0`,
    ),
  )
  const { id: serviceId, vendor_id: vendorId } = await only(
    query,
    `SELECT id, vendor_id FROM booking_offering WHERE handle = 'bench-service'`,
  )
  await query(
    copies(
      'booking_provider',
      `t.id NOT LIKE '%01bench%' AND t.kind = 'person'`,
      200,
      `'id', ${id('n')}, 'vendor_id', '${vendorId}', 'user_id', null, 'feed_secret', null, 'feed_secret_index', null, 'active', true`,
    ),
  )
  const providers = `booking_provider p WHERE p.id LIKE 'bpr_01bench%'`
  await query(`INSERT INTO booking_offering_provider (offering_id, provider_id) SELECT $1, p.id FROM ${providers} ON CONFLICT DO NOTHING`, [
    serviceId,
  ])
  await query(`INSERT INTO booking_availability_rule (id, provider_id, weekday, start_minute, end_minute)
    SELECT 'bar_01bench' || lpad((right(p.id, 6)::int * 10 + d)::text, 19, '0'), p.id, d, 540, 1020 FROM generate_series(1, 7) d, ${providers} ON CONFLICT DO NOTHING`)
  await query(`INSERT INTO booking_calendar_block (id, provider_id, starts_at, ends_at, source)
    SELECT 'bcb_01bench' || lpad((right(p.id, 6)::int * 100 + k)::text, 19, '0'), p.id,
      date_trunc('day', now()) + make_interval(days => 1 + (k * 3 + right(p.id, 6)::int) % 30, hours => 7 + k % 6),
      date_trunc('day', now()) + make_interval(days => 1 + (k * 3 + right(p.id, 6)::int) % 30, hours => 8 + k % 6), 'manual'
    FROM generate_series(1, 20) k, ${providers} ON CONFLICT DO NOTHING`)
  return { serviceId: serviceId! }
}

async function seedMenu(query: Query): Promise<Pick<Stalls, 'restaurant' | 'restaurantId' | 'dishId'>> {
  const restaurant = await only(
    query,
    `SELECT r.id, r.handle, (SELECT i.category_id FROM restaurant_menu_item i WHERE i.restaurant_id = r.id LIMIT 1) AS category
    FROM restaurant r WHERE r.status = 'active' AND 'pickup' = ANY (r.services)
      AND (SELECT count(*) FROM restaurant_menu_item i WHERE i.restaurant_id = r.id) >= 3 ORDER BY r.id LIMIT 1`,
  )
  const own = `t.restaurant_id = '${restaurant['id']}' AND t.id NOT LIKE '%01bench%'`
  await query(
    copies(
      'restaurant_menu_category',
      own,
      20,
      `'id', ${id('n')}, 'position', n + 100, 'name', jsonb_build_object('en', 'Bench ' || n, 'ar', 'قياس ' || n)`,
    ),
  )
  await query(
    copies(
      'restaurant_menu_item',
      own,
      300,
      `'id', ${id('n')}, 'position', n + 100, 'daily_limit', CASE WHEN n % 10 = 0 THEN 200 END, 'sold_out_until', null, 'active', true,
      'max_per_order', null, 'mealtime_ids', '[]'::jsonb, 'prep_points', 1, 'name', jsonb_build_object('en', 'Dish ' || n, 'fr', 'Plat ' || n, 'ar', 'طبق ' || n),
      'category_id', (SELECT c.id FROM restaurant_menu_category c WHERE c.id LIKE '%01bench%' ORDER BY c.id OFFSET (n - 1) % 20 LIMIT 1)`,
    ),
  )
  await query(
    copies(
      'restaurant_modifier_group',
      `t.id NOT LIKE '%01bench%'`,
      4,
      `'id', ${id('n')}, 'restaurant_id', '${restaurant['id']}', 'min_select', 0, 'max_select', 3, 'name', jsonb_build_object('en', 'Extra ' || n)`,
    ),
  )
  await query(
    copies(
      'restaurant_modifier_option',
      `t.id NOT LIKE '%01bench%'`,
      24,
      `'id', ${id('n')}, 'nested_group_id', null, 'position', n, 'is_default', false, 'sold_out', false, 'name', jsonb_build_object('en', 'Option ' || n),
      'group_id', (SELECT g.id FROM restaurant_modifier_group g WHERE g.id LIKE '%01bench%' ORDER BY g.id OFFSET (n - 1) % 4 LIMIT 1)`,
    ),
  )
  await query(`INSERT INTO restaurant_menu_item_modifier_group (item_id, group_id, position)
    SELECT i.id, g.id, 1 FROM restaurant_menu_item i, restaurant_modifier_group g
    WHERE i.id LIKE '%01bench%' AND g.id LIKE '%01bench%' AND right(i.id, 4)::int % 4 + 1 = right(g.id, 1)::int ON CONFLICT DO NOTHING`)
  await query(
    `UPDATE restaurant SET max_prep_points_per_slot = 30000, max_orders_per_slot = '{"delivery":30000,"pickup":30000,"dine_in":30000}' WHERE id = $1`,
    [restaurant['id']],
  )
  // open at whatever hour the bench is run
  await query(
    `UPDATE restaurant_opening_hours SET opens_at = '00:00', closes_at = '00:00' WHERE restaurant_id = $1 AND service = 'pickup'`,
    [restaurant['id']],
  )
  await query(
    `INSERT INTO restaurant_opening_hours (id, restaurant_id, service, weekday, opens_at, closes_at, created_at, updated_at)
    SELECT 'roh_01bench' || day, $1, 'pickup', day, '00:00', '00:00', now(), now() FROM generate_series(0, 6) day ON CONFLICT DO NOTHING`,
    [restaurant['id']],
  )
  const dish = await only(
    query,
    `SELECT id FROM restaurant_menu_item WHERE id LIKE '%01bench%' AND daily_limit IS NULL ORDER BY id LIMIT 1`,
  )
  return { restaurant: restaurant['handle']!, restaurantId: restaurant['id']!, dishId: dish['id']! }
}

async function seedEvents(query: Query): Promise<Pick<Stalls, 'hall' | 'concert'>> {
  const sold = `t.status = 'on_sale' AND NOT t.is_series AND t.id NOT LIKE '%01bench%'`
  await query(
    copies(
      'event_event',
      sold,
      2,
      `'id', ${id('n')}, 'handle', 'bench-event-' || n, 'seat_map_id', null, 'max_tickets_per_order', 50, 'presale_start', null`,
    ),
  )
  const events = await query(
    `SELECT o.id, o.vendor_id, o.starts_at, o.ends_at, ${id('0')} AS map FROM event_event o WHERE o.handle LIKE 'bench-event-%' ORDER BY o.handle`,
  )
  const [concert, hall] = events.rows as [Record<string, string>, Record<string, string>]
  const mapId = `esm_01bench0000000000000000001`
  await query(
    `INSERT INTO event_seat_map (id, vendor_id, name, layout, seat_count, categories, created_at, updated_at) VALUES ($1, $2, 'Bench hall', $3, $4, $5, now(), now()) ON CONFLICT DO NOTHING`,
    [
      mapId,
      hall['vendor_id'],
      JSON.stringify(layout),
      sections * rowsOfSection * seatsOfRow,
      JSON.stringify({ stalls: sections * rowsOfSection * seatsOfRow }),
    ],
  )
  await query(`UPDATE event_event SET seat_map_id = $1 WHERE id = $2`, [mapId, hall['id']])
  const made: string[] = []
  for (const [index, event] of [concert, hall].entries()) {
    const number = String(index + 1).padStart(19, '0')
    const [dateId, typeId, quotaId] = [`evd_01bench${number}`, `ett_01bench${number}`, `evq_01bench${number}`]
    await query(
      `INSERT INTO event_date (id, event_id, starts_at, ends_at, created_at, updated_at) VALUES ($1, $2, $3, $4, now(), now()) ON CONFLICT DO NOTHING`,
      [dateId, event['id'], event['starts_at'], event['ends_at']],
    )
    await query(
      `INSERT INTO event_ticket_type (id, event_id, name, price_amount, seated, max_per_order, requires_parent, created_at, updated_at)
      VALUES ($1, $2, '{"en":"Bench ticket"}', 10000, $3, 50, '{}', now(), now()) ON CONFLICT DO NOTHING`,
      [typeId, event['id'], index === 1],
    )
    await query(
      `INSERT INTO event_quota (id, event_id, name, size, created_at, updated_at) VALUES ($1, $2, 'all', $3, now(), now()) ON CONFLICT DO NOTHING`,
      [quotaId, event['id'], index === 1 ? sections * rowsOfSection * seatsOfRow : 500],
    )
    await query(`INSERT INTO event_quota_ticket_type (quota_id, ticket_type_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [quotaId, typeId])
    made.push(typeId)
  }
  const dateId = `evd_01bench${'2'.padStart(19, '0')}`
  await query(
    `INSERT INTO event_seat (id, event_date_id, ordinal, label, category)
    SELECT $1 || ':' || label, $1, (ordinal - 1)::int, label, 'stalls' FROM unnest($2::text[]) WITH ORDINALITY AS seat(label, ordinal) ON CONFLICT DO NOTHING`,
    [dateId, labels],
  )
  await query('ANALYZE event_seat')
  return { concert: { handle: 'bench-event-1', typeId: made[0]! }, hall: { handle: 'bench-event-2', typeId: made[1]!, seats: labels } }
}

const section = (index: number) => `S${index + 1}`

const layout = {
  width: 400,
  height: 300,
  stage: { x: 150, y: 0, width: 100, height: 20, label: 'Stage' },
  categories: [{ code: 'stalls', name: { en: 'Stalls' }, colour: '#0f766e' }],
  sections: Array.from({ length: sections }, (_, index) => ({
    code: section(index),
    name: { en: `Section ${index + 1}` },
    x: (index % 5) * 50,
    y: 30 + Math.floor(index / 5) * 40,
    rotation: 0,
    rows: Array.from({ length: rowsOfSection }, (_row, row) => ({
      label: String(row + 1),
      x: 0,
      y: row,
      pitch: 1,
      curve: 0,
      first: 1,
      count: seatsOfRow,
      category: 'stalls',
    })),
  })),
}

const labels = layout.sections.flatMap((part) =>
  part.rows.flatMap((row) => Array.from({ length: row.count }, (_, seat) => `${part.code}-${row.label}-${row.first + seat}`)),
)
