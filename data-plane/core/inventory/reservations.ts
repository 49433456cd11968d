import { newId } from '@cityos/contract'
import { sql } from 'kysely'
import { insertOf, sendAlong, type Tx } from '../../platform/db/index.ts'
import { refreshStockFlags } from '../catalogue/search/stock-flag.ts'

/** Units of one stock item that one line wants. */
export interface Demand {
  lineId: string
  itemId: string
  quantity: number
}

/** An item that cannot give what all lines together want. */
export interface Shortage {
  itemId: string
  wanted: number
  available: number
}

/** Adds up the demands of each item: two lines of one cart share one stock (medusa#16502). In item id order. */
export function demandPerItem(demands: readonly Demand[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { itemId, quantity } of demands) sums.set(itemId, (sums.get(itemId) ?? 0) + quantity)
  return new Map([...sums].sort(([left], [right]) => (left < right ? -1 : 1)))
}

/**
 * Takes stock for all demands or for none, in one conditional update (K1, 00-conventions): rows are locked in item id
 * order and counted under the lock, never read before. Items whose stock is not tracked are not limited.
 * @returns what fell short; empty when everything was reserved
 */
export async function reserve(tx: Tx, demands: readonly Demand[], now: Date): Promise<Shortage[]> {
  const sums = demandPerItem(demands)
  const ids = [...sums.keys()]
  const quantities = [...sums.values()]
  // One level per item gives the whole quantity: the default location first, then the fullest.
  const { rows } = await sql<{ item_id: string; level_id: string; available: number }>`
    WITH demand AS (
      SELECT i.id, d.quantity FROM unnest(${ids}::text[], ${quantities}::int[]) AS d(id, quantity)
      JOIN inventory_item i ON i.id = d.id WHERE i.tracked
    ), locked AS MATERIALIZED (
      SELECT l.id, l.inventory_item_id, d.quantity, l.location_id, l.on_hand - l.reserved - l.safety AS available
      FROM inventory_level l JOIN demand d ON d.id = l.inventory_item_id
      WHERE l.on_hand - l.reserved - l.safety >= d.quantity
      ORDER BY l.inventory_item_id, l.id FOR UPDATE OF l
    ), chosen AS (
      SELECT DISTINCT ON (locked.inventory_item_id) locked.id, locked.inventory_item_id, locked.quantity
      FROM locked JOIN stock_location location ON location.id = locked.location_id
      ORDER BY locked.inventory_item_id, location.is_default DESC, locked.available DESC, locked.id
    )
    UPDATE inventory_level l SET reserved = l.reserved + chosen.quantity, version = l.version + 1, updated_at = ${now}
    FROM chosen
    WHERE l.id = chosen.id AND l.on_hand - l.reserved - l.safety >= chosen.quantity
      AND (SELECT count(*) FROM chosen) = (SELECT count(*) FROM demand)
    RETURNING chosen.inventory_item_id AS item_id, l.id AS level_id, l.on_hand - l.reserved - l.safety AS available`.execute(tx)
  const levels = new Map(rows.map((row) => [row.item_id, row.level_id]))
  const shortages = levels.size === ids.length ? [] : await shortagesOf(tx, sums, levels)
  if (shortages.length > 0) return shortages
  record(tx, demands, levels, now)
  await refreshStockFlags(
    tx,
    rows.filter((row) => row.available <= 0).map((row) => row.item_id),
  )
  return []
}

/** What each asked item can give now; untracked items never fall short. */
async function shortagesOf(tx: Tx, sums: ReadonlyMap<string, number>, reserved: ReadonlyMap<string, string>): Promise<Shortage[]> {
  const { rows } = await sql<{ id: string; tracked: boolean; available: number }>`
    SELECT i.id, i.tracked, coalesce(max(l.on_hand - l.reserved - l.safety), 0)::int AS available
    FROM inventory_item i LEFT JOIN inventory_level l ON l.inventory_item_id = i.id
    WHERE i.id = ANY (${[...sums.keys()]}::text[]) GROUP BY i.id`.execute(tx)
  const found = new Map(rows.map((row) => [row.id, row]))
  const missing = [...sums].filter(([id]) => !reserved.has(id) && found.get(id)?.tracked !== false)
  const short = missing.filter(([id, wanted]) => (found.get(id)?.available ?? 0) < wanted)
  // Stock that came back between the two statements: the caller's retry finds it.
  const named = short.length > 0 ? short : missing
  return named.map(([itemId, wanted]) => ({ itemId, wanted, available: Math.max(0, found.get(itemId)?.available ?? 0) }))
}

function record(tx: Tx, demands: readonly Demand[], levels: ReadonlyMap<string, string>, now: Date): void {
  const rows = demands.flatMap(({ lineId, itemId, quantity }) => {
    const level = levels.get(itemId)
    return level
      ? [
          {
            id: newId('res'),
            inventory_level_id: level,
            inventory_item_id: itemId,
            line_id: lineId,
            quantity,
            status: 'held',
            created_at: now,
            updated_at: now,
          },
        ]
      : []
  })
  if (rows.length > 0) sendAlong(tx, insertOf('stock_reservation', rows))
}

/**
 * Gives held stock back, exactly the units each line holds; a line that holds nothing any more is passed over, so a
 * late second release frees nothing twice (K4).
 */
export async function release(tx: Tx, lineIds: readonly string[], now: Date): Promise<void> {
  const { rows } = await sql<Freed>`
    WITH ended AS (
      UPDATE stock_reservation SET status = 'released', updated_at = ${now}, version = version + 1
      WHERE line_id = ANY (${lineIds as string[]}::text[]) AND status = 'held' RETURNING inventory_level_id, quantity
    )
    ${freed(now)}`.execute(tx)
  await refreshStockFlags(tx, cameBack(rows))
}

interface Freed {
  item_id: string
  quantity: number
  available: number
}

/** Items that could not be had before these units were freed. */
function cameBack(rows: readonly Freed[]): string[] {
  return rows.filter((row) => row.available > 0 && row.available - row.quantity <= 0).map((row) => row.item_id)
}

/** Levels get back what the reservations in `ended` gave up, locked in id order. */
const freed = (now: Date) => sql`, sums AS (
      SELECT inventory_level_id AS id, sum(quantity)::int AS quantity FROM ended GROUP BY 1
    ), locked AS MATERIALIZED (
      SELECT l.id, sums.quantity FROM inventory_level l JOIN sums ON sums.id = l.id ORDER BY l.inventory_item_id, l.id FOR UPDATE OF l
    )
    UPDATE inventory_level l SET reserved = l.reserved - locked.quantity, version = l.version + 1, updated_at = ${now}
    FROM locked WHERE l.id = locked.id
    RETURNING l.inventory_item_id AS item_id, locked.quantity, l.on_hand - l.reserved - l.safety AS available`

/**
 * Turns held stock into the stock of an order line; the units stay reserved until they leave.
 * @returns the reservation of each line, by line id; a line of an untracked item has none
 */
export async function allocate(tx: Tx, lines: readonly { lineId: string; orderLineId: string }[], now: Date): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; order_line_id: string }>`
    UPDATE stock_reservation r SET status = 'allocated', order_line_id = x.order_line_id, updated_at = ${now}, version = version + 1
    FROM unnest(${lines.map((line) => line.lineId)}::text[], ${lines.map((line) => line.orderLineId)}::text[]) AS x(line_id, order_line_id)
    WHERE r.line_id = x.line_id AND r.status = 'held' RETURNING r.id, r.order_line_id`.execute(tx)
  return new Map(rows.map((row) => [row.order_line_id, row.id]))
}

/** Frees units of order lines that will not be delivered, at most what each still has. */
export async function cancelAllocated(tx: Tx, lines: readonly { orderLineId: string; quantity: number }[], now: Date): Promise<void> {
  const { rows } = await sql<Freed>`
    WITH ended AS (${takenFrom(lines, now, 'released')})
    ${freed(now)}`.execute(tx)
  await refreshStockFlags(tx, cameBack(rows))
}

/** Units of order lines leave the house: on hand and reserved fall together, and a movement says so. */
export async function dispatch(
  tx: Tx,
  lines: readonly { orderLineId: string; quantity: number }[],
  actor: string,
  now: Date,
): Promise<void> {
  const { rows } = await sql<{ id: string; quantity: number; order_line_id: string; on_hand: number }>`
    WITH ended AS (${takenFrom(lines, now, 'fulfilled')}), sums AS (
      SELECT inventory_level_id AS id, sum(quantity)::int AS quantity FROM ended GROUP BY 1
    ), locked AS MATERIALIZED (
      SELECT l.id, sums.quantity FROM inventory_level l JOIN sums ON sums.id = l.id ORDER BY l.inventory_item_id, l.id FOR UPDATE OF l
    ), changed AS (
      UPDATE inventory_level l SET on_hand = l.on_hand - locked.quantity, reserved = l.reserved - locked.quantity, version = l.version + 1, updated_at = ${now}
      FROM locked WHERE l.id = locked.id RETURNING l.id, l.on_hand
    )
    SELECT changed.id, ended.quantity, ended.order_line_id, changed.on_hand FROM ended JOIN changed ON changed.id = ended.inventory_level_id`.execute(
    tx,
  )
  if (rows.length === 0) return
  await tx
    .insertInto('stock_movement')
    .values(
      rows.map((row) => ({
        id: newId('mov'),
        inventory_level_id: row.id,
        kind: 'sell',
        quantity: -row.quantity,
        on_hand_after: row.on_hand,
        reference: row.order_line_id,
        actor,
        created_at: now,
      })),
    )
    .execute()
}

/**
 * Takes units off allocated reservations; `quantity` of what comes out is what was taken. A reservation that reaches
 * nothing ends in `final`.
 */
const takenFrom = (lines: readonly { orderLineId: string; quantity: number }[], now: Date, final: 'released' | 'fulfilled') => sql`
      UPDATE stock_reservation r SET
        quantity = r.quantity - taken.units,
        status = CASE WHEN r.quantity <= taken.units THEN ${final} ELSE r.status END, updated_at = ${now}, version = r.version + 1
      FROM (
        SELECT s.id, least(s.quantity, x.quantity) AS units
        FROM unnest(${lines.map((line) => line.orderLineId)}::text[], ${lines.map((line) => line.quantity)}::int[]) AS x(order_line_id, quantity)
        JOIN stock_reservation s ON s.order_line_id = x.order_line_id AND s.status = 'allocated' AND s.quantity > 0
        ORDER BY s.id FOR UPDATE OF s
      ) taken
      WHERE r.id = taken.id
      RETURNING r.inventory_level_id, r.order_line_id, taken.units AS quantity`
