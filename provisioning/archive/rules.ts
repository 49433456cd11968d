import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/**
 * What a release says about copies of its databases (`archive.json` beside its migrations): which rows belong to the
 * original alone, which columns hold what people wrote. Sealed values need no entry: they are recognised by their form.
 */
export const CopyRules = z.object({
  /** Tables that start empty in every copy: sessions, one-time codes, leases. */
  left_out: z.array(z.string()).default([]),
  /** Tables that start empty in a copy with made-up persons, too. */
  left_out_masked: z.array(z.string()).default([]),
  /** Tables that are copied as they are, sealed values included: history whose hashes would no longer fit. */
  verbatim: z.array(z.string()).default([]),
  /** Columns with free text of people, by table: emptied where persons are made up (a dash where it may not be null). */
  free_text: z.record(z.string(), z.array(z.string())).default({}),
  /** Sealed columns that are no personal data (secrets of tickets and feeds), by table: re-encrypted, never made up. */
  secrets: z.record(z.string(), z.array(z.string())).default({}),
  /** Columns that hold the hash of a token derived under the tenant's key, by table: the text it is derived from, with `{column}`. */
  derived: z.record(z.string(), z.record(z.string(), z.string())).default({}),
})
export type CopyRules = z.infer<typeof CopyRules>

export const noRules: CopyRules = CopyRules.parse({})

/** @param releaseDir folder of the release; one without the file has nothing to say */
export function readRules(releaseDir: string): CopyRules {
  const file = join(releaseDir, 'archive.json')
  return existsSync(file) ? CopyRules.parse(JSON.parse(readFileSync(file, 'utf8'))) : noRules
}
