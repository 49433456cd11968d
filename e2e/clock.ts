import type { Tenant } from '@cityos/control-plane/contract'
import { askPlane } from '@cityos/provisioning/local/plane-request'
import type { Platform } from './platform.ts'

/** Moves the clock of a test tenant's data plane, while it is awake; null goes back to real time. */
export async function moveClock(platform: Platform, tenant: Pick<Tenant, 'id'>, now: Date | null): Promise<void> {
  await askPlane(platform.data.path, tenant.id, 'PUT', '/internal/clock', { now: now?.toISOString() ?? null })
}

/** `from` (a time of the API) plus a number of minutes, which may be negative. */
export function minutesAfter(from: string | Date, minutes: number): Date {
  return new Date(new Date(from).getTime() + minutes * 60_000)
}
