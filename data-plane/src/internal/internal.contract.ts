import { anyone, endpoint, PlaneHealth, PlaneTraffic, ProbeReport, plane, TenantDocument } from '@cityos/contract'
import { z } from 'zod'

/** What the supervisor, the gateway and probes read: every dependency with its state. */
export const readHealth = endpoint({
  id: 'health.read',
  method: 'GET',
  path: '/health',
  summary: 'Whether this tenant answers, and what it depends on',
  access: anyone,
  response: z.object({
    status: PlaneHealth.shape.status,
    tenant: z.string(),
    release: z.string(),
    dependencies: PlaneHealth.shape.dependencies,
  }),
  errors: ['dependency_unavailable'],
})

export const readAlive = endpoint({
  id: 'health.alive',
  method: 'GET',
  path: '/alive',
  summary: 'Whether this process turns: asks for nothing else, so that a database that is away restarts nobody',
  access: anyone,
  response: z.object({ alive: z.literal(true) }),
})

export const readTraffic = endpoint({
  id: 'internal.traffic',
  method: 'GET',
  path: '/internal/traffic',
  summary: 'Requests of people that this process has answered, since it began',
  access: plane,
  response: PlaneTraffic,
})

export const readPlaneHealth = endpoint({
  id: 'internal.health',
  method: 'GET',
  path: '/internal/health',
  summary: 'Health and usage',
  access: plane,
  response: PlaneHealth,
})

export const seedTenant = endpoint({
  id: 'internal.seed',
  method: 'POST',
  path: '/internal/seed',
  summary: 'Loads the demo shop; a second run changes nothing',
  access: plane,
  response: z.object({ changed: z.boolean(), sign_ins: z.array(z.record(z.string(), z.string())).optional() }),
})

export const activatePlane = endpoint({
  id: 'internal.activate',
  method: 'POST',
  path: '/internal/activate',
  summary:
    'Makes a process that stood by the one that serves; answers when it runs timers, relay and workflows, or cannot yet. A web process never does',
  access: plane,
  response: z.object({ lease: z.boolean() }),
})

export const probePlane = endpoint({
  id: 'internal.probe',
  method: 'POST',
  path: '/internal/probe',
  summary: 'Prices something and holds it for a moment, as a checkout would; leaves no trace',
  access: plane,
  response: ProbeReport,
})

export const putTenant = endpoint({
  id: 'internal.tenant',
  method: 'PUT',
  path: '/internal/tenant',
  summary: 'Hands over a newer tenant document; an older one changes nothing',
  access: plane,
  body: TenantDocument,
  response: z.object({ version: z.int() }),
})

export const setClock = endpoint({
  id: 'internal.clock',
  method: 'PUT',
  path: '/internal/clock',
  summary: 'Moves the clock of a test tenant; null goes back to real time',
  access: plane,
  body: z.object({ now: z.iso.datetime().nullable() }),
  response: z.object({ now: z.string() }),
})
