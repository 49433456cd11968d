import { DomainError, type I18nText, type Input, newId, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type RawBuilder, sql } from 'kysely'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import type {
  CheckinList,
  CheckinRow,
  createCheckinList,
  listCheckinLists,
  listCheckins,
  syncCheckinList,
  updateCheckinList,
} from '../contract.ts'
import { lockEvent, vendorScope } from './managed-events.ts'
import { labelOf } from './stock.ts'
import { TicketSigner } from './ticket-signer.ts'
import { TicketViews } from './ticket-views.ts'
import { totalOf } from './total.ts'

interface ListRow {
  id: string
  event_id: string
  title: I18nText
  timezone: string
  event_date_id: string | null
  starts_at: Date
  name: string
  ticket_type_ids: string[]
  allow_exit: boolean
  total: number
  entered: number
  inside: number
  version: number
  found: number
}

interface SyncRow {
  id: string
  code: string
  secret_hash: string | null
  status: string
  ticket_type_id: string
  attendee: string | null
  seat_id: string | null
  entries: number
  allowed: number
  inside: boolean
  checked_in_at: Date | null
  updated_at: Date
}

/** Lists of who may come in, and what scanners keep of them. */
@Injectable()
export class CheckinLists {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly signer: TicketSigner,
    private readonly views: TicketViews,
  ) {}

  async list(ctx: RequestContext, query: Input<typeof listCheckinLists>['query']): Promise<Output<typeof listCheckinLists>> {
    const now = this.clock.now()
    const event = query.event_id ? sql`AND l.event_id = ${query.event_id}` : sql``
    const rows = await this.read(
      sql`e.vendor_id = ${vendorScope(ctx)} AND e.deleted_at IS NULL ${event}`,
      sql`ORDER BY e.last_ends_at <= ${now}, CASE WHEN e.last_ends_at > ${now} THEN e.starts_at END, e.starts_at DESC, l.id LIMIT ${query.limit} OFFSET ${query.offset}`,
    )
    return { items: rows.map(shapeOf), total: rows[0]?.found ?? 0 }
  }

  async get(ctx: RequestContext, id: string): Promise<CheckinList> {
    const [row] = await this.read(sql`l.id = ${id} AND e.vendor_id = ${vendorScope(ctx)}`, sql``)
    if (!row) throw new DomainError('not_found')
    return shapeOf(row)
  }

  async create(ctx: RequestContext, eventId: string, body: Input<typeof createCheckinList>['body']): Promise<CheckinList> {
    const id = newId('ecl')
    await this.database.transaction(async (tx) => {
      const now = this.clock.now()
      await lockEvent(tx, ctx, eventId)
      await this.checkParts(tx, eventId, body)
      await tx
        .insertInto('event_checkin_list')
        .values({ id, event_id: eventId, ...body, created_at: now, updated_at: now })
        .execute()
    })
    return this.get(ctx, id)
  }

  async update(ctx: RequestContext, id: string, body: Input<typeof updateCheckinList>['body']): Promise<CheckinList> {
    const list = await this.get(ctx, id)
    await this.database.transaction(async (tx) => {
      await lockEvent(tx, ctx, list.event.id)
      await this.checkParts(tx, list.event.id, body)
      await tx
        .updateTable('event_checkin_list')
        .set((eb) => ({ ...(body as object), updated_at: this.clock.now(), version: eb('version', '+', 1) }))
        .where('id', '=', id)
        .execute()
    })
    return this.get(ctx, id)
  }

  async remove(ctx: RequestContext, id: string): Promise<void> {
    await this.get(ctx, id)
    const scanned = await this.database.read.selectFrom('event_checkin').select('id').where('list_id', '=', id).limit(1).executeTakeFirst()
    if (scanned) throw new DomainError('open_obligations', { details: { reason: 'scans_recorded' } })
    await this.database.read.deleteFrom('event_checkin_list').where('id', '=', id).execute()
  }

  async scans(ctx: RequestContext, id: string, query: Input<typeof listCheckins>['query']): Promise<Output<typeof listCheckins>> {
    await this.get(ctx, id)
    const result = query.result ? sql`AND c.result = ${query.result}` : sql``
    const { rows } = await sql<{
      id: string
      kind: CheckinRow['kind']
      result: CheckinRow['result']
      device_id: string
      scanned_at: Date
      received_at: Date
      ticket_id: string | null
      code: string | null
      attendee: string | null
      seat_id: string | null
      type_name: I18nText | null
    }>`
      SELECT c.id, c.kind, c.result, c.device_id, c.scanned_at, c.received_at, t.id AS ticket_id, t.code, t.attendee, t.seat_id, y.name AS type_name
      FROM event_checkin c JOIN event_checkin_list l ON l.id = c.list_id
      LEFT JOIN event_ticket t ON t.id = c.ticket_id AND t.event_id = l.event_id LEFT JOIN event_ticket_type y ON y.id = t.ticket_type_id
      WHERE c.list_id = ${id} ${result} ORDER BY c.received_at DESC, c.id DESC LIMIT ${query.limit} OFFSET ${query.offset}`.execute(
      this.database.read,
    )
    return {
      items: rows.map((row) => ({
        id: row.id,
        kind: row.kind,
        result: row.result,
        ticket: row.ticket_id
          ? {
              id: row.ticket_id,
              code: row.code!,
              attendee_name: this.views.attendeeName(row.attendee),
              ticket_type: row.type_name!,
              seat_id: row.seat_id ? labelOf(row.seat_id) : null,
            }
          : null,
        device_id: row.device_id,
        scanned_at: row.scanned_at.toISOString(),
        received_at: row.received_at.toISOString(),
      })),
      total: await totalOf(this.database.read, sql`FROM event_checkin c WHERE c.list_id = ${id} ${result}`),
    }
  }

  /** What changed since the cursor (time of the last change and id), oldest first: a scanner that comes back catches up. */
  async sync(ctx: RequestContext, id: string, query: Input<typeof syncCheckinList>['query']): Promise<Output<typeof syncCheckinList>> {
    const list = await this.get(ctx, id)
    const after = cursorOf(query.cursor)
    const date = list.event_date_id === null ? sql`t.event_id = ${list.event.id}` : sql`t.event_date_id = ${list.event_date_id}`
    const types = list.ticket_type_ids.length > 0 ? sql`AND t.ticket_type_id = ANY (${list.ticket_type_ids}::text[])` : sql``
    const since = after ? sql`AND (t.updated_at, t.id) > (${after.at}, ${after.id})` : sql``
    const { rows } = await sql<SyncRow>`
      SELECT t.id, t.code, t.secret_hash, t.status, t.ticket_type_id, t.attendee, t.seat_id, t.entries, y.checkin_allowed_entries AS allowed, t.inside, t.checked_in_at, t.updated_at
      FROM event_ticket t JOIN event_ticket_type y ON y.id = t.ticket_type_id
      WHERE ${date} AND t.status <> 'pending' ${types} ${since} ORDER BY t.updated_at, t.id LIMIT ${query.limit}`.execute(
      this.database.read,
    )
    const names = await this.database.read
      .selectFrom('event_ticket_type')
      .select(['id', 'name'])
      .where('event_id', '=', list.event.id)
      .execute()
    const last = rows.at(-1)
    return {
      list,
      public_key: this.signer.publicKey,
      types: names.map((type) => ({ id: type.id, name: type.name as I18nText })),
      tickets: rows.map((row) => ({
        id: row.id,
        code: row.code,
        secret_hash: row.secret_hash!,
        status: row.status,
        type: row.ticket_type_id,
        name: this.views.attendeeName(row.attendee),
        seat: row.seat_id ? labelOf(row.seat_id) : null,
        entries: row.entries,
        allowed: row.allowed,
        inside: row.inside,
        first_at: row.checked_in_at?.toISOString() ?? null,
      })),
      cursor: last ? `${last.updated_at.getTime()}.${last.id}` : (query.cursor ?? ''),
      more: rows.length === query.limit,
    }
  }

  private async checkParts(
    tx: Tx,
    eventId: string,
    body: { event_date_id?: string | null | undefined; ticket_type_ids?: string[] | undefined },
  ): Promise<void> {
    if (body.event_date_id) {
      const date = await tx
        .selectFrom('event_date')
        .select('id')
        .where('id', '=', body.event_date_id)
        .where('event_id', '=', eventId)
        .executeTakeFirst()
      if (!date) throw new DomainError('validation_failed', { field: 'event_date_id' })
    }
    if (body.ticket_type_ids && body.ticket_type_ids.length > 0) {
      const known = await tx
        .selectFrom('event_ticket_type')
        .select('id')
        .where('event_id', '=', eventId)
        .where('id', 'in', body.ticket_type_ids)
        .execute()
      if (known.length !== new Set(body.ticket_type_ids).size) throw new DomainError('validation_failed', { field: 'ticket_type_ids' })
    }
  }

  private async read(where: RawBuilder<unknown>, tail: RawBuilder<unknown>): Promise<ListRow[]> {
    const { rows } = await sql<ListRow>`
      SELECT l.id, l.event_id, e.title, e.timezone, l.event_date_id, coalesce(d.starts_at, e.starts_at) AS starts_at, l.name, l.ticket_type_ids, l.allow_exit, l.version,
        n.total, n.entered, n.inside, page.found
      FROM (SELECT l.id, count(*) OVER ()::int AS found FROM event_checkin_list l JOIN event_event e ON e.id = l.event_id WHERE ${where} ${tail}) page
      JOIN event_checkin_list l ON l.id = page.id JOIN event_event e ON e.id = l.event_id LEFT JOIN event_date d ON d.id = l.event_date_id
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS total, count(*) FILTER (WHERE t.entries > 0)::int AS entered, count(*) FILTER (WHERE t.inside)::int AS inside
        FROM event_ticket t WHERE t.event_id = l.event_id AND t.status IN ('valid', 'checked_in')
          AND (l.event_date_id IS NULL OR t.event_date_id = l.event_date_id) AND (cardinality(l.ticket_type_ids) = 0 OR t.ticket_type_id = ANY (l.ticket_type_ids))
      ) n`.execute(this.database.read)
    return rows
  }
}

/** @throws DomainError invalid_request */
function cursorOf(text: string | undefined): { at: Date; id: string } | null {
  if (!text) return null
  const match = /^(\d{1,15})\.(tkt_[0-9a-z]{26})$/.exec(text)
  if (!match) throw new DomainError('invalid_request', { field: 'cursor' })
  return { at: new Date(Number(match[1])), id: match[2]! }
}

const shapeOf = (row: ListRow): CheckinList => ({
  id: row.id,
  event: { id: row.event_id, title: row.title, timezone: row.timezone },
  event_date_id: row.event_date_id,
  starts_at: row.starts_at.toISOString(),
  name: row.name,
  ticket_type_ids: row.ticket_type_ids,
  allow_exit: row.allow_exit,
  total: row.total,
  entered: row.entered,
  inside: row.inside,
  version: row.version,
})
