import { type Log, Metrics, RequestContext } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Clock, later, seconds } from '../clock/clock.ts'
import { Database } from '../db/database.ts'
import { LOG } from '../log/log.ts'
import { TenantContext } from '../tenant/tenant-context.ts'
import { backoff } from './backoff.ts'
import { type DueTimer, TimerHandlers } from './timer-handlers.ts'

const lockMilliseconds = seconds(60)
const batch = 20
const longestTimeout = 2 ** 31 - 1

interface ClaimedTimer extends DueTimer {
  revision: number
  everySeconds: number | null
}

/**
 * Runs timers when they are due: a precise timeout to the earliest row, claimed with SKIP LOCKED, so that a second
 * process can never run the same one at the same time. Runs only while this process holds the tenant's lease.
 */
@Injectable()
export class TimerScheduler {
  #running = false
  #armedFor = Number.POSITIVE_INFINITY
  #timeout: NodeJS.Timeout | undefined
  #round: Promise<void> | undefined
  #again = false
  #paused = 0
  readonly #inFlight = new Set<string>()

  constructor(
    private readonly database: Database,
    private readonly handlers: TimerHandlers,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    @Inject(LOG) private readonly log: Log,
    metrics: Metrics,
  ) {
    metrics.gauge('timers_due', 'Timers whose moment has passed', () => this.#overdue())
    database.onCommitted((signals) => {
      for (const signal of signals) if (signal.kind === 'timer') this.#expect(signal.dueAt)
    })
    clock.onJump(() => this.wake())
    tenant.onChange(() => this.wake())
  }

  start(): void {
    this.#running = true
    this.wake()
  }

  /** Stops taking timers and waits for those that run. */
  async stop(): Promise<void> {
    this.#running = false
    clearTimeout(this.#timeout)
    this.#armedFor = Number.POSITIVE_INFINITY
    await this.#round
  }

  /**
   * Runs `work` while no timer runs in this process: what it writes as if on other days takes effect once it is whole,
   * not in its middle, where a deadline that has long passed would undo it.
   */
  async pausedFor<T>(work: () => Promise<T>): Promise<T> {
    this.#paused += 1
    try {
      await this.#round
      return await work()
    } finally {
      this.#paused -= 1
      this.wake()
    }
  }

  /** Looks for due timers now. */
  wake(): void {
    if (!this.#running || this.#paused > 0) return
    if (this.#round) {
      this.#again = true
      return
    }
    this.#round = this.#runDue()
      .catch((error: unknown) => {
        this.log.error({ error }, 'timers could not be read')
        this.#arm(later(this.clock.now(), seconds(5)))
      })
      .finally(() => {
        this.#round = undefined
        if (this.#again) {
          this.#again = false
          this.wake()
        }
      })
  }

  /** The earliest moment at which something is to be done; null when nothing is. */
  async nextDueAt(): Promise<Date | null> {
    const { rows } = await sql<{ due_at: Date | null }>`
      select min(greatest(due_at, coalesce(locked_until, due_at))) as due_at from timer
      where status = 'pending' and kind = any(${this.#kinds()})`.execute(this.database.read)
    return rows[0]?.due_at ?? null
  }

  #kinds(): string[] {
    return this.handlers.active(this.tenant.document.verticals)
  }

  #expect(dueAt: Date): void {
    if (this.#running && dueAt.getTime() < this.#armedFor) this.#arm(dueAt)
  }

  #arm(dueAt: Date | null): void {
    clearTimeout(this.#timeout)
    this.#armedFor = dueAt?.getTime() ?? Number.POSITIVE_INFINITY
    if (!dueAt || !this.#running) return
    const wait = Math.min(longestTimeout, Math.max(0, dueAt.getTime() - this.clock.now().getTime()))
    this.#timeout = setTimeout(() => this.wake(), wait)
    this.#timeout.unref()
  }

  async #runDue(): Promise<void> {
    while (this.#running && this.#paused === 0) {
      const claimed = await this.#claim()
      if (claimed.length === 0) break
      await Promise.all(claimed.map((timer) => this.#run(timer)))
    }
    if (!this.#running) return
    // one that is scheduled while the rows are read may be earlier than what they say
    this.#arm(null)
    const next = await this.nextDueAt()
    if (next) this.#expect(next)
  }

  async #claim(): Promise<ClaimedTimer[]> {
    const now = this.clock.now()
    const { rows } = await sql<{
      id: string
      kind: string
      ref: string
      due_at: Date
      payload: Record<string, unknown>
      attempts: number
      revision: number
      every_seconds: number | null
    }>`
      update timer set locked_until = ${later(now, lockMilliseconds)}, attempts = attempts + 1
      where id in (
        select id from timer
        where status = 'pending' and due_at <= ${now} and (locked_until is null or locked_until <= ${now})
          and kind = any(${this.#kinds()}) and id <> all(${[...this.#inFlight]})
        order by due_at limit ${batch} for update skip locked)
      returning id, kind, ref, due_at, payload, attempts, revision, every_seconds`.execute(this.database.read)
    return rows.map(({ due_at, every_seconds, ...row }) => ({ ...row, dueAt: due_at, everySeconds: every_seconds }))
  }

  async #run(timer: ClaimedTimer): Promise<void> {
    this.#inFlight.add(timer.id)
    const ctx = RequestContext.system(`timer:${timer.kind}`, { log: this.log })
    try {
      await this.handlers.get(timer.kind)?.(ctx, timer)
      await this.#finish(timer)
    } catch (error) {
      ctx.log.warn({ error, kind: timer.kind, ref: timer.ref, attempts: timer.attempts }, 'timer failed')
      await this.#failed(timer, error)
    } finally {
      this.#inFlight.delete(timer.id)
    }
  }

  /** Gone when done, unless its handler has scheduled it anew meanwhile; a recurring one moves on to its next moment. */
  async #finish(timer: ClaimedTimer): Promise<void> {
    const mine = this.database.read
    if (timer.everySeconds === null) {
      await mine.deleteFrom('timer').where('id', '=', timer.id).where('revision', '=', timer.revision).execute()
      return
    }
    const period = seconds(timer.everySeconds)
    const missed = Math.max(0, Math.floor((this.clock.now().getTime() - timer.dueAt.getTime()) / period))
    await mine
      .updateTable('timer')
      .set({ due_at: later(timer.dueAt, period * (missed + 1)), locked_until: null, attempts: 0, last_error: null })
      .where('id', '=', timer.id)
      .where('revision', '=', timer.revision)
      .execute()
  }

  async #failed(timer: ClaimedTimer, error: unknown): Promise<void> {
    const wait = backoff(timer.attempts)
    await this.database.read
      .updateTable('timer')
      .set({
        last_error: String(error instanceof Error ? error.message : error).slice(0, 500),
        ...(wait === null ? { status: 'dead', locked_until: null } : { locked_until: later(this.clock.now(), wait) }),
      })
      .where('id', '=', timer.id)
      .where('revision', '=', timer.revision)
      .execute()
  }

  async #overdue(): Promise<number> {
    const { count } = await this.database.read
      .selectFrom('timer')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('status', '=', 'pending')
      .where('due_at', '<', this.clock.now())
      .executeTakeFirstOrThrow()
    return count
  }
}
