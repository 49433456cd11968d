import type { CoreV1Event, V1Namespace, V1ObjectMeta, V1PersistentVolumeClaim, V1Pod, V1ResourceQuota } from '@kubernetes/client-node'

/** Names one object, as the driver remembers what it made. */
export interface ObjectRef {
  apiVersion: string
  kind: string
  namespace: string | null
  name: string
}

/** Any object, as far as every object looks alike. */
export interface AnyObject {
  apiVersion?: string
  kind?: string
  metadata?: V1ObjectMeta
}

/** cert-manager's `Certificate`, as far as it is read here. */
export interface CertificateObject extends AnyObject {
  status?: {
    notAfter?: string
    conditions?: { type: string; status: string; reason?: string; message?: string }[]
  }
}

/** Everything of one tenant that was read from its cluster in one look. */
export interface Seen {
  namespace: V1Namespace | null
  pods: V1Pod[]
  events: CoreV1Event[]
  quotas: V1ResourceQuota[]
  claims: V1PersistentVolumeClaim[]
  certificates: CertificateObject[]
  /** Objects the driver made and the cluster has. */
  kept: AnyObject[]
  /** Objects the driver made and the cluster has not. */
  missing: ObjectRef[]
}

/** `NetworkPolicy/deny` */
export const titleOf = (object: { kind?: string; name?: string; metadata?: V1ObjectMeta }, kind = object.kind ?? ''): string =>
  `${kind}/${object.metadata?.name ?? object.name ?? ''}`
