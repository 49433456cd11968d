import { Injectable } from '@nestjs/common'
import { Clock } from '../clock/clock.ts'
import { Database, jsonb, type Tx } from '../db/database.ts'
import { Notifications } from '../db/notifications.ts'
import { schedule } from '../timer/schedule.ts'
import { TimerHandlers } from '../timer/timer-handlers.ts'

const wakeKind = 'workflow.wake'

/** Waiting inside workflows: for a moment (a timer row, so that a sleeping tenant is woken for it) and for signals. */
@Injectable()
export class WorkflowSignals {
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly notifications: Notifications,
    timers: TimerHandlers,
  ) {
    timers.on(wakeKind, async (_ctx, timer) => this.#wake(String(timer.payload['workflow_id'])))
    notifications.on('workflow', (workflowId) => this.#wake(workflowId))
    notifications.onReconnect(() => {
      for (const workflowId of this.#waiting.keys()) this.#wake(workflowId)
    })
    clock.onJump(() => {
      for (const workflowId of this.#waiting.keys()) this.#wake(workflowId)
    })
  }

  /** Writes a signal; the first of a name counts, later ones change nothing. Call `announce` after the commit. */
  async write(tx: Tx, workflowId: string, signal: string, payload: unknown): Promise<void> {
    await tx
      .insertInto('workflow_signal')
      .values({ workflow_id: workflowId, signal, payload: jsonb(payload), sent_at: this.clock.now() })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }

  /** Tells whoever waits, here or in another process. */
  async announce(workflowId: string): Promise<void> {
    this.#wake(workflowId)
    await this.notifications.send('workflow', workflowId)
  }

  /**
   * Resolves when `signal` is there (its payload) or the deadline has passed (null).
   * @param signal null waits for the deadline alone
   */
  async wait(workflowId: string, signal: string | null, deadline: Date): Promise<{ payload: unknown } | null> {
    await this.database.transaction((tx) =>
      schedule(tx, {
        kind: wakeKind,
        ref: `${workflowId}:${signal ?? deadline.toISOString()}`,
        dueAt: deadline,
        payload: { workflow_id: workflowId },
      }),
    )
    for (;;) {
      const { promise: woken, resolve } = Promise.withResolvers<void>()
      const listeners = this.#waiting.get(workflowId) ?? new Set()
      this.#waiting.set(workflowId, listeners.add(resolve))
      try {
        const row = signal === null ? undefined : await this.#read(workflowId, signal)
        if (row) return { payload: row.payload }
        if (this.clock.now() >= deadline) return null
        await woken
      } finally {
        listeners.delete(resolve)
        if (listeners.size === 0) this.#waiting.delete(workflowId)
      }
    }
  }

  async #read(workflowId: string, signal: string): Promise<{ payload: unknown } | undefined> {
    return this.database.read
      .selectFrom('workflow_signal')
      .select('payload')
      .where('workflow_id', '=', workflowId)
      .where('signal', '=', signal)
      .executeTakeFirst()
  }

  #wake(workflowId: string): void {
    for (const resolve of [...(this.#waiting.get(workflowId) ?? [])]) resolve()
  }
}
