/** A kind that is watched over all tenants of a cluster. */
export interface WatchedKind {
  kind: string
  /** Below `/api/v1` or `/apis/<group>/<version>`. */
  path: string
  /** Its operator may not be installed. */
  optional?: boolean
  /** It carries no label of a tenant; its namespace says whose it is. */
  unlabelled?: boolean
  /** Only what it should be matters: what becomes of it shows in pods, events and quotas, and its status changes all the time. */
  wishOnly?: boolean
  /** Only that it comes matters: what is written to it later is that it came again. */
  onceOnly?: boolean
}

/** Everything a tenant has that can go wrong or be taken away; of all of it only metadata is read (`connection.ts`). */
export const watchedKinds: readonly WatchedKind[] = [
  { kind: 'Namespace', path: '/api/v1/namespaces' },
  { kind: 'Pod', path: '/api/v1/pods' },
  { kind: 'Service', path: '/api/v1/services' },
  { kind: 'Secret', path: '/api/v1/secrets' },
  { kind: 'ServiceAccount', path: '/api/v1/serviceaccounts' },
  { kind: 'PersistentVolumeClaim', path: '/api/v1/persistentvolumeclaims' },
  { kind: 'ResourceQuota', path: '/api/v1/resourcequotas' },
  { kind: 'LimitRange', path: '/api/v1/limitranges' },
  { kind: 'Event', path: '/api/v1/events', unlabelled: true, onceOnly: true },
  { kind: 'Deployment', path: '/apis/apps/v1/deployments', wishOnly: true },
  { kind: 'NetworkPolicy', path: '/apis/networking.k8s.io/v1/networkpolicies' },
  { kind: 'PodDisruptionBudget', path: '/apis/policy/v1/poddisruptionbudgets', wishOnly: true },
  { kind: 'HorizontalPodAutoscaler', path: '/apis/autoscaling/v2/horizontalpodautoscalers', wishOnly: true },
  { kind: 'HTTPRoute', path: '/apis/gateway.networking.k8s.io/v1/httproutes', optional: true, wishOnly: true },
  { kind: 'Certificate', path: '/apis/cert-manager.io/v1/certificates', optional: true },
  { kind: 'ScaledObject', path: '/apis/keda.sh/v1alpha1/scaledobjects', optional: true, wishOnly: true },
]
