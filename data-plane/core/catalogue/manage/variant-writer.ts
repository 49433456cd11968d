import { DomainError, type Page } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, jsonb, type Tx } from '../../../platform/db/index.ts'
import { appendEvent } from '../../../platform/outbox/append-event.ts'
import type { ManagedVariant, VariantInput, VariantPatch } from '../contract.ts'
import { CategoryTree } from '../read/category-tree.ts'
import { chosenNames, optionKey, variantTitle } from '../variant-options.ts'
import { ManagedProducts } from './managed-read.ts'
import { type NewPrice, setPrices } from './prices.ts'
import { ProductWriter } from './product-writer.ts'
import { requireGtin } from './publish-rules.ts'
import { lockProduct, lockVariant, vendorOf } from './scope.ts'
import { asTaken, requireQuantities, VariantRows } from './variant-rows.ts'

export interface PriceChange {
  id: string
  price: { amount: number; currency: string }
  since: string
  until: string | null
  changed_by: string
}

/** Variants and their prices, for vendors (own products) and staff. */
@Injectable()
export class VariantWriter {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly read: ManagedProducts,
    private readonly rows: VariantRows,
    private readonly products: ProductWriter,
    private readonly categories: CategoryTree,
  ) {}

  async add(ctx: RequestContext, productId: string, input: VariantInput): Promise<ManagedVariant> {
    const now = this.clock.now()
    return this.changing(async (tx) => {
      const product = await lockProduct(tx, ctx, productId)
      const options = await this.read.options(productId, tx)
      const existing = await tx
        .selectFrom('variant')
        .select((eb) => eb.fn.max('position').as('last'))
        .where('product_id', '=', productId)
        .executeTakeFirst()
      const id = await this.rows.insert(tx, ctx, product, options, input, Number(existing?.last ?? -1) + 1, now)
      await this.rows.changed(tx, productId, now)
      await audit(tx, ctx, {
        action: 'variant.create',
        resource: { type: 'variant', id },
        after: { sku: input.sku, options: input.options },
      })
      return this.one(await this.read.variants(productId, tx, id))
    })
  }

  async update(ctx: RequestContext, id: string, patch: VariantPatch): Promise<ManagedVariant> {
    const now = this.clock.now()
    return this.changing(async (tx) => {
      const { product, variant } = await lockVariant(tx, ctx, id)
      requireGtin(patch.gtin)
      requireQuantities({ ...variant, ...patch })
      const { options, ...plain } = patch
      const chosen = options && {
        options: jsonb(options),
        option_key: optionKey(options),
        title: jsonb(variantTitle(chosenNames(await this.read.options(product.id, tx), options))),
      }
      try {
        await tx
          .updateTable('variant')
          .set((eb) => ({ ...plain, ...chosen, version: eb('version', '+', 1), updated_at: now }))
          .where('id', '=', id)
          .execute()
      } catch (error) {
        throw asTaken(error)
      }
      await this.rows.stockFollows(tx, variant, patch, now)
      await this.rows.changed(tx, product.id, now)
      await audit(tx, ctx, { action: 'variant.update', resource: { type: 'variant', id }, after: patch })
      return this.one(await this.read.variants(product.id, tx, id))
    })
  }

  /** A variant on an order line is archived, never deleted; so are all others. */
  async archive(ctx: RequestContext, id: string): Promise<ManagedVariant> {
    const now = this.clock.now()
    return this.changing(async (tx) => {
      const { product, variant } = await lockVariant(tx, ctx, id)
      if (variant.archived_at) throw new DomainError('invalid_transition', { details: { status: 'archived' } })
      await tx
        .updateTable('variant')
        .set((eb) => ({ archived_at: now, version: eb('version', '+', 1), updated_at: now }))
        .where('id', '=', id)
        .execute()
      await this.rows.changed(tx, product.id, now)
      await this.products.settled(tx, product.id, product.status, now)
      await audit(tx, ctx, { action: 'variant.archive', resource: { type: 'variant', id } })
      return this.one(await this.read.variants(product.id, tx, id))
    })
  }

  async setPrices(ctx: RequestContext, id: string, prices: readonly NewPrice[]): Promise<ManagedVariant> {
    const now = this.clock.now()
    return this.changing(async (tx) => {
      const { product } = await lockVariant(tx, ctx, id)
      await this.rows.requireCurrencies(prices)
      await setPrices(tx, id, prices, actorId(ctx.actor) ?? 'guest', now)
      await this.rows.changed(tx, product.id, now)
      await this.products.settled(tx, product.id, product.status, now)
      await appendEvent(tx, {
        type: 'catalogue.price.changed',
        aggregate: { type: 'product', id: product.id, version: product.version + 1 },
        payload: { product_id: product.id, variant_id: id, currencies: prices.map((price) => price.currency) },
        ctx,
      })
      await audit(tx, ctx, { action: 'variant.set-prices', resource: { type: 'variant', id }, after: { prices } })
      return this.one(await this.read.variants(product.id, tx, id))
    })
  }

  /** Newest first; a price holds until the next one of its currency. */
  async priceHistory(ctx: RequestContext, id: string, { limit, offset }: { limit: number; offset: number }): Promise<Page<PriceChange>> {
    const vendorId = vendorOf(ctx)
    const variant = await this.database.read.selectFrom('variant').select('vendor_id').where('id', '=', id).executeTakeFirst()
    if (!variant || (vendorId && variant.vendor_id !== vendorId)) throw new DomainError('not_found')
    const { rows } = await sql<{
      id: string
      amount: number
      currency_code: string
      created_at: Date
      until: Date | null
      changed_by: string
      total: number
    }>`
      SELECT * FROM (
        SELECT id, amount, currency_code, created_at, changed_by, count(*) FILTER (WHERE amount IS NOT NULL) OVER ()::int AS total,
          lead(created_at) OVER (PARTITION BY currency_code ORDER BY created_at, id) AS until
        FROM price_history WHERE variant_id = ${id}
      ) h WHERE amount IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT ${limit} OFFSET ${offset}`.execute(this.database.read)
    const items = rows.map((row) => ({
      id: row.id,
      price: { amount: row.amount, currency: row.currency_code },
      since: row.created_at.toISOString(),
      until: row.until?.toISOString() ?? null,
      changed_by: row.changed_by,
    }))
    return { items, total: rows[0]?.total ?? 0 }
  }

  /** One transaction; afterwards lists and totals forget what they knew. */
  private async changing(work: (tx: Tx) => Promise<ManagedVariant>): Promise<ManagedVariant> {
    const variant = await this.database.transaction(work)
    await this.categories.changed()
    return variant
  }

  private one(rows: ManagedVariant[]): ManagedVariant {
    const [row] = rows
    if (!row) throw new DomainError('not_found')
    return row
  }
}
