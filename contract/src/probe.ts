import { z } from 'zod'

/** One thing that was tried, and how it went. */
export const Check = z.object({
  /** Stable, dotted: `read.home`, `quote`, `hold`. */
  name: z.string(),
  ok: z.boolean(),
  milliseconds: z.number(),
  /** Why it failed, or what it could not try, in one line; null when there is nothing to say. */
  message: z.string().nullable(),
})
export type Check = z.infer<typeof Check>

/** What live probes of a data plane found: `ok` when every check is. */
export const ProbeReport = z.object({ ok: z.boolean(), checks: z.array(Check) })
export type ProbeReport = z.infer<typeof ProbeReport>
