import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'

/** A timer whose moment has come. `dueAt` is the moment that counts, however late it runs. */
export interface DueTimer {
  id: string
  kind: string
  ref: string
  dueAt: Date
  payload: Record<string, unknown>
  attempts: number
}

/** Must be idempotent: a timer may run late, and twice after a crash. */
export type TimerHandler = (ctx: RequestContext, timer: DueTimer) => Promise<void>

interface Registered {
  handle: TimerHandler
  vertical: string | null
}

/** Which code runs for which kind of timer; filled at boot. */
@Injectable()
export class TimerHandlers {
  readonly #handlers = new Map<string, Registered>()

  /** @param options.vertical its timers rest while the vertical is off */
  on(kind: string, handle: TimerHandler, options: { vertical?: string } = {}): void {
    if (this.#handlers.has(kind)) throw new Error(`timer kind ${kind} is registered twice`)
    this.#handlers.set(kind, { handle, vertical: options.vertical ?? null })
  }

  get(kind: string): TimerHandler | undefined {
    return this.#handlers.get(kind)?.handle
  }

  /** Kinds that may run now. @param enabled verticals of the tenant */
  active(enabled: readonly string[]): string[] {
    return [...this.#handlers].filter(([, { vertical }]) => vertical === null || enabled.includes(vertical)).map(([kind]) => kind)
  }
}
