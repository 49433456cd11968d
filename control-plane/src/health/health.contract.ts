import { anyone, endpoint } from '@cityos/contract'
import { z } from 'zod'

export const readHealth = endpoint({
  id: 'platform.health',
  method: 'GET',
  path: '/health',
  summary: 'The control plane and what it depends on',
  access: anyone,
  response: z.object({
    status: z.enum(['ok', 'degraded', 'failed']),
    version: z.string(),
    uptime_s: z.number(),
    dependencies: z.record(
      z.string(),
      z.object({ status: z.enum(['ok', 'degraded', 'failed']), latency_ms: z.number().nullable(), message: z.string().optional() }),
    ),
    /** Outside services that can be left out: `connected` only after a real call. */
    integrations: z.record(
      z.string(),
      z.object({
        state: z.enum(['connected', 'not_configured', 'degraded']),
        breaker: z.enum(['closed', 'open', 'half_open']),
        last_success_at: z.iso.datetime().nullable(),
      }),
    ),
  }),
})
