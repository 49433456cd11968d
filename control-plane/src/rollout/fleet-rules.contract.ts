import { endpoint, staff } from '@cityos/contract'
import { z } from 'zod'

/** The switch that keeps every release where it is: no rollout and no upgrade starts while it is on. Going back is never held up. */
export const Freeze = z.object({
  frozen: z.boolean(),
  reason: z.string().nullable(),
  /** It ends by itself then; null: when somebody ends it. */
  until: z.iso.datetime().nullable(),
  by: z.string().nullable(),
  at: z.iso.datetime().nullable(),
})
export type Freeze = z.infer<typeof Freeze>

/** Keeps a tenant on its release for a time, on somebody's word. */
export const Pin = z.object({
  /** The only release it may be brought to; null: it stays where it is. */
  release: z.string().nullable(),
  until: z.iso.datetime(),
  /** Who answers for it: a person or a team. */
  owner: z.string(),
  reason: z.string(),
  created_by: z.string(),
  created_at: z.iso.datetime(),
})
export type Pin = z.infer<typeof Pin>

/** Monday is 1, Sunday 7. */
const Day = z.int().min(1).max(7)
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)

/** When rollouts may touch a tenant: on these days from `from` to `to`, past midnight where `to` is not later. */
export const MaintenanceWindow = z.object({
  days: z.array(Day).min(1).max(7),
  from: TimeOfDay,
  to: TimeOfDay,
  /** Name of a time zone, e.g. `Asia/Riyadh`. */
  time_zone: z.string().max(64),
})
export type MaintenanceWindow = z.infer<typeof MaintenanceWindow>

/** What upgrades of one tenant go by. */
export const UpgradeRules = z.object({
  tenant_id: z.string(),
  tenant_slug: z.string(),
  /** It is in the first ring of every rollout. */
  internal: z.boolean(),
  /** Null where there is none, or it has run out. */
  pin: Pin.nullable(),
  window: MaintenanceWindow.nullable(),
  window_open: z.boolean(),
  /** When it opens next; null while it is open. */
  window_opens_at: z.iso.datetime().nullable(),
})
export type UpgradeRules = z.infer<typeof UpgradeRules>

const byId = z.object({ id: z.string() })

export const readFreeze = endpoint({
  id: 'fleet.freeze',
  method: 'GET',
  path: '/api/v1/fleet/freeze',
  summary: 'Whether releases are frozen',
  access: staff('read', 'rollout'),
  response: Freeze,
})

export const setFreeze = endpoint({
  id: 'fleet.set_freeze',
  method: 'PUT',
  path: '/api/v1/fleet/freeze',
  summary: 'Freeze releases, or let them go on',
  access: staff('operate', 'rollout'),
  body: z.object({
    frozen: z.boolean(),
    reason: z.string().trim().max(500).default(''),
    until: z.iso.datetime().nullable().default(null),
  }),
  response: Freeze,
  errors: ['reason_required'],
})

export const readUpgradeRules = endpoint({
  id: 'tenant.upgrade_rules',
  method: 'GET',
  path: '/api/v1/tenants/{id}/upgrade-rules',
  summary: 'Pin, maintenance window and first ring of a tenant',
  access: staff('read', 'rollout'),
  params: byId,
  response: UpgradeRules,
})

export const pinTenant = endpoint({
  id: 'tenant.pin',
  method: 'PUT',
  path: '/api/v1/tenants/{id}/pin',
  summary: 'Keep a tenant on its release until a date; replaces the former pin',
  access: staff('update', 'rollout'),
  params: byId,
  body: z.object({
    release: z.string().max(120).nullable().default(null),
    until: z.iso.datetime(),
    owner: z.string().trim().min(2).max(120),
    reason: z.string().trim().min(3).max(500),
  }),
  response: UpgradeRules,
  errors: ['unknown_release', 'validation_failed'],
})

export const unpinTenant = endpoint({
  id: 'tenant.unpin',
  method: 'DELETE',
  path: '/api/v1/tenants/{id}/pin',
  summary: 'Let a tenant be upgraded again',
  access: staff('update', 'rollout'),
  params: byId,
  response: UpgradeRules,
})

export const setMaintenanceWindow = endpoint({
  id: 'tenant.set_maintenance_window',
  method: 'PUT',
  path: '/api/v1/tenants/{id}/maintenance-window',
  summary: 'Say when rollouts may touch a tenant',
  access: staff('update', 'rollout'),
  params: byId,
  body: MaintenanceWindow,
  response: UpgradeRules,
  errors: ['validation_failed'],
})

export const removeMaintenanceWindow = endpoint({
  id: 'tenant.remove_maintenance_window',
  method: 'DELETE',
  path: '/api/v1/tenants/{id}/maintenance-window',
  summary: 'Let rollouts touch a tenant at any time',
  access: staff('update', 'rollout'),
  params: byId,
  response: UpgradeRules,
})

export const setInternal = endpoint({
  id: 'tenant.set_internal',
  method: 'PUT',
  path: '/api/v1/tenants/{id}/internal',
  summary: 'Put a tenant into the first ring of every rollout, or take it out',
  access: staff('update', 'rollout'),
  params: byId,
  body: z.object({ internal: z.boolean() }),
  response: UpgradeRules,
})
