import { type Bindings, type ChildLoggerOptions, type DestinationStream, destination, type Logger, pino } from 'pino'

export type Log = Logger

/**
 * JSON log lines on standard output, in the field names of requirement G1 (docs/spec/requirements.md).
 * @param service `data-plane`, `control-plane`, …
 * @param base fields on every line, e.g. `tenant_id`
 */
export function createLog(service: string, base: Record<string, unknown> = {}, stream?: DestinationStream): Log {
  const log = pino(
    {
      level: process.env['CITYOS_LOG_LEVEL'] ?? 'info',
      base: { service, ...base },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }), log: withoutSecrets },
      serializers: { error: describeError },
    },
    stream ?? standardOutput(),
  )
  // pino formats the fields of lines only, not those a child carries along; children of children inherit this
  const { child } = log
  log.child = function <Levels extends string = never>(this: Log, bindings: Bindings, options?: ChildLoggerOptions<Levels>) {
    return Reflect.apply(child, this, [withoutSecrets(bindings), options]) as Logger<Levels>
  }
  return log
}

const secret = new Set(['password', 'token', 'secret', 'email', 'phone'])
const censor = '[redacted]'

/** The fields of a line without what nobody may read in a log, there and one level below; pino's own way copies every line for it. */
function withoutSecrets(fields: Record<string, unknown>): Record<string, unknown> {
  let shown = fields
  for (const [name, value] of Object.entries(fields)) {
    const told = secret.has(name) ? censor : isRecord(value) ? censored(value) : value
    if (told !== value) shown = { ...shown, [name]: told }
  }
  return shown
}

function censored(fields: Record<string, unknown>): Record<string, unknown> {
  const hidden = Object.keys(fields).filter((name) => secret.has(name))
  return hidden.length === 0 ? fields : { ...fields, ...Object.fromEntries(hidden.map((name) => [name, censor])) }
}

/** An error is none: its serializer says what is told of it. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Error)
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
