import { DomainError, type I18nText, type Input, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type RawBuilder, sql } from 'kysely'
import { decimal } from '../../../core/order/order.export.ts'
import { audit } from '../../../platform/audit/audit.ts'
import { Database } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import type { Attendee, EventAttendee, exportAttendees, listAttendees } from '../contract.ts'
import { ticketLifecycle } from '../lifecycle.ts'
import { vendorScope } from './managed-events.ts'
import { labelOf } from './stock.ts'
import { normaliseCode } from './ticket-signer.ts'
import { totalOf } from './total.ts'

const mostRows = 50_000
type Filter = Pick<Input<typeof listAttendees>['query'], 'status' | 'ticket_type_id' | 'event_date_id'> & { q?: string | undefined }

interface AttendeeRow {
  id: string
  code: string
  status: EventAttendee['status']
  attendee: string | null
  type_id: string
  type_name: I18nText
  event_date_id: string
  starts_at: Date
  seat_id: string | null
  price_amount: number
  currency_code: string
  order_number: string | null
  voucher: string | null
  checked_in_at: Date | null
  created_at: Date
}

/** Tickets as organisers see them: names once there is an order, addresses only in the audited export. */
@Injectable()
export class Attendees {
  constructor(
    private readonly database: Database,
    private readonly pii: Pii,
  ) {}

  async list(ctx: RequestContext, eventId: string, query: Input<typeof listAttendees>['query']): Promise<Output<typeof listAttendees>> {
    await this.requireOwn(ctx, eventId)
    const page = sql`ORDER BY t.created_at DESC, t.id DESC LIMIT ${query.limit} OFFSET ${query.offset}`
    const [rows, total] = await Promise.all([
      this.read(eventId, query, page),
      totalOf(this.database.read, sql`FROM event_ticket t WHERE ${this.where(eventId, query)}`),
    ])
    return { items: rows.map((row) => this.shape(row)), total }
  }

  /** CSV with everything the organiser needs at the door; who took it, is in the audit trail. */
  async export(ctx: RequestContext, eventId: string, query: Filter): Promise<Output<typeof exportAttendees>> {
    const event = await this.requireOwn(ctx, eventId)
    const rows = await this.read(eventId, query, sql`ORDER BY t.created_at, t.id LIMIT ${mostRows}`)
    const people = rows.map((row) => ({ row, attendee: this.attendee(row.attendee) }))
    const keys = [...new Set(people.flatMap(({ attendee }) => Object.keys(attendee?.answers ?? {})))].sort()
    const lines = people.map(({ row, attendee }) => [
      row.code,
      row.status,
      row.type_name.en ?? row.type_name.ar ?? '',
      row.starts_at.toISOString(),
      row.seat_id ? labelOf(row.seat_id) : '',
      attendee?.name ?? '',
      attendee?.email ?? '',
      row.order_number ?? '',
      decimal(row.price_amount, row.currency_code),
      row.currency_code,
      row.checked_in_at?.toISOString() ?? '',
      ...keys.map((key) => String(attendee?.answers[key] ?? '')),
    ])
    const head = ['code', 'status', 'type', 'starts_at', 'seat', 'name', 'email', 'order', 'price', 'currency', 'checked_in_at', ...keys]
    await this.database.transaction((tx) =>
      audit(tx, ctx, { action: 'event.attendees.export', resource: { type: 'event', id: eventId }, after: { rows: rows.length } }),
    )
    return { filename: `attendees-${event.handle}.csv`, rows: rows.length, csv: csvOf([head, ...lines]) }
  }

  /** Blocks or unblocks a ticket by an admin. */
  async move(ctx: RequestContext, ticketId: string, name: 'block' | 'unblock', reason: string): Promise<EventAttendee> {
    const eventId = await this.database.transaction(
      async (tx) => (await transition(tx, ticketLifecycle, { id: ticketId, name, ctx, reason })).event_id,
    )
    const [row] = await this.read(eventId, {}, sql`LIMIT 1`, sql`AND t.id = ${ticketId}`)
    return this.shape(row!)
  }

  private where(eventId: string, query: Filter): RawBuilder<unknown> {
    const where = [sql`t.event_id = ${eventId}`, query.status ? sql`t.status = ${query.status}` : sql`t.status <> 'pending'`]
    if (query.ticket_type_id) where.push(sql`t.ticket_type_id = ${query.ticket_type_id}`)
    if (query.event_date_id) where.push(sql`t.event_date_id = ${query.event_date_id}`)
    if (query.q) {
      if (query.q.includes('@')) where.push(sql`t.email_index = ${this.pii.index('email', query.q)}`)
      else where.push(sql`(t.code = ${normaliseCode(query.q)} OR t.order_number = ${query.q.trim()})`)
    }
    return sql.join(where, sql` AND `)
  }

  private async read(eventId: string, query: Filter, tail: RawBuilder<unknown>, more: RawBuilder<unknown> = sql``): Promise<AttendeeRow[]> {
    const { rows } = await sql<AttendeeRow>`
      SELECT t.id, t.code, t.status, t.attendee, y.id AS type_id, y.name AS type_name, t.event_date_id, d.starts_at, t.seat_id, t.price_amount, t.currency_code,
        t.order_number, v.code AS voucher, t.checked_in_at, t.created_at
      FROM event_ticket t JOIN event_ticket_type y ON y.id = t.ticket_type_id JOIN event_date d ON d.id = t.event_date_id LEFT JOIN event_voucher v ON v.id = t.voucher_id
      WHERE ${this.where(eventId, query)} ${more} ${tail}`.execute(this.database.read)
    return rows
  }

  private attendee(sealed: string | null): Attendee | null {
    return sealed === null ? null : (JSON.parse(this.pii.decrypt(sealed)) as Attendee)
  }

  private shape(row: AttendeeRow): EventAttendee {
    const attendee = this.attendee(row.attendee)
    return {
      id: row.id,
      code: row.code,
      status: row.status,
      attendee_name: attendee?.name ?? null,
      attendee_email: attendee?.email ? masked(attendee.email) : null,
      ticket_type: { id: row.type_id, name: row.type_name },
      event_date_id: row.event_date_id,
      starts_at: row.starts_at.toISOString(),
      seat_id: row.seat_id ? labelOf(row.seat_id) : null,
      price: { amount: row.price_amount, currency: row.currency_code },
      order_number: row.order_number,
      voucher: row.voucher,
      checked_in_at: row.checked_in_at?.toISOString() ?? null,
      created_at: row.created_at.toISOString(),
    }
  }

  private async requireOwn(ctx: RequestContext, eventId: string): Promise<{ handle: string }> {
    const row = await this.database.read
      .selectFrom('event_event')
      .select(['vendor_id', 'handle'])
      .where('id', '=', eventId)
      .executeTakeFirst()
    const vendorId = vendorScope(ctx)
    if (!row || (vendorId !== null && row.vendor_id !== vendorId)) throw new DomainError('not_found')
    return row
  }
}

/** `noura@example.com` → `n***@example.com`. */
export function masked(email: string): string {
  const at = email.lastIndexOf('@')
  return `${email.slice(0, 1)}***${email.slice(at)}`
}

/** RFC 4180; a cell that a spreadsheet would run as a formula gets an apostrophe. */
function csvOf(lines: readonly (readonly string[])[]): string {
  const cell = (value: string) => {
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return `${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`
}
