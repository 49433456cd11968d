import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { DomainError, type Locale, newId } from '@cityos/contract'
import { type Actor, actorId, guest } from './actor.ts'
import { Cookies } from './cookies.ts'
import { type Log, quietLog } from './log.ts'

/**
 * Reads an upload whole.
 * @param limit most bytes
 * @throws DomainError file_too_large | invalid_request when there is no raw body
 */
export async function readUpload(ctx: RequestContext, limit: number): Promise<Buffer> {
  if (!ctx.stream) throw new DomainError('invalid_request', { details: { reason: 'no_upload' } })
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of ctx.stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw new DomainError('file_too_large', { details: { limit_bytes: limit } })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Which front door the request came through; the host decides (design §9). */
export type Surface = 'store' | 'admin' | 'vendor' | 'api' | 'platform' | 'internal'

export interface RequestContextFields {
  requestId?: string
  correlationId?: string
  locale?: Locale
  actor?: Actor
  ip?: string
  host?: string
  surface?: Surface
  log?: Log
  idempotencyKey?: string | null
  cartToken?: string | null
  headers?: IncomingHttpHeaders
  cookies?: Cookies
  signal?: AbortSignal
  stream?: Readable | null
}

const never = new AbortController().signal

/**
 * What every handler and service gets as first argument: who asks, in which language, under which correlation id.
 * One object per request; `with()` makes a changed copy that shares cookies and answer headers.
 */
export class RequestContext {
  readonly requestId: string
  readonly correlationId: string
  readonly locale: Locale
  readonly actor: Actor
  /** Address of the caller as the gateway saw it. */
  readonly ip: string
  /** Host without port, lower case. */
  readonly host: string
  readonly surface: Surface
  readonly idempotencyKey: string | null
  /** Guest cart token (`X-Cart-Token` or the `cart` cookie's secret part). */
  readonly cartToken: string | null
  readonly headers: IncomingHttpHeaders
  readonly cookies: Cookies
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal
  /** The raw body of an upload (content types other than JSON and forms), else null. */
  readonly stream: Readable | null
  /** Headers to add to the answer. */
  readonly answerHeaders: Record<string, string>
  readonly #log: Log

  constructor(fields: RequestContextFields = {}, answerHeaders: Record<string, string> = {}) {
    this.requestId = fields.requestId ?? newId('req')
    this.correlationId = fields.correlationId ?? this.requestId
    this.locale = fields.locale ?? 'en'
    this.actor = fields.actor ?? guest
    this.ip = fields.ip ?? ''
    this.host = fields.host ?? ''
    this.surface = fields.surface ?? 'internal'
    this.idempotencyKey = fields.idempotencyKey ?? null
    this.cartToken = fields.cartToken ?? null
    this.headers = fields.headers ?? {}
    this.cookies = fields.cookies ?? new Cookies(undefined, false)
    this.signal = fields.signal ?? never
    this.stream = fields.stream ?? null
    this.answerHeaders = answerHeaders
    this.#log = fields.log ?? quietLog
  }

  /** Context of work that no request asked for: a timer, a workflow step, the seed. */
  static system(name: string, fields: Omit<RequestContextFields, 'actor' | 'surface'> = {}): RequestContext {
    return new RequestContext({ ...fields, actor: { kind: 'system', name }, surface: 'internal' })
  }

  /** Logger that carries correlation id and actor (G1, docs/spec/requirements.md). */
  get log(): Log {
    return this.#log.child({ correlation_id: this.correlationId, user_id: actorId(this.actor) })
  }

  get baseLog(): Log {
    return this.#log
  }

  /** Adds a header to the answer of this request. */
  setHeader(name: string, value: string): void {
    this.answerHeaders[name.toLowerCase()] = value
  }

  /** A copy with some fields changed, e.g. another idempotency key for an in-process call. */
  with(changes: RequestContextFields): RequestContext {
    return new RequestContext(
      {
        requestId: this.requestId,
        correlationId: this.correlationId,
        locale: this.locale,
        actor: this.actor,
        ip: this.ip,
        host: this.host,
        surface: this.surface,
        log: this.#log,
        idempotencyKey: this.idempotencyKey,
        cartToken: this.cartToken,
        headers: this.headers,
        cookies: this.cookies,
        signal: this.signal,
        stream: this.stream,
        ...changes,
      },
      this.answerHeaders,
    )
  }
}
