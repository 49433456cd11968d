import { DomainError } from '@cityos/contract'
import type { DataPlaneDriver } from '@cityos/provisioning'
import { Injectable } from '@nestjs/common'

/** The drivers this platform has, by name. */
@Injectable()
export class Drivers {
  readonly #drivers: ReadonlyMap<string, DataPlaneDriver>

  constructor(drivers: readonly DataPlaneDriver[]) {
    this.#drivers = new Map(drivers.map((driver) => [driver.name, driver]))
  }

  all(): DataPlaneDriver[] {
    return [...this.#drivers.values()]
  }

  has(name: string): boolean {
    return this.#drivers.has(name)
  }

  /** The one that is meant when none is named: of this machine, where there is that. */
  get usual(): DataPlaneDriver['name'] {
    return this.has('local') ? 'local' : 'kubernetes'
  }

  /** @throws DomainError validation_failed for a driver this platform does not have */
  get(name: string): DataPlaneDriver {
    const driver = this.#drivers.get(name)
    if (driver) return driver
    const others = [...this.#drivers.keys()].join(' or ')
    const missing =
      name === 'kubernetes' ? '; the Kubernetes driver needs `kubernetes` in the binding of the control plane (docs/kubernetes.md)' : ''
    throw new DomainError('validation_failed', {
      field: 'driver',
      message: `this platform has no driver "${name}": use ${others}${missing}`,
    })
  }
}
