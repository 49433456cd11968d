import type { I18nText } from '@cityos/contract'
import { pickText } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import type { Tx } from '../../platform/db/index.ts'
import type { OrderSummary } from './contract.ts'
import { type Language, money, pictureOf } from './order.view.ts'
import type { OrderRow } from './sub-orders.ts'

interface Extras {
  count: number
  vendors: string[]
  pictures: OrderSummary['pictures']
}

const mostPictures = 4

/** Rows of an order list: two statements more than the list itself, whatever its length. */
@Injectable()
export class OrderSummaries {
  async of(tx: Tx, orders: readonly OrderRow[], language: Language): Promise<OrderSummary[]> {
    const extras = await this.extras(
      tx,
      orders.map((order) => order.id),
      language,
    )
    return orders.map((order) => ({
      id: order.id,
      number: order.number,
      status: order.status as OrderSummary['status'],
      placed_at: order.placed_at.toISOString(),
      total: money(order.total_amount, order.currency_code),
      ...(extras.get(order.id) ?? { count: 0, vendors: [], pictures: [] }),
    }))
  }

  private async extras(tx: Tx, ids: string[], language: Language): Promise<Map<string, Extras>> {
    if (ids.length === 0) return new Map()
    const { rows } = await sql<{ order_id: string; count: number; vendors: { name: I18nText }[]; pictures: unknown[] }>`
      SELECT o.id AS order_id,
        (SELECT coalesce(sum(l.quantity), 0) FROM order_line l WHERE l.order_id = o.id) AS count,
        (SELECT coalesce(jsonb_agg(s.vendor ORDER BY s.number), '[]') FROM sub_order s WHERE s.order_id = o.id) AS vendors,
        (SELECT coalesce(jsonb_agg(p.picture ORDER BY p.position), '[]') FROM (
          SELECT l.picture, l.position FROM order_line l WHERE l.order_id = o.id AND l.picture IS NOT NULL ORDER BY l.position LIMIT ${mostPictures}) p) AS pictures
      FROM unnest(${ids}::text[]) AS o(id)`.execute(tx)
    return new Map(
      rows.map((row) => [
        row.order_id,
        {
          count: Number(row.count),
          vendors: row.vendors.map((vendor) => pickText(vendor.name, language.locale, language.fallback)),
          pictures: row.pictures.flatMap((picture) => pictureOf(picture, language) ?? []),
        },
      ]),
    )
  }
}
