import { DomainError, type I18nText, type Input, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type Selectable, sql } from 'kysely'
import type { DB } from '../../../generated/db.ts'
import { jsonb, type Tx } from '../../../platform/db/index.ts'
import { ManagedParts, ManagedRows } from '../../../platform/managed/managed-rows.ts'
import { type ManagedModifierGroup, mealtime, modifierGroup } from '../contract.ts'
import { Directory } from './directory.ts'
import { requireOwn } from './menu-desk.ts'
import { Surroundings } from './surroundings.ts'

const ofRestaurant = { parent: 'restaurant', by: 'restaurant_id', column: 'vendor_id' } as const

type GroupRow = Selectable<DB['restaurant_modifier_group']>
type GroupInput = Partial<Input<(typeof modifierGroup)['create']>['body']>

/** Groups of options; an option may open one further group, which opens none itself. */
@Injectable()
export class ModifierGroups extends ManagedRows<'restaurant_modifier_group', typeof modifierGroup> {
  constructor(
    parts: ManagedParts,
    private readonly directory: Directory,
    private readonly surroundings: Surroundings,
  ) {
    super(parts, modifierGroup, {
      table: 'restaurant_modifier_group',
      entity: 'restaurant.modifier_group',
      prefix: 'rmg',
      owner: ofRestaurant,
      order: ['-created_at'],
      search: 'name',
      elsewhere: ['options'],
    })
  }

  /** @throws DomainError validation_failed for numbers that contradict each other, currency_mismatch */
  protected override async columns(
    _tx: Tx,
    _ctx: RequestContext,
    input: GroupInput,
    before: GroupRow | null,
  ): Promise<Record<string, unknown>> {
    const min = input.min_select ?? before?.min_select ?? 0
    const max = input.max_select ?? before?.max_select ?? 1
    if (min > max) throw new DomainError('validation_failed', { field: 'min_select', details: { reason: 'min_above_max', min, max } })
    for (const option of input.options ?? []) {
      if (option.price_delta.currency !== this.surroundings.currency)
        throw new DomainError('currency_mismatch', { field: 'options', details: { currency: this.surroundings.currency } })
      if (option.price_delta.amount < 0)
        throw new DomainError('validation_failed', { field: 'options', details: { reason: 'negative_price' } })
    }
    return {}
  }

  protected override async written(tx: Tx, _ctx: RequestContext, row: GroupRow, input: GroupInput | null): Promise<void> {
    this.parts.database.afterCommit(tx, () => this.directory.changed())
    if (input?.options) await this.writeOptions(tx, row, input.options)
  }

  protected override async further(db: Tx, _ctx: RequestContext, rows: readonly GroupRow[]) {
    const ids = rows.map((row) => row.id)
    const options = await db
      .selectFrom('restaurant_modifier_option')
      .selectAll()
      .where('group_id', 'in', ids)
      .orderBy('group_id')
      .orderBy('position')
      .execute()
    const uses = await db
      .selectFrom('restaurant_menu_item_modifier_group')
      .select((eb) => ['group_id', eb.fn.countAll<number>().as('count')])
      .where('group_id', 'in', ids)
      .groupBy('group_id')
      .execute()
    return new Map(
      ids.map((id) => [
        id,
        {
          dish_count: uses.find((use) => use.group_id === id)?.count ?? 0,
          options: options
            .filter((option) => option.group_id === id)
            .map((option) => ({
              id: option.id,
              name: option.name as I18nText,
              price_delta: { amount: option.price_delta_amount, currency: this.surroundings.currency },
              is_default: option.is_default,
              sold_out: option.sold_out,
              nested_group_id: option.nested_group_id,
            })),
        } satisfies Partial<ManagedModifierGroup>,
      ]),
    )
  }

  /** Options with a known id are kept, others are new, missing ones go. */
  private async writeOptions(tx: Tx, group: GroupRow, options: NonNullable<GroupInput['options']>): Promise<void> {
    await this.requireOneLevel(tx, group, options)
    const now = this.parts.clock.now()
    const before = await tx.selectFrom('restaurant_modifier_option').select('id').where('group_id', '=', group.id).execute()
    const known = new Set(before.map((row) => row.id))
    const kept = options.flatMap((option) => (option.id && known.has(option.id) ? [option.id] : []))
    await tx
      .deleteFrom('restaurant_modifier_option')
      .where('group_id', '=', group.id)
      .$if(kept.length > 0, (query) => query.where('id', 'not in', kept))
      .execute()
    for (const [position, option] of options.entries()) {
      const values = {
        name: jsonb(option.name),
        price_delta_amount: option.price_delta.amount,
        is_default: option.is_default,
        sold_out: option.sold_out,
        nested_group_id: option.nested_group_id,
        position,
        updated_at: now,
      }
      if (option.id && known.has(option.id)) {
        await tx.updateTable('restaurant_modifier_option').set(values).where('id', '=', option.id).execute()
      } else {
        await tx
          .insertInto('restaurant_modifier_option')
          .values({ id: newId('rmo'), group_id: group.id, created_at: now, ...values })
          .execute()
      }
    }
  }

  /** @throws DomainError validation_failed when a group would be opened out of an opened one */
  private async requireOneLevel(tx: Tx, group: GroupRow, options: NonNullable<GroupInput['options']>): Promise<void> {
    const nested = options.flatMap((option) => option.nested_group_id ?? [])
    if (nested.length === 0) return
    await requireOwn(tx, 'restaurant_modifier_group', nested, group.restaurant_id, 'options')
    const deeper = await tx
      .selectFrom('restaurant_modifier_option')
      .select('id')
      .where((eb) =>
        eb.or([eb('nested_group_id', '=', group.id), eb.and([eb('group_id', 'in', nested), eb('nested_group_id', 'is not', null)])]),
      )
      .limit(1)
      .executeTakeFirst()
    if (deeper || nested.includes(group.id))
      throw new DomainError('validation_failed', { field: 'options', details: { reason: 'nested_too_deep' } })
  }
}

/** Parts of the day in which some dishes are served. */
@Injectable()
export class Mealtimes extends ManagedRows<'restaurant_mealtime', typeof mealtime> {
  constructor(
    parts: ManagedParts,
    private readonly directory: Directory,
  ) {
    super(parts, mealtime, {
      table: 'restaurant_mealtime',
      entity: 'restaurant.mealtime',
      prefix: 'rmt',
      owner: ofRestaurant,
      order: ['from'],
    })
  }

  protected override async columns(
    _tx: Tx,
    _ctx: RequestContext,
    input: Partial<Input<(typeof mealtime)['create']>['body']>,
    before: Selectable<DB['restaurant_mealtime']> | null,
  ): Promise<Record<string, unknown>> {
    const from = input.from_date === undefined ? before?.from_date : input.from_date
    const to = input.to_date === undefined ? before?.to_date : input.to_date
    if (from && to && from > to) throw new DomainError('validation_failed', { field: 'to_date', details: { reason: 'before_from_date' } })
    return {}
  }

  protected override async written(
    tx: Tx,
    _ctx: RequestContext,
    row: Selectable<DB['restaurant_mealtime']>,
    input: object | null,
  ): Promise<void> {
    this.parts.database.afterCommit(tx, () => this.directory.changed())
    if (input === null) {
      await sql`UPDATE restaurant_menu_item SET mealtime_ids = array_remove(mealtime_ids, ${row.id}) WHERE restaurant_id = ${row.restaurant_id}
        AND ${row.id} = ANY (mealtime_ids)`.execute(tx)
    }
  }
}
