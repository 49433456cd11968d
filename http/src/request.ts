import type { Readable } from 'node:stream'
import { type AnyEndpoint, DomainError, newId } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import { Cookies } from './cookies.ts'
import { negotiateLocale } from './negotiate.ts'
import { Authenticator } from './ports.ts'
import { RequestContext } from './request-context.ts'
import { HTTP_SETTINGS, type HttpSettings } from './settings.ts'

const unsafe = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
const correlationPattern = /^[\w.:-]{8,64}$/

/** Host without port, lower case. */
export function hostOf(request: FastifyRequest): string {
  const host = request.headers.host ?? ''
  const colon = host.lastIndexOf(':')
  return (colon > 0 && !host.endsWith(']') ? host.slice(0, colon) : host).toLowerCase()
}

/** Whether a browser sent this from one of our own pages; requests without browser headers count as such. */
export function isSameOrigin(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const origin = request.headers.origin
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === (request.headers.host ?? '').toLowerCase()
}

/** Whether the browser came over TLS: the gateway says so, and nobody else can. */
export function isSecure(request: { headers: FastifyRequest['headers'] }): boolean {
  return request.headers['x-forwarded-proto'] === 'https'
}

/** The gateway says for whom it asks; the other plane and the supervisor come by the socket, without it. */
export function cameThroughGateway(request: { headers: FastifyRequest['headers'] }): boolean {
  return request.headers['x-forwarded-for'] !== undefined
}

/**
 * Origin under which the browser reached a host: with the gateway's word over TLS (a host with a certificate of its own),
 * else as the platform is published.
 */
export function originOf(ctx: Pick<RequestContext, 'headers' | 'host'>, published: { scheme: string; port: number | null }): string {
  if (published.scheme === 'http' && isSecure(ctx)) {
    const port = /:(\d{1,5})$/.exec(text(ctx.headers['x-forwarded-host']) ?? '')?.[1]
    return `https://${ctx.host}${port ? `:${port}` : ''}`
  }
  return `${published.scheme}://${ctx.host}${published.port === null ? '' : `:${published.port}`}`
}

/** Turns a raw request into the context that handlers get. */
@Injectable()
export class RequestContexts {
  constructor(
    @Inject(HTTP_SETTINGS) private readonly settings: HttpSettings,
    private readonly authenticator: Authenticator,
  ) {}

  /** A context before anyone was authenticated; failures are reported with it. */
  bare(request: FastifyRequest, signal?: AbortSignal): RequestContext {
    const headers = request.headers
    const given = headers['x-correlation-id']
    const requestId = newId('req')
    const { supported, fallback } = this.settings.locales()
    const host = hostOf(request)
    const cookies = new Cookies(headers.cookie, this.settings.secure || isSecure(request))
    return new RequestContext({
      requestId,
      correlationId: typeof given === 'string' && correlationPattern.test(given) ? given : requestId,
      locale: negotiateLocale(text(headers['x-locale']), headers['accept-language'], supported, fallback),
      ip: addressOf(request),
      host,
      surface: this.settings.surfaceOf(host, request.url) ?? 'internal',
      log: this.settings.log,
      idempotencyKey: text(headers['idempotency-key']) ?? null,
      cartToken: text(headers['x-cart-token']) ?? cartSecret(headers.cookie ? cookies.get('cart') : undefined),
      headers,
      cookies,
      signal,
      stream: isStream(request.body) ? request.body : null,
    })
  }

  /**
   * Host known → same origin where cookies speak → who asks.
   * @throws DomainError unknown_host | forbidden | unauthenticated
   */
  async identified(bare: RequestContext, request: FastifyRequest, endpoint: AnyEndpoint | null): Promise<RequestContext> {
    if (this.settings.surfaceOf(bare.host, request.url) === null) throw new DomainError('unknown_host')
    if (bare.cookies.present && unsafe.has(request.method) && !isSameOrigin(request)) {
      throw new DomainError('forbidden', { details: { reason: 'cross_origin' } })
    }
    const authorization = request.headers.authorization
    const bearer = authorization?.startsWith('Bearer ') ? authorization.slice(7).trim() : null
    const actor = await this.authenticator.authenticate({ request, cookies: bare.cookies, bearer, host: bare.host }, endpoint)
    return actor.kind === 'guest' ? bare : bare.with({ actor })
  }

  /** The context of a page request (no endpoint): both steps above. */
  async of(request: FastifyRequest): Promise<RequestContext> {
    return this.identified(this.bare(request), request, null)
  }
}

function text(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The gateway appends the address it saw; only the last entry can be trusted. */
function addressOf(request: FastifyRequest): string {
  const forwarded = text(request.headers['x-forwarded-for'])
  return forwarded ? (forwarded.split(',').at(-1) ?? '').trim() : (request.ip ?? '')
}

function cartSecret(cookie: string | undefined): string | null {
  const dot = cookie?.indexOf('.') ?? -1
  return cookie && dot > 0 ? cookie.slice(dot + 1) : null
}

function isStream(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && typeof (body as Readable).pipe === 'function'
}
