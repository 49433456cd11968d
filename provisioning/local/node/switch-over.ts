import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Beside } from './beside.ts'
import { Child } from './child.ts'
import type { GatewayLink } from './gateway-link.ts'
import type { Plane } from './plane.ts'
import { PlaneRefusal } from './plane-link.ts'
import type { StateStore, TenantRecord } from './state.ts'

export interface SwitchSurroundings {
  store: StateStore
  plane: Plane
  beside: Beside
  gateway: GatewayLink
  logFile: string
  /** Longest time that requests under way on the old process get, milliseconds. */
  drainMs: number
  /** Publishes the routes of this moment. */
  changed(): Promise<void>
  /** `POST` under `/internal/*` of the process that listens on this socket. */
  ask(socket: string, path: string, timeoutMs: number): Promise<unknown>
  note(message: string): void
}

/** Longest time until the new process holds the lease, once the old one has gone. */
const leaseMs = 30_000

/**
 * One process takes the place of another. The moment itself is one write of the tenant's record: before it the old
 * process serves, after it the new one does. What follows (draining, ending, the lease) is written down until it is done,
 * so that a repeat, or the next node, goes on with it.
 */
export class SwitchOver {
  private readonly tenantId: string
  private readonly around: SwitchSurroundings
  /** The old process closes its streams with a hint, lets its workers end and gives its lease up in this time; then it is killed. */
  private readonly endMs: number
  private finishing: Promise<boolean> | null = null

  constructor(tenantId: string, around: SwitchSurroundings) {
    this.tenantId = tenantId
    this.around = around
    this.endMs = around.drainMs / 2
  }

  /** See `DataPlaneDriver.switchOver`. */
  async run(): Promise<{ drained: boolean }> {
    const { plane, beside } = this.around
    const before = await this.finish()
    const version = this.record.document?.release
    if (!version) throw new Error(`tenant ${this.tenantId} has no document yet: configure it first`)
    if (!this.rests && this.record.process && this.record.process.release !== version) {
      await beside.start(version)
      await plane.inTurn(async () => {
        // It went to sleep, or ended, while this waited for its turn: the next start is one of the new release anyway.
        if (this.rests || plane.runtime !== 'running') return
        if (!beside.take(version, (child, process) => plane.exchange(child, process)))
          throw new Error(`the process of ${version} beside ${this.tenantId} ended before it could take over`)
      })
    }
    if (!this.rests) await plane.wake()
    await beside.stop()
    const after = await this.finish()
    // The new process may have been killed meanwhile: its supervisor starts it again, and it asks for the lease by itself.
    if (!this.rests) await plane.wake()
    return { drained: before.drained && after.drained }
  }

  /** Ends whatever stands beside the process that serves. */
  async endOthers(): Promise<void> {
    await this.around.beside.stop()
    const { retiring } = this.record
    if (!retiring) return
    await Child.adopt(retiring, this.around.logFile)?.stop(this.endMs)
    this.forgetRetired(retiring.socket)
  }

  /** What is left of a switch: the old process drains and ends, the new one takes the lease. Nothing when there was none. */
  async finish(): Promise<{ drained: boolean }> {
    let drained = true
    while (this.record.retiring || (this.record.process?.standby && !this.rests)) {
      // Both at once: the new process waits for the lease while the old one comes to its end.
      this.finishing ??= Promise.all([this.retire(), this.activate()]).then(([result]) => result)
      try {
        drained = (await this.finishing) && drained
      } finally {
        this.finishing = null
      }
    }
    return { drained }
  }

  private async retire(): Promise<boolean> {
    const { gateway, changed, drainMs } = this.around
    const { retiring } = this.record
    if (!retiring) return true
    const former = Child.adopt(retiring, this.around.logFile)
    await changed()
    const drained = await gateway.settle(retiring.socket, former ? drainMs : 0).catch((error: Error) => {
      this.around.note(`the gateway did not say whether it had done with the old process: ${error.message}`)
      return false
    })
    await former?.stop(this.endMs)
    this.forgetRetired(retiring.socket)
    this.around.note(`${retiring.release} has ended${drained ? '' : ', with requests under way'}`)
    return drained
  }

  private async activate(): Promise<void> {
    const { store, ask, drainMs } = this.around
    let until = performance.now() + leaseMs + drainMs + this.endMs
    for (let retired = false; ; ) {
      const { process, retiring } = this.record
      // Started anew since: then it asked for the lease by itself.
      if (!process?.standby || this.rests) return
      const held = await ask(process.socket, '/internal/activate', 10_000).then(
        (answer) => (answer as { lease: boolean }).lease,
        // A release that knows nothing of standing by has asked for the lease since its start.
        (error: unknown) => error instanceof PlaneRefusal && error.status === 404,
      )
      if (held && this.record.process?.socket === process.socket) {
        store.updateTenant(this.tenantId, { process: { ...process, standby: false } })
        return
      }
      if (!retired && !retiring) until = performance.now() + leaseMs
      retired = !retiring
      if (performance.now() > until) throw new Error(`the new process of ${this.tenantId} does not get its lease`)
      await delay(held ? 0 : 50)
    }
  }

  private forgetRetired(socket: string): void {
    rmSync(socket, { force: true })
    if (this.around.store.tenant(this.tenantId)?.retiring) this.around.store.updateTenant(this.tenantId, { retiring: null })
  }

  /** Nobody is to serve right now. */
  private get rests(): boolean {
    return this.record.desired !== 'up' || this.record.asleep
  }

  private get record(): Readonly<TenantRecord> {
    const record = this.around.store.tenant(this.tenantId)
    if (!record) throw new Error(`tenant ${this.tenantId} is not known here`)
    return record
  }
}
