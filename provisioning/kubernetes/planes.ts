import { createHash } from 'node:crypto'
import { PlaneHealth, PlaneTraffic, type TrafficCounts } from '@cityos/contract'
import type { V1Pod } from '@kubernetes/client-node'
import type { TrafficSample } from '../driver.ts'
import type { CellSource } from './cells.ts'
import { CellCluster } from './cluster.ts'
import { namespaceOf, planePort } from './names.ts'
import { tenantLabel } from './observation/labels.ts'
import type { PlaneAddress, PlaneClient } from './plane-client.ts'
import type { TenantRecord, TenantStore } from './tenant-store.ts'
import type { Tenants } from './tenants.ts'

export interface PlaneAskerParts {
  client: PlaneClient
  cells: CellSource
  store: TenantStore
  secretsOf: Tenants['secretsOf']
  now(): Date
}

const healthWithinMs = 5_000
const trafficWithinMs = 3_000
/** So many pods are asked at once for what they have answered. */
const askedAtOnce = 32

/** What the driver asks the processes of tenants, straight at their pods. */
export class PlaneAsker {
  private readonly parts: PlaneAskerParts

  constructor(parts: PlaneAskerParts) {
    this.parts = parts
  }

  ask(record: TenantRecord, address: PlaneAddress, method: 'GET' | 'POST', path: string, timeoutMs: number): Promise<unknown> {
    const { client, secretsOf, now } = this.parts
    return client.ask({ tenantId: record.id, planeKey: secretsOf(record).planeKey, address }, method, path, { timeoutMs, now: now() })
  }

  /** A ready pod of this role, and of one release where asked; null when there is none. */
  async addressOf(cluster: CellCluster, record: TenantRecord, role: 'web' | 'worker', suffix?: string): Promise<PlaneAddress | null> {
    const pods = await cluster.pods(namespaceOf(record.id, cluster.cell), { role, ...(suffix ? { suffix } : {}) })
    const host = pods.find(isReadyPod)?.status?.podIP
    return host ? { host, port: planePort } : null
  }

  /** The tenant's own report; null when nobody answers. */
  async health(cluster: CellCluster, record: TenantRecord): Promise<PlaneHealth | null> {
    const address = (await this.addressOf(cluster, record, 'worker')) ?? (await this.addressOf(cluster, record, 'web'))
    if (!address) return null
    return this.ask(record, address, 'GET', '/internal/health', healthWithinMs).then(
      (health) => PlaneHealth.parse(health),
      () => null,
    )
  }

  /** What the web pods of all tenants have answered, added up by tenant and release. */
  async traffic(): Promise<TrafficSample[]> {
    const records = new Map((await this.parts.store.all()).map((record) => [record.id, record]))
    const clusters = (await this.parts.cells.all()).map((cell) => new CellCluster(cell))
    // A cell that does not answer has no say; the gate decides on what there is.
    const pods = (await Promise.all(clusters.map((cluster) => cluster.webPods().catch(() => [])))).flat().filter(isReadyPod)
    const heard: { tenantId: string; counted: PlaneTraffic }[] = []
    const queue = [...pods]
    const askNext = async (): Promise<void> => {
      for (let pod = queue.pop(); pod; pod = queue.pop()) {
        const record = records.get(pod.metadata?.labels?.[tenantLabel] ?? '')
        const host = pod.status?.podIP
        if (!record?.secrets || !host) continue
        const counted = await this.ask(record, { host, port: planePort }, 'GET', '/internal/traffic', trafficWithinMs).then(
          (answer) => PlaneTraffic.parse(answer),
          () => null, // it has just ended
        )
        if (counted) heard.push({ tenantId: record.id, counted })
      }
    }
    await Promise.all(Array.from({ length: askedAtOnce }, askNext))
    return addedUp(heard)
  }
}

/** One sample a tenant and release; its epoch names the processes that were heard, since counts of others cannot be compared. */
export function addedUp(heard: readonly { tenantId: string; counted: PlaneTraffic }[]): TrafficSample[] {
  const groups = Map.groupBy(heard, ({ tenantId, counted }) => `${tenantId} ${counted.release}`)
  return [...groups.values()].map((group) => {
    const { tenantId, counted } = group[0]!
    const epochs = group.map((each) => each.counted.epoch).sort()
    const sum = (count: (traffic: TrafficCounts) => number) => group.reduce((total, each) => total + count(each.counted), 0)
    return {
      tenantId,
      release: counted.release,
      epoch: epochs.length === 1 ? epochs[0]! : createHash('sha256').update(epochs.join(' ')).digest('hex').slice(0, 16),
      requests: sum((traffic) => traffic.requests),
      errors: sum((traffic) => traffic.errors),
      checkouts: sum((traffic) => traffic.checkouts),
      failedCheckouts: sum((traffic) => traffic.failedCheckouts),
      latency: counted.latency.map((_, bucket) => sum((traffic) => traffic.latency[bucket] ?? 0)),
    }
  })
}

export function isReadyPod({ metadata, status }: V1Pod): boolean {
  return (
    metadata?.deletionTimestamp === undefined &&
    Boolean(status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'))
  )
}
