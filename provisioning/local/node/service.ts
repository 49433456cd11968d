import type { Child } from './child.ts'
import { backoffSeconds } from './plane.ts'

export interface ServiceOptions {
  name: string
  /** Launches and binds the process; resolves when it is ready. */
  launch(): Promise<Child>
  /** The process of an earlier node, if it still runs with the settings of today. */
  adopt(): Promise<Child | null>
  remember(child: Child | null): void
  note(message: string): void
}

/** A process of the platform that should always run: restarted with backoff when it ends. */
export class Service {
  private readonly options: ServiceOptions
  private child: Child | null = null
  private timer: NodeJS.Timeout | null = null
  private stopped = false
  private announce: () => void = () => undefined
  /** Resolves when it runs for the first time. */
  readonly firstUp: Promise<void>
  state: 'waiting' | 'starting' | 'running' | 'crashed' | 'stopped' = 'waiting'
  restarts = 0
  error: string | null = null

  constructor(options: ServiceOptions) {
    this.options = options
    this.firstUp = new Promise((resolve) => {
      this.announce = resolve
    })
  }

  get pid(): number | null {
    return this.child?.identity.pid ?? null
  }

  /** @throws when the first try fails */
  async start(): Promise<void> {
    this.state = 'starting'
    const adopted = await this.options.adopt()
    this.supervise(adopted ?? (await this.options.launch()))
    this.options.note(`${this.options.name} ${adopted ? 'found running, adopted' : 'is up'}`)
  }

  /** Like `start`, but a first try that fails is repeated with backoff like any later one. */
  async startPatiently(): Promise<void> {
    await this.start().catch((error: Error) => this.failed(`did not start: ${error.message}`))
  }

  async stop(graceMs?: number): Promise<void> {
    this.stopped = true
    this.state = 'stopped'
    if (this.timer) clearTimeout(this.timer)
    await this.child?.stop(graceMs)
    this.child = null
    this.options.remember(null)
  }

  private supervise(child: Child): void {
    this.child = child
    this.state = 'running'
    this.error = null
    try {
      this.options.remember(child)
    } catch (error) {
      // It runs, and that counts; only a node that is killed before the next change could not adopt it.
      this.options.note(`${this.options.name} could not be written down: ${error instanceof Error ? error.message : String(error)}`)
    }
    this.announce()
    const healthy = setTimeout(() => {
      this.restarts = 0
    }, 60_000)
    healthy.unref()
    child.exited.then((reason) => {
      clearTimeout(healthy)
      if (!this.stopped && this.child === child) this.failed(`ended with ${reason}`)
    })
  }

  private failed(reason: string): void {
    this.child = null
    this.state = 'crashed'
    this.error = reason
    this.restarts += 1
    this.options.note(`${this.options.name} ${reason}`)
    this.timer = setTimeout(() => this.again(), backoffSeconds(this.restarts) * 1000)
  }

  private async again(): Promise<void> {
    if (this.stopped) return
    this.state = 'starting'
    try {
      const child = await this.options.launch()
      if (this.stopped) return void (await child.stop())
      this.supervise(child)
      this.options.note(`${this.options.name} is up again`)
    } catch (error) {
      this.failed(`did not start: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}
