import { type Log, Metrics } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { AuditChain } from '../audit/audit-chain.ts'
import { Clock, days, later } from '../clock/clock.ts'
import { Database } from '../db/database.ts'
import { Notifications } from '../db/notifications.ts'
import { Lease } from '../lease/lease.ts'
import { LOG } from '../log/log.ts'
import { Mailer } from '../mail/mailer.ts'
import { OutboxRelay } from '../outbox/outbox-relay.ts'
import { TenantContext } from '../tenant/tenant-context.ts'
import { schedule } from '../timer/schedule.ts'
import { TimerHandlers } from '../timer/timer-handlers.ts'
import { TimerScheduler } from '../timer/timer-scheduler.ts'
import { DailyWork } from './daily-work.ts'

const daily = 'platform.daily'

/** Something that works only while this process holds the tenant's lease, and never in quarantine. */
export interface BackgroundWorker {
  start(): void | Promise<void>
  stop(): void | Promise<void>
  wake?(): void | Promise<void>
}

/** Starts and stops everything that runs beside requests: relay, timers, audit chain, mail, workflows. */
@Injectable()
export class Background {
  readonly #workers: BackgroundWorker[]
  #working = false

  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    private readonly lease: Lease,
    private readonly tenant: TenantContext,
    private readonly clock: Clock,
    private readonly chain: AuditChain,
    relay: OutboxRelay,
    private readonly timers: TimerScheduler,
    private readonly dailyWork: DailyWork,
    mailer: Mailer,
    handlers: TimerHandlers,
    metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.#workers = [relay, timers, chain, mailer]
    handlers.on(daily, async () => this.#daily())
    metrics.gauge('lease_held', '1 while this process runs timers, relay and workflows', () => (lease.held ? 1 : 0))
    lease.onGained(() => this.#begin())
    lease.onLost(() => this.#attempt(() => this.#end()))
    database.onCommitted(() => {
      if (!lease.held)
        notifications.send('work', '').catch((error: unknown) => log.warn({ error }, 'the holder of the lease could not be told'))
    })
    notifications.on('work', () => this.#wake())
    tenant.onChange((document, before) => {
      if (document.quarantined === before.quarantined || !lease.held) return
      this.#attempt(() => (document.quarantined ? this.#end() : this.#begin()))
    })
  }

  /** Another process of this tenant has committed something to act on. */
  #wake(): void {
    if (this.#working) for (const worker of this.#workers) this.#attempt(async () => worker.wake?.())
  }

  /** Nobody waits for these; a database that is away is tried again with the next round of the lease. */
  #attempt(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.log.warn({ error }, 'background work could not be started or stopped'))
  }

  /** Adds a worker before `start` (the workflow engine). */
  add(worker: BackgroundWorker): void {
    this.#workers.push(worker)
  }

  /** @param standby another process serves this tenant: nothing is run, nor asked for, before `takeOver` */
  async start(standby = false): Promise<void> {
    await this.notifications.start()
    if (!standby) await this.lease.start()
  }

  /**
   * Runs everything as soon as the process that served before gives the lease up.
   * @param milliseconds longest time to wait for that
   * @returns whether this process holds the lease
   */
  takeOver(milliseconds: number): Promise<boolean> {
    return this.lease.contend(milliseconds)
  }

  /** Lets running work end, then gives the lease up. */
  async stop(): Promise<void> {
    await this.#end()
    await this.lease.stop()
  }

  /** Earliest future effect; null in quarantine and when nothing is due. */
  async nextDueAt(): Promise<Date | null> {
    return this.tenant.document.quarantined ? null : this.timers.nextDueAt()
  }

  async #begin(): Promise<void> {
    if (this.#working || this.tenant.document.quarantined) return
    this.#working = true
    try {
      await this.#ensureDaily()
      for (const worker of this.#workers) await worker.start()
    } catch (error) {
      await this.#end()
      throw error
    }
    this.log.debug({ fence: this.lease.fence }, 'this process runs timers and relay')
  }

  async #end(): Promise<void> {
    if (!this.#working) return
    this.#working = false
    await Promise.all(this.#workers.map((worker) => worker.stop()))
  }

  async #ensureDaily(): Promise<void> {
    const there = await this.database.read.selectFrom('timer').select('id').where('kind', '=', daily).executeTakeFirst()
    if (there) return
    await this.database.transaction((tx) =>
      schedule(tx, { kind: daily, ref: 'tenant', dueAt: later(this.clock.now(), days(1)), everySeconds: 86_400 }),
    )
  }

  /** Anchor of the audit chain; purge of what has served its time (00-conventions: keys 24 h; outbox 30 d). */
  async #daily(): Promise<void> {
    const now = this.clock.now()
    await this.chain.anchor()
    await this.database.read
      .deleteFrom('idempotency_key')
      .where('created_at', '<', later(now, -days(1)))
      .execute()
    await this.database.read
      .deleteFrom('outbox_event')
      .where('status', '=', 'delivered')
      .where('delivered_at', '<', later(now, -days(30)))
      .execute()
    await this.database.read
      .deleteFrom('consumed_event')
      .where('consumed_at', '<', later(now, -days(31)))
      .execute()
    await this.database.read
      .deleteFrom('event_delivery')
      .where('status', '=', 'delivered')
      .where('updated_at', '<', later(now, -days(30)))
      .execute()
    await this.database.read
      .deleteFrom('revoked_session')
      .where('revoked_at', '<', later(now, -days(31)))
      .execute()
    await this.dailyWork.run(now)
  }
}
