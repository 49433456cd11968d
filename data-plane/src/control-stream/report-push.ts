import type { Binding, PlaneHealth } from '@cityos/contract'
import type { Log } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { BINDING } from '../../platform/binding/binding.ts'
import { LOG } from '../../platform/log/log.ts'
import { ControlPlane } from './control-plane.ts'
import { ControlStream } from './control-stream.ts'

const every = 30_000

/** Where the report comes from; composed in the application module. */
export abstract class HealthSource {
  abstract read(): Promise<PlaneHealth>
  /** Use by the hour, when it is time to tell it. @param last nothing is told for a while after this */
  abstract meter(last: boolean): Promise<PlaneHealth['meter']>
  /** Whether what was measured has arrived. */
  abstract metered(meter: NonNullable<PlaneHealth['meter']>, arrived: boolean): void
}

/** Tells the control plane how this tenant is: as soon as the stream is open, every 30 seconds, and once more before sleep. */
@Injectable()
export class ReportPush {
  #timer: NodeJS.Timeout | undefined

  constructor(
    private readonly controlPlane: ControlPlane,
    private readonly health: HealthSource,
    stream: ControlStream,
    @Inject(BINDING) private readonly binding: Binding,
    @Inject(LOG) private readonly log: Log,
  ) {
    stream.onOpened(() => {
      if (this.#timer) void this.push()
    })
  }

  /** From now on; a process that stands by for another one reports nothing. */
  start(): void {
    this.#timer ??= setInterval(() => void this.push(), every)
  }

  /** Sends a last report; a control plane that does not answer loses nothing but that. */
  async stop(): Promise<void> {
    if (!this.#timer) return
    clearInterval(this.#timer)
    await this.push(true)
  }

  async push(last = false): Promise<void> {
    let meter: PlaneHealth['meter']
    let arrived = false
    try {
      meter = await this.health.meter(last)
      const body = JSON.stringify({ ...(await this.health.read()), ...(meter ? { meter } : {}) })
      const headers = { 'content-type': 'application/json', ...(await this.controlPlane.planeHeaders()) }
      const answer = await this.controlPlane.fetch({
        method: 'POST',
        path: `/internal/planes/${this.binding.tenant.id}/report`,
        headers,
        body,
      })
      arrived = answer.status < 400
      if (!arrived) this.log.warn({ status: answer.status }, 'the control plane refused the report')
    } catch (error) {
      // A report is news, not duty: whatever keeps it back must not end the process that serves the shop.
      this.log.warn({ error }, 'the control plane did not get the report')
    } finally {
      if (meter) this.health.metered(meter, arrived)
    }
  }
}
