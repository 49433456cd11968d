import { z } from 'zod'
import type { Page } from './envelope.ts'
import type { ErrorCode } from './errors.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Who may call an operation. The guard of each plane fails closed on anything it does not know. */
export type Access =
  | { who: 'anyone' }
  /** A signed-in customer; reads and writes own rows only. */
  | { who: 'customer' }
  /** Staff of one vendor; every row is filtered by that vendor. */
  | { who: 'vendor'; action: string; subject: string }
  /** Operators and tenant staff, by CASL ability from (role, scope). */
  | { who: 'staff'; action: string; subject: string }
  /** The other plane, with a 60-second token signed by the tenant's key. Never routed by the gateway. */
  | { who: 'plane' }

export const anyone: Access = { who: 'anyone' }
export const customer: Access = { who: 'customer' }
export const plane: Access = { who: 'plane' }
export const vendor = (action: string, subject: string): Access => ({ who: 'vendor', action, subject })
export const staff = (action: string, subject: string): Access => ({ who: 'staff', action, subject })

/** How often one caller may use an operation; beyond it 429 `rate_limited` with Retry-After. */
export interface RateLimit {
  /** Uses per window from one address. */
  perAddress: number
  /** Uses per window that name one account, from anywhere. */
  perAccount?: number
  /** Field of the body that names the account, e.g. `email`; `@actor`: whoever is signed in. */
  accountField?: string
  windowSeconds: number
}

/**
 * One operation of the public interface, as data: server binding, validation, authorisation,
 * OpenAPI, the typed client and the authorisation test all read this.
 */
export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
  Kind extends 'one' | 'list' | 'stream' = 'one' | 'list' | 'stream',
> {
  /** `<noun>.<verb>`, e.g. `store.product.list`: unique in its plane, also the OpenAPI operationId. */
  id: string
  method: Method
  /** With `{name}` placeholders, e.g. `/v1/store/products/{handle}`. */
  path: string
  summary: string
  access: Access
  params: Params
  query: Query
  body: Body
  response: Response
  /** `list` answers a page with `meta.total`; `stream` answers server-sent events. */
  kind: Kind
  status: 200 | 201 | 202 | 204
  /** Operations that move money or take capacity require `Idempotency-Key`. */
  idempotencyKey: boolean
  /** The body comes as text, exactly as it was sent: what is signed is checked before it is read. */
  rawBody: boolean
  /** The vertical that owns this operation: it answers 404 while the vertical is off. */
  vertical: string | null
  /** It also serves what was sold before (own purchases, fulfilment, refunds), and goes on while the vertical is off. */
  afterOff: boolean
  /** Sign-in and the like are limited per address and per account; null: not limited. */
  rateLimit: RateLimit | null
  /** Codes beyond the shared ones (`invalid_request`, `unauthenticated`, `forbidden`, `not_found`, `rate_limited`). */
  errors: readonly ErrorCode[]
}

type Declared<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType> = {
  id: string
  method: Method
  path: string
  summary: string
  access: Access
  params?: P
  query?: Q
  body?: B
  response: R
  status?: 200 | 201 | 202 | 204
  idempotencyKey?: boolean
  rawBody?: boolean
  vertical?: string
  afterOff?: boolean
  rateLimit?: RateLimit
  errors?: readonly ErrorCode[]
}

const nothing = z.object({})
type Nothing = typeof nothing

function complete<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType, K extends 'one' | 'list' | 'stream'>(
  declared: Declared<P, Q, B, R>,
  kind: K,
): Endpoint<P, Q, B, R, K> {
  if (declared.method === 'PATCH' && declared.body) refuseSilentChanges(declared.id, declared.body)
  return {
    ...declared,
    params: declared.params ?? (nothing as unknown as P),
    query: declared.query ?? (nothing as unknown as Q),
    body: declared.body ?? (nothing as unknown as B),
    kind,
    status: declared.status ?? 200,
    idempotencyKey: declared.idempotencyKey ?? false,
    rawBody: declared.rawBody ?? false,
    vertical: declared.vertical ?? null,
    afterOff: declared.afterOff ?? false,
    rateLimit: declared.rateLimit ?? null,
    errors: declared.errors ?? [],
  }
}

/** @throws Error when the body of a PATCH changes fields it does not name */
function refuseSilentChanges(id: string, body: z.ZodType): void {
  const empty = body.safeParse({})
  const silent = empty.success ? Object.keys(empty.data as object) : []
  if (silent.length > 0) throw new Error(`${id}: an empty body would set ${silent.join(', ')}; use patchOf()`)
}

/** Declares an operation that answers one resource. */
export function endpoint<
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
  R extends z.ZodType = z.ZodType,
>(declared: Declared<P, Q, B, R>): Endpoint<P, Q, B, R, 'one'> {
  return complete(declared, 'one')
}

/** Declares an operation that answers a page of `response`; `limit`, `offset`, `order` and `q` are added to the query. */
export function listEndpoint<P extends z.ZodType = Nothing, Q extends z.ZodObject = Nothing, R extends z.ZodType = z.ZodType>(
  declared: Declared<P, Q, Nothing, R>,
) {
  const query = paging.extend((declared.query ?? nothing).shape) as unknown as z.ZodObject<typeof paging.shape & Q['shape']>
  return complete({ ...declared, query }, 'list')
}

/** Declares a stream of server-sent events whose `data` is `response`. */
export function streamEndpoint<P extends z.ZodType = Nothing, Q extends z.ZodType = Nothing, R extends z.ZodType = z.ZodType>(
  declared: Declared<P, Q, Nothing, R>,
): Endpoint<P, Q, Nothing, R, 'stream'> {
  return complete(declared, 'stream')
}

/** `limit` (default 20, at most 100), `offset`, `order` (a field, `-` before it for descending), `q` (free text). */
export const paging = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  offset: z.coerce.number().int().min(0).max(100_000).default(0),
  order: z.string().max(64).optional(),
  q: z.string().max(200).optional(),
})

// biome-ignore lint/suspicious/noExplicitAny: the one place where any endpoint is meant
export type AnyEndpoint = Endpoint<any, any, any, any, any>

/** Whether a value that a contract exports is an operation. */
export const isEndpoint = (value: unknown): value is AnyEndpoint =>
  typeof value === 'object' && value !== null && 'access' in value && 'path' in value && 'method' in value

/** What a handler receives, parsed and typed. */
export interface Input<E extends AnyEndpoint> {
  params: z.output<E['params']>
  query: z.output<E['query']>
  body: z.output<E['body']>
}

/** What a caller sends. */
export interface Call<E extends AnyEndpoint> {
  params?: z.input<E['params']>
  query?: z.input<E['query']>
  body?: z.input<E['body']>
}

/** What a handler returns (before the envelope). */
export type Output<E extends AnyEndpoint> = E['kind'] extends 'list' ? Page<z.input<E['response']>> : z.input<E['response']>

/** What a caller gets (out of the envelope). */
export type Result<E extends AnyEndpoint> = E['kind'] extends 'list' ? Page<z.output<E['response']>> : z.output<E['response']>

/** Fills the placeholders of an endpoint's path and appends its query. */
export function urlOf<E extends AnyEndpoint>(endpoint: E, call: Call<E>): string {
  const params = (call.params ?? {}) as Record<string, string>
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries((call.query ?? {}) as Record<string, unknown>)) {
    if (value === undefined || value === null || value === '') continue
    for (const item of Array.isArray(value) ? value : [value]) search.append(key, String(item))
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}
