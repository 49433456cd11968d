import { DomainError, type I18nText, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import { type KeptPicture, ofVendorOrHouse, pictureView, publicPicture } from '../../../core/file/public-picture.ts'
import { vendorOf } from '../../../core/order/vendor-order.service.ts'
import type { DB } from '../../../generated/db.ts'
import { minuteOf, momentOf } from '../../../platform/clock/zone.ts'
import { jsonb, type Tx } from '../../../platform/db/index.ts'
import { ManagedParts, ManagedRows } from '../../../platform/managed/managed-rows.ts'
import { type GroupOfDish, type MenuItem, menuCategory, menuItem, type setMenuItemSoldOut } from '../contract.ts'
import { businessDay, businessDaySpan, dateOfBusinessDay } from '../rules.ts'
import { Directory } from './directory.ts'
import { Surroundings } from './surroundings.ts'

const ofRestaurant = { parent: 'restaurant', by: 'restaurant_id', column: 'vendor_id' } as const

/** Parts of a menu. */
@Injectable()
export class MenuCategories extends ManagedRows<'restaurant_menu_category', typeof menuCategory> {
  constructor(
    parts: ManagedParts,
    private readonly directory: Directory,
  ) {
    super(parts, menuCategory, {
      table: 'restaurant_menu_category',
      entity: 'restaurant.menu_category',
      prefix: 'rmc',
      owner: ofRestaurant,
      order: ['position'],
      search: 'name',
    })
  }

  protected override async written(tx: Tx): Promise<void> {
    this.parts.database.afterCommit(tx, () => this.directory.changed())
  }

  protected override async further(db: Tx, _ctx: RequestContext, rows: readonly { id: string }[]) {
    const ids = rows.map((row) => row.id)
    const counts = await db
      .selectFrom('restaurant_menu_item')
      .select((eb) => ['category_id', eb.fn.countAll<number>().as('count')])
      .where('category_id', 'in', ids)
      .where('deleted_at', 'is', null)
      .groupBy('category_id')
      .execute()
    const byId = new Map(counts.map((row) => [row.category_id, row.count]))
    return new Map(ids.map((id) => [id, { dish_count: byId.get(id) ?? 0 }]))
  }
}

type DishRow = Selectable<DB['restaurant_menu_item']>
type DishInput = Partial<Input<(typeof menuItem)['create']>['body']>

/** Dishes, with the modifier groups each has. */
@Injectable()
export class MenuItems extends ManagedRows<'restaurant_menu_item', typeof menuItem> {
  constructor(
    parts: ManagedParts,
    private readonly directory: Directory,
    private readonly surroundings: Surroundings,
  ) {
    super(parts, menuItem, {
      table: 'restaurant_menu_item',
      entity: 'restaurant.menu_item',
      prefix: 'rmi',
      owner: ofRestaurant,
      order: ['position', '-created_at'],
      search: 'name',
      keepsRemoved: true,
      elsewhere: ['groups'],
    })
  }

  /** Sold out until a moment; without one until the next business day begins. */
  async soldOut(
    ctx: RequestContext,
    id: string,
    { sold_out: soldOut, until }: Input<typeof setMenuItemSoldOut>['body'],
  ): Promise<Output<typeof menuItem.get>> {
    const now = this.parts.clock.now()
    const { zone } = this.surroundings
    const tomorrow = momentOf(businessDaySpan(businessDay(minuteOf(now), zone) + 1, zone).from)
    const moment = soldOut ? (until ? new Date(until) : tomorrow) : null
    if (moment && moment <= now) throw new DomainError('validation_failed', { field: 'until', details: { reason: 'past' } })
    await this.get(ctx, id)
    await this.parts.database.transaction(async (tx) => {
      const row = await tx
        .updateTable('restaurant_menu_item')
        .set((eb) => ({ sold_out_until: moment, version: eb('version', '+', 1), updated_at: now }))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow()
      await this.settle(tx, ctx, 'changed', row, { sold_out_until: moment?.toISOString() ?? null })
    })
    return this.get(ctx, id)
  }

  protected override condition(filter: string, value: unknown): RawBuilder<unknown> | undefined {
    if (filter !== 'sold_out') return undefined
    const gone = sql`coalesce(r.sold_out_until > ${this.parts.clock.now()}, false)`
    return value ? gone : sql`NOT ${gone}`
  }

  /** @throws DomainError validation_failed for a category, mealtime or group of another restaurant */
  protected override async columns(
    tx: Tx,
    ctx: RequestContext,
    input: DishInput,
    before: DishRow | null,
  ): Promise<Record<string, unknown>> {
    const restaurantId = input.restaurant_id ?? before?.restaurant_id
    if (before && input.restaurant_id && input.restaurant_id !== before.restaurant_id)
      throw new DomainError('validation_failed', { field: 'restaurant_id', details: { reason: 'cannot_move' } })
    await requireOwn(tx, 'restaurant_menu_category', input.category_id ? [input.category_id] : [], restaurantId, 'category_id')
    await requireOwn(tx, 'restaurant_mealtime', input.mealtime_ids ?? [], restaurantId, 'mealtime_ids')
    await requireOwn(
      tx,
      'restaurant_modifier_group',
      (input.groups ?? []).map((use) => use.group_id),
      restaurantId,
      'groups',
    )
    requireRanges(input.groups ?? [])
    const name = input.name ?? (before?.name as I18nText)
    if (input.picture_file_id === undefined) return {}
    const picture = await publicPicture(tx, input.picture_file_id, name, ofVendorOrHouse(vendorOf(ctx)))
    return { picture: picture && jsonb(picture) }
  }

  protected override async written(tx: Tx, _ctx: RequestContext, row: DishRow, input: DishInput | null): Promise<void> {
    this.parts.database.afterCommit(tx, () => this.directory.changed())
    if (input?.groups) {
      await tx.deleteFrom('restaurant_menu_item_modifier_group').where('item_id', '=', row.id).execute()
      const uses = input.groups.map((use, position) => ({ item_id: row.id, position, ...use }))
      if (uses.length > 0) await tx.insertInto('restaurant_menu_item_modifier_group').values(uses).execute()
    }
    if (input?.daily_limit != null) {
      // What is sold stays sold; the new limit holds for days that have begun too.
      await tx
        .updateTable('restaurant_daily_item_counter')
        .set({ cap: input.daily_limit, updated_at: this.parts.clock.now() })
        .where('item_id', '=', row.id)
        .where('business_date', '>=', this.today())
        .execute()
    }
  }

  protected override async further(db: Tx, ctx: RequestContext, rows: readonly DishRow[]) {
    const ids = rows.map((row) => row.id)
    const uses = await db
      .selectFrom('restaurant_menu_item_modifier_group')
      .select(['item_id', 'group_id', 'min_select', 'max_select', 'free_quantity'])
      .where('item_id', 'in', ids)
      .orderBy('item_id')
      .orderBy('position')
      .execute()
    const counters = await db
      .selectFrom('restaurant_daily_item_counter')
      .select(['item_id', 'sold'])
      .where('item_id', 'in', ids)
      .where('business_date', '=', this.today())
      .execute()
    return new Map(
      rows.map((row) => [
        row.id,
        {
          groups: uses.filter((use) => use.item_id === row.id).map(({ item_id: _id, ...use }): GroupOfDish => use),
          picture: row.picture === null ? null : pictureView(row.picture as KeptPicture, ctx.locale, this.surroundings.fallback),
          sold_today: row.daily_limit === null ? null : (counters.find((counter) => counter.item_id === row.id)?.sold ?? 0),
        } satisfies Partial<MenuItem>,
      ]),
    )
  }

  private today(): string {
    return dateOfBusinessDay(minuteOf(this.parts.clock.now()), this.surroundings.zone)
  }
}

function requireRanges(groups: readonly Pick<GroupOfDish, 'group_id' | 'min_select' | 'max_select'>[]): void {
  const odd = groups.find((use) => use.min_select != null && use.max_select != null && use.min_select > use.max_select)
  if (odd) throw new DomainError('validation_failed', { field: 'groups', details: { group_id: odd.group_id, reason: 'min_above_max' } })
  if (new Set(groups.map((use) => use.group_id)).size !== groups.length)
    throw new DomainError('validation_failed', { field: 'groups', details: { reason: 'repeated' } })
}

/** Rows a dish or option points to belong to its restaurant. @throws DomainError validation_failed */
export async function requireOwn(
  tx: Tx,
  table: 'restaurant_menu_category' | 'restaurant_mealtime' | 'restaurant_modifier_group',
  ids: readonly string[],
  restaurantId: string | undefined,
  field: string,
): Promise<void> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return
  const { rows } = await sql<{
    id: string
  }>`SELECT id FROM ${sql.table(table)} WHERE id = ANY (${wanted}::text[]) AND restaurant_id = ${restaurantId}`.execute(tx)
  const missing = wanted.filter((id) => !rows.some((row) => row.id === id))
  if (missing.length > 0) throw new DomainError('validation_failed', { field, details: { reason: 'unknown', ids: missing } })
}
