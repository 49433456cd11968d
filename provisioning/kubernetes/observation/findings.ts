import type { Finding, FindingCode } from '@cityos/contract'
import type { V1ContainerStatus, V1Pod, V1ResourceQuota } from '@kubernetes/client-node'
import { strangerOf } from './ownership.ts'
import { quantity } from './quantity.ts'
import { type CertificateObject, type Seen, titleOf } from './seen.ts'

/** Days before its end at which a certificate that was not renewed is worth a word (cert-manager renews at two thirds). */
const certificateDays = 14
/** Why a container waits that nobody but a person can help. */
const imageReasons = ['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName']
const configReasons = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']

/** What is wrong with a tenant in its cluster: nothing is asked here, only judged. */
export function findingsOf(seen: Seen, now: Date): Finding[] {
  return [
    ...namespaceFindings(seen),
    ...seen.missing.map((ref) => found('object_missing', titleOf(ref), 'it is gone', true)),
    ...changedFindings(seen),
    ...seen.pods.flatMap(podFindings),
    ...claimFindings(seen),
    ...seen.quotas.flatMap((quota) => quotaFindings(quota, seen)),
    ...seen.certificates.flatMap((certificate) => certificateFindings(certificate, now)),
  ]
}

const found = (code: FindingCode, object: string, message: string, repairable = false): Finding => ({ code, object, message, repairable })

/** A namespace that does not end names what holds it up: an object whose finalizer nobody serves, or its own. */
function namespaceFindings({ namespace }: Seen): Finding[] {
  if (!namespace?.metadata?.deletionTimestamp) return []
  const held = (namespace.status?.conditions ?? []).filter(
    ({ type, status }) =>
      status === 'True' && /^(NamespaceFinalizersRemaining|NamespaceContentRemaining|NamespaceDeletion\w+Failure)$/.test(type),
  )
  const own = namespace.metadata.finalizers ?? []
  const reasons = [
    ...held.map(({ message }) => message ?? ''),
    ...(own.length > 0 ? [`finalizers of the namespace: ${own.join(', ')}`] : []),
  ]
  const message = reasons.length > 0 ? `it is being deleted and waits: ${reasons.join(' ')}` : 'it is being deleted'
  return [found('namespace_terminating', titleOf(namespace, 'Namespace'), message)]
}

function changedFindings({ kept }: Seen): Finding[] {
  return kept.flatMap((object) => {
    const stranger = strangerOf(object)
    return stranger === null ? [] : [found('object_changed', titleOf(object), `it was changed by ${stranger}`, true)]
  })
}

function podFindings(pod: V1Pod): Finding[] {
  const title = titleOf(pod, 'Pod')
  if (pod.status?.phase === 'Failed' && pod.status.reason === 'Evicted')
    return [found('pod_evicted', title, pod.status.message ?? 'its node had no room for it any more')]
  const unplaced = (pod.status?.conditions ?? []).find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  if (unplaced) return [found('pod_unschedulable', title, unplaced.message ?? unplaced.reason ?? 'no node takes it')]
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
  return statuses.flatMap((status) => containerFindings(title, status))
}

function containerFindings(title: string, status: V1ContainerStatus): Finding[] {
  const waiting = status.state?.waiting
  const reason = waiting?.reason ?? ''
  if (reason === 'CrashLoopBackOff')
    return [found('crash_loop', title, `${status.name} has ended ${status.restartCount} times: ${lastEnd(status)}`)]
  if (imageReasons.includes(reason)) return [found('image_missing', title, `${status.image}: ${waiting?.message ?? reason}`)]
  if (configReasons.includes(reason)) return [found('config_missing', title, waiting?.message ?? reason)]
  return []
}

function lastEnd(status: V1ContainerStatus): string {
  const ended = status.lastState?.terminated
  if (!ended) return 'its end is not known'
  const how = ended.signal ? `signal ${ended.signal}` : `exit code ${ended.exitCode}`
  return `${ended.reason ?? 'Error'}, ${how}${ended.message ? `: ${ended.message.trim().slice(0, 300)}` : ''}`
}

/** A claim waits for its first pod, or for a volume: only the second is anybody's affair. */
function claimFindings({ claims, events }: Seen): Finding[] {
  return claims.flatMap((claim) => {
    if (claim.status?.phase !== 'Pending') return []
    const said = events
      .filter(({ involvedObject, reason }) => involvedObject.name === claim.metadata?.name && reason !== 'WaitForFirstConsumer')
      .findLast(({ type }) => type === 'Warning' || type === 'Normal')
    if (!said) return []
    const storage = claim.spec?.storageClassName ?? 'default'
    return [
      found(
        'volume_pending',
        titleOf(claim, 'PersistentVolumeClaim'),
        `no volume of class ${storage} yet: ${said.message ?? said.reason ?? ''}`,
      ),
    ]
  })
}

/** Full is what refuses the next pod, not what is well used: the cluster says so itself, or nothing is left. */
function quotaFindings(quota: V1ResourceQuota, { events }: Seen): Finding[] {
  const refused = events.findLast(({ reason, message }) => reason === 'FailedCreate' && (message ?? '').includes('exceeded quota'))
  const full = Object.entries(quota.status?.hard ?? {}).filter(
    ([resource, hard]) => quantity(hard) > 0 && quantity(quota.status?.used?.[resource] ?? '0') >= quantity(hard),
  )
  if (!refused || full.length === 0) return []
  const figures = full.map(([resource, hard]) => `${resource} ${quota.status?.used?.[resource]} of ${hard}`).join(', ')
  return [found('quota_full', titleOf(quota, 'ResourceQuota'), `${figures}: ${refused.message ?? ''}`)]
}

function certificateFindings(certificate: CertificateObject, now: Date): Finding[] {
  const title = titleOf(certificate, 'Certificate')
  const ready = certificate.status?.conditions?.find(({ type }) => type === 'Ready')
  if (ready && ready.status !== 'True' && ready.reason !== 'Issuing' && ready.reason !== 'DoesNotExist')
    return [found('certificate_not_ready', title, ready.message ?? ready.reason ?? 'it is not ready')]
  const end = certificate.status?.notAfter ? Date.parse(certificate.status.notAfter) : Number.NaN
  const days = Math.floor((end - now.getTime()) / 86_400_000)
  return days < certificateDays ? [found('certificate_expiring', title, `it runs out in ${days} days and was not renewed`)] : []
}
