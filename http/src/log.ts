import { type DestinationStream, destination, type Logger, pino } from 'pino'

export type Log = Logger

/**
 * JSON log lines on standard output, in the field names of requirement G1 (docs/spec/requirements.md).
 * @param service `data-plane`, `control-plane`, …
 * @param base fields on every line, e.g. `tenant_id`
 */
export function createLog(service: string, base: Record<string, unknown> = {}, stream?: DestinationStream): Log {
  return pino(
    {
      level: process.env['CITYOS_LOG_LEVEL'] ?? 'info',
      base: { service, ...base },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
      serializers: { error: describeError },
      redact: {
        paths: ['*.password', '*.token', '*.secret', '*.email', '*.phone', 'password', 'token', 'secret', 'email', 'phone'],
        censor: '[redacted]',
      },
    },
    stream ?? standardOutput(),
  )
}

/** Lines are written in blocks, at the latest after a fifth of a second and at the end of the process: a write per request would cost more than most requests. */
function standardOutput(): DestinationStream {
  const stream = destination({ dest: 1, sync: false, minLength: 8192, periodicFlush: 200 })
  process.once('exit', () => stream.flushSync())
  return stream
}

/** For contexts made without a logger (tests of pure services). */
export const quietLog: Log = pino({ level: 'silent' })

/** What a line tells of an error: not the rows and values that a database driver hangs on it. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) }
  const { code, constraint, table, cause } = error as Error & { code?: unknown; constraint?: unknown; table?: unknown }
  return {
    type: error.name,
    message: error.message,
    code,
    constraint,
    table,
    stack: error.stack,
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  }
}
