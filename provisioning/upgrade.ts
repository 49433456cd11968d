import { Check, TenantDocument, TrafficCounts } from '@cityos/contract'
import { z } from 'zod'
import { ArchivePlace } from './archive/archive.ts'

export { Check, latencyBoundsMs, ProbeReport } from '@cityos/contract'

/** Which process of a tenant: the one that serves, or the one that was started beside it. */
export const WhichProcess = z.enum(['active', 'beside'])
export type WhichProcess = z.infer<typeof WhichProcess>

/** A rehearsal: what an upgrade of this tenant to `release` would do, on a copy of it. */
export const RehearsalRequest = z.object({
  archive: ArchivePlace,
  /** `AGE-SECRET-KEY-1…` of the archive. */
  identity: z.string().startsWith('AGE-SECRET-KEY-'),
  /** The release that is tried. */
  release: z.string(),
  /** The tenant's document of today. */
  document: TenantDocument,
})
export type RehearsalRequest = z.infer<typeof RehearsalRequest>

/** How the rehearsal went. Its steps in order: `load`, `migrate`, `compare` (row counts), `boot`, `probe.…`, `journey.…`; it ends with the first that fails. */
export const RehearsalReport = z.object({
  ok: z.boolean(),
  steps: z.array(Check),
  /** Migrations that were applied to the copy. */
  applied: z.array(z.string()),
  /** Rows by `schema.table`: in the archive, and in the copy after the migration (before the journey). */
  rowCounts: z.object({ archive: z.record(z.string(), z.int()), migrated: z.record(z.string(), z.int()) }),
  milliseconds: z.number(),
})
export type RehearsalReport = z.infer<typeof RehearsalReport>

/** What `migrate` did: names of the migrations it applied now, and how long it took. */
export const MigrationReport = z.object({ applied: z.array(z.string()), milliseconds: z.number() })
export type MigrationReport = z.infer<typeof MigrationReport>

/** Requests that the gateway has handed on for a tenant while it ran this release: cumulative since the gateway's start. */
export const TrafficSample = TrafficCounts.extend({
  tenantId: z.string(),
  release: z.string(),
  /** Names who has counted (when this gateway started; which processes): samples of two epochs cannot be subtracted from each other. */
  epoch: z.string(),
})
export type TrafficSample = z.infer<typeof TrafficSample>
