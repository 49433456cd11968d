import type { TenantRuntime } from '@cityos/contract'
import type { RuntimeState } from '@cityos/provisioning'
import { Injectable } from '@nestjs/common'
import { Drivers } from '../drivers.ts'
import { Registry } from '../registry/registry.ts'

/** How a tenant's data plane is now: the driver knows; the registry keeps what was last seen for filters. */
@Injectable()
export class TenantRuntimes {
  constructor(
    private readonly registry: Registry,
    private readonly drivers: Drivers,
  ) {}

  /** The driver's word, or what was last seen while the driver does not answer. */
  async now(row: {
    id: string
    driver: string
    status: string
    runtime: string | null
    deleted_at: Date | null
  }): Promise<TenantRuntime | null> {
    if (row.deleted_at) return null
    const state = await this.state(row)
    if (!state) return row.runtime as TenantRuntime | null
    const runtime = state.runtime === 'absent' ? null : state.runtime
    if (runtime !== row.runtime && row.status !== 'provisioning')
      await this.registry.db.tenant.updateMany({ where: { id: row.id }, data: { runtime } })
    return runtime ?? (row.status === 'provisioning' ? 'starting' : null)
  }

  /** Null while the driver does not answer. */
  async state(row: { id: string; driver: string }): Promise<RuntimeState | null> {
    if (!this.drivers.has(row.driver)) return null
    return this.drivers
      .get(row.driver)
      .state(row.id)
      .catch(() => null)
  }
}
