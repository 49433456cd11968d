import type { Cell, ClusterObservation } from '@cityos/contract'
import type { KubeConfig } from '@kubernetes/client-node'
import type { Fence } from '../../driver.ts'
import type { CellSource } from '../cells.ts'
import type { CellWatch, CellWatcher, Clusters } from '../clusters.ts'
import { faultOf } from '../fault.ts'
import { DatabaseWatch } from './database-watch.ts'
import { ClusterObserver } from './observer.ts'
import type { ObjectRef } from './seen.ts'
import { ClusterWatch } from './watch.ts'

/** What of the driver is needed to look at its tenants. */
export interface ObservedDriver {
  /** What it made for a tenant, as it remembers it. */
  objects(tenantId: string): Promise<ObjectRef[]>
  repair(tenantId: string, fence: Fence): Promise<string[]>
  wakeDue(): Promise<string[]>
  checkDatabase(cell: Cell): Promise<void>
}

export interface KubernetesClustersParts {
  cells: CellSource
  driver: ObservedDriver
  kubeConfigOf(cell: Cell): KubeConfig
  namespaceOf(tenantId: string, cell: Cell): string
  /** Null for a namespace of somebody else. */
  tenantOf(namespace: string, cell: Cell): string | null
  now(): Date
}

/** Looks at tenants in their clusters. */
export class KubernetesClusters implements Clusters {
  readonly #parts: KubernetesClustersParts
  readonly #observers = new Map<string, { made: string; observer: ClusterObserver }>()

  constructor(parts: KubernetesClustersParts) {
    this.#parts = parts
  }

  async observe(tenantId: string): Promise<ClusterObservation> {
    const { cells, driver, namespaceOf, now } = this.#parts
    const [cell, made] = await Promise.all([cells.of(tenantId), driver.objects(tenantId)])
    return this.#observerOf(cell).observe(namespaceOf(tenantId, cell), made, now())
  }

  async podLogs(tenantId: string, pod: string, options: { lines: number; previous: boolean }): Promise<string[]> {
    const { cells, namespaceOf } = this.#parts
    const cell = await cells.of(tenantId)
    return this.#observerOf(cell).logs(namespaceOf(tenantId, cell), pod, options)
  }

  repair(tenantId: string, fence: Fence): Promise<string[]> {
    return this.#parts.driver.repair(tenantId, fence)
  }

  wakeDue(): Promise<string[]> {
    return this.#parts.driver.wakeDue()
  }

  watch(cell: Cell, watcher: CellWatcher): CellWatch {
    const { kubeConfigOf, tenantOf, driver } = this.#parts
    const cluster = new ClusterWatch({
      kubeConfig: kubeConfigOf(cell),
      heard({ namespace, phase }) {
        const tenantId = tenantOf(namespace, cell)
        if (tenantId === null) return
        if (phase === 'LISTED') watcher.listed(tenantId)
        else watcher.heard(tenantId)
      },
      answers: (kind, error) => watcher.answered(kind, error === null ? null : faultOf(error, { cell: cell.name, what: `its ${kind}s` })),
    })
    const database = new DatabaseWatch({ check: () => driver.checkDatabase(cell), answered: (fault) => watcher.databaseAnswered(fault) })
    return {
      start() {
        cluster.start()
        database.start()
      },
      stop: async () => void (await Promise.all([cluster.stop(), database.stop()])),
    }
  }

  /** Clients keep what they learn about a cluster; another kubeconfig makes another client. */
  #observerOf(cell: Cell): ClusterObserver {
    const made = cell.access.kubeconfig ?? ''
    const known = this.#observers.get(cell.name)
    if (known?.made === made) return known.observer
    const observer = new ClusterObserver(this.#parts.kubeConfigOf(cell), cell.name)
    this.#observers.set(cell.name, { made, observer })
    return observer
  }
}
