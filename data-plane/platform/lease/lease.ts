import { newId } from '@cityos/contract'
import type { Log } from '@cityos/http'
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common'
import { Notifications } from '../db/notifications.ts'
import { LOG } from '../log/log.ts'

const heldSeconds = 60
const renewMilliseconds = 20_000
const retryMilliseconds = 2_000
/** What processes of a tenant tell each other about it. */
const topic = 'lease'

/**
 * One process per tenant runs timers, relay and workflows; during an upgrade two processes serve the same database.
 * The lease is a row: it ends by time, or at once when its holder's database session is gone (a killed process, a
 * broken connection). The holder hears of a broken connection in the same moment and stops before it does anything else.
 */
@Injectable()
export class Lease implements OnApplicationShutdown {
  readonly holder = newId('own')
  #held = false
  #fence = 0
  #stopped = true
  #timeout: NodeJS.Timeout | undefined
  /** The round that is under way: two at once could both find that they have just won. */
  #rounding: Promise<void> | undefined
  #again = false
  readonly #gained: (() => Promise<void>)[] = []
  readonly #lost: (() => void)[] = []
  readonly #awaiting = new Set<() => void>()

  constructor(
    private readonly notifications: Notifications,
    @Inject(LOG) private readonly log: Log,
  ) {
    notifications.onDisconnect(() => {
      if (this.#held) this.#lose()
    })
    notifications.onReconnect(() => this.#arm(0))
    // The holder has just given it up.
    notifications.on(topic, () => {
      if (!this.#held) this.#arm(0)
    })
  }

  get held(): boolean {
    return this.#held
  }

  /** Grows with every change of holder: work of a former holder is recognisable by its lower number. */
  get fence(): number {
    return this.#fence
  }

  onGained(listener: () => Promise<void>): void {
    this.#gained.push(listener)
  }

  onLost(listener: () => void): void {
    this.#lost.push(listener)
  }

  /** Tries at once, then goes on trying or renewing until stopped. */
  async start(): Promise<void> {
    this.#stopped = false
    await this.#round()
  }

  /**
   * Asks for it now and goes on asking, until it is held or the time is up; asking goes on after that.
   * @returns whether it is held
   */
  async contend(milliseconds: number): Promise<boolean> {
    const until = performance.now() + milliseconds
    await this.start()
    while (!this.#held && performance.now() < until) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timeout = setTimeout(resolve, until - performance.now())
      this.#awaiting.add(resolve)
      await promise
      clearTimeout(timeout)
      this.#awaiting.delete(resolve)
    }
    return this.#held
  }

  /**
   * Asks the database whether this process still is the holder; one that is not gives up at once. For work that must not
   * go on beside another holder's: a session may have ended without this side having heard of it.
   */
  async confirm(): Promise<boolean> {
    if (!this.#held) return false
    const mine = await this.#isMine().catch((error: unknown) => {
      this.log.warn({ error }, 'the lease could not be confirmed')
      return false
    })
    if (mine) return true
    if (this.#held) this.#lose()
    this.#arm(retryMilliseconds)
    return false
  }

  async #isMine(): Promise<boolean> {
    const answer = await this.notifications.connection?.ask('SELECT 1 FROM lease WHERE name = $1 AND holder = $2 AND fence = $3', [
      'tenant',
      this.holder,
      this.#fence,
    ])
    return answer?.rowCount === 1
  }

  /** Gives the lease up and says so, so that another process need not wait. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timeout)
    await this.#rounding
    if (!this.#held) return
    this.#lose()
    await this.notifications.connection?.ask('DELETE FROM lease WHERE name = $1 AND holder = $2', ['tenant', this.holder])
    await this.notifications.send(topic, '')
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stop()
  }

  #round(): Promise<void> {
    if (this.#rounding) {
      this.#again = true
      return this.#rounding
    }
    this.#rounding = this.#try().finally(() => {
      this.#rounding = undefined
      this.#arm(this.#again && !this.#held ? 0 : this.#held ? renewMilliseconds : retryMilliseconds)
      this.#again = false
      for (const resolve of this.#awaiting) resolve()
    })
    return this.#rounding
  }

  async #try(): Promise<void> {
    const before = this.#held
    try {
      const fence = this.#stopped && !before ? null : await this.#claim()
      this.#held = fence !== null
      if (fence !== null) this.#fence = fence
      if (this.#held && !before) for (const listener of this.#gained) await listener()
    } catch (error) {
      this.#held = false
      this.log.warn({ error }, 'the lease could not be taken or renewed')
    }
    if (!this.#held && before) this.#lose()
  }

  #lose(): void {
    this.#held = false
    for (const listener of this.#lost) listener()
  }

  #arm(milliseconds: number): void {
    clearTimeout(this.#timeout)
    if (this.#stopped) return
    this.#timeout = setTimeout(() => void this.#round(), milliseconds)
    this.#timeout.unref()
  }

  /** Takes or renews the row; time is the database's, because the holders' clocks may differ. */
  async #claim(): Promise<number | null> {
    const connection = this.notifications.connection
    if (!connection) return null
    const { rows } = await connection.ask<{ fence: number }>(
      `INSERT INTO lease (name, holder, fence, backend_pid, backend_start, expires_at)
       SELECT 'tenant', $1, 1, pid, backend_start::text, now() + make_interval(secs => $2) FROM pg_stat_activity WHERE pid = pg_backend_pid()
       ON CONFLICT (name) DO UPDATE SET
         fence = CASE WHEN lease.holder = excluded.holder THEN lease.fence ELSE lease.fence + 1 END,
         holder = excluded.holder, backend_pid = excluded.backend_pid, backend_start = excluded.backend_start, expires_at = excluded.expires_at
       WHERE lease.holder = excluded.holder OR lease.expires_at < now()
          OR NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.pid = lease.backend_pid AND a.backend_start::text = lease.backend_start)
       RETURNING fence`,
      [this.holder, heldSeconds],
    )
    return rows[0]?.fence ?? null
  }
}
