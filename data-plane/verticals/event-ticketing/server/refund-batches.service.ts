import { DomainError, type I18nText, type Input, newId, type Output } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { OrderLines } from '../../../core/order/order-lines.ts'
import { Clock, later, seconds } from '../../../platform/clock/clock.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import type { listRefundBatches, RefundBatch } from '../contract.ts'
import { endTickets, timerKinds } from './ticket-rows.ts'
import { totalOf } from './total.ts'

const linesPerRun = 20
const mostAttempts = 5

/** Writes down which lines are to be refunded, in the transaction that cancels: nothing sold before is missed. */
export async function startRefundBatch(
  tx: Tx,
  given: { eventId: string; dateId: string | null; reason: string; cause: 'vendor' | 'admin'; now: Date },
): Promise<void> {
  const { eventId, dateId, reason, cause, now } = given
  const id = newId('erb')
  await sql`INSERT INTO event_refund_batch (id, event_id, event_date_id, reason, cause, currency_code, created_at, updated_at)
    SELECT ${id}, ${eventId}, ${dateId}, ${reason}, ${cause}, currency_code, ${now}, ${now} FROM event_event WHERE id = ${eventId}`.execute(
    tx,
  )
  const date = dateId === null ? sql`` : sql`AND event_date_id = ${dateId}`
  // a line that an earlier batch has is not refunded twice (unique key)
  await sql`INSERT INTO event_refund_item (batch_id, order_line_id, updated_at)
    SELECT ${id}, order_line_id, ${now}::timestamptz FROM event_ticket
    WHERE event_id = ${eventId} ${date} AND status IN ('valid', 'checked_in', 'blocked', 'expired') AND order_line_id IS NOT NULL
    GROUP BY order_line_id ON CONFLICT (order_line_id) DO NOTHING`.execute(tx)
  await schedule(tx, { kind: timerKinds.refundBatch, ref: id, dueAt: now })
}

/** Refunds of cancelled events: line by line through the order, each exactly once. */
@Injectable()
export class RefundBatches {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly orderLines: OrderLines,
  ) {}

  /** Works off some lines; schedules itself again while any are left. Repeating it refunds nothing twice. */
  async run(batchId: string): Promise<void> {
    const batch = await this.database.read.selectFrom('event_refund_batch').selectAll().where('id', '=', batchId).executeTakeFirst()
    if (batch?.status !== 'running') return
    const items = await this.database.read
      .selectFrom('event_refund_item')
      .selectAll()
      .where('batch_id', '=', batchId)
      .where('status', '=', 'pending')
      .orderBy('attempts')
      .orderBy('order_line_id')
      .limit(linesPerRun)
      .execute()
    let failed = 0
    for (const item of items) if (!(await this.refund(batch, item))) failed += 1
    await this.goOn(batchId, failed)
  }

  async list(query: Input<typeof listRefundBatches>['query']): Promise<Output<typeof listRefundBatches>> {
    const where = [sql`true`]
    if (query.status) where.push(sql`b.status = ${query.status}`)
    if (query.event_id) where.push(sql`b.event_id = ${query.event_id}`)
    const found = sql`WHERE ${sql.join(where, sql` AND `)}`
    const rows = await this.read(sql`${found} ORDER BY b.created_at DESC, b.id LIMIT ${query.limit} OFFSET ${query.offset}`)
    return { items: rows.map(shapeOf), total: await totalOf(this.database.read, sql`FROM event_refund_batch b ${found}`) }
  }

  /** Failed lines are tried again, at once. @throws DomainError invalid_transition when nothing has failed */
  async retry(id: string): Promise<RefundBatch> {
    await this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const moved = await tx
        .updateTable('event_refund_batch')
        .set((eb) => ({ status: 'running', last_error: null, updated_at: now, version: eb('version', '+', 1) }))
        .where('id', '=', id)
        .where('status', '=', 'stuck')
        .returning('id')
        .executeTakeFirst()
      if (!moved) throw new DomainError((await this.exists(tx, id)) ? 'invalid_transition' : 'not_found')
      await tx
        .updateTable('event_refund_item')
        .set({ status: 'pending', attempts: 0, updated_at: now })
        .where('batch_id', '=', id)
        .where('status', '=', 'failed')
        .execute()
      await schedule(tx, { kind: timerKinds.refundBatch, ref: id, dueAt: now })
    })
    const [row] = await this.read(sql`WHERE b.id = ${id}`)
    return shapeOf(row!)
  }

  private async exists(tx: Tx, id: string): Promise<boolean> {
    return (await tx.selectFrom('event_refund_batch').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
  }

  private async refund(
    batch: { id: string; event_date_id: string | null; reason: string; cause: string },
    item: { order_line_id: string; attempts: number },
  ): Promise<boolean> {
    const now = this.clock.now()
    const ctx = RequestContext.system('event-refund')
    const lineId = item.order_line_id
    const tickets = await this.database.read
      .selectFrom('event_ticket')
      .select('id')
      .where('order_line_id', '=', lineId)
      .where('status', 'in', ['valid', 'checked_in', 'blocked', 'expired'])
      .execute()
    const done = async (tx: Tx, amount: number) => {
      await tx
        .updateTable('event_refund_item')
        .set({ status: 'done', error: null, updated_at: now })
        .where('order_line_id', '=', lineId)
        .where('status', '=', 'pending')
        .execute()
      await tx
        .updateTable('event_refund_batch')
        .set((eb) => ({ refunded_amount: eb('refunded_amount', '+', amount), updated_at: now }))
        .where('id', '=', batch.id)
        .execute()
    }
    try {
      if (tickets.length === 0) {
        // given back by its holder meanwhile
        await this.database.transaction((tx) => done(tx, 0))
        return true
      }
      const ids = tickets.map((ticket) => ticket.id)
      const cause = batch.cause === 'admin' ? 'admin' : 'vendor'
      const { refund } = await this.orderLines.quote(ctx, lineId, { cause })
      await this.orderLines.end(ctx, lineId, { cause, reason: batch.reason, keepAmount: 0 }, async (tx) => {
        const { tickets: ended } = await endTickets(tx, ids, 'refunded', { ctx, now, reason: batch.reason })
        if (ended.length !== ids.length)
          throw new DomainError('invalid_transition', { details: { order_line_id: lineId, reason: 'tickets_changed' } })
        await sql`UPDATE event_ticket SET refunded_amount = price_amount WHERE id = ANY (${ids}::text[])`.execute(tx)
        await done(tx, refund.amount)
      })
      return true
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      await this.database.read
        .updateTable('event_refund_item')
        .set({
          attempts: item.attempts + 1,
          status: item.attempts + 1 >= mostAttempts ? 'failed' : 'pending',
          error: error.code,
          updated_at: now,
        })
        .where('order_line_id', '=', lineId)
        .execute()
      return false
    }
  }

  private async goOn(batchId: string, failed: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const { rows } = await sql<{ open: number; failed: number; error: string | null }>`
        SELECT count(*) FILTER (WHERE status = 'pending')::int AS open, count(*) FILTER (WHERE status = 'failed')::int AS failed,
          max(error) FILTER (WHERE status <> 'done') AS error
        FROM event_refund_item WHERE batch_id = ${batchId}`.execute(tx)
      const state = rows[0]!
      if (state.open > 0) {
        // what failed just now gets a moment; what was not tried yet does not wait
        await schedule(tx, { kind: timerKinds.refundBatch, ref: batchId, dueAt: failed > 0 ? later(now, seconds(30)) : now })
        return
      }
      const status = state.failed > 0 ? 'stuck' : 'done'
      await tx
        .updateTable('event_refund_batch')
        .set((eb) => ({
          status,
          last_error: state.error,
          finished_at: status === 'done' ? now : null,
          updated_at: now,
          version: eb('version', '+', 1),
        }))
        .where('id', '=', batchId)
        .where('status', '=', 'running')
        .execute()
    })
  }

  private async read(tail: ReturnType<typeof sql>): Promise<BatchRow[]> {
    const { rows } = await sql<BatchRow>`
      SELECT b.*, e.title, e.vendor_id, n.lines, n.done, n.failed
      FROM event_refund_batch b JOIN event_event e ON e.id = b.event_id
      CROSS JOIN LATERAL (SELECT count(*)::int AS lines, count(*) FILTER (WHERE status = 'done')::int AS done, count(*) FILTER (WHERE status = 'failed')::int AS failed
        FROM event_refund_item WHERE batch_id = b.id) n ${tail}`.execute(this.database.read)
    return rows
  }
}

interface BatchRow {
  id: string
  event_id: string
  event_date_id: string | null
  title: I18nText
  vendor_id: string
  reason: string
  status: RefundBatch['status']
  lines: number
  done: number
  failed: number
  refunded_amount: number
  currency_code: string
  last_error: string | null
  created_at: Date
  finished_at: Date | null
}

const shapeOf = (row: BatchRow): RefundBatch => ({
  id: row.id,
  event_id: row.event_id,
  event_date_id: row.event_date_id,
  event_title: row.title,
  vendor_id: row.vendor_id,
  reason: row.reason,
  status: row.status,
  lines: row.lines,
  done: row.done,
  failed: row.failed,
  refunded: { amount: row.refunded_amount, currency: row.currency_code },
  last_error: row.last_error,
  created_at: row.created_at.toISOString(),
  finished_at: row.finished_at?.toISOString() ?? null,
})
