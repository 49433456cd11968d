import { PlaneHealth } from '@cityos/contract'
import type { DataPlaneDriver, Fence, InventoryItem, RuntimeState } from '@cityos/provisioning'
import type { Clock } from '../clock.ts'
import type { Registry, Tx } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'
import { documentOf, readSecrets, sendToPlane, type TenantRow } from '../tenant/tenant.document.ts'
import { exclusively } from './exclusively.ts'

const active = ['queued', 'running', 'waiting', 'undoing']
const serving = ['trial', 'active', 'past_due', 'suspended']

export interface ReconcilerParts {
  registry: Registry
  sealing: Sealing
  clock: Clock
  driverOf(name: string): DataPlaneDriver
  fence(): Fence | null
  /** Everything a driver keeps; a sweep over many tenants asks once. */
  inventoryOf(driver: DataPlaneDriver): Promise<InventoryItem[]>
}

/** What a reconciler found and repaired, for log and tests. */
export type Repair = 'started' | 'stopped' | 'routed' | 'document-sent'

/**
 * Repairs drift of one tenant: takes its id and nothing else, compares what is wanted with what is there, and does the
 * difference. A tenant with an operation under way is left alone.
 */
export class TenantReconciler {
  readonly #parts: ReconcilerParts

  constructor(parts: ReconcilerParts) {
    this.#parts = parts
  }

  async reconcile(tenantId: string): Promise<Repair[]> {
    const { registry, driverOf } = this.#parts
    const fence = this.#parts.fence()
    const row = await registry.db.tenant.findUnique({ where: { id: tenantId } })
    if (!fence || !row || row.deleted_at) return []
    const driver = driverOf(row.driver)
    const repairs = await exclusively(registry.db, tenantId, async (tenant, tx) => {
      const state = await driver.state(tenantId)
      if (tenant.status === 'closing' || tenant.status === 'closed') return this.#keepStopped(tenant, driver, state, fence)
      if (!serving.includes(tenant.status)) return []
      return [
        ...(await this.#keepThere(tx, tenant, driver, state, fence)),
        ...(await this.#keepRouted(tenant, driver, fence)),
        ...(await this.#keepCurrent(tx, tenant)),
      ]
    })
    if (repairs === null || !serving.includes(row.status)) return repairs ?? []
    await this.#noteRuntime(row, await driver.state(tenantId))
    return repairs
  }

  async #noteRuntime(row: { id: string; runtime: string | null }, state: RuntimeState): Promise<void> {
    const runtime = state.runtime === 'absent' ? null : state.runtime
    if (runtime === row.runtime) return
    await this.#parts.registry.db.tenant.updateMany({
      where: { id: row.id, operations: { none: { status: { in: active } } } },
      data: { runtime },
    })
  }

  async #keepStopped(tenant: TenantRow, driver: DataPlaneDriver, state: RuntimeState, fence: Fence): Promise<Repair[]> {
    if (state.runtime !== 'running' && state.runtime !== 'starting') return []
    await driver.stop(tenant.id, fence)
    return ['stopped']
  }

  /** Crashes are the node's affair (backoff); a tenant the driver does not have at all is put back. */
  async #keepThere(tx: Tx, tenant: TenantRow, driver: DataPlaneDriver, state: RuntimeState, fence: Fence): Promise<Repair[]> {
    if (state.runtime !== 'absent') return []
    await driver.configure(await documentOf(tx, tenant), await readSecrets(tx, this.#parts.sealing, tenant.id), fence)
    await driver.start(tenant.id, fence)
    return ['started']
  }

  async #keepRouted(tenant: TenantRow, driver: DataPlaneDriver, fence: Fence): Promise<Repair[]> {
    const hosts = tenant.domains.map((domain) => domain.host)
    const routed = (await this.#parts.inventoryOf(driver))
      .filter((item) => item.kind === 'route' && item.tenantId === tenant.id)
      .map((item) => item.name)
    if (hosts.every((host) => routed.includes(host)) && routed.every((host) => hosts.includes(host))) return []
    await driver.route(tenant.id, hosts, fence)
    return ['routed']
  }

  /** A data plane that reports an older document than the registry's, although it has been awake since, is sent it again. */
  async #keepCurrent(tx: Tx, tenant: TenantRow): Promise<Repair[]> {
    const report = await tx.plane_report.findUnique({ where: { tenant_id: tenant.id } })
    if (!report || report.reported_at <= tenant.updated_at) return []
    if (PlaneHealth.parse(report.report).tenant_version >= tenant.version) return []
    await sendToPlane(tx, tenant.id, 'tenant', { tenant: await documentOf(tx, tenant) }, this.#parts.clock.now())
    return ['document-sent']
  }
}
