import { DomainError, type I18nText, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type RawBuilder, sql } from 'kysely'
import { Database } from '../../../platform/db/index.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import type { Attendee, Ticket } from '../contract.ts'
import { labelOf } from './stock.ts'
import { TicketSigner } from './ticket-signer.ts'

export interface TicketRow {
  id: string
  code: string
  status: Ticket['status']
  version: number
  event_id: string
  handle: string
  title: I18nText
  event_status: string
  picture: { key: string; width: number; height: number; alt: I18nText } | null
  timezone: string
  online_url: string | null
  resale_allowed: boolean
  refund_until: Date | null
  vendor: { id: string; handle: string; name: I18nText }
  venue: { name: I18nText; address: I18nText; city: string; lat: number | null; lng: number | null } | null
  event_date_id: string
  starts_at: Date
  ends_at: Date
  doors_at: Date | null
  date_status: string
  type_id: string
  type_name: I18nText
  type_kind: string
  seat_id: string | null
  seat_category: string | null
  attendee: string | null
  email_index: string | null
  price_amount: number
  currency_code: string
  order_id: string
  order_number: string
  order_line_id: string | null
  cancellation_tiers: { hours_before: number; refund_bps: number }[] | null
  line_starts_at: Date | null
  parent_ticket_id: string | null
  transferred_from_id: string | null
  checked_in_at: Date | null
  entries: number
  secret: string | null
  secret_hash: string | null
  total: number
}

const admitting = ['valid', 'checked_in']

/** Tickets as their holders see them. */
@Injectable()
export class TicketViews {
  constructor(
    private readonly database: Database,
    private readonly tenant: TenantContext,
    private readonly pii: Pii,
    private readonly signer: TicketSigner,
  ) {}

  /**
   * @param where which tickets, by columns of `t` alone: they are found first, then joined
   * @param further conditions on what they are joined with: `d` date, `e` event
   */
  async read(where: RawBuilder<unknown>, tail: RawBuilder<unknown>, further: RawBuilder<unknown> = sql`true`): Promise<TicketRow[]> {
    const { rows } = await sql<TicketRow>`
      WITH found AS MATERIALIZED (SELECT t.* FROM event_ticket t WHERE ${where})
      SELECT t.id, t.code, t.status, t.version, t.event_id, e.handle, e.title, e.status AS event_status, e.picture, e.timezone, e.online_url, e.resale_allowed,
        e.refund_until, json_build_object('id', v.id, 'handle', v.handle, 'name', v.name) AS vendor,
        CASE WHEN p.id IS NOT NULL THEN json_build_object('name', p.name, 'address', p.address, 'city', p.city, 'lat', p.lat, 'lng', p.lng) END AS venue,
        t.event_date_id, d.starts_at, d.ends_at, d.doors_at, d.status AS date_status, y.id AS type_id, y.name AS type_name, y.kind AS type_kind,
        t.seat_id, s.category AS seat_category, t.attendee, t.email_index, t.price_amount, t.currency_code, t.order_id, t.order_number, t.order_line_id,
        l.cancellation_tiers, l.starts_at AS line_starts_at, t.parent_ticket_id, t.transferred_from_id, t.checked_in_at, t.entries, t.secret, t.secret_hash,
        count(*) OVER ()::int AS total
      FROM found t JOIN event_event e ON e.id = t.event_id JOIN vendor v ON v.id = e.vendor_id JOIN event_date d ON d.id = t.event_date_id
      JOIN event_ticket_type y ON y.id = t.ticket_type_id LEFT JOIN event_venue p ON p.id = e.venue_id LEFT JOIN event_seat s ON s.id = t.seat_id
      LEFT JOIN order_line l ON l.id = t.order_line_id
      WHERE ${further} ${tail}`.execute(this.database.read)
    return rows
  }

  /** A ticket by the right to open it. @throws DomainError not_found also when its secret was rotated meanwhile */
  async byAccess(id: string, access: string): Promise<TicketRow> {
    const [row] = await this.read(sql`t.id = ${id} AND t.status <> 'pending'`, sql``)
    if (!row?.secret_hash || !this.signer.opens(id, row.secret_hash, access)) throw new DomainError('not_found')
    return row
  }

  /** What the QR code says; null for a ticket that does not admit. */
  qrText(row: TicketRow): string | null {
    return admitting.includes(row.status) && row.secret ? this.signer.qrText(row.id, this.pii.decrypt(row.secret)) : null
  }

  /** What the holder may do now. */
  actions(row: TicketRow, now: Date): string[] {
    const fresh = row.status === 'valid' && row.entries === 0 && row.date_status === 'scheduled'
    if (!fresh) return []
    const before = now < row.starts_at
    return [
      ...(before && row.resale_allowed && row.event_status !== 'cancelled' ? ['transfer'] : []),
      ...(row.transferred_from_id === null && (before || (row.refund_until !== null && now < row.refund_until)) ? ['refund'] : []),
      ...(now < (row.doors_at ?? row.starts_at) ? ['rename'] : []),
    ]
  }

  attendeeName(sealed: string | null): string | null {
    return sealed === null ? null : (JSON.parse(this.pii.decrypt(sealed)) as Attendee).name
  }

  view(ctx: RequestContext, row: TicketRow, now: Date): Ticket {
    const text = (value: I18nText) => pickText(value, ctx.locale, this.tenant.document.default_locale)
    const [section, seatRow, number] = row.seat_id ? labelOf(row.seat_id).split('-') : []
    const admits = admitting.includes(row.status)
    const access = admits && row.secret_hash ? this.signer.access(row.id, row.secret_hash) : null
    return {
      id: row.id,
      code: row.code,
      status: row.status,
      event: {
        id: row.event_id,
        handle: row.handle,
        title: text(row.title),
        picture: row.picture && {
          url: `/v1/files/${row.picture.key}`,
          width: row.picture.width,
          height: row.picture.height,
          alt: text(row.picture.alt),
        },
        status: row.event_status,
        vendor: { id: row.vendor.id, handle: row.vendor.handle, name: text(row.vendor.name) },
        venue: row.venue && {
          name: text(row.venue.name),
          address: text(row.venue.address),
          city: row.venue.city,
          lat: row.venue.lat,
          lng: row.venue.lng,
        },
        timezone: row.timezone,
      },
      event_date_id: row.event_date_id,
      starts_at: row.starts_at.toISOString(),
      ends_at: row.ends_at.toISOString(),
      doors_at: row.doors_at?.toISOString() ?? null,
      ticket_type: { id: row.type_id, name: text(row.type_name), kind: row.type_kind },
      seat: row.seat_id
        ? { id: labelOf(row.seat_id), section: section!, row: seatRow!, number: Number(number), category: row.seat_category! }
        : null,
      attendee_name: this.attendeeName(row.attendee),
      price: { amount: row.price_amount, currency: row.currency_code },
      order: { id: row.order_id, number: row.order_number },
      order_line_id: row.order_line_id!,
      parent_ticket_id: row.parent_ticket_id,
      checked_in_at: row.checked_in_at?.toISOString() ?? null,
      qr_text: this.qrText(row),
      qr_url: access && `/v1/store/tickets/${row.id}/qr.svg?access=${access}`,
      pdf_url: access && `/v1/store/tickets/${row.id}/ticket.pdf?access=${access}`,
      online_url: admits ? row.online_url : null,
      actions: this.actions(row, now),
      review_allowed_at: now >= row.ends_at && ['checked_in', 'expired', 'valid'].includes(row.status) ? row.ends_at.toISOString() : null,
    }
  }
}
