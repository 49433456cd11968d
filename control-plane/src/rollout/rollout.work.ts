import { Inject, Injectable } from '@nestjs/common'
import { Alerts } from '../alert/alerts.ts'
import { Clock } from '../clock.ts'
import { Drivers } from '../drivers.ts'
import { OperationEngine } from '../operations/engine.ts'
import { explain, isTakenOver } from '../operations/runner.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { Signals } from '../registry/signals.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { RolloutRows } from './rollout.rows.ts'
import { RolloutRunner } from './rollout.runner.ts'
import { watchRollouts } from './rollout.watch.ts'

/** Milliseconds between two looks while a rollout is under way, and while there is none. */
const [busy, idle] = [1_000, 5_000] as const
/** Milliseconds between two looks at what operators are to be told. */
const alertsEvery = 15_000

/** Carries rollouts on while this process holds the lease: whenever an operation ends, somebody asks, or time has passed. */
@Injectable()
export class RolloutWork {
  readonly #rows: RolloutRows
  readonly #runner: RolloutRunner
  readonly #stop = new AbortController()
  #loop: Promise<void> | undefined
  #watched = Number.NEGATIVE_INFINITY

  constructor(
    private readonly registry: Registry,
    sealing: Sealing,
    clock: Clock,
    drivers: Drivers,
    private readonly engine: OperationEngine,
    private readonly signals: Signals,
    private readonly alerts: Alerts,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    const { lease } = engine
    const killAt = settings.binding.test?.kill_at
    this.#rows = new RolloutRows(registry, lease, sealing, () => clock.now())
    this.#runner = new RolloutRunner({
      store: this.#rows,
      driverOf: (name) => drivers.get(name),
      now: () => clock.now(),
      fence: () => (lease.fence === null ? null : { operationId: 'rollout', number: Number(lease.fence) }),
      // Only a test's binding names a point: a production binding has no `test` part.
      ...(killAt ? { boundary: (point: string) => `rollout/${point}` === killAt && process.kill(process.pid, 'SIGKILL') } : {}),
    })
  }

  start(): void {
    this.#loop ??= this.#turn()
  }

  /** Ends after the action under way. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  /** One look at every rollout under way. @returns how many there are */
  async carry(): Promise<number> {
    if (!this.engine.holdsLease) return 0
    const ids = await this.#rows.active()
    for (const id of ids) await this.#runner.carry(id)
    if (performance.now() - this.#watched > alertsEvery) {
      this.#watched = performance.now()
      await watchRollouts(this.registry.db, this.alerts)
    }
    return ids.length
  }

  async #turn(): Promise<void> {
    const heard = this.signals.subscribe('rollouts', 'work')
    while (!this.#stop.signal.aborted) {
      let pause: number = idle
      try {
        pause = (await this.carry()) > 0 ? busy : idle
      } catch (error) {
        const line = { reason: explain(error), taken_over: isTakenOver(error) }
        this.settings.log.warn({ error, ...line }, 'a rollout could not be carried on; trying again')
        pause = busy
      }
      await heard.next(pause, this.#stop.signal)
      // an operation that ends wakes every reader: not more often than this
      await new Promise((resolve) => setTimeout(resolve, this.#stop.signal.aborted ? 0 : 100))
    }
    heard.close()
  }
}
