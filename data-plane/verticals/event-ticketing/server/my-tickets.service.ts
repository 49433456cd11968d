import { DomainError, type Input, newId, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { tierRefund } from '../../../core/vertical/cancellation.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { hashSecret, newSecret } from '../../../platform/credential/secret.ts'
import { Database, jsonb } from '../../../platform/db/index.ts'
import { transition } from '../../../platform/lifecycle/lifecycle.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import type { Attendee, listMyTickets, refundTicket, renameTicket, Ticket, ticketRefundQuote, transferTicket } from '../contract.ts'
import { ticketLifecycle } from '../lifecycle.ts'
import { TicketPurchasable } from './ticket.purchasable.ts'
import { endTickets } from './ticket-rows.ts'
import { newTicketCode, TicketSigner } from './ticket-signer.ts'
import { type TicketRow, TicketViews } from './ticket-views.ts'

/** What holders do with their tickets. */
@Injectable()
export class MyTickets {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
    private readonly signer: TicketSigner,
    private readonly views: TicketViews,
    private readonly orderLines: OrderLines,
    private readonly purchasable: TicketPurchasable,
  ) {}

  async list(ctx: RequestContext, query: Input<typeof listMyTickets>['query']): Promise<Output<typeof listMyTickets>> {
    const now = this.clock.now()
    const owner = await this.owner(ctx)
    const when = query.when === 'upcoming' ? sql`d.ends_at > ${now}` : query.when === 'past' ? sql`d.ends_at <= ${now}` : sql`true`
    const event = query.event_id ? sql`AND t.event_id = ${query.event_id}` : sql``
    const page = await this.views.read(
      sql`${owner} AND t.status <> 'pending' ${event}`,
      sql`ORDER BY d.ends_at <= ${now}, CASE WHEN d.ends_at > ${now} THEN d.starts_at END, d.starts_at DESC, t.id LIMIT ${query.limit} OFFSET ${query.offset}`,
      when,
    )
    return { items: page.map((row) => this.views.view(ctx, row, now)), total: page[0]?.total ?? 0 }
  }

  async get(ctx: RequestContext, id: string): Promise<Ticket> {
    return this.views.view(ctx, await this.own(ctx, id), this.clock.now())
  }

  /** Tickets of an order for whoever may see the order: its customer, or the holder of its token. */
  async ofOrder(ctx: RequestContext, number: string, token: string | undefined): Promise<Ticket[]> {
    const order = await this.database.read
      .selectFrom('order')
      .select(['id', 'customer_id', 'token_hash'])
      .where('number', '=', number)
      .executeTakeFirst()
    const own = order && ctx.actor.kind === 'customer' && order.customer_id === ctx.actor.id
    if (!order || !(own || (token && hashSecret(token) === order.token_hash))) throw new DomainError('not_found')
    const now = this.clock.now()
    const rows = await this.views.read(sql`t.order_id = ${order.id} AND t.transferred_from_id IS NULL`, sql`ORDER BY t.id LIMIT 500`)
    return rows.map((row) => this.views.view(ctx, row, now))
  }

  async open(ctx: RequestContext, id: string, access: string): Promise<Ticket> {
    return this.views.view(ctx, await this.views.byAccess(id, access), this.clock.now())
  }

  /**
   * Passes a ticket on: the old row is dead with its secret (K4), the new one has another. Quotas and seat stay taken.
   * @throws DomainError transfer_not_allowed when the organiser forbids it or it was used
   */
  async transfer(ctx: RequestContext, id: string, body: Input<typeof transferTicket>['body']): Promise<Output<typeof transferTicket>> {
    const now = this.clock.now()
    const row = await this.own(ctx, id)
    if (row.status !== 'valid')
      throw new DomainError('invalid_transition', { details: { entity: 'ticket', transition: 'transfer', status: row.status } })
    if (!this.views.actions(row, now).includes('transfer')) throw new DomainError('transfer_not_allowed')
    const secret = newSecret()
    const secretHash = hashSecret(secret)
    const next = newId('tkt')
    await this.database.transaction(async (tx) => {
      const old = await transition(tx, ticketLifecycle, {
        id,
        name: 'transfer',
        ctx,
        expectedVersion: row.version,
        payload: { to_ticket_id: next },
      })
      const index = this.pii.index('email', body.email)
      const receiver = await tx
        .selectFrom('customer')
        .select('id')
        .where('email_index', '=', index)
        .where('email_verified_at', 'is not', null)
        .executeTakeFirst()
      const attendee: Attendee = { name: body.name, email: body.email, answers: {} }
      await tx
        .insertInto('event_ticket')
        .values({
          id: next,
          code: newTicketCode(),
          event_id: old.event_id,
          event_date_id: old.event_date_id,
          ticket_type_id: old.ticket_type_id,
          seat_id: old.seat_id,
          status: 'valid',
          cart_line_id: old.cart_line_id,
          order_id: old.order_id,
          order_number: old.order_number,
          order_line_id: old.order_line_id,
          customer_id: receiver?.id ?? null,
          attendee: this.pii.encrypt(JSON.stringify(attendee)),
          email_index: index,
          currency_code: old.currency_code,
          price_amount: old.price_amount,
          fee_amount: old.fee_amount,
          tier_id: old.tier_id,
          voucher_id: old.voucher_id,
          secret: this.pii.encrypt(secret),
          secret_hash: secretHash,
          parent_ticket_id: old.parent_ticket_id,
          transferred_from_id: id,
          transfer_history: jsonb([...(old.transfer_history as object[]), { from_ticket_id: id, at: now.toISOString() }]),
          locale: old.locale,
          created_at: now,
          updated_at: now,
        })
        .execute()
      await tx.updateTable('event_ticket').set({ parent_ticket_id: next }).where('parent_ticket_id', '=', id).execute()
    })
    const link = `/${ctx.locale}/event-ticketing/tickets/${next}?access=${this.signer.access(next, secretHash)}`
    return { ticket: await this.get(ctx, id), link }
  }

  async rename(ctx: RequestContext, id: string, body: Input<typeof renameTicket>['body']): Promise<Ticket> {
    const now = this.clock.now()
    const row = await this.own(ctx, id)
    if (!this.views.actions(row, now).includes('rename')) throw new DomainError('invalid_transition', { details: { status: row.status } })
    await this.database.read
      .updateTable('event_ticket')
      .set((eb) => ({
        attendee: this.pii.encrypt(JSON.stringify(body)),
        email_index: body.email ? this.pii.index('email', body.email) : row.email_index,
        updated_at: now,
        version: eb('version', '+', 1),
      }))
      .where('id', '=', id)
      .where('status', '=', 'valid')
      .execute()
    return this.get(ctx, id)
  }

  async refundQuote(ctx: RequestContext, id: string): Promise<Output<typeof ticketRefundQuote>> {
    const row = await this.refundable(ctx, id)
    const { amount, reason } = this.refundOf(row, this.clock.now())
    return { paid: { amount: row.price_amount, currency: row.currency_code }, refund: { amount, currency: row.currency_code }, reason }
  }

  /** Gives one ticket back through the order line; while the event is postponed, in full. */
  async refund(ctx: RequestContext, id: string, body: Input<typeof refundTicket>['body']): Promise<Ticket> {
    const row = await this.refundable(ctx, id)
    const now = this.clock.now()
    const { cause } = this.refundOf(row, now)
    await this.orderLines.end(
      ctx,
      row.order_line_id!,
      { cause, reason: body.reason ?? null, units: 1, expected: body.expected_refund },
      async (tx) => {
        const { tickets: ended, seats } = await endTickets(tx, [id], 'refunded', { ctx, now, reason: body.reason ?? null })
        if (ended.length === 0 || ended[0]!.was !== 'valid') {
          throw new DomainError('invalid_transition', {
            details: { entity: 'ticket', transition: 'refund', status: ended[0]?.was ?? 'ended' },
          })
        }
        await tx.updateTable('event_ticket').set({ refunded_amount: body.expected_refund.amount }).where('id', '=', id).execute()
        this.purchasable.seatsChanged(tx, seats, 'f')
      },
    )
    return this.get(ctx, id)
  }

  private refundOf(row: TicketRow, now: Date): { amount: number; reason: string; cause: 'vendor' | 'customer' } {
    if (row.refund_until !== null && now < row.refund_until) return { amount: row.price_amount, reason: 'event_postponed', cause: 'vendor' }
    const amount = tierRefund(row.cancellation_tiers ?? [], row.line_starts_at, row.price_amount, now)
    return { amount, reason: amount === 0 ? 'not_refundable' : 'cancellation_policy', cause: 'customer' }
  }

  private async refundable(ctx: RequestContext, id: string): Promise<TicketRow> {
    const row = await this.own(ctx, id)
    if (row.status !== 'valid')
      throw new DomainError('invalid_transition', { details: { entity: 'ticket', transition: 'refund', status: row.status } })
    if (row.entries > 0) throw new DomainError('cancellation_not_allowed', { details: { reason: 'used' } })
    // the money goes to whoever paid, so only the buyer gives back
    if (row.transferred_from_id !== null) throw new DomainError('cancellation_not_allowed', { details: { reason: 'transferred' } })
    return row
  }

  private async own(ctx: RequestContext, id: string): Promise<TicketRow> {
    const [row] = await this.views.read(sql`t.id = ${id} AND ${await this.owner(ctx)} AND t.status <> 'pending'`, sql``)
    if (!row) throw new DomainError('not_found')
    return row
  }

  /** Bought and not received from somebody, or received: by account, or by verified address until an account is known. */
  private async owner(ctx: RequestContext) {
    if (ctx.actor.kind !== 'customer') throw new DomainError('unauthenticated')
    const { id } = ctx.actor
    const customer = await this.database.read
      .selectFrom('customer')
      .select(['email_index', 'email_verified_at'])
      .where('id', '=', id)
      .executeTakeFirst()
    const address = customer?.email_verified_at ? customer.email_index : null
    const byAddress = sql`UNION ALL SELECT id FROM event_ticket WHERE email_index = ${address} AND customer_id IS NULL AND transferred_from_id IS NOT NULL`
    return sql`t.id IN (
      SELECT b.id FROM "order" o JOIN event_ticket b ON b.order_id = o.id WHERE o.customer_id = ${id} AND b.transferred_from_id IS NULL
      UNION ALL SELECT id FROM event_ticket WHERE customer_id = ${id}
      ${address === null ? sql`` : byAddress})`
  }
}
