import { type Binding, DomainError } from '@cityos/contract'
import { type Log, Metrics } from '@cityos/http'
import type { DBOSClient, DBOS as Dbos } from '@dbos-inc/dbos-sdk'
import { Inject, Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import type { BackgroundWorker } from '../background/background.ts'
import { BINDING } from '../binding/binding.ts'
import { Clock, seconds } from '../clock/clock.ts'
import { Database } from '../db/database.ts'
import { Notifications } from '../db/notifications.ts'
import { Lease } from '../lease/lease.ts'
import { LOG } from '../log/log.ts'
import { EngineWorkflow } from './engine-workflow.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { WorkflowSignals } from './signals.ts'
import { Workflows } from './workflows.ts'

type Engine = typeof Dbos
type Wait = () => Promise<unknown>

/** Everything runs under one application version and executor: a new release resumes what an old one began (`patched`). */
const applicationVersion = 'cityos'
const executorID = 'tenant'
const queueName = 'cityos'
/** The engine asks its tables several times a second while it is up, so it is up only while there is work. */
const idleMilliseconds = seconds(30)

// The library is one per process, and so is its registration: it runs the workflows of whoever launched it last.
let registered: ((name: string, input: unknown) => Promise<unknown>) | undefined
let launched: { execute: (name: string, input: unknown) => Promise<unknown> } | undefined

/**
 * Workflows on DBOS: steps are journalled in schema `dbos` of the tenant's own database. Loaded and launched for the
 * first workflow, shut down again when none has run for half a minute.
 */
@Injectable()
export class EmbeddedEngine implements BackgroundWorker {
  #engine: Promise<Engine> | undefined
  #run: ((name: string, input: unknown) => Promise<unknown>) | undefined
  #client: Promise<DBOSClient> | undefined
  #running = 0
  #mayRun = false
  #idle: NodeJS.Timeout | undefined
  #stopping: Promise<void> = Promise.resolve()

  constructor(
    @Inject(BINDING) private readonly binding: Binding,
    @Inject(LOG) private readonly log: Log,
    private readonly database: Database,
    private readonly workflows: Workflows,
    private readonly signals: WorkflowSignals,
    private readonly clock: Clock,
    private readonly notifications: Notifications,
    private readonly lease: Lease,
    metrics: Metrics,
  ) {
    metrics.gauge('workflows_running', 'Workflows that run in this process', () => this.#running)
  }

  /** Called when this process gains the lease: goes on with what a killed process left behind. */
  async start(): Promise<void> {
    this.#mayRun = true
    if (await this.#hasUnfinished()) await this.#launched()
  }

  /** Begins a workflow here, or joins the one with this id. @returns waits for its outcome */
  async begin(name: string, id: string, input: unknown): Promise<Wait> {
    const engine = await this.#launched()
    const handle = await engine.startWorkflow(this.#run!, { workflowID: id })(name, input)
    return () => handle.getResult()
  }

  /** For a process without the lease: leaves the workflow to the holder and waits for its result. */
  async beginElsewhere(name: string, id: string, input: unknown): Promise<Wait> {
    this.#client ??= import('@dbos-inc/dbos-sdk').then(({ DBOSClient: Client }) =>
      Client.create({ systemDatabaseUrl: this.binding.database.url, systemDatabasePool: this.database.pool, applicationName: 'cityos' }),
    )
    const client = await this.#client
    const handle = await client.enqueue({ queueName, workflowName: 'run', workflowID: id, appVersion: applicationVersion }, name, input)
    await this.notifications.send('work', '')
    return () => handle.getResult()
  }

  async wake(): Promise<void> {
    if (this.#mayRun && !this.#engine && (await this.#hasUnfinished())) await this.#launched()
  }

  async stop(): Promise<void> {
    this.#mayRun = false
    await this.#shutdown()
  }

  #launched(): Promise<Engine> {
    clearTimeout(this.#idle)
    this.#engine ??= this.#begun()
    this.#armIdle()
    return this.#engine
  }

  /** A launch that failed is forgotten, so that the next request tries again. */
  #begun(): Promise<Engine> {
    const engine = this.#stopping
      .then(() => this.#launch())
      .catch((error: unknown) => {
        if (this.#engine === engine) this.#engine = undefined
        throw error
      })
    return engine
  }

  /** @throws DomainError dependency_unavailable when the database is away: launching needs nothing else */
  async #launch(): Promise<Engine> {
    const { DBOS } = await import('@dbos-inc/dbos-sdk')
    DBOS.setConfig({
      name: 'cityos',
      systemDatabaseUrl: this.binding.database.url,
      systemDatabasePool: this.database.pool,
      runMigrations: false,
      useListenNotify: false,
      enablePatching: true,
      applicationVersion,
      executorID,
      listenQueues: [queueName],
      schedulerPollingIntervalMs: 3_600_000,
      logger: engineLog(this.log),
    })
    launched = { execute: (name, input) => this.#execute(DBOS, name, input) }
    registered ??= DBOS.registerWorkflow((name: string, input: unknown) => launched!.execute(name, input), { name: 'run' })
    this.#run = registered
    try {
      await DBOS.launch()
      await DBOS.registerQueue(queueName, { onConflict: 'never_update' })
      return DBOS
    } catch (cause) {
      // the library wraps what it met in a text
      this.log.warn({ error: cause }, 'the workflow engine could not start')
      await DBOS.shutdown()
      throw new DomainError('dependency_unavailable', { cause, details: { retry_after: 2 } })
    }
  }

  async #execute(engine: Engine, name: string, input: unknown): Promise<Outcome> {
    this.#running += 1
    try {
      const workflow = new EngineWorkflow(engine, this.workflows, this.signals, this.clock, this.database, () => this.#fence(engine))
      return await outcomeOf(() => this.workflows.functionOf(name)(workflow, input))
    } finally {
      this.#running -= 1
      this.#armIdle()
    }
  }

  /** Another process may run this workflow by now: the engine then waits for that one's outcome and journals nothing of ours. */
  async #fence(engine: Engine): Promise<void> {
    if (await this.lease.confirm()) return
    const { Error: errors } = await import('@dbos-inc/dbos-sdk')
    throw new errors.DBOSWorkflowConflictError(engine.workflowID ?? '')
  }

  #armIdle(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      if (this.#running === 0) void this.#shutdown()
      else this.#armIdle()
    }, idleMilliseconds)
    this.#idle.unref()
  }

  async #shutdown(): Promise<void> {
    clearTimeout(this.#idle)
    const engine = this.#engine
    if (!engine) return
    this.#engine = undefined
    this.#stopping = engine
      .then((dbos) => dbos.shutdown())
      .catch((error: unknown) => this.log.warn({ error }, 'the workflow engine did not stop cleanly'))
    await this.#stopping
  }

  async #hasUnfinished(): Promise<boolean> {
    const { rows } = await sql`select 1 from dbos.workflow_status where status in ('PENDING', 'ENQUEUED') limit 1`.execute(
      this.database.read,
    )
    return rows.length > 0
  }
}

/** The engine's own lines: only what is wrong is of interest here. */
function engineLog(log: Log): { info: () => void; debug: () => void; warn: (entry: unknown) => void; error: (entry: unknown) => void } {
  const line = (entry: unknown): string => (entry instanceof Error ? entry.message : String(entry))
  return {
    info: () => {},
    debug: () => {},
    warn: (entry) => log.warn({ engine: 'dbos' }, line(entry)),
    error: (entry) => log.error({ engine: 'dbos' }, line(entry)),
  }
}
