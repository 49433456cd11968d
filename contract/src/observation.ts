import { z } from 'zod'

/** What may be wrong with a tenant in its cluster. */
export const findingCodes = [
  /** An object of the tenant is gone, or was changed by somebody else: put back by itself. */
  'object_missing',
  'object_changed',
  'crash_loop',
  'image_missing',
  'config_missing',
  'pod_unschedulable',
  'pod_evicted',
  'volume_pending',
  'quota_full',
  'certificate_not_ready',
  'certificate_expiring',
  'namespace_terminating',
] as const
export const FindingCode = z.enum(findingCodes)
export type FindingCode = z.infer<typeof FindingCode>

export const Finding = z.object({
  code: FindingCode,
  /** `NetworkPolicy/deny` */
  object: z.string(),
  /** In plain words, with what the cluster itself says. */
  message: z.string(),
  /** It is put back by itself; else somebody has to look. */
  repairable: z.boolean(),
})
export type Finding = z.infer<typeof Finding>

export const ObservedPod = z.object({
  name: z.string(),
  /** `web`, `worker`, or what else the pod is for; null for a stranger. */
  role: z.string().nullable(),
  phase: z.string(),
  ready: z.boolean(),
  restarts: z.int(),
  /** Why it waits or ended: `CrashLoopBackOff`, `Evicted`; null while it is well. */
  reason: z.string().nullable(),
  message: z.string().nullable(),
  image: z.string(),
  node: z.string().nullable(),
  ip: z.string().nullable(),
  started_at: z.iso.datetime().nullable(),
})
export type ObservedPod = z.infer<typeof ObservedPod>

export const ObservedEvent = z.object({
  at: z.iso.datetime().nullable(),
  type: z.string(),
  reason: z.string(),
  object: z.string(),
  message: z.string(),
  count: z.int(),
})
export type ObservedEvent = z.infer<typeof ObservedEvent>

/** A tenant's namespace as its cluster sees it. */
export const ClusterObservation = z.object({
  namespace: z.string(),
  findings: z.array(Finding),
  pods: z.array(ObservedPod),
  /** Newest first. */
  events: z.array(ObservedEvent),
  /** Used and allowed by resource, as Kubernetes writes quantities. */
  quota: z.array(z.object({ resource: z.string(), used: z.string(), hard: z.string() })),
})
export type ClusterObservation = z.infer<typeof ClusterObservation>
