import { DomainError, type I18nText, type Input, type Output, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type RawBuilder, sql } from 'kysely'
import { CartLines } from '../../../core/checkout/cart-lines.ts'
import { customerOf } from '../../../core/customer/profile.service.ts'
import { type KeptPicture, pictureView } from '../../../core/file/public-picture.ts'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { vendorOf } from '../../../core/order/vendor-order.service.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { dayNumber, momentOf } from '../../../platform/clock/zone.ts'
import { Database } from '../../../platform/db/index.ts'
import { actionsFor } from '../../../platform/lifecycle/lifecycle.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import type {
  cancelTableReservation,
  listAdminReservations,
  listMyTableReservations,
  listVendorReservations,
  reserveTable,
  TableReservation,
} from '../contract.ts'
import { tableReservationLifecycle } from '../lifecycle.ts'
import { releaseAfter } from './food-order.views.ts'
import { isBuyer } from './order-access.ts'
import { readPage } from './paged.ts'
import { ReservationMoves, type ReservationRow } from './reservation.moves.ts'
import { Surroundings } from './surroundings.ts'

interface WholeRow extends ReservationRow {
  restaurant_handle: string
  restaurant_name: I18nText
  restaurant_picture: KeptPicture | null
}

const wholeColumns = sql`t.*, r.handle AS restaurant_handle, r.name AS restaurant_name, r.picture AS restaurant_picture`

type Listed = Output<typeof listVendorReservations>

const unaskable = new Set(['request', 'no-show'])

/** Table reservations as guests, restaurants and staff see and change them. */
@Injectable()
export class Reservations {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly lines: OrderLines,
    private readonly cartLines: CartLines,
    private readonly moves: ReservationMoves,
    private readonly surroundings: Surroundings,
  ) {}

  /** A one-line shorthand of the checkout; small parties are confirmed at once. */
  async place(
    ctx: RequestContext,
    { contact, payment, expected_total: expected, ...choice }: Input<typeof reserveTable>['body'],
  ): Promise<Output<typeof reserveTable>> {
    const bought = await this.cartLines.buy(ctx, {
      lines: [{ kind: 'restaurant.table', choice, quantity: 1 }],
      contact: { email: contact.email, phone: contact.phone ?? null, name: contact.name ?? null },
      payment: payment ?? { method: 'none' },
      ...(expected ? { expected_total: expected } : {}),
    })
    const { id } = await this.database.read
      .selectFrom('restaurant_table_reservation')
      .select('id')
      .where('order_id', '=', bought.order.id)
      .executeTakeFirstOrThrow()
    return { ...bought, reservation: await this.detail(ctx, await this.whole(id)) }
  }

  async listMine(
    ctx: RequestContext,
    query: Input<typeof listMyTableReservations>['query'],
  ): Promise<Output<typeof listMyTableReservations>> {
    const now = this.clock.now()
    const upcoming = query.upcoming ? [sql`t.ends_at > ${now}`, sql`t.status IN ('requested', 'confirmed', 'seated')`] : []
    return this.list(ctx, [sql`t.customer_id = ${customerOf(ctx).id}`, ...upcoming], sql`t.starts_at DESC, t.id DESC`, query)
  }

  listVendors(ctx: RequestContext, query: Input<typeof listVendorReservations>['query']): Promise<Listed> {
    const day = query.date ? dayNumber(query.date) * 1440 : null
    const { zone } = this.surroundings
    const where = [
      sql`t.vendor_id = ${vendorOf(ctx)}`,
      ...filtersOf(query),
      ...(day === null
        ? []
        : [sql`t.starts_at >= ${momentOf(zone.earlier(day))}`, sql`t.starts_at < ${momentOf(zone.earlier(day + 1440))}`]),
      ...(query.from ? [sql`t.starts_at >= ${new Date(query.from)}`] : []),
      ...(query.to ? [sql`t.starts_at < ${new Date(query.to)}`] : []),
    ]
    return this.list(ctx, where, query.order === '-starts_at' ? sql`t.starts_at DESC, t.id DESC` : sql`t.starts_at, t.id`, query)
  }

  listAll(ctx: RequestContext, query: Input<typeof listAdminReservations>['query']): Promise<Listed> {
    return this.list(ctx, filtersOf(query), sql`t.starts_at DESC, t.id DESC`, query)
  }

  async get(ctx: RequestContext, id: string, token: string | undefined): Promise<TableReservation> {
    return this.detail(ctx, await this.find(ctx, id, token))
  }

  async getVendors(ctx: RequestContext, id: string): Promise<TableReservation> {
    return this.detail(ctx, await this.own(ctx, id))
  }

  /** @throws DomainError cancellation_not_allowed | refund_quote_changed | invalid_transition | currency_mismatch */
  async cancel(
    ctx: RequestContext,
    id: string,
    token: string | undefined,
    body: Input<typeof cancelTableReservation>['body'],
  ): Promise<TableReservation> {
    const row = await this.find(ctx, id, token)
    if (body.expected_refund.currency !== row.currency_code) throw new DomainError('currency_mismatch', { field: 'expected_refund' })
    if (row.status === 'seated') throw new DomainError('cancellation_not_allowed', { details: { status: row.status } })
    this.require(row, ['requested', 'confirmed'], 'cancel')
    const reason = body.reason ?? null
    await this.lines.end(ctx, row.order_line_id!, { cause: 'customer', reason, expected: body.expected_refund }, (tx) =>
      this.moves.cancel(tx, row.id, 'customer', { ctx, now: this.clock.now(), reason }),
    )
    return this.detail(ctx, await this.whole(row.id))
  }

  async confirm(ctx: RequestContext, id: string): Promise<TableReservation> {
    const row = await this.own(ctx, id)
    this.require(row, ['requested'], 'confirm')
    await this.lines.accept(ctx, row.order_line_id!, (tx) => this.moves.confirm(tx, id, ctx))
    return this.detail(ctx, await this.whole(id))
  }

  async seat(ctx: RequestContext, id: string): Promise<TableReservation> {
    await this.own(ctx, id)
    await this.database.transaction((tx) => this.moves.seat(tx, id, ctx))
    return this.detail(ctx, await this.whole(id))
  }

  async complete(ctx: RequestContext, id: string): Promise<TableReservation> {
    const row = await this.own(ctx, id)
    this.require(row, ['seated'], 'complete')
    const releaseAt = releaseAfter(this.clock.now())
    await this.lines.fulfil(ctx, row.order_line_id!, { releaseAt }, (tx) => this.moves.complete(tx, id, ctx))
    return this.detail(ctx, await this.whole(id))
  }

  async cancelByVendor(ctx: RequestContext, id: string, reason: string): Promise<TableReservation> {
    const row = await this.own(ctx, id)
    this.require(row, ['requested', 'confirmed'], 'cancel')
    await this.lines.end(ctx, row.order_line_id!, { cause: 'vendor', reason }, (tx) =>
      this.moves.cancel(tx, id, 'vendor', { ctx, now: this.clock.now(), reason }),
    )
    return this.detail(ctx, await this.whole(id))
  }

  private async list(
    ctx: RequestContext,
    where: readonly RawBuilder<unknown>[],
    order: RawBuilder<unknown>,
    page: { limit: number; offset: number },
  ): Promise<Listed> {
    const { rows, total } = await readPage<WholeRow>(this.database.read, {
      columns: wholeColumns,
      from: sql`restaurant_table_reservation t`,
      joins: sql`JOIN restaurant r ON r.id = t.restaurant_id`,
      where: [sql`t.status <> 'held'`, ...where],
      order,
      limit: page.limit,
      offset: page.offset,
    })
    return { total, items: rows.map((row) => this.shown(ctx, row, null)) }
  }

  private async whole(id: string): Promise<WholeRow> {
    const { rows } = await sql<WholeRow>`SELECT ${wholeColumns}
      FROM restaurant_table_reservation t JOIN restaurant r ON r.id = t.restaurant_id
      WHERE (t.id = ${id} OR t.order_line_id = ${id}) AND t.status <> 'held'`.execute(this.database.read)
    if (!rows[0]) throw new DomainError('not_found')
    return rows[0]
  }

  private async own(ctx: RequestContext, id: string): Promise<WholeRow> {
    const row = await this.whole(id)
    if (row.vendor_id !== vendorOf(ctx)) throw new DomainError('not_found')
    return row
  }

  private async find(ctx: RequestContext, id: string, token: string | undefined): Promise<WholeRow> {
    const row = await this.whole(id)
    if (!(await isBuyer(this.database.read, ctx, row, token))) throw new DomainError('not_found')
    return row
  }

  private require(row: ReservationRow, states: readonly string[], name: string): void {
    if (!states.includes(row.status))
      throw new DomainError('invalid_transition', { details: { entity: 'table_reservation', transition: name, status: row.status } })
  }

  private async detail(ctx: RequestContext, row: WholeRow): Promise<TableReservation> {
    const open = row.status === 'requested' || row.status === 'confirmed'
    const quote = open
      ? await this.lines.quote(ctx, row.order_line_id!, { cause: ctx.actor.kind === 'vendor' ? 'vendor' : 'customer' })
      : null
    return this.shown(ctx, row, quote && { refund: quote.refund })
  }

  private shown(ctx: RequestContext, row: WholeRow, cancellation: TableReservation['cancellation']): TableReservation {
    const missed = row.status === 'confirmed' && this.clock.now() >= row.seat_by
    return {
      id: row.id,
      order_id: row.order_id!,
      order_line_id: row.order_line_id!,
      order_number: row.order_number!,
      restaurant: {
        id: row.restaurant_id,
        handle: row.restaurant_handle,
        name: pickText(row.restaurant_name, ctx.locale, this.surroundings.fallback),
        picture: row.restaurant_picture && pictureView(row.restaurant_picture, ctx.locale, this.surroundings.fallback),
        timezone: this.surroundings.timezone,
      },
      status: row.status as TableReservation['status'],
      starts_at: row.starts_at.toISOString(),
      ends_at: row.ends_at.toISOString(),
      party_size: row.party_size,
      tables: row.table_names,
      guest_name: this.pii.decrypt(row.guest_name),
      phone: this.pii.decrypt(row.phone),
      occasion: row.occasion as TableReservation['occasion'],
      note: row.note,
      deposit: { amount: row.deposit_amount, currency: row.currency_code },
      reason: row.reason,
      seat_by: row.seat_by.toISOString(),
      cancellation,
      review_allowed_at: row.completed_at?.toISOString() ?? null,
      version: row.version,
      actions: actionsFor(tableReservationLifecycle, row, ctx).filter((name) => !unaskable.has(name) && !(missed && name === 'seat')),
    }
  }
}

function filtersOf(query: { restaurant_id?: string | undefined; status?: string | undefined }): RawBuilder<unknown>[] {
  return [
    ...(query.restaurant_id ? [sql`t.restaurant_id = ${query.restaurant_id}`] : []),
    ...(query.status ? [sql`t.status = ${query.status}`] : []),
  ]
}
