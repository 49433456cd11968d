import { join } from 'node:path'
import { postgresAccount } from '../postgres/account.ts'
import { PostgresCluster } from '../postgres/cluster.ts'
import { Databases } from '../postgres/databases.ts'
import { serverFolder } from '../postgres/location.ts'
import { checkServer } from '../postgres/server-check.ts'
import { usage } from '../process.ts'
import { backoffSeconds } from './plane.ts'
import type { Sealer } from './seal.ts'

/** The Postgres of this platform: the embedded server, kept running, or the one `DATABASE_URL` names. */
export class DatabaseServer {
  private readonly cluster: PostgresCluster | null
  private readonly externalUrl: string | null
  private readonly platformId: string
  private readonly note: (message: string) => void
  private opened: Databases | null = null
  private timer: NodeJS.Timeout | null = null
  private repairing: Promise<void> | null = null
  private stopped = false
  state: 'waiting' | 'starting' | 'running' | 'crashed' | 'stopped' | 'external' = 'waiting'
  restarts = 0
  error: string | null = null

  constructor(options: { dataDir: string; externalUrl: string | null; sealer: Sealer; note: (message: string) => void }) {
    this.note = options.note
    this.externalUrl = options.externalUrl
    this.platformId = options.sealer.platformId
    this.cluster = options.externalUrl
      ? null
      : new PostgresCluster({
          dir: serverFolder(postgresAccount(), options.dataDir),
          logFile: join(options.dataDir, 'logs', 'postgres.log'),
          passwords: { superuser: options.sealer.password('postgres.superuser'), platform: options.sealer.password('postgres.platform') },
        })
  }

  get databases(): Databases {
    if (!this.opened) throw new Error('Postgres is not up yet')
    return this.opened
  }

  get pid(): number | null {
    return this.cluster?.identity?.pid ?? null
  }

  measure(): { memoryBytes: number | null; cpuSeconds: number | null } {
    return this.pid ? usage(this.pid) : { memoryBytes: null, cpuSeconds: null }
  }

  /** @throws with what to do, when the server does not come up or may not do what the platform needs */
  async start(): Promise<void> {
    if (!this.cluster) {
      await checkServer(this.externalUrl!, 'DATABASE_URL')
      this.opened = new Databases(this.externalUrl!, this.platformId)
      this.state = 'external'
    } else {
      this.state = 'starting'
      const { adopted, port } = await this.cluster.start()
      this.opened = new Databases(this.cluster.url())
      this.state = 'running'
      this.note(`Postgres ${adopted ? 'found running, adopted' : 'is up'} on port ${port}`)
      this.timer = setInterval(() => this.look(), 500)
      this.timer.unref()
    }
    await this.databases.ensureGroups()
    await this.databases.dropDrafts()
  }

  async stop(): Promise<void> {
    this.stopped = true
    if (this.timer) clearInterval(this.timer)
    await this.repairing
    await this.opened?.close()
    await this.cluster?.stop()
    if (this.cluster) this.state = 'stopped'
  }

  private look(): void {
    if (this.stopped || this.repairing || this.cluster!.isAlive()) return
    this.state = 'crashed'
    this.restarts += 1
    this.error = 'the server was gone'
    this.note('Postgres is gone, starting it again')
    this.repairing = this.repair().finally(() => {
      this.repairing = null
    })
  }

  private async repair(): Promise<void> {
    for (let tries = 1; !this.stopped; tries += 1) {
      try {
        const before = this.cluster!.port
        const { port } = await this.cluster!.start()
        // Data planes and the control plane hold addresses with the old port.
        if (port !== before) throw new Error(`port ${before} was taken by another program meanwhile: run "cityos down" and "cityos up"`)
        this.state = 'running'
        this.error = null
        this.note('Postgres is up again')
        return
      } catch (error) {
        this.error = error instanceof Error ? error.message : String(error)
        this.note(`Postgres did not start: ${this.error}`)
        await new Promise((resolve) => setTimeout(resolve, backoffSeconds(tries) * 1000))
      }
    }
  }
}
