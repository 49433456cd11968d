import type { ObservedEvent, ObservedPod } from '@cityos/contract'
import type { CoreV1Event, V1Pod } from '@kubernetes/client-node'
import { roleLabel } from './labels.ts'

/** A pod for the tenant's page. */
export function viewPod(pod: V1Pod): ObservedPod {
  const statuses = pod.status?.containerStatuses ?? []
  const state = statuses.map((status) => status.state?.waiting ?? status.state?.terminated).find((one) => one?.reason)
  const unplaced = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  return {
    name: pod.metadata?.name ?? '',
    role: pod.metadata?.labels?.[roleLabel] ?? null,
    phase: pod.metadata?.deletionTimestamp ? 'Terminating' : (pod.status?.phase ?? 'Unknown'),
    ready: pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    restarts: statuses.reduce((sum, status) => sum + status.restartCount, 0),
    reason: pod.status?.reason ?? state?.reason ?? unplaced?.reason ?? null,
    message: pod.status?.message ?? state?.message ?? unplaced?.message ?? null,
    image: pod.spec?.containers[0]?.image ?? '',
    node: pod.spec?.nodeName ?? null,
    ip: pod.status?.podIP ?? null,
    started_at: time(pod.status?.startTime),
  }
}

/** Newest first. */
export function viewEvents(events: readonly CoreV1Event[], most = 100): ObservedEvent[] {
  return events
    .map((event) => ({
      at: time(event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? event.metadata.creationTimestamp),
      type: event.type ?? 'Normal',
      reason: event.reason ?? '',
      object: `${event.involvedObject.kind ?? ''}/${event.involvedObject.name ?? ''}`,
      message: event.message ?? '',
      count: event.count ?? event.series?.count ?? 1,
    }))
    .sort((a, b) => (b.at ?? '').localeCompare(a.at ?? ''))
    .slice(0, most)
}

/** The client reads times into dates. */
const time = (at: Date | string | undefined): string | null => (at === undefined ? null : at instanceof Date ? at.toISOString() : at)
