import { rmSync } from 'node:fs'
import type { Binding, TenantDocument } from '@cityos/contract'
import type { RuntimeState } from '../../driver.ts'
import { signal, usage } from '../process.ts'
import type { Child } from './child.ts'
import { answers, launch } from './launch.ts'
import { Liveness } from './liveness.ts'
import type { ProcessRecord, ReleaseRecord, StateStore, TenantRecord } from './state.ts'

/** What a tenant's supervisor needs of the node around it. */
export interface PlaneSurroundings {
  store: StateStore
  /** An unbound process of the release, warm or fresh. */
  takeProcess(release: ReleaseRecord, tenantId: string): Promise<Child>
  release(version: string): ReleaseRecord
  bindingOf(record: Readonly<TenantRecord>, release: ReleaseRecord, standby: boolean): Binding
  /** The tenant's process of this release that stands by, if there is one: it is the supervisor's from now on. */
  takeBeside(tenantId: string, release: string, over: (child: Child, process: ProcessRecord) => void): Child | null
  /** A process that stood by serves now, and has to be told. */
  standbyServes(tenantId: string): void
  /** Runs a start when fewer than the allowed number are under way. */
  whenThereIsRoom<T>(start: () => Promise<T>): Promise<T>
  /** Something the gateway or the wake timer depends on has changed. */
  changed(): void
  note(tenantId: string, message: string): void
  clock: { now(): Date }
  /** Milliseconds: longest time from binding to the first healthy answer. */
  startTimeoutMs: number
  /** Milliseconds between two looks at whether a running process still answers. */
  probeMs: number
}

/** Seconds to wait before the n-th restart in a row. */
export const backoffSeconds = (restarts: number): number => Math.min(2 ** Math.max(restarts - 1, 0), 30)
const healthyAfterMs = 60_000

type Phase = 'stopped' | 'asleep' | 'starting' | 'running' | 'stopping' | 'crashed'

/**
 * Supervises one tenant's data plane: at most one process, restarted with backoff when it crashes, stopped while the
 * tenant sleeps. Changes queue up one behind the other.
 */
export class Plane {
  readonly tenantId: string
  private readonly around: PlaneSurroundings
  private phase: Phase = 'stopped'
  private child: Child | null = null
  private restarts = 0
  private lastError: string | null = null
  /** The planned restart: `now` ends its pause. */
  private restart: { timer: NodeJS.Timeout; now: () => void } | null = null
  private ended = false
  private healthyTimer: NodeJS.Timeout | null = null
  private liveness: Liveness | null = null
  private queue: Promise<unknown> = Promise.resolve()
  private waking: Promise<void> | null = null

  constructor(tenantId: string, around: PlaneSurroundings) {
    this.tenantId = tenantId
    this.around = around
    const record = this.record
    if (record.desired === 'up') this.phase = record.asleep ? 'asleep' : 'crashed'
  }

  /** Goes on where an earlier node stopped: adopts the process that still runs, starts what should run and does not. */
  async resume(adopt: (identity: { pid: number; started: string }) => Child | null): Promise<void> {
    const { process: known, desired, asleep } = this.record
    const child = known ? adopt(known) : null
    if (child && desired === 'up' && !asleep && (await answers(known!.socket, 5_000))) {
      this.child = child
      this.became('running')
      this.watch(child)
      this.around.note(this.tenantId, 'found running, adopted')
      return
    }
    // A process that should not be there, or hangs: the node may have died while it was starting or stopping it.
    if (child) await child.stop()
    if (known) this.around.store.updateTenant(this.tenantId, { process: null })
    if (desired === 'up' && !asleep) {
      this.lastError = 'the process was gone when the node came back'
      this.wake().catch(() => undefined) // bringUp has noted the error and planned the next try
    }
  }

  get runtime(): RuntimeState['runtime'] {
    switch (this.phase) {
      case 'stopped':
        return 'absent'
      case 'stopping':
        return this.record.asleep ? 'asleep' : this.record.desired === 'up' ? 'starting' : 'absent'
      default:
        return this.phase
    }
  }

  get socket(): string | null {
    return this.phase === 'running' ? (this.record.process?.socket ?? null) : null
  }

  get pid(): number | null {
    return this.child?.identity.pid ?? null
  }

  /** Release of the process that serves, or would if it did not crash. */
  get release(): string | null {
    return this.record.process?.release ?? this.record.document?.release ?? null
  }

  state(): RuntimeState {
    const measured = this.pid ? usage(this.pid) : { memoryBytes: null, cpuSeconds: null }
    return {
      runtime: this.runtime,
      restarts: this.restarts,
      ...measured,
      release: this.pid ? this.release : null,
      startedAt: this.record.process?.started_at ?? null,
      nextWakeAt: this.record.asleep ? this.record.next_wake_at : null,
      lastError: this.lastError,
    }
  }

  /** There should be a data plane from now on; resolves when it answers. */
  async start(): Promise<void> {
    this.around.store.updateTenant(this.tenantId, { desired: 'up', asleep: false, next_wake_at: null })
    await this.wake()
  }

  /** There should be none from now on. */
  stop(): Promise<void> {
    this.around.store.updateTenant(this.tenantId, { desired: 'down', asleep: false, next_wake_at: null })
    return this.enqueue(() => this.halt('stopped'))
  }

  /**
   * Stops the process until someone wakes it.
   * @param nextDueAt when the tenant has something to do again, ISO 8601; null: nothing planned
   */
  sleep(nextDueAt: string | null): Promise<void> {
    if (this.record.desired !== 'up') return Promise.resolve()
    this.around.store.updateTenant(this.tenantId, { asleep: true, next_wake_at: nextDueAt })
    return this.enqueue(async () => {
      // Someone may have woken the tenant while this waited for its turn.
      if (this.record.asleep) await this.halt('asleep')
    })
  }

  /**
   * Resolves when the data plane answers; several callers share one start.
   * @param patient waits for the planned restart of one that keeps crashing, instead of trying at once
   */
  wake(options: { patient?: boolean } = {}): Promise<void> {
    if (this.record.desired !== 'up') return Promise.reject(new Error('the tenant is not started'))
    if (this.record.asleep) this.around.store.updateTenant(this.tenantId, { asleep: false, next_wake_at: null })
    if (this.phase === 'running' && this.child?.isAlive()) return Promise.resolve()
    if (!options.patient) this.restart?.now()
    return this.waking ?? this.comeUp(Promise.resolve())
  }

  /** The node itself ends: stops the process but remembers that it should run. */
  shutDown(): Promise<void> {
    this.ended = true
    return this.enqueue(() => this.halt(this.record.asleep ? 'asleep' : 'stopped'))
  }

  private get record(): Readonly<TenantRecord> {
    const record = this.around.store.tenant(this.tenantId)
    if (!record) throw new Error(`tenant ${this.tenantId} is not known here`)
    return record
  }

  /** Runs something between two changes of this plane, so that it sees none half done. */
  inTurn<T>(task: () => Promise<T>): Promise<T> {
    return this.enqueue(task)
  }

  /**
   * Another process takes the place of the one that serves, in one moment; the former goes on until somebody ends it.
   * To be called `inTurn`.
   */
  exchange(child: Child, process: ProcessRecord): void {
    this.around.store.updateTenant(this.tenantId, { process, beside: null, retiring: this.record.process })
    this.clearTimers()
    this.child = child
    this.restarts = 0
    this.lastError = null
    this.became('running')
    this.watch(child)
  }

  private enqueue<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(task, task)
    this.queue = turn.catch(() => undefined)
    return turn
  }

  private async bringUp(): Promise<void> {
    if (this.phase === 'running' && this.child?.isAlive()) return
    if (this.ended || this.record.desired !== 'up' || this.record.asleep) return
    // A request found it dead before its end was known: it counts as a crash all the same.
    if (this.phase === 'running' && this.child) this.crashed(this.child, await this.child.exited)
    this.clearTimers()
    this.became('starting')
    const began = performance.now()
    try {
      const child = await this.around.whenThereIsRoom(() => this.launch())
      this.child = child
      this.lastError = null
      this.became('running')
      this.watch(child)
      this.around.note(this.tenantId, `awake after ${Math.round(performance.now() - began)} ms`)
      if (this.record.process?.standby) this.around.standbyServes(this.tenantId)
    } catch (error) {
      this.lastError = error instanceof Error ? error.message : String(error)
      this.restarts += 1
      this.became('crashed')
      this.around.note(this.tenantId, `did not start: ${this.lastError}`)
      this.scheduleRestart()
      throw new Error(`the data plane of ${this.tenantId} did not start: ${this.lastError}`, { cause: error })
    }
  }

  private async launch(): Promise<Child> {
    const { store, startTimeoutMs } = this.around
    const release = this.around.release(documentOf(this.record).release)
    // The one that stands by for this very release is as good as a new one, and there already.
    const standing = this.around.takeBeside(this.tenantId, release.version, (_child, process) =>
      store.updateTenant(this.tenantId, { process, beside: null }),
    )
    if (standing) return standing
    try {
      return await launch({
        release,
        take: (wanted) => this.around.takeProcess(wanted, this.tenantId),
        binding: () => this.around.bindingOf(this.record, release, false),
        remember: (process) => void store.updateTenant(this.tenantId, { process }),
        now: () => this.around.clock.now(),
        timeoutMs: startTimeoutMs,
      })
    } catch (error) {
      store.updateTenant(this.tenantId, { process: null })
      throw error
    }
  }

  private watch(child: Child): void {
    this.healthyTimer = setTimeout(() => {
      this.restarts = 0
    }, healthyAfterMs)
    this.healthyTimer.unref()
    this.liveness = new Liveness(this.record.process?.socket ?? '', this.around.probeMs, () => {
      this.around.note(this.tenantId, 'does not answer any more, ending it')
      signal(child.identity, 'SIGKILL')
    })
    child.exited.then((reason) => {
      if (this.crashed(child, reason)) this.scheduleRestart()
    })
  }

  /** Notes that a running process has ended by itself. @returns false when that is known already, or was wanted */
  private crashed(child: Child, reason: string): boolean {
    if (this.child !== child || this.phase !== 'running') return false
    this.liveness?.stop()
    this.child = null
    // A killed process leaves its socket's file behind.
    rmSync(this.record.process?.socket ?? '', { force: true })
    this.restarts += 1
    this.lastError = `ended with ${reason}`
    this.around.note(this.tenantId, this.lastError)
    this.became('crashed')
    return true
  }

  private comeUp(gate: Promise<void>): Promise<void> {
    const attempt: Promise<void> = gate
      .then(() => this.enqueue(() => this.bringUp()))
      .finally(() => {
        if (this.waking === attempt) this.waking = null
      })
    this.waking = attempt
    return attempt
  }

  private scheduleRestart(): void {
    this.clearTimers()
    if (this.ended || this.record.desired !== 'up' || this.record.asleep) return
    const pause = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, backoffSeconds(this.restarts) * 1000)
      this.restart = { timer, now: resolve }
    })
    this.comeUp(pause).catch(() => undefined) // bringUp has noted the error and planned the next try
  }

  private async halt(phase: 'stopped' | 'asleep'): Promise<void> {
    this.clearTimers()
    const { child } = this
    this.became('stopping')
    if (child) await child.stop()
    this.child = null
    if (this.record.process) this.around.store.updateTenant(this.tenantId, { process: null })
    this.became(phase)
  }

  private became(phase: Phase): void {
    this.phase = phase
    this.around.changed()
  }

  private clearTimers(): void {
    if (this.restart) clearTimeout(this.restart.timer)
    if (this.healthyTimer) clearTimeout(this.healthyTimer)
    // Whoever waits for the planned restart goes on and finds that there is none.
    this.restart?.now()
    this.restart = null
    this.healthyTimer = null
    this.liveness?.stop()
    this.liveness = null
  }
}

function documentOf(record: Readonly<TenantRecord>): TenantDocument {
  if (!record.document) throw new Error(`tenant ${record.id} has no document yet: configure it first`)
  return record.document
}
