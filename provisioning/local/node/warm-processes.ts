import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Child, dataPlaneEnvironment } from './child.ts'
import type { ReleaseRecord } from './state.ts'

export interface WarmProcessOptions {
  /** How many unbound processes to keep ready. */
  size: number
  /** V8's old-space limit of a data plane, MiB. */
  memoryMegabytes: number
  compileCacheDir: string
  /** Where processes that have no tenant yet write their logs. */
  logsDir: string
  logOf(tenantId: string): string
  note(message: string): void
}

/** Data-plane processes that have loaded their code and wait for a tenant. Unbound ones end by themselves with the node. */
export class WarmProcesses {
  private readonly options: WarmProcessOptions
  private release: ReleaseRecord | null = null
  private ready: { child: Child; release: string }[] = []
  private filling: Promise<void> | null = null
  private closed = false

  constructor(options: WarmProcessOptions) {
    this.options = options
    // Logs of warm processes that ended together with an earlier node.
    const leftovers = existsSync(options.logsDir) ? readdirSync(options.logsDir).filter((name) => name.startsWith('warm-')) : []
    for (const name of leftovers) rmSync(join(options.logsDir, name), { force: true })
  }

  get size(): number {
    return this.ready.length
  }

  /** The release that warm processes are started from; those of another one are ended. */
  async use(release: ReleaseRecord): Promise<void> {
    this.release = release
    const stale = this.ready.filter((warm) => warm.release !== release.version)
    this.ready = this.ready.filter((warm) => warm.release === release.version)
    await Promise.all(stale.map((warm) => warm.child.stop(1_000)))
    this.refill()
  }

  /** A warm process if there is one (never the same twice), else a new one. */
  async take(release: ReleaseRecord, tenantId: string): Promise<Child> {
    for (;;) {
      const index = this.ready.findIndex((warm) => warm.release === release.version)
      if (index < 0) return this.launch(release, this.options.logOf(tenantId))
      const [warm] = this.ready.splice(index, 1)
      if (!warm!.child.isAlive()) continue
      warm!.child.moveLog(this.options.logOf(tenantId))
      return warm!.child
    }
  }

  /** A new process that writes to the end of this log, whose tenant's other process goes on writing there too. */
  fresh(release: ReleaseRecord, logFile: string): Promise<Child> {
    return this.launch(release, logFile)
  }

  /** Starts what is missing in the background; called when nothing more urgent is under way. */
  refill(): void {
    if (this.closed || this.filling || !this.release) return
    this.filling = this.fill(this.release).finally(() => {
      this.filling = null
    })
  }

  async close(): Promise<void> {
    this.closed = true
    await this.filling
    await Promise.all(this.ready.map((warm) => warm.child.stop(1_000)))
    this.ready = []
  }

  private async fill(release: ReleaseRecord): Promise<void> {
    while (!this.closed && this.release === release && this.ready.length < this.options.size) {
      const log = join(this.options.logsDir, `warm-${randomBytes(4).toString('hex')}.log`)
      try {
        const child = await this.launch(release, log)
        const warm = { child, release: release.version }
        child.exited.then(() => {
          this.ready = this.ready.filter((other) => other !== warm)
          // Still there if it never got a tenant.
          rmSync(log, { force: true })
        })
        await child.next(60_000).catch(async (error: Error) => {
          await child.stop(1_000)
          throw error
        })
        this.ready.push(warm)
      } catch (error) {
        // A start that needs a process makes its own and reports the reason; the pool is tried again at the next refill.
        this.options.note(`no warm process: ${error instanceof Error ? error.message : String(error)}`)
        return
      }
    }
    if (this.closed || this.release !== release) await Promise.all(this.ready.splice(0).map((warm) => warm.child.stop(1_000)))
  }

  private launch(release: ReleaseRecord, logFile: string): Promise<Child> {
    return Child.launch({
      // Without a fixed young generation V8 answers the small heap with full collections: 2.6 times the CPU and twice the memory.
      // Of 4, 8 and 16 MB, 8 spends no more on collections than 16 and keeps 16 MB less (docs/performance.md).
      args: [
        `--max-old-space-size=${this.options.memoryMegabytes}`,
        '--max-semi-space-size=8',
        '--enable-source-maps',
        `${release.dir}/data-plane.mjs`,
      ],
      logFile,
      // One heap of malloc: V8's compiler threads would each keep one of their own, 9 MB in all, for work that is soon done.
      environment: dataPlaneEnvironment({ NODE_COMPILE_CACHE: this.options.compileCacheDir, MALLOC_ARENA_MAX: '1' }),
    })
  }
}
