import { endpoint, listEndpoint, staff, streamEndpoint } from '@cityos/contract'
import { z } from 'zod'
import { Operation } from '../operation/operation.contract.ts'
import { Tenant } from '../tenant/tenant.contract.ts'
import {
  CreateRollout,
  PlanRollout,
  Rollout,
  RolloutEvent,
  RolloutEventKind,
  RolloutNews,
  RolloutPreview,
  RolloutStatus,
  RolloutTenant,
  RolloutTenantStatus,
} from './rollout.shape.ts'

export * from './fleet-rules.contract.ts'
export * from './gate.contract.ts'
export * from './rollout.shape.ts'

const byId = z.object({ id: z.string() })

export const previewRollout = endpoint({
  id: 'rollout.preview',
  method: 'POST',
  path: '/api/v1/rollouts/preview',
  summary: 'What a rollout would do: which tenant in which ring, who is left out and why, how long it takes; changes nothing',
  access: staff('read', 'rollout'),
  body: PlanRollout,
  response: RolloutPreview,
  errors: ['unknown_release', 'validation_failed'],
})

export const createRollout = endpoint({
  id: 'rollout.create',
  method: 'POST',
  path: '/api/v1/rollouts',
  summary: 'Upgrade the fleet to a release ring by ring; starts at once unless `start` is false. One at a time',
  access: staff('create', 'rollout'),
  body: CreateRollout,
  response: Rollout,
  status: 201,
  errors: ['unknown_release', 'validation_failed', 'rollout_in_progress', 'fleet_frozen', 'invalid_transition'],
})

export const listRollouts = listEndpoint({
  id: 'rollout.list',
  method: 'GET',
  path: '/api/v1/rollouts',
  summary: 'Rollouts, newest first',
  access: staff('read', 'rollout'),
  query: z.object({ status: RolloutStatus.optional(), active: z.stringbool().optional(), to: z.string().max(120).optional() }),
  response: Rollout,
})

export const readRollout = endpoint({
  id: 'rollout.read',
  method: 'GET',
  path: '/api/v1/rollouts/{id}',
  summary: 'One rollout with its rings; `latest` names the newest one',
  access: staff('read', 'rollout'),
  params: byId,
  response: Rollout,
})

export const listRolloutTenants = listEndpoint({
  id: 'rollout.tenants',
  method: 'GET',
  path: '/api/v1/rollouts/{id}/tenants',
  summary: 'Tenants of a rollout by ring and slug; `q` finds part of a slug',
  access: staff('read', 'rollout'),
  params: byId,
  query: z.object({
    ring: z.coerce.number().int().optional(),
    status: RolloutTenantStatus.optional(),
    control: z.stringbool().optional(),
  }),
  response: RolloutTenant,
})

export const listRolloutEvents = listEndpoint({
  id: 'rollout.events',
  method: 'GET',
  path: '/api/v1/rollouts/{id}/events',
  summary: 'The timeline of a rollout, newest first (`order=sequence` for oldest first)',
  access: staff('read', 'rollout'),
  params: byId,
  query: z.object({ kind: RolloutEventKind.optional(), tenant_id: z.string().optional(), ring: z.string().optional() }),
  response: RolloutEvent,
})

/** Replays from `Last-Event-ID` (or `after`), then goes on live; ends after the rollout's last event. */
export const streamRollout = streamEndpoint({
  id: 'rollout.stream',
  method: 'GET',
  path: '/api/v1/rollouts/{id}/stream',
  summary: 'The timeline of a rollout as server-sent events',
  access: staff('read', 'rollout'),
  params: byId,
  query: z.object({ after: z.coerce.number().int().min(0).optional() }),
  response: RolloutNews,
})

const verb = <const Id extends string, B extends z.ZodType>(name: Id, summary: string, body: B) =>
  endpoint({
    id: `rollout.${name.replace('-', '_')}`,
    method: 'POST',
    path: `/api/v1/rollouts/{id}/${name}`,
    summary,
    access: staff('operate', 'rollout'),
    params: byId,
    body,
    response: Rollout,
    status: 202,
    errors: ['invalid_transition', 'fleet_frozen'],
  })

const Reason = z.string().trim().max(500)

export const startRollout = verb('start', 'Start a planned rollout', z.object({}))
export const pauseRollout = verb(
  'pause',
  'Start no further upgrade; what is under way finishes, and a soak goes on being watched',
  z.object({ reason: Reason.default('') }),
)
export const resumeRollout = verb('resume', 'Go on after a pause', z.object({}))
/** One of the two. A ring under way ends its soak at once; a tenant of it stays as it is. */
export const skipRollout = verb(
  'skip',
  'Leave out a ring (or end its soak now), or one tenant; the reason goes into the timeline',
  z.object({ ring: z.int().optional(), tenant_id: z.string().optional(), reason: Reason.min(3) }),
)
export const rollBackRollout = verb(
  'roll-back',
  'Take tenants back to their former release: everything this rollout has upgraded, or the ring it is at',
  z.object({ scope: z.enum(['all', 'ring']).default('all'), reason: Reason.min(3) }),
)

export const upgradeTenant = endpoint({
  id: 'tenant.upgrade',
  method: 'POST',
  path: '/api/v1/tenants/{id}/upgrade',
  summary: 'Bring one tenant to a release by hand; `override` names the reason for doing it against a pin or outside the window',
  access: staff('operate', 'rollout'),
  params: byId,
  body: z.object({
    release: z.string().max(120),
    rehearse: z.boolean().default(true),
    override: z.string().trim().min(3).max(500).optional(),
  }),
  response: z.object({ tenant: Tenant, operation: Operation }),
  status: 202,
  errors: [
    'unknown_release',
    'operation_in_progress',
    'invalid_transition',
    'tenant_pinned',
    'outside_maintenance_window',
    'fleet_frozen',
    'version_skew',
  ],
})
