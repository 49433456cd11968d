import { request } from 'node:http'
import type { Binding } from '@cityos/contract'
import { EventStreams, type Log } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { Background } from '../../platform/background/background.ts'
import { BINDING } from '../../platform/binding/binding.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { LOG } from '../../platform/log/log.ts'
import { ControlPlane } from '../control-stream/control-plane.ts'
import { ReportPush } from '../control-stream/report-push.ts'
import { Activity } from './activity.ts'

/** Something due sooner than this is waited for awake. */
const worthStayingFor = 5_000

/** Asks the supervisor to put this process to sleep when nobody has asked for anything and nothing is due (design §3, Sleep). */
@Injectable()
export class SleepReport {
  #timeout: NodeJS.Timeout | undefined

  constructor(
    @Inject(BINDING) private readonly binding: Binding,
    @Inject(LOG) private readonly log: Log,
    private readonly activity: Activity,
    private readonly background: Background,
    private readonly streams: EventStreams,
    private readonly report: ReportPush,
    private readonly controlPlane: ControlPlane,
    private readonly clock: Clock,
  ) {}

  start(): void {
    if (this.binding.idle_after > 0 && this.binding.supervisor) this.#arm(this.binding.idle_after * 1000)
  }

  stop(): void {
    clearTimeout(this.#timeout)
  }

  #arm(milliseconds: number): void {
    clearTimeout(this.#timeout)
    this.#timeout = setTimeout(() => {
      this.#consider().catch((error: unknown) => {
        this.log.warn({ error }, 'the supervisor could not be asked for sleep')
        this.#arm(this.binding.idle_after * 1000)
      })
    }, milliseconds)
    this.#timeout.unref()
  }

  async #consider(): Promise<void> {
    const period = this.binding.idle_after * 1000
    const left = period - this.activity.idleMilliseconds
    if (left > 0) return this.#arm(left)
    if (this.streams.open > 0) return this.#arm(period)
    const nextDueAt = await this.background.nextDueAt()
    const untilDue = nextDueAt ? nextDueAt.getTime() - this.clock.now().getTime() : Number.POSITIVE_INFINITY
    if (untilDue < worthStayingFor) return this.#arm(worthStayingFor)
    await this.report.push(true)
    const status = await this.#ask(nextDueAt)
    // 202: a SIGTERM follows, unless a request came in between; then the question is asked again later.
    if (status !== 202 && status !== 409) this.log.warn({ status }, 'the supervisor did not take the wish to sleep')
    this.#arm(period)
  }

  async #ask(nextDueAt: Date | null): Promise<number> {
    const proof = await this.controlPlane.planeHeaders('node')
    const body = JSON.stringify({ next_due_at: nextDueAt?.toISOString() ?? null })
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          socketPath: this.binding.supervisor?.socket,
          method: 'POST',
          path: `/planes/${this.binding.tenant.id}/idle`,
          headers: { ...proof, host: 'node', 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
          timeout: 5_000,
        },
        (answer) => {
          answer.resume()
          resolve(answer.statusCode ?? 500)
        },
      )
      sent.once('timeout', () => sent.destroy(new Error('the supervisor did not answer')))
      sent.once('error', reject)
      sent.end(body)
    })
  }
}
