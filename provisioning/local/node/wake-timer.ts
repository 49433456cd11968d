const longestTimeoutMs = 2 ** 31 - 1

/** One timer for the earliest wake time of all sleeping tenants. */
export class WakeTimer {
  private readonly clock: { now(): Date }
  private readonly sleepers: () => { id: string; at: string }[]
  private readonly wake: (id: string) => void
  private timer: NodeJS.Timeout | null = null

  constructor(clock: { now(): Date }, sleepers: () => { id: string; at: string }[], wake: (id: string) => void) {
    this.clock = clock
    this.sleepers = sleepers
    this.wake = wake
  }

  /** Looks again at who sleeps until when; called after every change. */
  plan(): void {
    this.cancel()
    const now = this.clock.now().getTime()
    const times = this.sleepers().map((sleeper) => ({ id: sleeper.id, in: Date.parse(sleeper.at) - now }))
    const earliest = Math.min(...times.map((time) => time.in))
    if (!Number.isFinite(earliest)) return
    this.timer = setTimeout(() => this.ring(), Math.min(Math.max(earliest, 0), longestTimeoutMs))
    this.timer.unref()
  }

  cancel(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
  }

  private ring(): void {
    const now = this.clock.now().getTime()
    const due = this.sleepers().filter((sleeper) => Date.parse(sleeper.at) <= now)
    for (const sleeper of due) this.wake(sleeper.id)
    this.plan()
  }
}
