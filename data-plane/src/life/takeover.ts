import type { Binding } from '@cityos/contract'
import type { Log } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { Background } from '../../platform/background/background.ts'
import { BINDING } from '../../platform/binding/binding.ts'
import { LOG } from '../../platform/log/log.ts'
import { ReportPush } from '../control-stream/report-push.ts'
import { SleepReport } from './sleep.ts'

/** Shorter than the time whoever asks waits for the answer. */
const longestWait = 5_000

/** From standing by to serving: an upgrade starts a process beside the old one, and activates it at the switch (design §4). */
@Injectable()
export class Takeover {
  #serves = false

  constructor(
    @Inject(BINDING) private readonly binding: Binding,
    @Inject(LOG) private readonly log: Log,
    private readonly background: Background,
    private readonly report: ReportPush,
    private readonly sleep: SleepReport,
  ) {}

  /** This process serves: it reports and may ask for sleep. One of several web processes leaves both to the worker. */
  begin(): void {
    if (this.#serves || this.binding.role === 'web') return
    this.#serves = true
    this.report.start()
    this.sleep.start()
  }

  /**
   * Takes the lease as soon as it is given up; a repeat asks at once. A web process asks for nothing.
   * @returns whether this process holds it; it goes on asking when not
   */
  async activate(): Promise<boolean> {
    if (this.binding.role === 'web') return false
    const before = this.#serves
    this.begin()
    const held = await this.background.takeOver(longestWait)
    if (held && !before) {
      this.log.info({ release: this.binding.tenant.release }, 'took over from the process before')
      void this.report.push()
    }
    return held
  }
}
