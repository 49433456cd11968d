import { DomainError, type I18nText, type Input, newId, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Clock } from '../../../platform/clock/clock.ts'
import { hashSecret } from '../../../platform/credential/secret.ts'
import { Database, type Tx, violates } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import type { ScanAnswer, ScanResult, scanTicket, uploadScans } from '../contract.ts'
import { ticketLifecycle } from '../lifecycle.ts'
import { decideScan, type ScanningList } from '../rules.ts'
import { labelOf } from './stock.ts'
import { normaliseCode, readQr } from './ticket-signer.ts'
import { TicketViews } from './ticket-views.ts'

interface Scan {
  code: string
  kind: 'entry' | 'exit'
  nonce: string
  scannedAt: Date
}

interface ScannedRow {
  id: string
  code: string
  status: string
  event_id: string
  event_date_id: string
  ticket_type_id: string
  seat_id: string | null
  attendee: string | null
  secret_hash: string | null
  entries: number
  inside: boolean
  checked_in_at: Date | null
  allowed: number
  type_name: I18nText
}

/**
 * Scans tickets: one successful entry per allowed entry (invariant 3), decided under a lock on the ticket (K3). Each scan
 * has a nonce of its device: sent again, it answers what it answered before. What comes first to the server wins.
 */
@Injectable()
export class CheckinService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly views: TicketViews,
  ) {}

  async scan(ctx: RequestContext, body: Input<typeof scanTicket>['body']): Promise<Output<typeof scanTicket>> {
    const list = await this.list(ctx, body.list_id)
    const now = this.clock.now()
    const scannedAt = body.scanned_at ? earlier(new Date(body.scanned_at), now) : now
    return this.take(ctx, list, body.device_id, { code: body.code, kind: body.kind, nonce: body.nonce, scannedAt })
  }

  /** Scans made without a network, in the order they were made. */
  async upload(ctx: RequestContext, listId: string, body: Input<typeof uploadScans>['body']): Promise<Output<typeof uploadScans>> {
    const list = await this.list(ctx, listId)
    const now = this.clock.now()
    const scans = body.scans.map((scan) => ({
      code: scan.code,
      kind: scan.kind,
      nonce: scan.nonce,
      scannedAt: earlier(new Date(scan.scanned_at), now),
    }))
    const answers = new Map<string, ScanAnswer>()
    for (const scan of scans.toSorted((a, b) => a.scannedAt.getTime() - b.scannedAt.getTime())) {
      answers.set(scan.nonce, await this.take(ctx, list, body.device_id, scan))
    }
    const results = scans.map((scan) => answers.get(scan.nonce)!)
    return { results, duplicates: results.filter((answer) => answer.result === 'already_used').length }
  }

  private async list(ctx: RequestContext, id: string): Promise<ScanningList & { id: string }> {
    if (ctx.actor.kind !== 'vendor') throw new DomainError('forbidden')
    const row = await this.database.read
      .selectFrom('event_checkin_list as l')
      .innerJoin('event_event as e', 'e.id', 'l.event_id')
      .select(['l.id', 'l.event_id', 'l.event_date_id', 'l.ticket_type_ids', 'l.allow_exit'])
      .where('l.id', '=', id)
      .where('e.vendor_id', '=', ctx.actor.vendorId)
      .executeTakeFirst()
    if (!row) throw new DomainError('not_found', { field: 'list_id' })
    return {
      id: row.id,
      eventId: row.event_id,
      eventDateId: row.event_date_id,
      ticketTypeIds: row.ticket_type_ids,
      allowExit: row.allow_exit,
    }
  }

  private async take(ctx: RequestContext, list: ScanningList & { id: string }, deviceId: string, scan: Scan): Promise<ScanAnswer> {
    const before = await this.answered(list.id, scan.nonce)
    if (before) return before
    try {
      return await this.database.transaction((tx) => this.decide(tx, ctx, list, deviceId, scan))
    } catch (error) {
      // the same scan sent twice at once: the other one was faster
      const other = violates(error, '23505', 'event_checkin_list_id_nonce_key') ? await this.answered(list.id, scan.nonce) : null
      if (other) return other
      throw error
    }
  }

  private async decide(
    tx: Tx,
    ctx: RequestContext,
    list: ScanningList & { id: string },
    deviceId: string,
    scan: Scan,
  ): Promise<ScanAnswer> {
    const now = this.clock.now()
    const ticket = await this.ticket(tx, scan.code)
    const result: ScanResult = ticket ? decideScan(standOf(ticket), list, scan.kind) : 'unknown'
    let after = ticket
    if (ticket && result === 'ok') {
      const changes =
        scan.kind === 'entry'
          ? { entries: ticket.entries + 1, inside: true, checked_in_at: ticket.checked_in_at ?? scan.scannedAt }
          : { inside: false }
      const moved = await transition(tx, ticketLifecycle, {
        id: ticket.id,
        name: 'check-in',
        ctx,
        changes,
        payload: { list_id: list.id, kind: scan.kind },
      })
      after = { ...ticket, status: moved.status, entries: moved.entries, inside: moved.inside, checked_in_at: moved.checked_in_at }
    }
    await tx
      .insertInto('event_checkin')
      .values({
        id: newId('chi'),
        list_id: list.id,
        ticket_id: ticket?.id ?? null,
        kind: scan.kind,
        result,
        device_id: deviceId,
        nonce: scan.nonce,
        user_id: ctx.actor.kind === 'vendor' ? ctx.actor.userId : null,
        first_at: after?.checked_in_at ?? null,
        scanned_at: scan.scannedAt,
        received_at: now,
      })
      .execute()
    // of a ticket that belongs to another event, nothing is told
    const shown = result === 'wrong_list' && ticket?.event_id !== list.eventId ? null : after
    return {
      nonce: scan.nonce,
      result,
      kind: scan.kind,
      ticket: shown && this.shown(shown),
      first_at: shown?.checked_in_at?.toISOString() ?? null,
      at: scan.scannedAt.toISOString(),
    }
  }

  /** The ticket a code means, locked; a QR code only with its present secret, a rotated one is unknown. */
  private async ticket(tx: Tx, code: string): Promise<ScannedRow | null> {
    const qr = readQr(code)
    const where = qr ? sql`t.id = ${qr.ticketId}` : sql`t.code = ${normaliseCode(code)}`
    const { rows } = await sql<ScannedRow>`
      SELECT t.id, t.code, t.status, t.event_id, t.event_date_id, t.ticket_type_id, t.seat_id, t.attendee, t.secret_hash, t.entries, t.inside, t.checked_in_at,
        y.checkin_allowed_entries AS allowed, y.name AS type_name
      FROM event_ticket t JOIN event_ticket_type y ON y.id = t.ticket_type_id WHERE ${where} FOR UPDATE OF t`.execute(tx)
    const row = rows[0]
    if (!row || row.status === 'pending') return null
    return qr && hashSecret(qr.secret) !== row.secret_hash ? null : row
  }

  /** What a nonce was answered; its ticket as it stands now. */
  private async answered(listId: string, nonce: string): Promise<ScanAnswer | null> {
    const scan = await this.database.read
      .selectFrom('event_checkin')
      .selectAll()
      .where('list_id', '=', listId)
      .where('nonce', '=', nonce)
      .executeTakeFirst()
    if (!scan) return null
    const { rows } = await sql<ScannedRow>`
      SELECT t.id, t.code, t.status, t.event_id, t.event_date_id, t.ticket_type_id, t.seat_id, t.attendee, t.secret_hash, t.entries, t.inside, t.checked_in_at,
        y.checkin_allowed_entries AS allowed, y.name AS type_name
      FROM event_ticket t JOIN event_ticket_type y ON y.id = t.ticket_type_id JOIN event_checkin_list l ON l.event_id = t.event_id
      WHERE t.id = ${scan.ticket_id} AND l.id = ${listId}`.execute(this.database.read)
    return {
      nonce,
      result: scan.result as ScanResult,
      kind: scan.kind as 'entry' | 'exit',
      ticket: rows[0] ? this.shown(rows[0]) : null,
      first_at: scan.first_at?.toISOString() ?? null,
      at: scan.scanned_at.toISOString(),
    }
  }

  private shown(row: ScannedRow): ScanAnswer['ticket'] {
    return {
      id: row.id,
      code: row.code,
      status: row.status,
      attendee_name: this.views.attendeeName(row.attendee),
      ticket_type: row.type_name,
      seat_id: row.seat_id ? labelOf(row.seat_id) : null,
      entries: row.entries,
      entries_allowed: row.allowed,
    }
  }
}

const earlier = (a: Date, b: Date): Date => (a < b ? a : b)

const standOf = (row: ScannedRow) => ({
  status: row.status,
  entries: row.entries,
  entriesAllowed: row.allowed,
  inside: row.inside,
  eventId: row.event_id,
  eventDateId: row.event_date_id,
  ticketTypeId: row.ticket_type_id,
})
