import { DomainError, type Input } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Selectable } from 'kysely'
import type { DB } from '../../../generated/db.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { ManagedParts, ManagedRows } from '../../../platform/managed/managed-rows.ts'
import { deliveryArea, diningTable, openingException } from '../contract.ts'
import { boxOf } from '../rules.ts'
import { Directory } from './directory.ts'

const ofRestaurant = { parent: 'restaurant', by: 'restaurant_id', column: 'vendor_id' } as const

/** Days that differ from the week: holidays, Ramadan, prayer breaks. */
@Injectable()
export class OpeningExceptions extends ManagedRows<'restaurant_opening_exception', typeof openingException> {
  constructor(
    parts: ManagedParts,
    private readonly directory: Directory,
  ) {
    super(parts, openingException, {
      table: 'restaurant_opening_exception',
      entity: 'restaurant.opening_exception',
      prefix: 'rox',
      owner: ofRestaurant,
      order: ['-to_date'],
    })
  }

  /** @throws DomainError validation_failed when dates or times contradict each other */
  protected override async columns(
    _tx: Tx,
    _ctx: RequestContext,
    input: Partial<Input<(typeof openingException)['create']>['body']>,
    before: Selectable<DB['restaurant_opening_exception']> | null,
  ): Promise<Record<string, unknown>> {
    const after = { ...before, ...input }
    if (after.from_date! > after.to_date!)
      throw new DomainError('validation_failed', { field: 'to_date', details: { reason: 'before_from_date' } })
    if ((after.opens_at == null) !== (after.closes_at == null))
      throw new DomainError('validation_failed', { field: 'closes_at', details: { reason: 'both_or_none' } })
    if (after.kind === 'hours' && after.opens_at == null)
      throw new DomainError('validation_failed', { field: 'opens_at', details: { reason: 'required' } })
    return {}
  }

  protected override async written(tx: Tx): Promise<void> {
    this.parts.database.afterCommit(tx, () => this.directory.changed())
  }
}

/** Where a restaurant delivers, and for how much. */
@Injectable()
export class DeliveryAreas extends ManagedRows<'restaurant_delivery_area', typeof deliveryArea> {
  constructor(
    parts: ManagedParts,
    private readonly directory: Directory,
  ) {
    super(parts, deliveryArea, {
      table: 'restaurant_delivery_area',
      entity: 'restaurant.delivery_area',
      prefix: 'rda',
      owner: ofRestaurant,
      order: ['created_at'],
      search: 'name',
    })
  }

  /** @throws DomainError validation_failed for a ring that is not closed, or a negative amount */
  protected override async columns(
    _tx: Tx,
    _ctx: RequestContext,
    input: Partial<Input<(typeof deliveryArea)['create']>['body']>,
  ): Promise<Record<string, unknown>> {
    for (const [field, money] of Object.entries({ fee: input.fee, minimum_order: input.minimum_order, free_over: input.free_over }))
      if (money && money.amount < 0) throw new DomainError('validation_failed', { field, details: { reason: 'negative' } })
    if (!input.polygon) return {}
    const open = input.polygon.coordinates.find((ring) => String(ring[0]) !== String(ring.at(-1)))
    if (open) throw new DomainError('validation_failed', { field: 'polygon', details: { reason: 'ring_not_closed' } })
    const { minLat, maxLat, minLng, maxLng } = boxOf(input.polygon.coordinates)
    return { min_lat: minLat, max_lat: maxLat, min_lng: minLng, max_lng: maxLng }
  }

  protected override async written(tx: Tx): Promise<void> {
    this.parts.database.afterCommit(tx, () => this.directory.changed())
  }
}

/** Tables guests sit at. */
@Injectable()
export class DiningTables extends ManagedRows<'restaurant_dining_table', typeof diningTable> {
  constructor(parts: ManagedParts) {
    super(parts, diningTable, {
      table: 'restaurant_dining_table',
      entity: 'restaurant.dining_table',
      prefix: 'rdt',
      owner: ofRestaurant,
      order: ['name'],
      search: 'name',
      keepsRemoved: true,
    })
  }

  protected override async columns(
    _tx: Tx,
    _ctx: RequestContext,
    input: Partial<Input<(typeof diningTable)['create']>['body']>,
    before: Selectable<DB['restaurant_dining_table']> | null,
  ): Promise<Record<string, unknown>> {
    const [min, max] = [input.seats_min ?? before?.seats_min ?? 1, input.seats_max ?? before?.seats_max ?? 1]
    if (min > max) throw new DomainError('validation_failed', { field: 'seats_min', details: { reason: 'min_above_max', min, max } })
    return {}
  }

  /** @throws DomainError open_obligations while somebody has reserved it */
  protected override async written(tx: Tx, _ctx: RequestContext, row: { id: string }, input: object | null): Promise<void> {
    if (input !== null) return
    const reserved = await tx
      .selectFrom('restaurant_table_occupancy')
      .select('table_id')
      .where('table_id', '=', row.id)
      .where('ends_at', '>', this.parts.clock.now())
      .limit(1)
      .executeTakeFirst()
    if (reserved) throw new DomainError('open_obligations', { details: { table_id: row.id } })
  }
}
