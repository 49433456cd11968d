import { Inject, Injectable } from '@nestjs/common'
import { Clock } from '../clock.ts'
import { Drivers } from '../drivers.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { Signals } from '../registry/signals.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { definitionOf } from './definitions.ts'
import { Dispatcher } from './dispatcher.ts'
import { Lease, processIdentity } from './lease.ts'
import { Lifeline, withLifeline } from './lifeline.ts'
import { Runner } from './runner.ts'

/** The one place where lease, runner and dispatcher are put together for a process. */
@Injectable()
export class OperationEngine {
  readonly lease: Lease
  readonly #dispatcher: Dispatcher

  constructor(
    registry: Registry,
    sealing: Sealing,
    clock: Clock,
    drivers: Drivers,
    signals: Signals,
    @Inject(SETTINGS) settings: Settings,
  ) {
    const owner = withLifeline(processIdentity())
    this.lease = new Lease(registry, undefined, owner, new Lifeline(settings.binding.database.url, owner, settings.log))
    const killAt = settings.binding.test?.kill_at
    const runner = new Runner({
      registry,
      lease: this.lease,
      sealing,
      clock,
      baseDomain: settings.binding.public.base_domain,
      driverOf: (name) => drivers.get(name),
      definitionOf,
      log: settings.log,
      // Only a test's binding names a point: a production binding has no `test` part.
      ...(killAt ? { boundary: (point: string) => point === killAt && process.kill(process.pid, 'SIGKILL') } : {}),
    })
    this.#dispatcher = new Dispatcher({ registry, lease: this.lease, runner, signals, clock, log: settings.log })
  }

  get holdsLease(): boolean {
    return this.#dispatcher.holdsLease
  }

  start(): void {
    this.#dispatcher.start()
  }

  stop(): Promise<void> {
    return this.#dispatcher.stop()
  }
}
