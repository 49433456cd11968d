import { setTimeout as delay } from 'node:timers/promises'
import { DomainError } from '@cityos/contract'
import type { V1ContainerStatus, V1Deployment, V1Pod } from '@kubernetes/client-node'
import type { CellCluster } from './cluster.ts'

/** Milliseconds between two looks at a deployment. */
const lookEvery = 200
/** After so many restarts a pod is not waited for any longer. */
const hopelessAfter = 3

export interface AwaitedDeployment {
  namespace: string
  name: string
  /** Milliseconds. */
  timeoutMs: number
}

/**
 * Resolves when every pod of a deployment is of its present template and ready.
 * @throws DomainError image_unavailable | quota_exceeded | not_enough_capacity | dependency_unavailable that says why it does not come up
 */
export async function becameReady(cluster: CellCluster, { namespace, name, timeoutMs }: AwaitedDeployment): Promise<void> {
  const until = performance.now() + timeoutMs
  let last = 'it is not there yet'
  for (let look = 1; performance.now() < until; look += 1) {
    const deployment = await cluster.deployment(namespace, name)
    if (deployment && isReady(deployment)) return
    // What keeps it from coming up shows itself in its pods, and is looked for now and then.
    if (deployment && look % 5 === 0) {
      const obstacle = await obstacleOf(cluster, deployment)
      if (obstacle?.final) throw obstacle.error
      last = obstacle?.error.message ?? progressOf(deployment)
    }
    await delay(lookEvery)
  }
  throw new DomainError('dependency_unavailable', {
    message: `${name} in ${namespace} did not become ready within ${Math.round(timeoutMs / 1000)} s: ${last}`,
    details: { dependency: 'cluster', namespace, deployment: name },
  })
}

/** As many pods of the present template as wanted are ready, and no other is left. */
export function isReady({ metadata, spec, status }: V1Deployment): boolean {
  const wanted = spec?.replicas ?? 1
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1) &&
    (status?.updatedReplicas ?? 0) >= wanted &&
    (status?.availableReplicas ?? 0) >= wanted &&
    (status?.replicas ?? 0) <= (status?.updatedReplicas ?? 0)
  )
}

function progressOf({ spec, status }: V1Deployment): string {
  return `${status?.availableReplicas ?? 0} of ${spec?.replicas ?? 1} pods are ready`
}

/** What keeps a deployment's pods from running; `final` when waiting does not help. */
async function obstacleOf(cluster: CellCluster, deployment: V1Deployment): Promise<{ error: DomainError; final: boolean } | null> {
  const namespace = deployment.metadata?.namespace ?? ''
  const refused = deployment.status?.conditions?.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True')
  if (refused?.message) {
    const code = refused.message.includes('exceeded quota') ? 'quota_exceeded' : 'dependency_unavailable'
    return {
      error: new DomainError(code, { message: `the cluster makes no pods in ${namespace}: ${refused.message}` }),
      final: code === 'quota_exceeded',
    }
  }
  const labels = deployment.spec?.selector.matchLabels ?? {}
  const pods = (await cluster.pods(namespace)).filter((pod) =>
    Object.entries(labels).every(([key, value]) => pod.metadata?.labels?.[key] === value),
  )
  for (const pod of pods) {
    const found = await podObstacle(cluster, namespace, pod)
    if (found) return found
  }
  return null
}

/** What keeps a pod from running; `final` when waiting does not help. */
export async function podObstacle(
  cluster: CellCluster,
  namespace: string,
  pod: V1Pod,
): Promise<{ error: DomainError; final: boolean } | null> {
  const name = pod.metadata?.name ?? ''
  const unscheduled = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  if (unscheduled?.reason === 'Unschedulable')
    return {
      error: new DomainError('not_enough_capacity', { message: `no node takes ${name}: ${unscheduled.message ?? ''}` }),
      final: false,
    }
  for (const status of pod.status?.containerStatuses ?? []) {
    const { waiting } = status.state ?? {}
    if (waiting?.reason && /^(ErrImageNeverPull|InvalidImageName|ImagePullBackOff|ErrImagePull)$/.test(waiting.reason)) {
      const message = `image ${status.image} is not to be had in cell ${cluster.cell.name} (${waiting.reason}): push it to its registry`
      return {
        error: new DomainError('image_unavailable', { message, details: { image: status.image } }),
        final: waiting.reason !== 'ErrImagePull',
      }
    }
    if (waiting?.reason === 'CrashLoopBackOff') return crashed(cluster, namespace, name, status)
    if (waiting?.reason === 'CreateContainerConfigError')
      return {
        error: new DomainError('dependency_unavailable', { message: `${name} cannot be made: ${waiting.message ?? ''}` }),
        final: false,
      }
  }
  return null
}

async function crashed(
  cluster: CellCluster,
  namespace: string,
  name: string,
  { restartCount, lastState }: V1ContainerStatus,
): Promise<{ error: DomainError; final: boolean }> {
  const lines = await cluster.log(namespace, name, 5, true)
  const said = lines.map((line) => line.slice(line.indexOf(' ') + 1)).join(' ')
  const message = `${name} ends with ${lastState?.terminated?.exitCode ?? '?'} again and again: ${said || (lastState?.terminated?.reason ?? 'it says nothing')}`
  return { error: new DomainError('dependency_unavailable', { message: message.slice(0, 1_000) }), final: restartCount >= hopelessAfter }
}
