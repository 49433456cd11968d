import { DomainError, type I18nText, newId, type Page, pickText } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { audit } from '../../platform/audit/audit.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { appendEvent } from '../../platform/outbox/append-event.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { refreshStockFlags } from '../catalogue/search/stock-flag.ts'
import type { MovementKind, StockLevel, StockLocation, StockMovement } from './contract.ts'

interface LevelRow {
  id: string
  inventory_item_id: string
  location_id: string
  location_name: I18nText
  variant_id: string
  product_id: string
  product_title: I18nText
  variant_title: I18nText
  sku: string
  vendor_id: string
  on_hand: number
  reserved: number
  safety: number
  incoming: number
  threshold: number
  version: number
  updated_at: Date
  total: number
}

export interface StockFilter {
  limit: number
  offset: number
  q?: string | undefined
  state?: 'in' | 'low' | 'out' | undefined
  product_id?: string | undefined
  location_id?: string | undefined
  vendor_id?: string | undefined
}

export interface Adjustment {
  delta?: number | undefined
  counted?: number | undefined
  version?: number | undefined
  kind: MovementKind
  reason: string
}

/** Stock levels for vendors (own ones) and staff. */
@Injectable()
export class StockService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
  ) {}

  async list(ctx: RequestContext, filter: StockFilter): Promise<Page<StockLevel>> {
    const typed = filter.q?.trim().toLowerCase() ?? ''
    const rows = await this.levels(this.database.read, {
      ...filter,
      vendor_id: vendorOf(ctx) ?? filter.vendor_id,
      pattern: typed ? `%${typed.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%` : null,
    })
    return { items: rows.map((row) => this.view(ctx, row)), total: rows[0]?.total ?? 0 }
  }

  /**
   * Changes what is on hand, by a difference or by a count; never below what is reserved (K1).
   * @throws DomainError below_reserved, stale_version (a count against another reading), not_found also for another vendor's level
   */
  async adjust(ctx: RequestContext, id: string, change: Adjustment): Promise<StockLevel> {
    const now = this.clock.now()
    const vendorId = vendorOf(ctx)
    return this.database.transaction(async (tx) => {
      const before = await this.lock(tx, id, vendorId)
      if (change.version !== undefined && change.version !== before.version)
        throw new DomainError('stale_version', { details: { version: before.version } })
      const quantity = change.delta ?? change.counted! - before.on_hand
      const { rows } = await sql<{ on_hand: number; version: number }>`
        UPDATE inventory_level SET on_hand = on_hand + ${quantity}, version = version + 1, updated_at = ${now}
        WHERE id = ${id} AND on_hand + ${quantity} >= reserved RETURNING on_hand, version`.execute(tx)
      const after = rows[0]
      if (!after) throw new DomainError('below_reserved', { details: { reserved: before.reserved, on_hand: before.on_hand } })
      await tx
        .insertInto('stock_movement')
        .values({
          id: newId('mov'),
          inventory_level_id: id,
          kind: change.counted === undefined ? change.kind : 'count',
          quantity,
          on_hand_after: after.on_hand,
          reason: change.reason,
          actor: actorId(ctx.actor) ?? 'guest',
          created_at: now,
        })
        .execute()
      await refreshStockFlags(tx, [before.item_id])
      await appendEvent(tx, {
        type: 'inventory.level.adjusted',
        aggregate: { type: 'inventory_level', id, version: after.version },
        payload: { id, quantity, on_hand: after.on_hand },
        ctx,
      })
      await audit(tx, ctx, {
        action: 'stock.adjust',
        resource: { type: 'inventory_level', id },
        before: { on_hand: before.on_hand },
        after: { on_hand: after.on_hand },
        reason: change.reason,
      })
      return this.one(ctx, tx, id)
    })
  }

  async update(
    ctx: RequestContext,
    id: string,
    patch: { safety?: number | undefined; threshold?: number | undefined },
  ): Promise<StockLevel> {
    const now = this.clock.now()
    const vendorId = vendorOf(ctx)
    return this.database.transaction(async (tx) => {
      const before = await this.lock(tx, id, vendorId)
      await tx
        .updateTable('inventory_level')
        .set((eb) => ({ ...patch, version: eb('version', '+', 1), updated_at: now }))
        .where('id', '=', id)
        .execute()
      await refreshStockFlags(tx, [before.item_id])
      await audit(tx, ctx, { action: 'stock.update', resource: { type: 'inventory_level', id }, after: patch })
      return this.one(ctx, tx, id)
    })
  }

  async movements(ctx: RequestContext, id: string, { limit, offset }: { limit: number; offset: number }): Promise<Page<StockMovement>> {
    const vendorId = vendorOf(ctx)
    const [level] = await this.levels(this.database.read, { limit: 1, offset: 0, id, vendor_id: vendorId ?? undefined, pattern: null })
    if (!level) throw new DomainError('not_found')
    const { rows } = await sql<Omit<StockMovement, 'created_at'> & { created_at: Date; total: number }>`
      SELECT id, kind, quantity, on_hand_after, reason, reference, actor, created_at, count(*) OVER ()::int AS total
      FROM stock_movement WHERE inventory_level_id = ${id} ORDER BY created_at DESC, id DESC LIMIT ${limit} OFFSET ${offset}`.execute(
      this.database.read,
    )
    return {
      items: rows.map(({ total: _total, ...row }) => ({ ...row, created_at: row.created_at.toISOString() })),
      total: rows[0]?.total ?? 0,
    }
  }

  async locations(ctx: RequestContext, { limit, offset }: { limit: number; offset: number }): Promise<Page<StockLocation>> {
    const vendorId = vendorOf(ctx)
    const { rows } = await sql<StockLocation & { total: number }>`
      SELECT id, handle, name, vendor_id, is_default, count(*) OVER ()::int AS total FROM stock_location
      WHERE deleted_at IS NULL AND (${vendorId}::text IS NULL OR vendor_id = ${vendorId}) ORDER BY handle LIMIT ${limit} OFFSET ${offset}`.execute(
      this.database.read,
    )
    return { items: rows.map(({ total: _total, ...row }) => row), total: rows[0]?.total ?? 0 }
  }

  private async lock(tx: Tx, id: string, vendorId: string | null) {
    const { rows } = await sql<{ on_hand: number; reserved: number; version: number; item_id: string }>`
      SELECT l.on_hand, l.reserved, l.version, i.id AS item_id FROM inventory_level l JOIN inventory_item i ON i.id = l.inventory_item_id
      WHERE l.id = ${id} AND (${vendorId}::text IS NULL OR i.vendor_id = ${vendorId}) FOR UPDATE OF l`.execute(tx)
    if (!rows[0]) throw new DomainError('not_found')
    return rows[0]
  }

  private async one(ctx: RequestContext, tx: Tx, id: string): Promise<StockLevel> {
    const [row] = await this.levels(tx, { limit: 1, offset: 0, id, pattern: null })
    return this.view(ctx, row!)
  }

  private async levels(db: Tx, filter: StockFilter & { id?: string; pattern: string | null }): Promise<LevelRow[]> {
    const none = null as string | null
    const [id, product, location, vendor, state] = [
      filter.id ?? none,
      filter.product_id ?? none,
      filter.location_id ?? none,
      filter.vendor_id ?? none,
      filter.state ?? none,
    ]
    const { rows } = await sql<LevelRow>`
      SELECT l.id, l.inventory_item_id, l.location_id, loc.name AS location_name, va.id AS variant_id, p.id AS product_id, p.title AS product_title,
        va.title AS variant_title, va.sku, i.vendor_id, l.on_hand, l.reserved, l.safety, l.incoming, l.threshold, l.version, l.updated_at,
        count(*) OVER ()::int AS total
      FROM inventory_level l
      JOIN inventory_item i ON i.id = l.inventory_item_id AND i.tracked
      JOIN LATERAL (SELECT * FROM variant sold WHERE sold.inventory_item_id = i.id AND sold.archived_at IS NULL
        AND (${product}::text IS NULL OR sold.product_id = ${product}) ORDER BY sold.id = i.variant_id DESC, sold.id LIMIT 1) va ON true
      JOIN product p ON p.id = va.product_id
      JOIN stock_location loc ON loc.id = l.location_id
      WHERE (${id}::text IS NULL OR l.id = ${id})
        AND (${location}::text IS NULL OR l.location_id = ${location}) AND (${vendor}::text IS NULL OR i.vendor_id = ${vendor})
        AND (${filter.pattern}::text IS NULL OR lower(va.sku) LIKE ${filter.pattern} OR lower(p.title::text) LIKE ${filter.pattern})
        AND CASE ${state}::text WHEN 'out' THEN l.on_hand - l.reserved - l.safety <= 0
          WHEN 'low' THEN l.on_hand - l.reserved - l.safety BETWEEN 1 AND l.threshold
          WHEN 'in' THEN l.on_hand - l.reserved - l.safety > l.threshold ELSE true END
      ORDER BY l.on_hand - l.reserved - l.safety, l.id LIMIT ${filter.limit} OFFSET ${filter.offset}`.execute(db)
    return rows
  }

  private view(ctx: RequestContext, row: LevelRow): StockLevel {
    const available = row.on_hand - row.reserved - row.safety
    return {
      id: row.id,
      inventory_item_id: row.inventory_item_id,
      location: { id: row.location_id, name: pickText(row.location_name, ctx.locale, this.tenant.document.default_locale) },
      variant_id: row.variant_id,
      product_id: row.product_id,
      product_title: row.product_title,
      variant_title: pickText(row.variant_title, ctx.locale, this.tenant.document.default_locale),
      sku: row.sku,
      vendor_id: row.vendor_id,
      on_hand: row.on_hand,
      reserved: row.reserved,
      safety: row.safety,
      incoming: row.incoming,
      available,
      threshold: row.threshold,
      state: available <= 0 ? 'out' : available <= row.threshold ? 'low' : 'in',
      version: row.version,
      updated_at: row.updated_at.toISOString(),
    }
  }
}

function vendorOf(ctx: RequestContext): string | null {
  return ctx.actor.kind === 'vendor' ? ctx.actor.vendorId : null
}
