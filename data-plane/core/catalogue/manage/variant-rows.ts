import { DomainError, type I18nText, newId } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { jsonb, type Tx, violates } from '../../../platform/db/index.ts'
import { StockRows } from '../../inventory/stock-rows.ts'
import { StoreService } from '../../store/store.service.ts'
import type { OptionInput, VariantInput, VariantPatch } from '../contract.ts'
import { indexProducts } from '../search/index-writer.ts'
import { chosenNames, optionKey, variantTitle } from '../variant-options.ts'
import { type NewPrice, refreshProductPrices, setPrices } from './prices.ts'
import { requireGtin } from './publish-rules.ts'

/** The rows of variants, inside a transaction that holds the product's lock. */
@Injectable()
export class VariantRows {
  constructor(
    private readonly stores: StoreService,
    private readonly stock: StockRows,
  ) {}

  /** @throws DomainError already_exists (options, sku), validation_failed, currency_not_supported */
  async insert(
    tx: Tx,
    ctx: RequestContext,
    product: { id: string; vendor_id: string },
    options: readonly OptionInput[],
    input: VariantInput,
    position: number,
    now: Date,
  ): Promise<string> {
    requireGtin(input.gtin)
    requireQuantities(input)
    const names = chosenNames(options, input.options)
    await this.requireCurrencies(input.prices)
    const id = newId('var')
    const item = input.shares_stock_of
      ? await this.stock.shared(tx, input.shares_stock_of, product.vendor_id)
      : { id: newId('inv'), tracked: input.track_inventory }
    requireSharable(input, item.tracked)
    try {
      await tx
        .insertInto('variant')
        .values({
          id,
          product_id: product.id,
          vendor_id: product.vendor_id,
          sku: input.sku,
          gtin: input.gtin,
          options: jsonb(input.options),
          option_key: optionKey(input.options),
          inventory_item_id: item.id,
          title: jsonb(variantTitle(names)),
          track_inventory: input.track_inventory,
          minimum_quantity: input.minimum_quantity,
          maximum_quantity: input.maximum_quantity,
          quantity_step: input.quantity_step,
          weight_g: input.weight_g,
          position,
          created_at: now,
          updated_at: now,
        })
        .execute()
    } catch (error) {
      throw asTaken(error)
    }
    const actor = actorId(ctx.actor) ?? 'guest'
    await setPrices(tx, id, input.prices, actor, now)
    if (input.shares_stock_of) return id
    await this.stock.open(
      tx,
      {
        itemId: item.id,
        variantId: id,
        vendorId: product.vendor_id,
        sku: input.sku,
        tracked: input.track_inventory,
        onHand: input.on_hand,
        actor,
      },
      now,
    )
    return id
  }

  /** The stock item bears the number of the variant it was made for; whether it is counted is the same for all that share it. */
  async stockFollows(tx: Tx, variant: { id: string; inventory_item_id: string }, patch: VariantPatch, now: Date): Promise<void> {
    if (patch.sku !== undefined) {
      await tx.updateTable('inventory_item').set({ sku: patch.sku, updated_at: now }).where('variant_id', '=', variant.id).execute()
    }
    if (patch.track_inventory === undefined) return
    const tracked = patch.track_inventory
    await tx.updateTable('inventory_item').set({ tracked, updated_at: now }).where('id', '=', variant.inventory_item_id).execute()
    const others = await tx
      .updateTable('variant')
      .set({ track_inventory: tracked, updated_at: now })
      .where('inventory_item_id', '=', variant.inventory_item_id)
      .where('id', '<>', variant.id)
      .returning('product_id')
      .execute()
    await indexProducts(tx, [...new Set(others.map((other) => other.product_id))].sort(), now)
  }

  /** New names of values in the titles of live variants. @throws DomainError validation_failed when one uses what is gone */
  async retitle(tx: Tx, productId: string, options: readonly OptionInput[], now: Date): Promise<void> {
    const variants = await tx
      .selectFrom('variant')
      .select(['id', 'options'])
      .where('product_id', '=', productId)
      .where('archived_at', 'is', null)
      .execute()
    for (const variant of variants) {
      const title: I18nText = variantTitle(chosenNames(options, variant.options as Record<string, string>))
      await tx
        .updateTable('variant')
        .set({ title: jsonb(title), updated_at: now })
        .where('id', '=', variant.id)
        .execute()
    }
  }

  /** @throws DomainError currency_not_supported for one the store does not sell in */
  async requireCurrencies(prices: readonly NewPrice[]): Promise<void> {
    const { currencies } = await this.stores.current()
    const foreign = prices.find((price) => !currencies.includes(price.currency))
    if (foreign) throw new DomainError('currency_not_supported', { field: 'prices', details: { currency: foreign.currency, currencies } })
    if (new Set(prices.map((price) => price.currency)).size !== prices.length) {
      throw new DomainError('validation_failed', { field: 'prices', details: { reason: 'repeated_currency' } })
    }
  }

  /** After variants or prices changed: the product's price range and its search document. */
  async changed(tx: Tx, productId: string, now: Date): Promise<void> {
    await refreshProductPrices(tx, productId)
    await sql`UPDATE product SET version = version + 1, updated_at = ${now} WHERE id = ${productId}`.execute(tx)
    await indexProducts(tx, [productId], now)
  }
}

/**
 * A variant that is sold from another's stock brings no units, and counts them like that one does.
 * @throws DomainError validation_failed
 */
function requireSharable(input: VariantInput, tracked: boolean): void {
  if (!input.shares_stock_of) return
  if (input.on_hand > 0) throw new DomainError('validation_failed', { field: 'on_hand', details: { reason: 'shared_stock' } })
  if (input.track_inventory !== tracked)
    throw new DomainError('validation_failed', { field: 'track_inventory', details: { reason: 'shared_stock' } })
}

/** @throws DomainError validation_failed */
export function requireQuantities(rules: { minimum_quantity: number; maximum_quantity: number; quantity_step: number }): void {
  if (rules.maximum_quantity < rules.minimum_quantity) {
    throw new DomainError('validation_failed', { field: 'maximum_quantity', details: { minimum: rules.minimum_quantity } })
  }
}

export function asTaken(error: unknown): unknown {
  if (violates(error, '23505', 'variant_option_key')) return new DomainError('already_exists', { field: 'options', cause: error })
  if (violates(error, '23505', 'variant_sku_key')) return new DomainError('already_exists', { field: 'sku', cause: error })
  return error
}
