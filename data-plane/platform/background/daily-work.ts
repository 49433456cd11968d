import type { Log } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { LOG } from '../log/log.ts'

/** What each module does once a day for a tenant; filled at boot, run by one timer that also wakes a sleeping tenant. */
@Injectable()
export class DailyWork {
  readonly #work = new Map<string, (now: Date) => Promise<void>>()

  constructor(@Inject(LOG) private readonly log: Log) {}

  /** @param work must be idempotent: after a failure of any of them all are run again */
  on(name: string, work: (now: Date) => Promise<void>): void {
    if (this.#work.has(name)) throw new Error(`daily work ${name} is defined twice`)
    this.#work.set(name, work)
  }

  /** Runs all of them, whatever one of them meets. @throws the first failure, so that the timer tries again */
  async run(now: Date): Promise<void> {
    const failures: unknown[] = []
    for (const [name, work] of this.#work) {
      await work(now).catch((error: unknown) => {
        this.log.warn({ error, work: name }, 'daily work failed')
        failures.push(error)
      })
    }
    if (failures.length > 0) throw failures[0]
  }
}
