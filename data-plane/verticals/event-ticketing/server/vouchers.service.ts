import { DomainError, type Input, newId, type Output } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type Selectable, sql } from 'kysely'
import type { DB } from '../../../generated/db.ts'
import { audit } from '../../../platform/audit/audit.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { Database, type Tx, violates } from '../../../platform/db/index.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import type { createVouchers, listVouchers, ManagedVoucher, updateVoucher } from '../contract.ts'
import { lockEvent, requireOpen, vendorScope } from './managed-events.ts'
import { giveQuotas, takeQuotas } from './stock.ts'
import { afterRelease, timerKinds } from './ticket-rows.ts'
import { totalOf } from './total.ts'
import { endVoucher, newVoucherCode } from './voucher-rows.ts'

type VoucherRow = Selectable<DB['event_voucher']>

/** Vouchers of an event; a blocking one keeps its units from everybody else (pretix). */
@Injectable()
export class Vouchers {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async list(ctx: RequestContext, eventId: string, query: Input<typeof listVouchers>['query']): Promise<Output<typeof listVouchers>> {
    await this.requireOwn(ctx, eventId)
    const begins = query.q ? sql`AND code LIKE ${`${query.q.toUpperCase().replaceAll(/[\\%_]/g, '\\$&')}%`}` : sql``
    const found = sql`FROM event_voucher WHERE event_id = ${eventId} ${begins}`
    const { rows } =
      await sql<VoucherRow>`SELECT * ${found} ORDER BY created_at DESC, id LIMIT ${query.limit} OFFSET ${query.offset}`.execute(
        this.database.read,
      )
    return { items: rows.map(shapeOf), total: await totalOf(this.database.read, found) }
  }

  /** @throws DomainError sold_out when blocking ones find no room, already_exists for a code of this event */
  async create(ctx: RequestContext, eventId: string, body: Input<typeof createVouchers>['body']): Promise<ManagedVoucher[]> {
    if (body.code !== undefined && body.count > 1) throw new DomainError('validation_failed', { field: 'count' })
    if (body.effect === 'percent' && body.value > 10_000) throw new DomainError('validation_failed', { field: 'value' })
    try {
      return await this.database.transaction(async (tx) => {
        const now = this.clock.now()
        requireOpen(await lockEvent(tx, ctx, eventId))
        const dateId = await this.dateFor(tx, eventId, body)
        if (body.blocks_quota) {
          await takeQuotas(tx, [{ typeId: body.ticket_type_id!, dateId: dateId!, quantity: body.max_usages * body.count }], 'reserved')
          await schedule(tx, { kind: timerKinds.soldOut, ref: eventId, dueAt: now })
        }
        const rows = await tx
          .insertInto('event_voucher')
          .values(
            Array.from({ length: body.count }, () => ({
              id: newId('vch'),
              event_id: eventId,
              code: body.code ?? newVoucherCode(),
              effect: body.effect,
              value: body.value,
              max_usages: body.max_usages,
              blocks_quota: body.blocks_quota,
              ticket_type_id: body.ticket_type_id,
              event_date_id: dateId,
              valid_until: body.valid_until,
              comment: body.comment,
              created_at: now,
              updated_at: now,
            })),
          )
          .returningAll()
          .execute()
        for (const row of rows)
          if (row.valid_until) await schedule(tx, { kind: timerKinds.voucherExpiry, ref: row.id, dueAt: row.valid_until })
        await audit(tx, ctx, { action: 'event.voucher.create', resource: { type: 'event', id: eventId }, after: { count: rows.length } })
        return rows.map(shapeOf)
      })
    } catch (error) {
      if (violates(error, '23505')) throw new DomainError('already_exists', { field: 'code' })
      throw error
    }
  }

  async update(ctx: RequestContext, id: string, body: Input<typeof updateVoucher>['body']): Promise<ManagedVoucher> {
    const eventId = await this.eventOf(id)
    return this.database.transaction(async (tx) => {
      const now = this.clock.now()
      requireOpen(await lockEvent(tx, ctx, eventId))
      const before = await tx.selectFrom('event_voucher').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow()
      if (before.status !== 'active') throw new DomainError('invalid_transition', { details: { entity: 'voucher', status: before.status } })
      const most = body.max_usages ?? before.max_usages
      if (most < before.redeemed)
        throw new DomainError('validation_failed', { field: 'max_usages', details: { redeemed: before.redeemed } })
      if (before.blocks_quota && most !== before.max_usages) await this.resize(tx, before, most - before.max_usages, now)
      const row = await tx
        .updateTable('event_voucher')
        .set({
          max_usages: most,
          ...(body.comment !== undefined && { comment: body.comment }),
          ...(body.valid_until !== undefined && { valid_until: body.valid_until }),
          updated_at: now,
          version: before.version + 1,
        })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow()
      if (row.valid_until) await schedule(tx, { kind: timerKinds.voucherExpiry, ref: id, dueAt: row.valid_until })
      return shapeOf(row)
    })
  }

  async withdraw(ctx: RequestContext, id: string): Promise<ManagedVoucher> {
    const eventId = await this.eventOf(id)
    return this.database.transaction(async (tx) => {
      await lockEvent(tx, ctx, eventId)
      if (!(await endVoucher(tx, id, 'withdrawn', this.clock.now())))
        throw new DomainError('invalid_transition', { details: { entity: 'voucher' } })
      await audit(tx, ctx, { action: 'event.voucher.withdraw', resource: { type: 'event', id: eventId }, after: { voucher_id: id } })
      return shapeOf(await tx.selectFrom('event_voucher').selectAll().where('id', '=', id).executeTakeFirstOrThrow())
    })
  }

  private async resize(tx: Tx, voucher: VoucherRow, more: number, now: Date): Promise<void> {
    const demand = { typeId: voucher.ticket_type_id!, dateId: voucher.event_date_id!, quantity: Math.abs(more) }
    if (more > 0) await takeQuotas(tx, [demand], 'reserved')
    else await afterRelease(tx, [voucher.event_id], await giveQuotas(tx, [demand]), now)
  }

  /** A blocking voucher names type and date; the date of an event with one is clear. */
  private async dateFor(tx: Tx, eventId: string, body: Input<typeof createVouchers>['body']): Promise<string | null> {
    const dates = await tx.selectFrom('event_date').select('id').where('event_id', '=', eventId).execute()
    if (body.event_date_id !== null && !dates.some((date) => date.id === body.event_date_id))
      throw new DomainError('validation_failed', { field: 'event_date_id' })
    if (body.ticket_type_id !== null) {
      const type = await tx
        .selectFrom('event_ticket_type')
        .select('id')
        .where('id', '=', body.ticket_type_id)
        .where('event_id', '=', eventId)
        .executeTakeFirst()
      if (!type) throw new DomainError('validation_failed', { field: 'ticket_type_id' })
    }
    const dateId = body.event_date_id ?? (body.blocks_quota && dates.length === 1 ? dates[0]!.id : null)
    if (body.blocks_quota && (dateId === null || body.ticket_type_id === null)) {
      throw new DomainError('validation_failed', { field: 'blocks_quota', details: { rule: 'type_and_date_needed' } })
    }
    return dateId
  }

  private async eventOf(id: string): Promise<string> {
    const row = await this.database.read.selectFrom('event_voucher').select('event_id').where('id', '=', id).executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return row.event_id
  }

  private async requireOwn(ctx: RequestContext, eventId: string): Promise<void> {
    const row = await this.database.read.selectFrom('event_event').select('vendor_id').where('id', '=', eventId).executeTakeFirst()
    const vendorId = vendorScope(ctx)
    if (!row || (vendorId !== null && row.vendor_id !== vendorId)) throw new DomainError('not_found')
  }
}

const shapeOf = (row: VoucherRow): ManagedVoucher => ({
  id: row.id,
  event_id: row.event_id,
  code: row.code,
  effect: row.effect as ManagedVoucher['effect'],
  value: row.value,
  max_usages: row.max_usages,
  redeemed: row.redeemed,
  blocks_quota: row.blocks_quota,
  ticket_type_id: row.ticket_type_id,
  event_date_id: row.event_date_id,
  valid_until: row.valid_until?.toISOString() ?? null,
  status: row.status === 'active' && row.redeemed >= row.max_usages ? 'used_up' : (row.status as ManagedVoucher['status']),
  waiting_list: row.waiting_id !== null,
  comment: row.comment,
  version: row.version,
  created_at: row.created_at.toISOString(),
})
