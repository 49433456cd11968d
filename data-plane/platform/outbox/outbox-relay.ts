import { type Log, Metrics } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Rounds } from '../background/rounds.ts'
import { Clock, later } from '../clock/clock.ts'
import { Database, type HandWritten, sendAlong, type Tx } from '../db/database.ts'
import { LOG } from '../log/log.ts'
import { backoff } from '../timer/backoff.ts'
import { schedule } from '../timer/schedule.ts'
import { TimerHandlers } from '../timer/timer-handlers.ts'
import { type Consumer, type DomainEvent, EventHandlers } from './event-handlers.ts'

interface EventRow {
  id: string
  event_type: string
  aggregate_type: string
  aggregate_id: string
  aggregate_version: number
  payload: Record<string, unknown>
  envelope: DomainEvent['envelope']
  occurred_at: Date
}

interface Delivery {
  consumer: Consumer
  event: DomainEvent
}

const batch = 50
/** One checkout commits twice within this; a burst of them many times. */
const gatherMilliseconds = 30
const retryTimer = 'platform.outbox.retry'

const pendingEvents: HandWritten<EventRow> = {
  text: `select id, event_type, aggregate_type, aggregate_id, aggregate_version, payload, envelope, occurred_at from outbox_event
    where status = 'pending' order by id limit ${batch} for update skip locked`,
  values: [],
}
/** Later events of an aggregate may have to wait behind one of these. */
const anyPendingDelivery: HandWritten<{ event_id: string }> = {
  text: `select event_id from event_delivery where status = 'pending' limit 1`,
  values: [],
}

/**
 * Delivers events right after their commit: in order per aggregate and consumer, at least once. A handler's rows, the
 * mark that the consumer has had the event and the event's own status commit together. A failed delivery is kept in
 * `event_delivery` and tried again by timer; later events of that aggregate wait behind it, other aggregates do not.
 */
@Injectable()
export class OutboxRelay {
  readonly #rounds: Rounds

  constructor(
    private readonly database: Database,
    private readonly handlers: EventHandlers,
    private readonly clock: Clock,
    timers: TimerHandlers,
    metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.#rounds = new Rounds({
      gather: gatherMilliseconds,
      work: () => this.#drain(),
      failed: (error) => this.log.error({ error }, 'the relay could not read the outbox'),
    })
    database.onCommitted((signals) => {
      if (signals.some((signal) => signal.kind === 'event')) this.#rounds.soon()
    })
    timers.on(retryTimer, () => this.retryDue())
    metrics.gauge('outbox_pending', 'Events not yet relayed', () => this.#count('outbox_event', 'pending'))
    metrics.gauge('outbox_dead_letters', 'Deliveries given up until requeued', () => this.#count('event_delivery', 'dead'))
  }

  start(): void {
    this.#rounds.start()
  }

  stop(): Promise<void> {
    return this.#rounds.stop()
  }

  /** Relays what is pending, now. */
  wake(): void {
    this.#rounds.wake()
  }

  /** Resolves when everything pending at the moment of the call has been relayed once. */
  settled(): Promise<void> {
    return this.#rounds.settled()
  }

  /** Tries the failed deliveries whose wait is over; a dead or delivered one lets its followers go on. */
  async retryDue(): Promise<void> {
    for (;;) {
      const tried = await this.database.transaction((tx) => this.#retryOne(tx))
      if (!tried) return
    }
  }

  async #drain(): Promise<void> {
    while (this.#rounds.running) {
      const handled = await this.#relayBatch()
      if (handled < batch) return
    }
  }

  /**
   * One relay at a time per tenant, also in the moment when the lease changes hands: the order of an aggregate holds. Hardly
   * any batch has a failure in it: it is delivered in one go, and when something fails anew, each consumer for itself.
   */
  async #relayBatch(): Promise<number> {
    try {
      return await this.database.transaction((tx) => this.#relay(tx, true))
    } catch (error) {
      this.log.warn({ error }, 'events could not be delivered together: one after the other now')
      return this.database.transaction((tx) => this.#relay(tx, false))
    }
  }

  async #relay(tx: Tx, together: boolean): Promise<number> {
    sendAlong(tx, { text: `select pg_advisory_xact_lock(hashtext('cityos outbox relay'))`, values: [] })
    const [rows, failedBefore] = await this.database.together(tx, [pendingEvents, anyPendingDelivery])
    if (rows.length === 0) return 0
    const events = rows.map(asEvent).sort((a, b) => a.aggregate.version - b.aggregate.version || (a.id < b.id ? -1 : 1))
    const deliveries = events.flatMap((event) => this.handlers.for(event.type).map((consumer) => ({ consumer, event })))
    if (together && failedBefore.length === 0) await this.#deliverTogether(tx, deliveries)
    else for (const { consumer, event } of deliveries) await this.#deliver(tx, consumer, event, 0)
    sendAlong(tx, {
      text: `update outbox_event set status = 'delivered', delivered_at = $1 where id = any ($2::text[])`,
      values: [this.clock.now(), rows.map((row) => row.id)],
    })
    return rows.length
  }

  async #deliverTogether(tx: Tx, deliveries: readonly Delivery[]): Promise<void> {
    if (deliveries.length === 0) return
    const { rows: fresh } = await sql<{ consumer: string; event_id: string }>`
      insert into consumed_event (consumer, event_id, consumed_at)
      select consumer, event_id, ${this.clock.now()} from unnest(${deliveries.map(({ consumer }) => consumer.name)}::text[],
        ${deliveries.map(({ event }) => event.id)}::text[]) as delivery (consumer, event_id)
      on conflict do nothing returning consumer, event_id`.execute(tx)
    const wanted = new Set(fresh.map((row) => `${row.event_id} ${row.consumer}`))
    for (const { consumer, event } of deliveries) if (wanted.has(`${event.id} ${consumer.name}`)) await consumer.handle(tx, event)
  }

  /** @param attempts earlier tries of this delivery */
  async #deliver(tx: Tx, consumer: Consumer, event: DomainEvent, attempts: number): Promise<void> {
    if (attempts === 0 && (await this.#waitsBehind(tx, consumer, event))) {
      await this.#keep(tx, consumer, event, { attempts: 0, error: null })
      return
    }
    sendAlong(tx, { text: 'savepoint delivery', values: [] })
    try {
      const first = await tx
        .insertInto('consumed_event')
        .values({ consumer: consumer.name, event_id: event.id, consumed_at: this.clock.now() })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      if (first.numInsertedOrUpdatedRows === 1n) await consumer.handle(tx, event)
      await sql`release savepoint delivery`.execute(tx)
      if (attempts > 0) await this.#mark(tx, consumer, event, 'delivered')
    } catch (error) {
      await sql`rollback to savepoint delivery`.execute(tx)
      this.log.warn(
        { error, consumer: consumer.name, event_id: event.id, event_type: event.type, attempts: attempts + 1 },
        'event delivery failed',
      )
      await this.#keep(tx, consumer, event, { attempts: attempts + 1, error })
    }
  }

  async #waitsBehind(tx: Tx, consumer: Consumer, event: DomainEvent): Promise<boolean> {
    const earlier = await tx
      .selectFrom('event_delivery')
      .select('event_id')
      .where('consumer', '=', consumer.name)
      .where('aggregate_type', '=', event.aggregate.type)
      .where('aggregate_id', '=', event.aggregate.id)
      .where('status', '=', 'pending')
      .where('event_id', '<>', event.id)
      .limit(1)
      .executeTakeFirst()
    return earlier !== undefined
  }

  async #keep(tx: Tx, consumer: Consumer, event: DomainEvent, state: { attempts: number; error: unknown }): Promise<void> {
    const now = this.clock.now()
    const wait = state.attempts === 0 ? 0 : backoff(state.attempts)
    const nextAttemptAt = later(now, wait ?? 0)
    const values = {
      status: wait === null ? 'dead' : 'pending',
      attempts: state.attempts,
      next_attempt_at: nextAttemptAt,
      last_error: state.error === null ? null : String(state.error instanceof Error ? state.error.message : state.error).slice(0, 500),
      updated_at: now,
    }
    await tx
      .insertInto('event_delivery')
      .values({
        event_id: event.id,
        consumer: consumer.name,
        aggregate_type: event.aggregate.type,
        aggregate_id: event.aggregate.id,
        aggregate_version: event.aggregate.version,
        created_at: now,
        ...values,
      })
      .onConflict((conflict) => conflict.columns(['event_id', 'consumer']).doUpdateSet(values))
      .execute()
    if (wait !== null && state.attempts > 0) await this.#scheduleRetry(tx)
  }

  async #mark(tx: Tx, consumer: Consumer, event: DomainEvent, status: string): Promise<void> {
    await tx
      .updateTable('event_delivery')
      .set({ status, updated_at: this.clock.now(), last_error: null })
      .where('event_id', '=', event.id)
      .where('consumer', '=', consumer.name)
      .execute()
  }

  /** One timer for all retries, at the earliest of them. */
  async #scheduleRetry(tx: Tx): Promise<void> {
    const next = await tx
      .selectFrom('event_delivery')
      .select((eb) => eb.fn.min('next_attempt_at').as('at'))
      .where('status', '=', 'pending')
      .where('attempts', '>', 0)
      .executeTakeFirst()
    if (next?.at) await schedule(tx, { kind: retryTimer, ref: 'all', dueAt: next.at })
  }

  /** Tries the first delivery that is due and stands first in its (consumer, aggregate). @returns whether there was one */
  async #retryOne(tx: Tx): Promise<boolean> {
    const { rows } = await sql<EventRow & { consumer: string; attempts: number }>`
      select e.id, e.event_type, e.aggregate_type, e.aggregate_id, e.aggregate_version, e.payload, e.envelope, e.occurred_at, d.consumer, d.attempts
      from event_delivery d join outbox_event e on e.id = d.event_id
      where d.status = 'pending' and d.next_attempt_at <= ${this.clock.now()}
        and not exists (
          select 1 from event_delivery p
          where p.consumer = d.consumer and p.aggregate_type = d.aggregate_type and p.aggregate_id = d.aggregate_id and p.status = 'pending'
            and (p.aggregate_version, p.event_id) < (d.aggregate_version, d.event_id))
      order by d.next_attempt_at, d.event_id limit 1 for update of d skip locked`.execute(tx)
    const row = rows[0]
    if (!row) {
      await this.#scheduleRetry(tx)
      return false
    }
    const event = asEvent(row)
    const consumer = this.handlers.get(row.consumer)
    if (!consumer) await this.#markOrphan(tx, row.consumer, event)
    else await this.#deliver(tx, consumer, event, Math.max(1, row.attempts))
    return true
  }

  /** Its consumer no longer exists in this release: nothing to deliver to. */
  async #markOrphan(tx: Tx, consumer: string, event: DomainEvent): Promise<void> {
    await tx
      .updateTable('event_delivery')
      .set({ status: 'dead', last_error: 'no such consumer', updated_at: this.clock.now() })
      .where('event_id', '=', event.id)
      .where('consumer', '=', consumer)
      .execute()
  }

  async #count(table: 'outbox_event' | 'event_delivery', status: string): Promise<number> {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)} where status = ${status}`.execute(
      this.database.read,
    )
    return rows[0]?.count ?? 0
  }
}

function asEvent(row: EventRow): DomainEvent {
  return {
    id: row.id,
    type: row.event_type,
    aggregate: { type: row.aggregate_type, id: row.aggregate_id, version: row.aggregate_version },
    payload: row.payload,
    envelope: row.envelope,
    occurredAt: row.occurred_at,
  }
}
