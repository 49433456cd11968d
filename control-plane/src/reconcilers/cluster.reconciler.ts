import type { ClusterObservation, Finding } from '@cityos/contract'
import type { Fence } from '@cityos/provisioning'
import type { Clusters } from '@cityos/provisioning/kubernetes/clusters'
import type { Alerts } from '../alert/alerts.ts'
import type { Clock } from '../clock.ts'
import type { Registry } from '../registry/registry.ts'
import { exclusively } from './exclusively.ts'

/** Seconds until what was put back in vain is put back again: whoever changes it by turns is for a person to find. */
const againAfter = 600
/** An operation at work changes a tenant's objects all the time and says itself what is wrong; one that waits may wait for long. */
const atWork = ['queued', 'running', 'undoing']
const serving = ['trial', 'active', 'past_due', 'suspended']

export interface ClusterReconcilerParts {
  registry: Registry
  clock: Clock
  alerts: Alerts
  clusters: Clusters
  fence(): Fence | null
}

/** What came of a look; `busy`: an operation is under way, look again later. */
export type Look = { repaired: string[]; findings: Finding[] } | 'busy' | null

/**
 * Compares what the driver made for a tenant with what its cluster has: puts back what somebody took away or changed, and
 * tells operators of what it cannot help.
 */
export class ClusterReconciler {
  readonly #parts: ClusterReconcilerParts
  /** What was put back last, and when, by tenant. */
  readonly #repaired = new Map<string, { what: string; at: number }>()

  constructor(parts: ClusterReconcilerParts) {
    this.#parts = parts
  }

  /** @throws DomainError cluster_unreachable | cluster_forbidden */
  async reconcile(tenantId: string): Promise<Look> {
    const { registry, clusters } = this.#parts
    const fence = this.#parts.fence()
    const row = await registry.db.tenant.findUnique({
      where: { id: tenantId },
      select: {
        id: true,
        slug: true,
        status: true,
        deleted_at: true,
        cell: true,
        operations: { where: { status: { in: atWork } }, select: { id: true }, take: 1 },
      },
    })
    if (!fence || !row || row.deleted_at || row.cell === null) return null
    if (row.operations.length > 0) return 'busy'
    const observation = await clusters.observe(tenantId)
    const drift = serving.includes(row.status) ? drifted(observation) : []
    if (drift.length === 0 || this.#wasInVain(tenantId, drift)) {
      await this.#tell(row, observation.findings)
      return { repaired: [], findings: observation.findings }
    }
    const repaired = await exclusively(registry.db, tenantId, () => clusters.repair(tenantId, fence))
    if (repaired === null) return 'busy'
    this.#repaired.set(tenantId, { what: fingerprint(drift), at: this.#parts.clock.now().getTime() })
    const left = observation.findings.filter((finding) => !finding.repairable)
    await this.#tell(row, left)
    return { repaired, findings: left }
  }

  /** The same drift so soon after it was put back: putting it back once more would only begin a quarrel. */
  #wasInVain(tenantId: string, drift: readonly Finding[]): boolean {
    const last = this.#repaired.get(tenantId)
    if (!last) return false
    if (this.#parts.clock.now().getTime() - last.at < againAfter * 1000) return last.what === fingerprint(drift)
    this.#repaired.delete(tenantId)
    return false
  }

  /** One alert for each kind of trouble of a tenant; those whose cause is gone are closed. */
  async #tell(tenant: { id: string; slug: string }, findings: readonly Finding[]): Promise<void> {
    const { alerts, registry } = this.#parts
    const prefix = `tenant-cluster:${tenant.id}:`
    const said = new Map(findings.map((finding) => [`${prefix}${finding.code}`, finding]))
    for (const [subject, finding] of said) {
      const parameters = { slug: tenant.slug, what: finding.code, object: finding.object, message: finding.message.slice(0, 500) }
      await alerts.raise({ kind: 'tenant-cluster', subject, severity: 'warning', tenantId: tenant.id, parameters })
    }
    const open = await registry.db.alert.findMany({
      where: { tenant_id: tenant.id, kind: 'tenant-cluster', closed_at: null },
      select: { subject: true },
    })
    for (const { subject } of open) if (!said.has(subject)) await alerts.resolve(subject)
  }
}

const drifted = ({ findings }: ClusterObservation): Finding[] => findings.filter(({ repairable }) => repairable)

const fingerprint = (findings: readonly Finding[]): string =>
  findings
    .map(({ code, object }) => `${code} ${object}`)
    .sort()
    .join('\n')
