import { endpoint, staff, TenantRuntime, TenantStatus } from '@cityos/contract'
import { z } from 'zod'
import { Operation } from '../operation/operation.contract.ts'

export const Fleet = z.object({
  tenants: z.int(),
  /** Tenants by status; a status no tenant has is 0. */
  counts: z.record(TenantStatus, z.int()),
  runtimes: z.record(TenantRuntime, z.int()),
  releases: z.array(z.object({ version: z.string(), tenants: z.int(), current: z.boolean() })),
  operations: z.object({ active: z.int(), failed_last_day: z.int(), succeeded_last_day: z.int() }),
  /** The last fourteen days in UTC, oldest first, days without anything too. */
  days: z.array(z.object({ day: z.iso.date(), succeeded: z.int(), failed: z.int(), tenants_created: z.int() })),
  usage: z.object({ orders: z.int(), products: z.int(), customers: z.int(), database_bytes: z.int(), memory_bytes: z.int() }),
  /** What needs a person: a tenant that crashed or failed, an operation past its deadline. */
  attention: z.array(z.object({ tenant_id: z.string(), tenant_slug: z.string(), what: z.string(), operation_id: z.string().nullable() })),
  recent_operations: z.array(Operation),
  control_plane: z.object({ version: z.string(), started_at: z.iso.datetime() }),
})
export type Fleet = z.infer<typeof Fleet>

export const readFleet = endpoint({
  id: 'fleet.read',
  method: 'GET',
  path: '/api/v1/fleet',
  summary: 'The fleet at a glance',
  access: staff('read', 'fleet'),
  response: Fleet,
})
