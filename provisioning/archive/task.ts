import { z } from 'zod'
import { CopyRequest } from './archive.ts'
import { ArchiveHeader, ArchiveManifest } from './manifest.ts'
import { CopyRules } from './rules.ts'

/** What the node hands the archive's process as one JSON line on standard input; secrets never stand in arguments. */
export const ArchiveTask = z.discriminatedUnion('task', [
  z.object({
    task: z.literal('write'),
    id: z.string(),
    tenantId: z.string(),
    tenant: z.record(z.string(), z.unknown()),
    release: z.string(),
    databaseUrl: z.string(),
    filesDir: z.string(),
    recipient: z.string(),
    target: z.string(),
    takenAt: z.coerce.date(),
  }),
  z.object({ task: z.literal('check'), path: z.string(), identity: z.string() }),
  z.object({
    task: z.literal('load'),
    path: z.string(),
    identity: z.string(),
    databaseUrl: z.string(),
    ownerRole: z.string(),
    filesDir: z.string(),
    copy: CopyRequest.nullable(),
    rules: CopyRules,
  }),
])
export type ArchiveTask = z.infer<typeof ArchiveTask>

/** What a check found. */
export const Checked = z.object({ header: ArchiveHeader, manifest: ArchiveManifest })

export const LoadedShape = z.object({
  rowCounts: z.record(z.string(), z.int()),
  contentChecksum: z.string(),
  rekeyed: z.int(),
  masked: z.int(),
})

/** One line on file descriptor 3. */
export const ArchiveLine = z.union([
  z.object({ progress: z.string() }),
  z.object({ done: z.unknown() }),
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
])
