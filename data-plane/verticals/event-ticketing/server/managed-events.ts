import { DomainError, type I18nText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type RawBuilder, sql } from 'kysely'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { actionsFor } from '../../../platform/lifecycle/lifecycle.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import type { ManagedDate, ManagedEvent, ManagedEventCard, ManagedQuota, ManagedTicketType } from '../contract.ts'
import { eventLifecycle } from '../lifecycle.ts'
import { totalOf } from './total.ts'

type EventRow = Awaited<ReturnType<typeof readEvent>>

async function readEvent(db: Tx, id: string) {
  return db.selectFrom('event_event').selectAll().where('id', '=', id).where('deleted_at', 'is', null).executeTakeFirst()
}

/** Whose events the caller works on: one vendor's; null = everybody's (staff and the house). */
export function vendorScope(ctx: RequestContext): string | null {
  if (ctx.actor.kind === 'vendor') return ctx.actor.vendorId
  if (ctx.actor.kind === 'staff' || ctx.actor.kind === 'system') return null
  throw new DomainError('forbidden')
}

/**
 * Locks an event of the caller (K3): changes of one event and its parts come one after another.
 * @throws DomainError not_found also for another vendor's event; forbidden for a vendor that is suspended
 */
export async function lockEvent(tx: Tx, ctx: RequestContext, id: string): Promise<NonNullable<EventRow>> {
  const vendorId = vendorScope(ctx)
  const row = await tx
    .selectFrom('event_event')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!row || (vendorId !== null && row.vendor_id !== vendorId)) throw new DomainError('not_found')
  if (vendorId !== null) {
    const vendor = await tx.selectFrom('vendor').select('status').where('id', '=', vendorId).executeTakeFirst()
    if (!vendor || ['suspended', 'terminated'].includes(vendor.status))
      throw new DomainError('forbidden', { details: { reason: 'vendor_suspended' } })
  }
  return row
}

/** What is over changes no more. */
export function requireOpen(row: { status: string }): void {
  if (['finished', 'cancelled'].includes(row.status))
    throw new DomainError('invalid_transition', { details: { entity: 'event', status: row.status } })
}

interface CardRow {
  id: string
  handle: string
  title: I18nText
  vendor: { id: string; handle: string; name: I18nText }
  category: ManagedEventCard['category']
  status: ManagedEventCard['status']
  picture: { key: string; width: number; height: number; alt: I18nText } | null
  starts_at: Date
  ends_at: Date
  timezone: string
  venue: { id: string; name: I18nText; city: string } | null
  is_series: boolean
  sold: number
  capacity: number | null
  sales_frozen_at: Date | null
  version: number
}

/** Events as organisers and admins see them. */
@Injectable()
export class ManagedEvents {
  constructor(
    private readonly database: Database,
    private readonly tenant: TenantContext,
  ) {}

  async list(
    ctx: RequestContext,
    query: {
      limit: number
      offset: number
      order?: string | undefined
      q?: string | undefined
      status?: string | undefined
      vendor_id?: string | undefined
    },
  ): Promise<{ items: ManagedEventCard[]; total: number }> {
    const orders: Record<string, RawBuilder<unknown>> = {
      '-starts_at': sql`e.starts_at DESC, e.id`,
      starts_at: sql`e.starts_at, e.id`,
      created_at: sql`e.created_at, e.id`,
      '-created_at': sql`e.created_at DESC, e.id`,
    }
    const order = orders[query.order ?? '-starts_at']
    if (!order) throw new DomainError('invalid_request', { field: 'order', details: { allowed: Object.keys(orders) } })
    const vendorId = vendorScope(ctx) ?? query.vendor_id
    const where = [sql`e.deleted_at IS NULL`]
    if (vendorId) where.push(sql`e.vendor_id = ${vendorId}`)
    if (query.status) where.push(sql`e.status = ${query.status}`)
    if (query.q) {
      const like = `%${query.q.replaceAll(/[\\%_]/g, '\\$&')}%`
      where.push(sql`(e.title->>'en' ILIKE ${like} OR e.title->>'ar' ILIKE ${like} OR e.handle ILIKE ${like})`)
    }
    // drafts and what is not handed in are the organiser's own affair
    if (vendorScope(ctx) === null && !query.status) where.push(sql`e.status <> 'draft'`)
    const found = sql`FROM event_event e WHERE ${sql.join(where, sql` AND `)}`
    const reading = sql<CardRow>`
      WITH page AS (SELECT e.* ${found} ORDER BY ${order} LIMIT ${query.limit} OFFSET ${query.offset})
      SELECT ${cardColumns} FROM page e ${cardJoins} ORDER BY ${order}`.execute(this.database.read)
    const [{ rows }, total] = await Promise.all([reading, totalOf(this.database.read, found)])
    return { items: rows.map((row) => this.card(ctx, row)), total }
  }

  async get(ctx: RequestContext, id: string, db: Tx = this.database.read): Promise<ManagedEvent> {
    const row = await readEvent(db, id)
    const vendorId = vendorScope(ctx)
    if (!row || (vendorId !== null && row.vendor_id !== vendorId)) throw new DomainError('not_found')
    const cards = await sql<CardRow>`SELECT ${cardColumns} FROM event_event e ${cardJoins} WHERE e.id = ${id}`.execute(db)
    const dates = await sql<{
      id: string
      starts_at: Date
      ends_at: Date
      doors_at: Date | null
      status: ManagedDate['status']
      version: number
      sold: number
      checked_in: number
    }>`
      SELECT d.*, coalesce(n.sold, 0)::int AS sold, coalesce(n.checked_in, 0)::int AS checked_in FROM event_date d
      LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE t.status IN ('valid', 'checked_in')) AS sold, count(*) FILTER (WHERE t.status = 'checked_in') AS checked_in
        FROM event_ticket t WHERE t.event_date_id = d.id) n ON true
      WHERE d.event_id = ${id} ORDER BY d.starts_at`.execute(db)
    const currency = row.currency_code
    return {
      ...this.card(ctx, cards.rows[0]!),
      description: row.description as I18nText,
      venue_id: row.venue_id,
      doors_at: row.doors_at?.toISOString() ?? null,
      presale_start: row.presale_start?.toISOString() ?? null,
      presale_end: row.presale_end?.toISOString() ?? null,
      age_min: row.age_min,
      gender_policy: row.gender_policy as ManagedEvent['gender_policy'],
      refund_tiers: row.refund_tiers as unknown as ManagedEvent['refund_tiers'],
      max_tickets_per_order: row.max_tickets_per_order,
      resale_allowed: row.resale_allowed,
      show_remaining: row.show_remaining,
      waiting_list_enabled: row.waiting_list_enabled,
      licence_no: row.licence_no,
      online_url: row.online_url,
      service_fee:
        row.fee_amount === null || row.fee_bps === null ? null : { amount: { amount: row.fee_amount, currency }, bps: row.fee_bps },
      seat_map_id: row.seat_map_id,
      picture_file_id: row.picture_file_id,
      status_reason: row.status_reason,
      sales_frozen_reason: row.sales_frozen_reason,
      refund_until: row.refund_until?.toISOString() ?? null,
      dates: dates.rows.map((date) => ({
        id: date.id,
        event_id: id,
        starts_at: date.starts_at.toISOString(),
        ends_at: date.ends_at.toISOString(),
        doors_at: date.doors_at?.toISOString() ?? null,
        status: date.status,
        sold: date.sold,
        checked_in: date.checked_in,
        version: date.version,
      })),
      ticket_types: await this.types(db, id, currency),
      quotas: await this.quotas(db, id),
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
    }
  }

  private async types(db: Tx, eventId: string, currency: string): Promise<ManagedTicketType[]> {
    const { rows } = await sql<{
      id: string
      name: I18nText
      description: I18nText
      kind: ManagedTicketType['kind']
      price_amount: number
      min_per_order: number
      max_per_order: number
      available_from: Date | null
      available_to: Date | null
      requires_parent: string[]
      hide_without_voucher: boolean
      attendee_fields: ManagedTicketType['attendee_fields']
      attendee_names: boolean
      tax_class: string
      checkin_allowed_entries: number
      position: number
      version: number
      tiers: { id: string; amount: number; until: string | null; quantity: number | null; used: number }[] | null
      prices: { category: string; amount: number }[] | null
      quota_ids: string[] | null
      sold: number
    }>`
      SELECT t.*, (SELECT json_agg(json_build_object('id', p.id, 'amount', p.price_amount, 'until', p.until, 'quantity', p.quantity, 'used', p.used) ORDER BY p.position)
          FROM event_price_tier p WHERE p.ticket_type_id = t.id AND p.retired_at IS NULL) AS tiers,
        (SELECT json_agg(json_build_object('category', c.category, 'amount', c.price_amount) ORDER BY c.price_amount) FROM event_seat_category_price c WHERE c.ticket_type_id = t.id) AS prices,
        (SELECT json_agg(qt.quota_id ORDER BY qt.quota_id) FROM event_quota_ticket_type qt WHERE qt.ticket_type_id = t.id) AS quota_ids,
        (SELECT count(*)::int FROM event_ticket k WHERE k.ticket_type_id = t.id AND k.status IN ('valid', 'checked_in')) AS sold
      FROM event_ticket_type t WHERE t.event_id = ${eventId} AND t.deleted_at IS NULL ORDER BY t.position, t.id`.execute(db)
    return rows.map((row) => ({
      id: row.id,
      event_id: eventId,
      name: row.name,
      description: row.description,
      kind: row.kind,
      price: { amount: row.price_amount, currency },
      tiers: (row.tiers ?? []).map((tier) => ({
        id: tier.id,
        price: { amount: tier.amount, currency },
        until: tier.until === null ? null : new Date(tier.until).toISOString(),
        quantity: tier.quantity,
        used: tier.used,
      })),
      category_prices: (row.prices ?? []).map((price) => ({ category: price.category, price: { amount: price.amount, currency } })),
      min_per_order: row.min_per_order,
      max_per_order: row.max_per_order,
      available_from: row.available_from?.toISOString() ?? null,
      available_to: row.available_to?.toISOString() ?? null,
      requires_parent: row.requires_parent,
      hide_without_voucher: row.hide_without_voucher,
      attendee_fields: row.attendee_fields,
      attendee_names: row.attendee_names,
      tax_class: row.tax_class,
      checkin_allowed_entries: row.checkin_allowed_entries,
      quota_ids: row.quota_ids ?? [],
      position: row.position,
      sold: row.sold,
      version: row.version,
    }))
  }

  private async quotas(db: Tx, eventId: string): Promise<ManagedQuota[]> {
    const { rows } = await sql<ManagedQuota & { types: string[] | null }>`
      SELECT q.*, (SELECT json_agg(qt.ticket_type_id ORDER BY qt.ticket_type_id) FROM event_quota_ticket_type qt WHERE qt.quota_id = q.id) AS types
      FROM event_quota q WHERE q.event_id = ${eventId} ORDER BY q.created_at, q.id`.execute(db)
    return rows.map((row) => ({
      id: row.id,
      event_id: eventId,
      event_date_id: row.event_date_id,
      name: row.name,
      size: row.size,
      used: row.used,
      ticket_type_ids: row.types ?? [],
      version: row.version,
    }))
  }

  private card(ctx: RequestContext, row: CardRow): ManagedEventCard {
    return {
      id: row.id,
      handle: row.handle,
      title: row.title,
      vendor: row.vendor,
      category: row.category,
      status: row.status,
      picture: row.picture && {
        url: `/v1/files/${row.picture.key}`,
        width: row.picture.width,
        height: row.picture.height,
        alt: row.picture.alt[ctx.locale] ?? row.picture.alt[this.tenant.document.default_locale] ?? '',
      },
      starts_at: row.starts_at.toISOString(),
      ends_at: row.ends_at.toISOString(),
      timezone: row.timezone,
      venue: row.venue,
      is_series: row.is_series,
      sold: row.sold,
      capacity: row.capacity,
      sales_frozen: row.sales_frozen_at !== null,
      actions: this.actions(ctx, row),
      version: row.version,
    }
  }

  /** Transitions plus the switches of admins that are no state. */
  private actions(ctx: RequestContext, row: CardRow): string[] {
    const moves = actionsFor(eventLifecycle, row as never, ctx)
    if (ctx.actor.kind !== 'staff' || ['finished', 'cancelled', 'draft'].includes(row.status)) return moves
    return [...moves, row.sales_frozen_at === null ? 'freeze' : 'unfreeze']
  }
}

const cardColumns = sql`e.id, e.handle, e.title, e.category, e.status, e.picture, e.starts_at, e.ends_at, e.timezone, e.is_series, e.sales_frozen_at, e.version,
  json_build_object('id', v.id, 'handle', v.handle, 'name', v.name) AS vendor,
  CASE WHEN p.id IS NOT NULL THEN json_build_object('id', p.id, 'name', p.name, 'city', p.city) END AS venue,
  n.sold, c.capacity`

const cardJoins = sql`JOIN vendor v ON v.id = e.vendor_id LEFT JOIN event_venue p ON p.id = e.venue_id
  LEFT JOIN LATERAL (SELECT count(*)::int AS sold FROM event_ticket t JOIN event_ticket_type y ON y.id = t.ticket_type_id
    WHERE t.event_id = e.id AND t.status IN ('valid', 'checked_in') AND y.kind <> 'add_on') n ON true
  LEFT JOIN LATERAL (
    -- a quota within another (VIP within the total) adds nothing: per date the widest one counts
    SELECT CASE WHEN bool_or(w.size IS NULL) THEN NULL ELSE sum(w.size)::int END AS capacity
    FROM (SELECT DISTINCT ON (q.event_date_id) q.size, q.event_date_id FROM event_quota q WHERE q.event_id = e.id
      ORDER BY q.event_date_id, (SELECT count(*) FROM event_quota_ticket_type qt WHERE qt.quota_id = q.id) DESC, q.size DESC NULLS FIRST) w
  ) c ON true`
