import { Check, TenantDocument } from '@cityos/contract'
import { z } from 'zod'
import { ArchivePlace } from './archive/archive.ts'

export { Check, ProbeReport } from '@cityos/contract'

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

/**
 * Upper bounds, milliseconds, of the buckets of `TrafficSample.latency`; the last bucket of a sample has no bound, so
 * that it has one count more than there are bounds.
 */
export const latencyBoundsMs = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 70, 100, 150, 200, 300, 400, 500, 700, 1000, 1500, 2000, 3000, 5000, 10_000, 30_000,
] as const

/** Requests that the gateway has handed on for a tenant while it ran this release: cumulative since the gateway's start. */
export const TrafficSample = z.object({
  tenantId: z.string(),
  release: z.string(),
  /** When this gateway started, ISO 8601: samples of two epochs cannot be subtracted from each other. */
  epoch: z.string(),
  requests: z.int(),
  /** Answers of 500 and above, and requests that got none. */
  errors: z.int(),
  /** Requests that complete a cart. */
  checkouts: z.int(),
  /** Those among them that are errors too. */
  failedCheckouts: z.int(),
  /** Requests by the time to the answer's first byte, one count per bucket of `latencyBoundsMs` and one for what is above. */
  latency: z.array(z.int()),
})
export type TrafficSample = z.infer<typeof TrafficSample>
