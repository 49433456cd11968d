import { DomainError, newId } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { jsonb, type Tx } from '../../platform/db/index.ts'
import { SettingService } from '../store/setting.service.ts'

export interface NewStock {
  itemId: string
  variantId: string
  vendorId: string
  sku: string
  tracked: boolean
  /** Units that are there from the start. */
  onHand: number
  actor: string
}

/** The stock rows that come with a variant. */
@Injectable()
export class StockRows {
  constructor(private readonly settings: SettingService) {}

  /** An item, its level at the vendor's first location, and a movement for what is there. */
  async open(tx: Tx, stock: NewStock, now: Date): Promise<void> {
    const stamp = { created_at: now, updated_at: now }
    await tx
      .insertInto('inventory_item')
      .values({
        id: stock.itemId,
        variant_id: stock.variantId,
        vendor_id: stock.vendorId,
        sku: stock.sku,
        tracked: stock.tracked,
        ...stamp,
      })
      .execute()
    const levelId = newId('lvl')
    await tx
      .insertInto('inventory_level')
      .values({
        id: levelId,
        inventory_item_id: stock.itemId,
        location_id: await this.locationOf(tx, stock.vendorId, now),
        on_hand: stock.onHand,
        threshold: await this.settings.get('inventory.low_stock'),
        ...stamp,
      })
      .execute()
    if (stock.onHand === 0) return
    await tx
      .insertInto('stock_movement')
      .values({
        id: newId('mov'),
        inventory_level_id: levelId,
        kind: 'receive',
        quantity: stock.onHand,
        on_hand_after: stock.onHand,
        reason: 'opening stock',
        actor: stock.actor,
        created_at: now,
      })
      .execute()
  }

  /**
   * The stock item a variant of this vendor is sold from, so that another can be sold from it too.
   * @throws DomainError validation_failed also for a variant of another vendor
   */
  async shared(tx: Tx, variantId: string, vendorId: string): Promise<{ id: string; tracked: boolean }> {
    const item = await tx
      .selectFrom('variant')
      .innerJoin('inventory_item', 'inventory_item.id', 'variant.inventory_item_id')
      .select(['inventory_item.id', 'inventory_item.tracked'])
      .where('variant.id', '=', variantId)
      .where('variant.vendor_id', '=', vendorId)
      .where('variant.archived_at', 'is', null)
      .executeTakeFirst()
    if (!item) throw new DomainError('validation_failed', { field: 'shares_stock_of', details: { reason: 'unknown' } })
    return item
  }

  /** The vendor's default location; a vendor without one gets it with its first variant. */
  private async locationOf(tx: Tx, vendorId: string, now: Date): Promise<string> {
    const found = await tx
      .selectFrom('stock_location')
      .select('id')
      .where('vendor_id', '=', vendorId)
      .orderBy('is_default', 'desc')
      .orderBy('created_at')
      .limit(1)
      .executeTakeFirst()
    if (found) return found.id
    const vendor = await tx.selectFrom('vendor').select(['handle', 'name']).where('id', '=', vendorId).executeTakeFirstOrThrow()
    const id = newId('loc')
    await tx
      .insertInto('stock_location')
      .values({
        id,
        handle: `${vendor.handle}-${id.slice(-6)}`,
        name: jsonb(vendor.name),
        vendor_id: vendorId,
        is_default: true,
        created_at: now,
        updated_at: now,
      })
      .execute()
    return id
  }
}
