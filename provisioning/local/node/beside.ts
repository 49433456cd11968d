import { rmSync } from 'node:fs'
import { Child } from './child.ts'
import { answers, launch } from './launch.ts'
import type { PlaneSurroundings } from './plane.ts'
import type { ProcessRecord, ReleaseRecord, TenantRecord } from './state.ts'

export type BesideSurroundings = Pick<
  PlaneSurroundings,
  'store' | 'bindingOf' | 'release' | 'whenThereIsRoom' | 'note' | 'clock' | 'startTimeoutMs'
> & {
  /** An unbound process that appends to the tenant's log. */
  freshProcess(release: ReleaseRecord, tenantId: string): Promise<Child>
}

/**
 * The second process of a tenant that is being upgraded: it stands by, until it takes the place of the one that serves or
 * is ended. Nobody restarts it: one that ends by itself is missed at the next step of the upgrade.
 */
export class Beside {
  readonly tenantId: string
  private readonly around: BesideSurroundings
  private child: Child | null = null
  private starting: Promise<void> | null = null

  constructor(tenantId: string, around: BesideSurroundings) {
    this.tenantId = tenantId
    this.around = around
  }

  get pid(): number | null {
    return this.child?.identity.pid ?? null
  }

  /** What is known of it; null when there is none that lives. */
  get process(): ProcessRecord | null {
    return this.child?.isAlive() ? this.record.beside : null
  }

  /** A process of this release stands by when this resolves; a repeat finds it, another release's is replaced. @throws when it does not come up */
  start(version: string): Promise<void> {
    this.starting ??= this.bringUp(version).finally(() => {
      this.starting = null
    })
    return this.starting
  }

  async stop(): Promise<void> {
    const { child } = this
    this.child = null
    await child?.stop()
    this.forget()
  }

  /**
   * Hands it over, if it is a living one of this release: from now on somebody else looks after it.
   * @param over writes down whose it is now; when it throws, nothing has changed
   */
  take(version: string, over: (child: Child, process: ProcessRecord) => void): Child | null {
    const { process, child } = this
    if (!process || !child || process.release !== version) return null
    over(child, process)
    this.child = null
    return child
  }

  /** Goes on where an earlier node stopped: finds the process, or ends what is left of it. */
  async resume(logFile: string): Promise<void> {
    const known = this.record.beside
    if (!known) return
    const child = Child.adopt(known, logFile)
    if (child && (await answers(known.socket, 5_000, child))) {
      this.watch(child)
      this.around.note(this.tenantId, `the process beside (${known.release}) was found running, adopted`)
      return
    }
    await child?.stop()
    this.forget()
  }

  private get record(): Readonly<TenantRecord> {
    const record = this.around.store.tenant(this.tenantId)
    if (!record) throw new Error(`tenant ${this.tenantId} is not known here`)
    return record
  }

  private async bringUp(version: string): Promise<void> {
    if (this.process?.release === version && (await answers(this.process.socket, 2_000, this.child ?? undefined))) return
    await this.stop()
    const { store, clock, startTimeoutMs } = this.around
    const release = this.around.release(version)
    const began = performance.now()
    try {
      const child = await this.around.whenThereIsRoom(() =>
        launch({
          release,
          take: (wanted) => this.around.freshProcess(wanted, this.tenantId),
          binding: () => this.around.bindingOf(this.record, release, true),
          remember: (beside) => void store.updateTenant(this.tenantId, { beside }),
          now: () => clock.now(),
          timeoutMs: startTimeoutMs,
        }),
      )
      this.watch(child)
      this.around.note(this.tenantId, `${version} stands by after ${Math.round(performance.now() - began)} ms`)
    } catch (cause) {
      this.forget()
      const message = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`the process of ${version} beside ${this.tenantId} did not start: ${message}`, { cause })
    }
  }

  private watch(child: Child): void {
    this.child = child
    child.exited.then((reason) => {
      if (this.child !== child) return
      this.child = null
      this.around.note(this.tenantId, `the process beside ended with ${reason}`)
      this.forget()
    })
  }

  private forget(): void {
    const record = this.around.store.tenant(this.tenantId)
    if (!record?.beside) return
    // A killed process leaves its socket's file behind.
    rmSync(record.beside.socket, { force: true })
    this.around.store.updateTenant(this.tenantId, { beside: null })
  }
}
