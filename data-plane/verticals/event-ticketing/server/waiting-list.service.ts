import { DomainError, type I18nText, type Input, newId, type Output, pickText } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { SettingService } from '../../../core/store/setting.service.ts'
import { Clock, hours, later } from '../../../platform/clock/clock.ts'
import { Database, type Tx, violates } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import type { joinWaitingList, WaitingListEntry } from '../contract.ts'
import { waitingLifecycle } from '../lifecycle.ts'
import { freeUnits } from '../rules.ts'
import { EventReader } from './event-reader.ts'
import { readTypes } from './offers.ts'
import { takeQuotas } from './stock.ts'
import { timerKinds } from './ticket-rows.ts'
import { TicketSigner } from './ticket-signer.ts'
import { endVoucher, newVoucherCode } from './voucher-rows.ts'

/** Offers made in one run; a run that stops here is scheduled again. */
const offersPerRun = 100

/**
 * The waiting list by blocking voucher (pretix#405): what is free goes to whoever waits first, as a code that buys within
 * 24 hours and keeps its units out of everybody else's reach meanwhile.
 */
@Injectable()
export class WaitingList {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly signer: TicketSigner,
    private readonly settings: SettingService,
    private readonly reader: EventReader,
  ) {}

  /** @throws DomainError already_exists (K5), sales_closed, validation_failed while tickets can simply be bought */
  async join(ctx: RequestContext, key: string, body: Input<typeof joinWaitingList>['body']): Promise<Output<typeof joinWaitingList>> {
    const now = this.clock.now()
    const event = await this.reader.row(key)
    const date = await this.reader.date(event, body.event_date_id, now)
    const offers = await this.reader.offers(event, date, ctx.locale, now)
    const offer = offers.find((one) => one.id === body.ticket_type_id)
    if (!offer) throw new DomainError('not_found', { field: 'ticket_type_id' })
    if (!event.waiting_list_enabled || ['soon', 'closed'].includes(offer.availability)) throw new DomainError('sales_closed')
    if (offer.availability !== 'waiting_list' && (offer.remaining ?? Number.POSITIVE_INFINITY) >= body.quantity) {
      throw new DomainError('validation_failed', { details: { rule: 'still_available' } })
    }
    const id = newId('wle')
    try {
      await this.database.read
        .insertInto('event_waiting_entry')
        .values({
          id,
          event_id: event.id,
          ticket_type_id: offer.id,
          event_date_id: date.id,
          customer_id: ctx.actor.kind === 'customer' ? ctx.actor.id : null,
          email: this.pii.encrypt(body.email),
          email_index: this.pii.index('email', body.email),
          phone: this.pii.encryptOptional(body.phone),
          locale: ctx.locale,
          quantity: Math.min(body.quantity, offer.max_per_order),
          created_at: now,
          updated_at: now,
        })
        .execute()
    } catch (error) {
      if (violates(error, '23505', 'event_waiting_entry_live')) throw new DomainError('already_exists', { field: 'email' })
      throw error
    }
    // something may have been given back between looking and joining
    await this.database.transaction((tx) => schedule(tx, { kind: timerKinds.waitingList, ref: event.id, dueAt: now }))
    return { ...(await this.view(ctx, id)), token: this.signer.linkToken(id) }
  }

  async get(ctx: RequestContext, id: string, token: string | undefined): Promise<WaitingListEntry> {
    await this.checkOwner(ctx, id, token)
    return this.view(ctx, id)
  }

  async leave(ctx: RequestContext, id: string, token: string | undefined): Promise<void> {
    await this.checkOwner(ctx, id, token)
    await this.database.transaction(async (tx) => {
      const row = await transition(tx, waitingLifecycle, { id, name: 'leave', ctx })
      if (row.voucher_id) await endVoucher(tx, row.voucher_id, 'withdrawn', this.clock.now())
    })
  }

  async mine(ctx: RequestContext): Promise<WaitingListEntry[]> {
    if (ctx.actor.kind !== 'customer') throw new DomainError('unauthenticated')
    const customer = await this.database.read
      .selectFrom('customer')
      .select(['email_index', 'email_verified_at'])
      .where('id', '=', ctx.actor.id)
      .executeTakeFirstOrThrow()
    const { id } = ctx.actor
    const rows = await this.database.read
      .selectFrom('event_waiting_entry')
      .select('id')
      .where((eb) =>
        eb.or([
          eb('customer_id', '=', id),
          ...(customer.email_verified_at && customer.email_index ? [eb('email_index', '=', customer.email_index)] : []),
        ]),
      )
      .orderBy('created_at', 'desc')
      .limit(100)
      .execute()
    return Promise.all(rows.map((row) => this.view(ctx, row.id)))
  }

  /**
   * Offers what is free to those who wait, in their order; types without room are passed over. Any number of runs, early,
   * late or at once, come to the same: each offer is a claim on the quotas (K1), and an entry is offered once (K4).
   */
  async run(eventId: string): Promise<number> {
    const offerHours = await this.settings.get('event.offer_hours')
    return this.database.transaction(async (tx) => {
      const now = this.clock.now()
      // K3: one run per event at a time
      const event = await tx
        .selectFrom('event_event')
        .select(['id', 'status', 'presale_end', 'sales_frozen_at'])
        .where('id', '=', eventId)
        .forNoKeyUpdate()
        .executeTakeFirst()
      const selling =
        event && ['on_sale', 'sold_out'].includes(event.status) && !event.sales_frozen_at && (!event.presale_end || event.presale_end > now)
      if (!selling) return 0
      const waiting = await tx
        .selectFrom('event_waiting_entry as w')
        .innerJoin('event_date as d', 'd.id', 'w.event_date_id')
        .select(['w.id', 'w.ticket_type_id', 'w.event_date_id', 'w.quantity', 'd.status as date_status', 'd.ends_at'])
        .where('w.event_id', '=', eventId)
        .where('w.status', '=', 'waiting')
        .orderBy('w.priority', 'desc')
        .orderBy('w.created_at')
        .orderBy('w.id')
        .execute()
      const until = later(now, hours(offerHours))
      const ctx = RequestContext.system('waiting-list')
      let offered = 0
      for (const entry of waiting) {
        if (offered >= offersPerRun) {
          await schedule(tx, { kind: timerKinds.waitingList, ref: eventId, dueAt: later(now, 1000) })
          break
        }
        if (entry.date_status !== 'scheduled' || entry.ends_at <= now) {
          await transition(tx, waitingLifecycle, { id: entry.id, name: 'expire', ctx })
          continue
        }
        const quantity = await this.free(tx, eventId, entry)
        if (quantity === 0) continue
        await takeQuotas(tx, [{ typeId: entry.ticket_type_id, dateId: entry.event_date_id, quantity }], 'reserved')
        const voucherId = await this.insertOffer(tx, eventId, entry, quantity, until, now)
        await transition(tx, waitingLifecycle, {
          id: entry.id,
          name: 'offer',
          ctx,
          changes: { voucher_id: voucherId, offered_until: until },
          payload: { voucher_id: voucherId, event_id: eventId, quantity, valid_until: until.toISOString() },
        })
        await schedule(tx, { kind: timerKinds.voucherExpiry, ref: voucherId, dueAt: until })
        offered += 1
      }
      return offered
    })
  }

  /** Units that could be offered now: at most what is free, at most what was asked for. */
  private async free(tx: Tx, eventId: string, entry: { ticket_type_id: string; event_date_id: string; quantity: number }): Promise<number> {
    const type = (await readTypes(tx, eventId, entry.event_date_id)).find((row) => row.id === entry.ticket_type_id)
    const free = type ? freeUnits(type.quotas ?? []) : 0
    return free === null ? entry.quantity : Math.min(free, entry.quantity)
  }

  private async insertOffer(
    tx: Tx,
    eventId: string,
    entry: { id: string; ticket_type_id: string; event_date_id: string },
    quantity: number,
    until: Date,
    now: Date,
  ): Promise<string> {
    const id = newId('vch')
    await tx
      .insertInto('event_voucher')
      .values({
        id,
        event_id: eventId,
        code: newVoucherCode(),
        effect: 'none',
        max_usages: quantity,
        blocks_quota: true,
        ticket_type_id: entry.ticket_type_id,
        event_date_id: entry.event_date_id,
        valid_until: until,
        waiting_id: entry.id,
        created_at: now,
        updated_at: now,
      })
      .execute()
    return id
  }

  private async checkOwner(ctx: RequestContext, id: string, token: string | undefined): Promise<void> {
    const row = await this.database.read
      .selectFrom('event_waiting_entry')
      .select(['customer_id', 'email_index'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (row && token && this.signer.linkMatches(id, token)) return
    if (row && ctx.actor.kind === 'customer') {
      if (row.customer_id === ctx.actor.id) return
      const customer = await this.database.read
        .selectFrom('customer')
        .select(['email_index', 'email_verified_at'])
        .where('id', '=', ctx.actor.id)
        .executeTakeFirst()
      if (customer?.email_verified_at && customer.email_index === row.email_index) return
    }
    throw new DomainError('not_found')
  }

  private async view(ctx: RequestContext, id: string): Promise<WaitingListEntry> {
    const { rows } = await sql<{
      id: string
      event_id: string
      handle: string
      title: I18nText
      ticket_type_id: string
      name: I18nText
      event_date_id: string
      starts_at: Date
      quantity: number
      status: WaitingListEntry['status']
      before: number
      code: string | null
      max_usages: number | null
      redeemed: number | null
      offered_until: Date | null
      created_at: Date
    }>`
      SELECT w.id, e.id AS event_id, e.handle, e.title, t.id AS ticket_type_id, t.name, w.event_date_id, d.starts_at, w.quantity, w.status, w.offered_until, w.created_at,
        (SELECT count(*)::int FROM event_waiting_entry o WHERE o.event_id = w.event_id AND o.status = 'waiting' AND o.ticket_type_id = w.ticket_type_id
          AND o.event_date_id = w.event_date_id AND (o.priority > w.priority OR (o.priority = w.priority AND (o.created_at, o.id) < (w.created_at, w.id)))) AS before,
        v.code, v.max_usages, v.redeemed
      FROM event_waiting_entry w JOIN event_event e ON e.id = w.event_id JOIN event_ticket_type t ON t.id = w.ticket_type_id
      JOIN event_date d ON d.id = w.event_date_id LEFT JOIN event_voucher v ON v.id = w.voucher_id WHERE w.id = ${id}`.execute(
      this.database.read,
    )
    const row = rows[0]
    if (!row) throw new DomainError('not_found')
    const text = (value: I18nText) => pickText(value, ctx.locale, this.reader.fallback)
    const open = row.status === 'offered' && row.code !== null && row.offered_until !== null
    return {
      id: row.id,
      event: { id: row.event_id, handle: row.handle, title: text(row.title) },
      ticket_type: { id: row.ticket_type_id, name: text(row.name) },
      event_date_id: row.event_date_id,
      starts_at: row.starts_at.toISOString(),
      quantity: row.quantity,
      status: row.status,
      position: row.status === 'waiting' ? row.before : null,
      offer: open ? { voucher: row.code!, quantity: row.max_usages! - row.redeemed!, valid_until: row.offered_until!.toISOString() } : null,
      created_at: row.created_at.toISOString(),
    }
  }
}
