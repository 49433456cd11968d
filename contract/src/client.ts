import { type AnyEndpoint, type Call, type Result, urlOf } from './endpoint.ts'
import type { Envelope } from './envelope.ts'
import { type ErrorBody, type ErrorCode, errorStatus } from './errors.ts'
import { newId } from './ids.ts'

/** An answer of the API that is not a success; `errors[0].code` is the stable code. */
export class ApiError extends Error {
  readonly status: number
  readonly errors: ErrorBody[]
  readonly requestId: string | undefined

  constructor(status: number, errors: ErrorBody[], requestId?: string) {
    super(errors[0]?.message ?? `HTTP ${status}`)
    this.name = 'ApiError'
    this.status = status
    this.errors = errors
    this.requestId = requestId
  }

  get code(): ErrorCode {
    return this.errors[0]?.code ?? 'internal_error'
  }
}

export interface ClientOptions {
  /** Origin, without a slash at the end; empty in a browser that calls its own host. */
  origin: string
  fetch?: typeof fetch
  headers?: () => Record<string, string>
}

export interface CallOptions {
  idempotencyKey?: string
  headers?: Record<string, string>
  signal?: AbortSignal
}

export type Client = <E extends AnyEndpoint>(endpoint: E, call?: Call<E>, options?: CallOptions) => Promise<Result<E>>

/**
 * The typed client of both planes: `await call(listProducts, { query: { limit: 5 } })`.
 * @throws ApiError when the answer is not a success; a network fault stays what fetch throws
 */
export function createClient(options: ClientOptions): Client {
  const send = options.fetch ?? fetch
  return async (endpoint, call = {}, callOptions = {}) => {
    const hasBody = endpoint.method !== 'GET' && call.body !== undefined
    const response = await send(options.origin + urlOf(endpoint, call), {
      method: endpoint.method,
      headers: {
        accept: 'application/json',
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...(endpoint.idempotencyKey ? { 'idempotency-key': callOptions.idempotencyKey ?? newId('key') } : {}),
        ...options.headers?.(),
        ...callOptions.headers,
      },
      body: hasBody ? JSON.stringify(call.body) : undefined,
      signal: callOptions.signal,
    })
    if (response.status === 204) return undefined as never
    // an export is the file itself, without an envelope
    if (response.ok && response.headers.get('content-type')?.startsWith('text/csv')) return (await response.text()) as never
    const envelope = (await response.json().catch(() => null)) as Envelope<unknown> | null
    if (!response.ok || !envelope || envelope.data === null) {
      const errors = envelope?.errors.length ? envelope.errors : [{ code: codeFor(response.status), message: `HTTP ${response.status}` }]
      throw new ApiError(response.status, errors, envelope?.meta.request_id)
    }
    if (endpoint.kind === 'list') return { items: envelope.data, total: envelope.meta.total ?? 0 } as never
    return envelope.data as never
  }
}

function codeFor(status: number): ErrorCode {
  const found = (Object.entries(errorStatus) as [ErrorCode, number][]).find(([, value]) => value === status)
  return found?.[0] ?? 'internal_error'
}
