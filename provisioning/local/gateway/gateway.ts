import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { Duplex } from 'node:stream'
import type { SecureContext } from 'node:tls'
import { newId, pickText } from '@cityos/contract'
import { proxyUpgrade } from 'httpxy'
import type { CertificateTable } from './certificate-table.ts'
import { forward, forwardedHeaders, hasBody, isSecure, type Outcome, strictTransport } from './forward.ts'
import { languageOf } from './language.ts'
import { page, retryAfter } from './pages.ts'
import { type Destination, hostName, type RouteTable } from './route-table.ts'
import type { TenantRoute } from './routes.ts'
import { codes, type Notice, texts } from './texts.ts'
import { Traffic } from './traffic.ts'
import { UnderWay } from './under-way.ts'
import type { Waker } from './waker.ts'

/** Where a request goes, or what the gateway says instead. */
type Way = { socket: string } | { notice: Notice }

/** The front door: hosts to sockets, bytes through, and a friendly page where there is nothing to lead to. */
export class Gateway {
  readonly server: Server
  /** Answers https for the hosts that have a certificate; null where there is no such door. */
  readonly secureServer: SecureServer | null
  private readonly certificates: CertificateTable | null
  private readonly routes: RouteTable
  private readonly waker: Waker
  private readonly underWay = new UnderWay()
  readonly traffic: Traffic

  constructor(
    routes: RouteTable,
    waker: Waker,
    failed: (error: unknown) => void,
    certificates: CertificateTable | null = null,
    traffic = new Traffic(''),
  ) {
    this.routes = routes
    this.traffic = traffic
    this.certificates = certificates
    this.waker = waker
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      this.handle(request, response).catch((error: unknown) => {
        failed(error)
        response.destroy()
      })
    }
    const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      this.upgrade(request, socket, head).catch((error: unknown) => {
        failed(error)
        socket.destroy()
      })
    }
    this.server = createServer({ keepAliveTimeout: 30_000 }, answer).on('upgrade', upgrade)
    this.secureServer = certificates && createSecure(certificates, answer).on('upgrade', upgrade)
  }

  /**
   * Takes the routes of this moment; resolves when nothing is under way any more to a socket that they do not name, or the
   * time is up.
   */
  settle(socket: string, timeoutMs: number): Promise<{ requests: number; streams: number }> {
    this.routes.refresh()
    return this.underWay.settled(socket, timeoutMs)
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = requestIdOf(request)
    const path = pathOf(request)
    if (path === null || isInternal(path)) return this.say('missing', request, response, requestId, null)
    if (isChallenge(path)) return this.challenge(request, response, requestId)
    const secureHost = this.secureHost(request)
    if (secureHost !== null) return redirect(response, `https://${secureHost}${request.url ?? '/'}`, requestId)
    const destination = this.find(request)
    if (!destination) return this.say('unknown', request, response, requestId, null)
    const route = destination.kind === 'tenant' ? destination.route : null
    if (route && path === '/health' && route.runtime !== 'running') return sayHealth(route, response, requestId)
    // A sleeping tenant is woken before the body is read; the second try covers one that went to sleep this moment.
    const counted = route && this.traffic.begin(route, request.method ?? 'GET', path)
    for (let tries = 1; ; tries += 1) {
      const way = await this.wayTo(destination, tries > 1)
      if (response.destroyed) return
      if ('notice' in way) {
        if (way.notice === 'crashed' || way.notice === 'starting') counted?.broken()
        return this.say(way.notice, request, response, requestId, route)
      }
      const passage = this.underWay.enter(way.socket)
      const began = performance.now()
      const outcome: Outcome = await forward(request, response, {
        socket: way.socket,
        path: request.url!.startsWith('/') ? request.url! : path,
        requestId,
        answered: (status, stream) => {
          counted?.answered(status, stream ? null : performance.now() - began)
          if (stream) passage.streams()
        },
        brokeOff: () => counted?.brokeOff(),
        left: passage.left,
      })
      passage.left()
      if (outcome === 'answered' || response.destroyed) return
      if (outcome === 'failed' || tries === 2) {
        counted?.broken()
        return this.say(route ? 'crashed' : 'console', request, response, requestId, route)
      }
    }
  }

  /** A certificate authority looks whether a host leads here: what it asks for is known to the control plane alone. */
  private async challenge(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const { socket } = this.routes.operator
    const outcome = socket === null ? 'failed' : await forward(request, response, { socket, path: request.url!, requestId })
    if (outcome !== 'answered' && !response.destroyed) this.say('console', request, response, requestId, null)
  }

  /** Where a plain request should have gone: the host has a certificate. Null when it is right here. */
  private secureHost(request: IncomingMessage): string | null {
    const host = hostName(request.headers.host)
    if (this.certificates === null || isSecure(request) || !this.certificates.has(host)) return null
    const { port } = this.certificates
    return port === 443 ? host : `${host}:${port}`
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    const requestId = requestIdOf(request)
    const path = pathOf(request)
    const destination = path === null || isInternal(path) ? null : this.find(request)
    const way = destination ? await this.wayTo(destination, false) : { notice: 'unknown' as const }
    if (socket.destroyed) return
    if ('notice' in way) {
      const status = way.notice === 'unknown' ? '404 Not Found' : '503 Service Unavailable'
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\nX-Request-Id: ${requestId}\r\n\r\n`)
      return
    }
    const said = forwardedHeaders(request, requestId)
    const headers = Object.fromEntries(said.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), said[index + 1]!]] : [])))
    this.underWay.upgraded(way.socket, socket)
    await proxyUpgrade({ socketPath: way.socket }, request, socket as never, head, { xfwd: false, headers })
  }

  private find(request: IncomingMessage): Destination | null {
    const found = this.routes.find(request.headers.host)
    if (found && (found.kind === 'operator' || found.route.runtime === 'running')) return found
    this.routes.refresh()
    return this.routes.find(request.headers.host)
  }

  private async wayTo(destination: Destination, again: boolean): Promise<Way> {
    if (destination.kind === 'operator') return again ? { notice: 'console' } : { socket: destination.socket }
    const { route } = destination
    if (route.socket && !again) return { socket: route.socket }
    const ended = endedNotice(route)
    if (ended && !again) return { notice: ended }
    const socket = await this.waker.wake(route.tenant_id)
    if (socket) return { socket }
    return { notice: route.runtime === 'asleep' ? 'waking' : route.runtime === 'crashed' ? 'crashed' : 'starting' }
  }

  private say(notice: Notice, request: IncomingMessage, response: ServerResponse, requestId: string, route: TenantRoute | null): void {
    const path = pathOf(request) ?? '/'
    const locale = languageOf(path, request.headers['accept-language'], route?.default_locale ?? 'en')
    const name = route ? pickText(route.name, locale, route.default_locale) : hostName(request.headers.host)
    const wantsPage = (request.headers.accept ?? '').includes('text/html') && !/^\/(v1|api|webhooks)(\/|$)/.test(path)
    const retry = retryAfter(notice)
    const message = `${texts[locale][notice].title}. ${texts[locale][notice].body}`.replaceAll('{name}', name)
    const code = codes[notice]
    const text = wantsPage
      ? page(notice, locale, name, requestId)
      : JSON.stringify({ data: null, meta: { request_id: requestId }, errors: [{ code, message }] })
    // A body that nobody reads stands in the way of the next request on this connection.
    const unread = hasBody(request) && !request.complete
    response.writeHead(code === 'not_found' || code === 'unknown_host' ? 404 : 503, {
      'content-type': wantsPage ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      'content-language': locale,
      'cache-control': 'no-store',
      vary: 'accept, accept-language',
      'x-request-id': requestId,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
      'referrer-policy': 'no-referrer',
      ...(isSecure(request) ? { [strictTransport[0]]: strictTransport[1] } : {}),
      ...(retry === null ? {} : { 'retry-after': String(retry) }),
      ...(unread ? { connection: 'close' } : {}),
    })
    response.end(request.method === 'HEAD' ? undefined : text)
    if (unread) request.resume()
  }
}

/** Servers of hosts with certificates; a host without one gets no connection at all. */
function createSecure(certificates: CertificateTable, answer: (request: IncomingMessage, response: ServerResponse) => void): SecureServer {
  const SNICallback = (host: string, done: (error: Error | null, context?: SecureContext) => void): void => {
    const context = certificates.find(host.toLowerCase())
    if (context) done(null, context)
    else done(new Error(`there is no certificate for ${host.slice(0, 253)}`))
  }
  const server = createSecureServer({ keepAliveTimeout: 30_000, SNICallback, minVersion: 'TLSv1.2' }, answer)
  // one who does not get through is nothing to log: whoever scans the port would fill the disk
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  return server
}

/** The same request over TLS: the method and the body stay. */
function redirect(response: ServerResponse, location: string, requestId: string): void {
  response.writeHead(308, { location, 'content-length': 0, 'x-request-id': requestId, connection: 'close' })
  response.end()
}

/** Probes never wake: what is known of a data plane that is not running is said here. */
function sayHealth(route: TenantRoute, response: ServerResponse, requestId: string): void {
  const asleep = route.runtime === 'asleep'
  const text = asleep
    ? JSON.stringify({ data: { status: 'ok', runtime: 'asleep' }, meta: { request_id: requestId }, errors: [] })
    : JSON.stringify({
        data: null,
        meta: { request_id: requestId },
        errors: [{ code: 'tenant_starting', message: `The data plane is ${route.runtime}.` }],
      })
  response.writeHead(asleep ? 200 : 503, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-request-id': requestId,
  })
  response.end(text)
}

function endedNotice(route: TenantRoute): Notice | null {
  if (route.status === 'closed' || (route.status === 'closing' && route.runtime === 'absent')) return 'closed'
  if (route.runtime !== 'absent') return null
  return route.status === 'provisioning' ? 'starting' : 'failed'
}

/** The path of a request, percent-decoded, without query; null when it cannot be decoded. */
function pathOf(request: IncomingMessage): string | null {
  const target = request.url ?? '/'
  try {
    const path = target.startsWith('/') ? target.split(/[?#]/, 1)[0]! : new URL(target).pathname
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

function isChallenge(path: string): boolean {
  return /^\/\.well-known\/acme-challenge\/[\w-]{10,200}$/.test(path)
}

/** `/internal/…` in any spelling a server behind might understand: doubled slashes, dots, backslashes, capitals. */
function isInternal(path: string): boolean {
  const segments: string[] = []
  for (const segment of path.toLowerCase().split(/[/\\]+/)) {
    const bare = segment.split(';', 1)[0]!
    if (bare === '..') segments.pop()
    else if (bare !== '' && bare !== '.') segments.push(bare)
  }
  return segments[0] === 'internal'
}

/** The caller's own id if it is one, else a new one. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : newId('req')
}
