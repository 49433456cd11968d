import { createHash } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PlaneHealth, TenantDocument } from '@cityos/contract'
import { z } from 'zod'
import {
  ArchivePlace,
  ArchiveReport,
  ExportRequest,
  ImportReport,
  ImportRequest,
  StoredArchive,
  TestRequest,
} from '../../archive/archive.ts'
import { MigrationReport, ProbeReport, RehearsalReport, RehearsalRequest, TrafficSample, WhichProcess } from '../../upgrade.ts'

/** One call of the node's socket: `POST /call/<name>`, JSON in, JSON out. */
interface Call<Request extends z.ZodType = z.ZodType, Response extends z.ZodType = z.ZodType> {
  request: Request
  response: Response
  /** Longest time a caller waits, milliseconds. */
  timeoutMs: number
}

const call = <Request extends z.ZodType, Response extends z.ZodType>(
  request: Request,
  response: Response,
  timeoutMs = 30_000,
): Call<Request, Response> => ({
  request,
  response,
  timeoutMs,
})

/** Milliseconds; an archive takes as long as its tenant is large. */
const archiveTimeout = 3_600_000

const Fence = z.object({ operationId: z.string(), number: z.int() })
const ofTenant = z.object({ tenantId: z.string().regex(/^[a-z]{2,6}_[0-9a-z]{10,40}$/) })
const fenced = ofTenant.extend({ fence: Fence })
const Host = z.string().regex(/^[a-z0-9.-]{1,253}$/)
const done = z.null()

export const RuntimeStateShape = z.object({
  runtime: z.enum(['starting', 'running', 'asleep', 'crashed', 'absent']),
  restarts: z.int(),
  memoryBytes: z.number().nullable(),
  cpuSeconds: z.number().nullable(),
  release: z.string().nullable().optional(),
  beside: z.object({ release: z.string(), memoryBytes: z.number().nullable(), startedAt: z.string() }).nullable().optional(),
  startedAt: z.string().nullable(),
  nextWakeAt: z.string().nullable(),
  lastError: z.string().nullable(),
})

const InventoryItem = z.object({
  kind: z.enum(['database', 'role', 'process', 'route', 'files', 'secret', 'backup', 'certificate']),
  name: z.string(),
  tenantId: z.string().nullable(),
})

/** What the driver may ask of the node; see `DataPlaneDriver` for what each means. */
export const nodeCalls = {
  prepareRelease: call(z.object({ version: z.string().min(1), dir: z.string().min(1), schema: z.string() }), done, 120_000),
  dropRelease: call(z.object({ version: z.string().min(1) }), done, 120_000),
  publishKeys: call(z.object({ keys: z.array(z.record(z.string(), z.unknown())) }), done),
  ensureDatabase: call(fenced.extend({ release: z.string() }), z.object({ pooled: z.boolean() }), 120_000),
  dropDatabase: call(fenced, done, 120_000),
  configure: call(fenced.extend({ document: TenantDocument, secrets: z.object({ tenantKey: z.string(), planeKey: z.string() }) }), done),
  forget: call(fenced, done, 60_000),
  start: call(fenced, done, 120_000),
  stop: call(fenced, done, 60_000),
  seed: call(fenced, z.object({ changed: z.boolean() }), 300_000),
  route: call(fenced.extend({ hosts: z.array(Host) }), done),
  putCertificate: call(
    fenced.extend({ host: Host, hosts: z.array(Host).min(1), chain: z.string().max(100_000), key: z.string().max(20_000) }),
    done,
  ),
  removeCertificate: call(fenced.extend({ host: Host }), done),
  sleep: call(ofTenant, done, 60_000),
  wake: call(ofTenant, done, 60_000),
  state: call(ofTenant, RuntimeStateShape),
  health: call(ofTenant, PlaneHealth.nullable()),
  logs: call(ofTenant.extend({ lines: z.int().min(1).max(10_000) }), z.array(z.string())),
  inventory: call(z.object({}), z.array(InventoryItem)),
  exportArchive: call(ExportRequest.extend({ fence: Fence }), ArchiveReport, archiveTimeout),
  importArchive: call(ImportRequest.extend({ fence: Fence }), ImportReport, archiveTimeout),
  activateIncoming: call(fenced, done, 120_000),
  restoreFormer: call(fenced, done, 120_000),
  dropIncoming: call(fenced, done, 120_000),
  dropFormer: call(fenced, done, 120_000),
  setReadOnly: call(fenced.extend({ readOnly: z.boolean() }), done, 60_000),
  testArchive: call(TestRequest, ImportReport, archiveTimeout),
  listArchives: call(z.object({ tenantId: z.string().optional() }), z.array(StoredArchive), 60_000),
  deleteArchive: call(ArchivePlace.extend({ fence: Fence }), done, 60_000),
  migrate: call(fenced.extend({ release: z.string() }), MigrationReport, archiveTimeout),
  startBeside: call(fenced.extend({ release: z.string() }), done, 120_000),
  probe: call(fenced.extend({ which: WhichProcess }), ProbeReport, 120_000),
  switchOver: call(fenced, z.object({ drained: z.boolean() }), 300_000),
  stopBeside: call(fenced, done, 60_000),
  rehearse: call(RehearsalRequest.extend({ fence: Fence }), RehearsalReport, archiveTimeout),
  traffic: call(z.object({}), z.array(TrafficSample)),
} satisfies Record<string, Call>

export type NodeCalls = typeof nodeCalls
export type NodeCallName = keyof NodeCalls
export type NodeRequest<Name extends NodeCallName> = z.output<NodeCalls[Name]['request']>
export type NodeResponse<Name extends NodeCallName> = z.output<NodeCalls[Name]['response']>

export const archiveFaults = ['archive_damaged', 'archive_wrong_key', 'archive_newer_schema'] as const

/** How a refused call looks; `code` tells the caller what kind of refusal it is. */
export const NodeFault = z.object({
  code: z.enum(['stale_fence', 'invalid_request', 'unauthenticated', 'not_found', 'disk_full', ...archiveFaults, 'failed']),
  message: z.string(),
})
export type NodeFault = z.infer<typeof NodeFault>

/** `GET /status`: what the node runs and how its start goes; answered from the first moment on. */
export const NodeStatus = z.object({
  pid: z.int(),
  phase: z.enum(['starting', 'ready', 'stopping']),
  started_at: z.string(),
  /** Address of the operator console, as a browser reaches it. */
  url: z.string(),
  release: z.string().nullable(),
  settings: z.object({ host: z.string(), port: z.int(), base_domain: z.string() }),
  parts: z.array(
    z.object({
      name: z.enum(['postgres', 'gateway', 'control-plane']),
      state: z.enum(['waiting', 'starting', 'running', 'crashed', 'stopped', 'external']),
      pid: z.int().nullable(),
      restarts: z.int(),
      error: z.string().nullable(),
      memory_bytes: z.number().nullable(),
      cpu_seconds: z.number().nullable(),
    }),
  ),
  /** What has happened since the start, oldest first. */
  progress: z.array(z.object({ at: z.string(), message: z.string() })),
  tenants: z.array(
    z.object({
      id: z.string(),
      slug: z.string().nullable(),
      hosts: z.array(z.string()),
      runtime: RuntimeStateShape.shape.runtime,
      pid: z.int().nullable(),
      release: z.string().nullable().optional(),
      /** The process that stands by to take over, while the tenant is being upgraded. */
      beside: z.object({ release: z.string(), pid: z.int(), memory_bytes: z.number().nullable() }).nullable().optional(),
      restarts: z.int(),
      memory_bytes: z.number().nullable(),
      cpu_seconds: z.number().nullable(),
      next_wake_at: z.string().nullable(),
      last_error: z.string().nullable(),
      /** The unix socket the data plane listens on while it is awake. */
      socket: z.string().nullable(),
    }),
  ),
  pool: z.object({ processes: z.int(), clones: z.int() }),
})
export type NodeStatus = z.infer<typeof NodeStatus>

/** What the gateway asks the node: `POST /planes/<id>/wake`; answered when the data plane is awake, or cannot be. */
export const WakeAnswer = z.object({ socket: z.string().nullable(), message: z.string().nullable() })
export type WakeAnswer = z.infer<typeof WakeAnswer>

/** `<data>/node/node.json`: where the node that runs on this data directory is found. */
export const NodeAddress = z.object({ pid: z.int(), started: z.string(), socket: z.string() })
export type NodeAddress = z.infer<typeof NodeAddress>

/**
 * The folder for unix sockets: `<data>/run`, or a short one under the system's temporary folder where a socket's path
 * would not fit into the 107 bytes it may have.
 */
export function runFolder(dataDir: string): string {
  const folder = join(dataDir, 'run')
  const chosen =
    Buffer.byteLength(join(folder, 'control-plane.sock')) <= 100
      ? folder
      : join(tmpdir(), `cityos-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`)
  mkdirSync(chosen, { recursive: true, mode: 0o700 })
  if (chosen === folder) chmodSync(folder, 0o700)
  const { uid, mode } = lstatSync(chosen)
  // In a shared folder someone else might have been faster with this name.
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0) {
    throw new Error(`${chosen} has to belong to this account alone: remove it, or run "chmod 700 ${chosen}", and start again`)
  }
  return chosen
}

/** Where the node of a data directory listens; null when none runs there, or its note cannot be read. */
export function nodeAddress(dataDir: string): NodeAddress | null {
  return readNote(join(dataDir, 'node', 'node.json'), NodeAddress)
}

/** Why the last start failed, in one line that says what to do; null when it did not. */
export function startFailure(dataDir: string): string | null {
  return readNote(join(dataDir, 'node', 'failure.json'), z.object({ message: z.string() }))?.message ?? null
}

function readNote<S extends z.ZodType>(file: string, schema: S): z.output<S> | null {
  if (!existsSync(file)) return null
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}
