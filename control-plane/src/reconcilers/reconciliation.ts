import type { DataPlaneDriver, InventoryItem } from '@cityos/provisioning'
import { Inject, Injectable } from '@nestjs/common'
import { Clock } from '../clock.ts'
import { Drivers } from '../drivers.ts'
import { OperationEngine } from '../operations/engine.ts'
import { explain, isTakenOver } from '../operations/runner.ts'
import { PlaneStreams } from '../plane/plane.streams.ts'
import { RegistryIdempotency } from '../registry/idempotency.ts'
import { Registry } from '../registry/registry.ts'
import { Sealing } from '../registry/sealing.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { AuthorizationService } from '../sign-in/authorization.service.ts'
import { Retention } from './retention.ts'
import { TenantReconciler } from './tenant.reconciler.ts'

/** Milliseconds between two looks at the whole fleet. */
const every = 15_000

/** Calls the reconcilers for every tenant again and again while this process holds the lease, and forgets what has run out. */
@Injectable()
export class Reconciliation {
  readonly tenants: TenantReconciler
  readonly retention: Retention
  #timer: NodeJS.Timeout | undefined
  #turn: Promise<void> = Promise.resolve()
  #stopped = false
  readonly #inventories = new Map<string, Promise<InventoryItem[]>>()

  constructor(
    private readonly registry: Registry,
    sealing: Sealing,
    private readonly clock: Clock,
    drivers: Drivers,
    private readonly engine: OperationEngine,
    private readonly streams: PlaneStreams,
    private readonly authorizations: AuthorizationService,
    private readonly idempotency: RegistryIdempotency,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.retention = new Retention(registry, sealing, clock)
    this.tenants = new TenantReconciler({
      registry,
      sealing,
      clock,
      driverOf: (name) => drivers.get(name),
      inventoryOf: (driver) => this.#inventoryOf(driver),
      fence: () => (engine.lease.fence === null ? null : { operationId: 'reconciler', number: Number(engine.lease.fence) }),
    })
  }

  start(): void {
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#turn
  }

  /** Looks at every tenant once. */
  async sweep(): Promise<void> {
    if (!this.engine.holdsLease) return
    this.#inventories.clear()
    const rows = await this.registry.db.tenant.findMany({
      where: { deleted_at: null },
      select: { id: true },
      orderBy: { created_at: 'asc' },
    })
    for (const { id } of rows) {
      if (this.#stopped) return
      try {
        const due = await this.retention.reconcile(id)
        if (due) this.settings.log.info({ tenant_id: id, operation: due }, 'its time has come')
        const repairs = await this.tenants.reconcile(id)
        if (repairs.length > 0) this.settings.log.info({ tenant_id: id, repairs }, 'drift repaired')
      } catch (error) {
        this.settings.log.warn({ tenant_id: id, reason: explain(error), taken_over: isTakenOver(error) }, 'drift could not be repaired yet')
      }
    }
    await Promise.all([this.streams.prune(), this.authorizations.prune(), this.idempotency.prune()])
  }

  #inventoryOf(driver: DataPlaneDriver): Promise<InventoryItem[]> {
    const known = this.#inventories.get(driver.name) ?? driver.inventory()
    this.#inventories.set(driver.name, known)
    return known
  }

  #schedule(): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#turn = this.sweep()
        .catch((error: unknown) => this.settings.log.error({ error, at: this.clock.now() }, 'the fleet could not be looked at'))
        .finally(() => this.#schedule())
    }, every)
  }
}
