import { Binding } from '@cityos/contract'
import { z } from 'zod'
import { CopyRequest } from '../../archive/archive.ts'

/** Port on which a Job of a tenant takes and gives archives; that of every process of a tenant. */
export const jobPort = 8080

/** Into which database and folder an archive is loaded. */
const Destination = z.object({
  identity: z.string(),
  /** An empty database with the platform's extensions, as the tenant's owner login. */
  databaseUrl: z.string(),
  /** Folder on the pod. */
  filesDir: z.string(),
})

/** What one Job of a tenant does, with the release whose image it runs. */
export const JobWork = z.discriminatedUnion('task', [
  z.object({
    task: z.literal('write'),
    id: z.string(),
    tenantId: z.string(),
    tenant: z.record(z.string(), z.unknown()),
    release: z.string(),
    databaseUrl: z.string(),
    filesDir: z.string(),
    recipient: z.string(),
    takenAt: z.coerce.date(),
  }),
  Destination.extend({
    task: z.literal('load'),
    copy: CopyRequest.nullable(),
    /** Bring it to the release's schema, or leave it at the archive's own. */
    forward: z.boolean(),
  }),
  Destination.extend({
    task: z.literal('rehearse'),
    /** What a process of the tenant reads at its start; where it listens and where its files are is decided in the pod. */
    binding: Binding,
  }),
  z.object({
    task: z.literal('migrate'),
    databaseUrl: z.string(),
    /** Names of the migrations that the release carries which serves now. */
    carried: z.array(z.string()),
  }),
  z.object({ task: z.literal('tidy') }),
])
export type JobWork = z.infer<typeof JobWork>

/** The file a Job's pod reads at its start (a mounted Secret): secrets never stand in arguments or in the environment. */
export const JobTask = z.object({
  /** Proves that it is the control plane who asks; good for this one Job. */
  token: z.string().min(32),
  releaseDir: z.string(),
  /** Folders that nobody needs any more, removed before anything else. */
  remove: z.array(z.string()),
  work: JobWork,
})
export type JobTask = z.infer<typeof JobTask>
