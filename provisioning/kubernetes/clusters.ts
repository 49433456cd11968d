import type { Cell, ClusterObservation } from '@cityos/contract'
import type { Fence } from '../driver.ts'

/** A look at everything that happens in one cluster, and at whether its cell's Postgres answers. */
export interface CellWatch {
  start(): void
  stop(): Promise<void>
}

export interface CellWatcher {
  /** This tenant has something in the cluster: told of everything there is when a watch begins, or begins anew. */
  listed(tenantId: string): void
  /** Something of this tenant has changed; what, is for whoever looks. */
  heard(tenantId: string): void
  /** The cluster has answered a question about this kind, or failed to. */
  answered(kind: string, fault: Error | null): void
  /** The cell's Postgres has let the platform in, or has not. */
  databaseAnswered(fault: Error | null): void
}

/** What the control plane sees of tenants in clusters, beside what every driver says of its tenants. */
export interface Clusters {
  /** @throws DomainError cluster_unreachable | cluster_forbidden | not_found */
  observe(tenantId: string): Promise<ClusterObservation>
  /** The last lines of one pod. @throws DomainError cluster_unreachable | not_found */
  podLogs(tenantId: string, pod: string, options: { lines: number; previous: boolean }): Promise<string[]>
  /** Puts back what somebody else took away or changed. @returns the names of what was put back */
  repair(tenantId: string, fence: Fence): Promise<string[]>
  /** Wakes sleepers that have something to do by now. @returns their ids */
  wakeDue(): Promise<string[]>
  watch(cell: Cell, watcher: CellWatcher): CellWatch
}
