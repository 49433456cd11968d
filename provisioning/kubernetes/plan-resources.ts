/** What a plan gives a tenant in a cluster. Quantities as Kubernetes writes them. */
export interface PlanResources {
  web: {
    replicas: number
    resources: Resources
    hpa: { minReplicas: number; maxReplicas: number; targetCPU: number } | null
    heapMegabytes: number
  }
  worker: { resources: Resources; heapMegabytes: number }
  quota: Record<string, string>
}

interface Resources {
  requests: { cpu: string; memory: string }
  limits: { memory: string }
}

const pod = (cpu: string, request: string, limit: string): Resources => ({ requests: { cpu, memory: request }, limits: { memory: limit } })

// Twice the pods that serve fit into a quota, and one more for a Job: an upgrade has both releases beside each other.
const quota = (cpu: string, memory: string, pods: number): Record<string, string> => ({
  'requests.cpu': cpu,
  'limits.memory': memory,
  pods: String(pods),
  persistentvolumeclaims: '4',
  services: '10',
  'services.loadbalancers': '0',
  'services.nodeports': '0',
})

const small: PlanResources = {
  web: { replicas: 1, resources: pod('50m', '192Mi', '512Mi'), hpa: null, heapMegabytes: 256 },
  worker: { resources: pod('25m', '192Mi', '512Mi'), heapMegabytes: 256 },
  quota: quota('1', '4Gi', 10),
}
const middle: PlanResources = {
  web: {
    replicas: 1,
    resources: pod('100m', '256Mi', '512Mi'),
    hpa: { minReplicas: 1, maxReplicas: 6, targetCPU: 70 },
    heapMegabytes: 320,
  },
  worker: { resources: pod('50m', '256Mi', '512Mi'), heapMegabytes: 320 },
  quota: quota('4', '12Gi', 24),
}
const large: PlanResources = {
  web: { replicas: 2, resources: pod('250m', '384Mi', '1Gi'), hpa: { minReplicas: 2, maxReplicas: 20, targetCPU: 70 }, heapMegabytes: 640 },
  worker: { resources: pod('100m', '384Mi', '1Gi'), heapMegabytes: 640 },
  quota: quota('16', '48Gi', 64),
}

const byPlan: Record<string, PlanResources> = { starter: small, standard: middle, unlimited: large }

/** Plans that are not listed get what the smallest does: their own limits are the data plane's affair. */
export function resourcesOf(plan: string): PlanResources {
  return byPlan[plan] ?? small
}
