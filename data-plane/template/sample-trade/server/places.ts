import { DomainError, type I18nText, type Input, type Output, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Selectable } from 'kysely'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { vendorOf } from '../../../core/order/vendor-order.service.ts'
import type { DB } from '../../../generated/db.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { secretMatches } from '../../../platform/credential/secret.ts'
import { Database } from '../../../platform/db/index.ts'
import { actionsFor, transition } from '../../../platform/lifecycle/lifecycle.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import type {
  listAdminSamplePlaces,
  listMySamplePlaces,
  listSampleOffers,
  listVendorSamplePlaces,
  SampleCard,
  SamplePlace,
} from '../contract.ts'
import { samplePlaceLifecycle } from '../lifecycle.ts'

type PlaceRow = Selectable<DB['sample_place']> & { handle: string; title: unknown }

/** Offers as shoppers see them, and places once they are sold. */
@Injectable()
export class SamplePlaces {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly lines: OrderLines,
  ) {}

  async offers(ctx: RequestContext, { limit, offset }: Input<typeof listSampleOffers>['query']): Promise<Output<typeof listSampleOffers>> {
    const { count } = await this.onSale()
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    const rows = await this.cards().orderBy('o.created_at', 'desc').orderBy('o.id').limit(limit).offset(offset).execute()
    return { total: Number(count), items: rows.map((row) => this.card(ctx, row)) }
  }

  /** @throws DomainError not_found */
  async offer(ctx: RequestContext, handle: string): Promise<SampleCard> {
    const row = await this.cards().where('o.handle', '=', handle).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return this.card(ctx, row)
  }

  async mine(ctx: RequestContext, query: Input<typeof listMySamplePlaces>['query']): Promise<Output<typeof listMySamplePlaces>> {
    if (ctx.actor.kind !== 'customer') throw new DomainError('unauthenticated')
    const { id } = ctx.actor
    return this.page(ctx, this.sold().where('p.customer_id', '=', id), query)
  }

  async ofVendor(
    ctx: RequestContext,
    query: Input<typeof listVendorSamplePlaces>['query'],
  ): Promise<Output<typeof listVendorSamplePlaces>> {
    return this.page(ctx, this.sold(query.status).where('p.vendor_id', '=', vendorOf(ctx)), query)
  }

  async all(ctx: RequestContext, query: Input<typeof listAdminSamplePlaces>['query']): Promise<Output<typeof listAdminSamplePlaces>> {
    return this.page(ctx, this.sold(query.status), query)
  }

  /** @throws DomainError not_found unless they are the caller's own, or the order's token says so */
  async get(ctx: RequestContext, id: string, token: string | undefined): Promise<SamplePlace> {
    const row = await this.row(id)
    const own = row.customer_id !== null && ctx.actor.kind === 'customer' && ctx.actor.id === row.customer_id
    if (!own) {
      const order = await this.database.read.selectFrom('order').select('token_hash').where('id', '=', row.order_id).executeTakeFirst()
      if (!order || !token || !secretMatches(token, order.token_hash)) throw new DomainError('not_found')
    }
    return this.view(ctx, row)
  }

  /** valid → used. @throws DomainError not_found for another vendor's, invalid_transition when they are used already */
  async use(ctx: RequestContext, id: string): Promise<SamplePlace> {
    const row = await this.row(id)
    if (row.vendor_id !== vendorOf(ctx)) throw new DomainError('not_found')
    const now = this.clock.now()
    await this.lines.fulfil(ctx, row.order_line_id!, { releaseAt: now }, async (tx) => {
      await transition(tx, samplePlaceLifecycle, { id, name: 'use', ctx, changes: { used_at: now } })
    })
    return this.view(ctx, await this.row(id))
  }

  private onSale() {
    return this.database.read
      .selectFrom('sample_offer as o')
      .innerJoin('vendor as v', 'v.id', 'o.vendor_id')
      .where('o.deleted_at', 'is', null)
      .where('v.status', '=', 'active')
  }

  private cards() {
    return this.onSale().select([
      'o.id',
      'o.handle',
      'o.title',
      'o.price_amount',
      'o.places',
      'o.used',
      'v.id as vendor_id',
      'v.handle as vendor_handle',
      'v.name as vendor_name',
    ])
  }

  private sold(status?: string) {
    const found = this.database.read
      .selectFrom('sample_place as p')
      .innerJoin('sample_offer as o', 'o.id', 'p.offer_id')
      .where('p.order_id', 'is not', null)
    return status ? found.where('p.status', '=', status) : found
  }

  private async page(ctx: RequestContext, found: ReturnType<SamplePlaces['sold']>, { limit, offset }: { limit: number; offset: number }) {
    const { count } = await found.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    const rows = await found
      .selectAll('p')
      .select(['o.handle', 'o.title'])
      .orderBy('p.created_at', 'desc')
      .orderBy('p.id')
      .limit(limit)
      .offset(offset)
      .execute()
    return { total: Number(count), items: rows.map((row) => this.view(ctx, row)) }
  }

  private async row(id: string): Promise<PlaceRow> {
    const row = await this.sold().where('p.id', '=', id).selectAll('p').select(['o.handle', 'o.title']).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return row
  }

  private text(ctx: RequestContext, value: unknown): string {
    return pickText(value as I18nText, ctx.locale, this.tenant.document.default_locale)
  }

  private card(
    ctx: RequestContext,
    row: {
      id: string
      handle: string
      title: unknown
      price_amount: number
      places: number
      used: number
      vendor_id: string
      vendor_handle: string
      vendor_name: unknown
    },
  ): SampleCard {
    return {
      id: row.id,
      handle: row.handle,
      title: this.text(ctx, row.title),
      price: { amount: row.price_amount, currency: this.tenant.document.default_currency },
      places_left: row.places - row.used,
      vendor: { id: row.vendor_id, handle: row.vendor_handle, name: this.text(ctx, row.vendor_name) },
    }
  }

  private view(ctx: RequestContext, row: PlaceRow): SamplePlace {
    return {
      id: row.id,
      offer: { id: row.offer_id, handle: row.handle, title: this.text(ctx, row.title) },
      order_id: row.order_id!,
      quantity: row.quantity,
      status: row.status as SamplePlace['status'],
      bought_at: row.created_at.toISOString(),
      used_at: row.used_at?.toISOString() ?? null,
      actions: actionsFor(samplePlaceLifecycle, row, ctx).filter((name) => name === 'use'),
    }
  }
}
