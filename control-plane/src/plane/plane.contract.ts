import { endpoint, PlaneHealth, PlaneMessage, plane, streamEndpoint } from '@cityos/contract'
import { z } from 'zod'

/** Plane to plane (design §8): numbered messages, replayed after `after`. */
export const streamPlane = streamEndpoint({
  id: 'plane.stream',
  method: 'GET',
  path: '/internal/planes/{tenantId}/stream',
  summary: 'Tenant document, keys and revocations for an awake data plane',
  access: plane,
  params: z.object({ tenantId: z.string() }),
  query: z.object({ after: z.coerce.number().int().min(0).default(0) }),
  response: PlaneMessage,
})

export const reportPlane = endpoint({
  id: 'plane.report',
  method: 'POST',
  path: '/internal/planes/{tenantId}/report',
  summary: 'A data plane’s health and usage',
  access: plane,
  params: z.object({ tenantId: z.string() }),
  body: PlaneHealth,
  response: z.object({ accepted: z.literal(true) }),
})
