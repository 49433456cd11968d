import { ClusterObservation, endpoint, staff } from '@cityos/contract'
import { z } from 'zod'

/** `{id}` is the tenant's id or its slug. */
const byId = z.object({ id: z.string() })

export const readTenantCluster = endpoint({
  id: 'tenant.cluster',
  method: 'GET',
  path: '/api/v1/tenants/{id}/cluster',
  summary: 'A tenant as its cluster sees it now: pods, events, quota, and what is wrong; null cell for a driver without cells',
  access: staff('read', 'tenant_health'),
  params: byId,
  response: z.object({
    cell: z.string().nullable(),
    region: z.string(),
    /** Null where there is no cluster, or while it does not answer. */
    observation: ClusterObservation.nullable(),
    /** Why there is none. */
    fault: z.object({ code: z.string(), message: z.string() }).nullable(),
  }),
})

export const readPodLogs = endpoint({
  id: 'tenant.pod_logs',
  method: 'GET',
  path: '/api/v1/tenants/{id}/pods/{pod}/logs',
  summary: 'The last lines of one pod of a tenant; `previous` for the container before its last restart',
  access: staff('read', 'tenant_health'),
  params: byId.extend({ pod: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,252}$/) }),
  query: z.object({ lines: z.coerce.number().int().min(1).max(2000).default(200), previous: z.stringbool().default(false) }),
  response: z.object({ lines: z.array(z.string()) }),
  errors: ['cluster_unreachable', 'cluster_forbidden'],
})
