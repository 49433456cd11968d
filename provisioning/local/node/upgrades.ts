import { join } from 'node:path'
import type { InventoryItem, MigrationReport, ProbeReport } from '../../driver.ts'
import { readMigrations } from '../../migrate.ts'
import { migrateTenant } from '../../migrate-tenant.ts'
import { type Databases, databaseName } from '../postgres/databases.ts'
import type { NodeRequest } from './api.ts'
import { Beside, type BesideSurroundings } from './beside.ts'
import type { GatewayLink } from './gateway-link.ts'
import { probePlane } from './probes.ts'
import type { StateStore } from './state.ts'
import { SwitchOver } from './switch-over.ts'
import type { Tenants } from './tenants.ts'

export interface UpgradesOptions {
  store: StateStore
  databases: () => Databases
  gateway: GatewayLink
  tenants: () => Tenants
  changed(): Promise<void>
  note(tenantId: string, message: string): void
  /** Longest time that requests under way on the old process get, milliseconds. */
  drainMs: number
  beside: Omit<BesideSurroundings, 'bindingOf' | 'store'>
}

/** What the driver asks for while a tenant goes from one release to another. Each call stands in the tenant's queue, behind its fence. */
export class Upgrades {
  private readonly options: UpgradesOptions
  private readonly besides = new Map<string, Beside>()
  private readonly switches = new Map<string, SwitchOver>()

  constructor(options: UpgradesOptions) {
    this.options = options
  }

  migrate({ tenantId, release, fence }: NodeRequest<'migrate'>): Promise<MigrationReport> {
    return this.tenants.fenced(tenantId, fence, async () => {
      const migrations = await readMigrations(join(this.options.beside.release(release).dir, 'migrations'))
      const carried = await this.carried(tenantId, release)
      return migrateTenant(this.options.databases().address(databaseName(tenantId)), migrations, carried)
    })
  }

  startBeside({ tenantId, release, fence }: NodeRequest<'startBeside'>): Promise<null> {
    return this.tenants.fenced(tenantId, fence, async () => {
      await this.beside(tenantId).start(release)
      return null
    })
  }

  stopBeside({ tenantId, fence }: NodeRequest<'stopBeside'>): Promise<null> {
    return this.tenants.fenced(tenantId, fence, async () => {
      await this.beside(tenantId).stop()
      return null
    })
  }

  switchOver({ tenantId, fence }: NodeRequest<'switchOver'>): Promise<{ drained: boolean }> {
    return this.tenants.fenced(tenantId, fence, () => this.switchOf(tenantId).run())
  }

  probe({ tenantId, which, fence }: NodeRequest<'probe'>): Promise<ProbeReport> {
    return this.tenants.fenced(tenantId, fence, async () => {
      const record = this.options.store.tenant(tenantId)
      const socket = which === 'beside' ? this.beside(tenantId).process?.socket : this.tenants.planeOf(tenantId).socket
      if (!socket || !record?.document) {
        const message = which === 'beside' ? 'no process stands by' : 'no process serves'
        return { ok: false, checks: [{ name: 'process', ok: false, milliseconds: 0, message }] }
      }
      const ask = () => this.tenants.askAt(tenantId, socket, 'POST', '/internal/probe', 30_000)
      return probePlane({ socketPath: socket }, record.document, ask)
    })
  }

  /** The configured release takes the place of the one that runs. To be called in the tenant's queue. */
  async replace(tenantId: string): Promise<void> {
    await this.switchOf(tenantId).run()
  }

  /** Finds the processes that stood by under an earlier node, or ends what is left of them. */
  async adopt(): Promise<void> {
    const standing = this.options.store.tenants.filter((record) => record.beside)
    await Promise.all(standing.map(({ id }) => this.beside(id).resume(this.tenants.logFile(id))))
  }

  /** Goes on with the switches that an earlier node began. */
  resume(): void {
    for (const { id, retiring, process } of this.options.store.tenants) if (retiring || process?.standby) this.finishLater(id)
  }

  /** A switch goes on by itself; whoever asks for it again waits for the same. */
  finishLater(tenantId: string): void {
    this.switchOf(tenantId)
      .finish()
      .catch((error: Error) => this.options.note(tenantId, `the switch could not be finished: ${error.message}`))
  }

  beside(tenantId: string): Beside {
    let beside = this.besides.get(tenantId)
    if (!beside) {
      const { store } = this.options
      const bindingOf: BesideSurroundings['bindingOf'] = (record, release, standby) => this.tenants.bindingOf(record, release, standby)
      beside = new Beside(tenantId, { ...this.options.beside, store, bindingOf })
      this.besides.set(tenantId, beside)
    }
    return beside
  }

  /** Whether more than one process works for the tenant: then it is no time to sleep. */
  isUnderWay(tenantId: string): boolean {
    const record = this.options.store.tenant(tenantId)
    return Boolean(record?.beside || record?.retiring)
  }

  /** Ends whatever runs beside the process that serves. */
  async endOthers(tenantId: string): Promise<void> {
    if (this.isUnderWay(tenantId)) await this.switchOf(tenantId).endOthers()
  }

  async shutDown(): Promise<void> {
    await Promise.all(this.options.store.tenants.map(({ id }) => this.endOthers(id)))
  }

  inventory(): InventoryItem[] {
    return this.options.store.tenants.flatMap(({ id, beside, retiring }) => [
      ...(beside ? [{ kind: 'process' as const, name: `data-plane ${id} beside`, tenantId: id }] : []),
      ...(retiring ? [{ kind: 'process' as const, name: `data-plane ${id} retiring`, tenantId: id }] : []),
    ])
  }

  forget(tenantId: string): void {
    this.besides.delete(tenantId)
    this.switches.delete(tenantId)
  }

  private get tenants(): Tenants {
    return this.options.tenants()
  }

  /**
   * Names of the migrations the tenant's present release carries: its contract ones may be applied now, since no release
   * before it can come back. None when the tenant is said to have the release already: then the way back is still open.
   */
  private async carried(tenantId: string, to: string): Promise<Set<string>> {
    const present = this.options.store.tenant(tenantId)?.document?.release
    if (!present || present === to) return new Set()
    const migrations = await readMigrations(join(this.options.beside.release(present).dir, 'migrations'))
    return new Set(migrations.map((migration) => migration.name))
  }

  private switchOf(tenantId: string): SwitchOver {
    let switchOver = this.switches.get(tenantId)
    if (!switchOver) {
      const { store, gateway, changed, note, drainMs } = this.options
      switchOver = new SwitchOver(tenantId, {
        store,
        gateway,
        changed,
        drainMs,
        plane: this.tenants.planeOf(tenantId),
        beside: this.beside(tenantId),
        logFile: this.tenants.logFile(tenantId),
        ask: (socket, path, timeoutMs) => this.tenants.askAt(tenantId, socket, 'POST', path, timeoutMs),
        note: (message) => note(tenantId, message),
      })
      this.switches.set(tenantId, switchOver)
    }
    return switchOver
  }
}
