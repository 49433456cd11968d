import { type Cell, type ClusterObservation, DomainError, type Finding } from '@cityos/contract'
import type { Fence } from '@cityos/provisioning'
import type { CellWatch, CellWatcher, Clusters } from '@cityos/provisioning/kubernetes/clusters'

const well: ClusterObservation = { namespace: 'tenant-test', findings: [], pods: [], events: [], quota: [] }

/** Clusters that only say what a test has put there. */
export class MemoryClusters implements Clusters {
  readonly findings = new Map<string, Finding[]>()
  readonly repairs: string[] = []
  /** Repairs change nothing: whoever took something away does so again at once. */
  contested = false
  away = false
  readonly watchers = new Map<string, CellWatcher>()

  observe(tenantId: string): Promise<ClusterObservation> {
    if (this.away) return Promise.reject(new DomainError('cluster_unreachable', { message: 'the cell does not answer' }))
    return Promise.resolve({ ...well, findings: this.findings.get(tenantId) ?? [] })
  }

  podLogs(_tenantId: string, pod: string): Promise<string[]> {
    return pod === 'web-1' ? Promise.resolve(['one', 'two']) : Promise.reject(new DomainError('not_found'))
  }

  repair(tenantId: string, _fence: Fence): Promise<string[]> {
    const drift = (this.findings.get(tenantId) ?? []).filter(({ repairable }) => repairable)
    this.repairs.push(tenantId)
    if (!this.contested)
      this.findings.set(
        tenantId,
        (this.findings.get(tenantId) ?? []).filter(({ repairable }) => !repairable),
      )
    return Promise.resolve(drift.map(({ object }) => object))
  }

  wakeDue(): Promise<string[]> {
    return Promise.resolve([])
  }

  watch(cell: Cell, watcher: CellWatcher): CellWatch {
    return {
      start: () => void this.watchers.set(cell.name, watcher),
      stop: () => Promise.resolve(void this.watchers.delete(cell.name)),
    }
  }
}
