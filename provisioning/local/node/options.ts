import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** How a node is started; what is left out comes from its last start. */
export interface NodeOptions {
  dataDir: string
  /** Folder of the release to run the control plane from and to make tenants with. */
  releaseDir: string | null
  port: number | null
  host: string | null
  baseDomain: string | null
  /** Where the gateway answers https; null: it does not. */
  tlsPort: number | null
  /** Use this server instead of the embedded one. */
  databaseUrl: string | null
  rootKey: string | null
  /** `SMTP_URL`: data planes get it in their binding; null: their messages stay in folders. */
  smtpUrl: string | null
  /** Unbound data-plane processes to keep ready. */
  warmProcesses: number
  /** Database clones to keep ready. */
  warmClones: number
  /** Seconds without a request before a data plane asks to sleep; 0 never. */
  idleAfter: number
  /** V8's old-space limit of a data plane, MiB. */
  planeMemory: number
  /** Data planes that may be starting at the same time. */
  startsAtOnce: number
  /** Milliseconds the gateway holds a request for a tenant that wakes. */
  holdMs: number
  /** Milliseconds between two looks at whether a data plane still answers. */
  probeMs: number
  /** Milliseconds that requests under way on the old process of an upgrade get (design §4). */
  drainMs: number
}

export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

/** Reads the command line of the node process. @throws UsageError */
export function parseNodeOptions(args: string[], environment: Record<string, string | undefined>): NodeOptions & { stop: boolean } {
  const text = { type: 'string' } as const
  let values: Record<string, string | boolean | undefined>
  try {
    values = parseArgs({
      args,
      options: {
        data: text,
        release: text,
        port: text,
        host: text,
        'base-domain': text,
        'tls-port': text,
        'warm-processes': text,
        'warm-clones': text,
        'idle-after': text,
        'plane-memory': text,
        'starts-at-once': text,
        'hold-ms': text,
        'probe-ms': text,
        'drain-ms': text,
        stop: { type: 'boolean' },
      },
    }).values
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause))
  }
  const string = (name: string): string | null => (typeof values[name] === 'string' ? values[name] : null)
  const number = (name: string, lowest: number, highest: number, variable?: string): number | null => {
    const value = string(name) ?? (variable ? environment[variable] || null : null)
    if (value === null) return null
    const parsed = Number(value)
    if (!Number.isInteger(parsed) || parsed < lowest || parsed > highest)
      throw new UsageError(`--${name} takes a whole number from ${lowest} to ${highest}, not "${value}"`)
    return parsed
  }
  const data = string('data') ?? environment['CITYOS_DATA']
  if (!data) throw new UsageError('--data DIR is missing')
  const release = string('release')
  return {
    dataDir: resolve(data),
    releaseDir: release === null ? null : resolve(release),
    port: number('port', 0, 65535),
    host: string('host'),
    baseDomain: string('base-domain') ?? environment['CITYOS_BASE_DOMAIN'] ?? null,
    tlsPort: number('tls-port', 1, 65535, 'CITYOS_TLS_PORT'),
    databaseUrl: environment['DATABASE_URL'] || null,
    rootKey: environment['CITYOS_ROOT_KEY'] || null,
    smtpUrl: environment['SMTP_URL'] || null,
    warmProcesses: number('warm-processes', 0, 50, 'CITYOS_WARM_PROCESSES') ?? 1,
    warmClones: number('warm-clones', 0, 50, 'CITYOS_WARM_DATABASES') ?? 2,
    idleAfter: number('idle-after', 0, 86_400, 'CITYOS_IDLE_AFTER') ?? 300,
    planeMemory: number('plane-memory', 48, 8192, 'CITYOS_PLANE_MEMORY') ?? 256,
    startsAtOnce: number('starts-at-once', 1, 100) ?? 4,
    holdMs: number('hold-ms', 0, 120_000) ?? 15_000,
    probeMs: number('probe-ms', 50, 600_000) ?? 15_000,
    drainMs: number('drain-ms', 100, 600_000) ?? 30_000,
    stop: values['stop'] === true,
  }
}
