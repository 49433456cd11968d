import type { V1Deployment, V1Pod } from '@kubernetes/client-node'
import type { RuntimeState } from '../driver.ts'
import type { CellCluster } from './cluster.ts'
import { namespaceOf, webDeployment, workerDeployment } from './names.ts'
import type { TenantRecord } from './tenant-store.ts'

const nothing = { restarts: 0, memoryBytes: null, cpuSeconds: null, startedAt: null, nextWakeAt: null, lastError: null }

/** What a tenant's pods are about. */
export async function runtimeOf(cluster: CellCluster, record: TenantRecord): Promise<RuntimeState> {
  const { active_release: release, beside_release: beside } = record
  if (record.desired === 'down' || !release) return { ...nothing, runtime: 'absent' }
  if (record.asleep) return { ...nothing, runtime: 'asleep', nextWakeAt: record.next_wake_at }
  const namespace = namespaceOf(record.id, cluster.cell)
  const [web, worker, pods] = await Promise.all([
    cluster.deployment(namespace, webDeployment(release)),
    cluster.deployment(namespace, workerDeployment),
    cluster.pods(namespace),
  ])
  const trouble = troubleOf(pods)
  const serves = hasAvailable(web)
  return {
    ...nothing,
    runtime: serves ? 'running' : trouble || !web ? 'crashed' : 'starting',
    restarts: Math.max(0, ...pods.flatMap(({ status }) => (status?.containerStatuses ?? []).map(({ restartCount }) => restartCount))),
    release: serves ? release : null,
    beside: beside ? { release: beside, memoryBytes: null, startedAt: record.beside_since ?? '' } : null,
    startedAt: record.started_at,
    lastError: trouble ?? missing(web, worker, release) ?? (serves ? null : record.last_error),
  }
}

function hasAvailable(deployment: V1Deployment | null): boolean {
  return (deployment?.status?.availableReplicas ?? 0) > 0
}

function missing(web: V1Deployment | null, worker: V1Deployment | null, release: string): string | null {
  if (!web) return `deployment ${webDeployment(release)} is not there`
  return worker ? null : `deployment ${workerDeployment} is not there`
}

/** The first container that cannot run, in words. */
function troubleOf(pods: readonly V1Pod[]): string | null {
  for (const { metadata, status } of pods)
    for (const { state, lastState } of status?.containerStatuses ?? []) {
      const reason = state?.waiting?.reason
      if (!reason || ['ContainerCreating', 'PodInitializing'].includes(reason)) continue
      const ended = lastState?.terminated
      return `${metadata?.name}: ${reason}${ended ? `, ended with ${ended.reason ?? ''} ${ended.exitCode}` : ''}`
    }
  return null
}
