import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http'

/** How a try to hand a request on ended. `refused`: nothing reached the other side, the request may be sent again. */
export type Outcome = 'answered' | 'refused' | 'failed'

const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 })
/** Longest silence before the first byte of an answer. */
const answerTimeoutMs = 120_000
/** Bodies above this size wait a moment for a refusal. */
const largeBytes = 1024 * 1024
const refusalMs = 30
/** Belong to one connection, not to the message (RFC 9110 §7.6.1); `expect` was answered by this server already. */
const requestHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'upgrade',
  'expect',
])
const answerHop = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'strict-transport-security'])
/** Said with every answer over TLS: browsers come back by https only. */
export const strictTransport = ['Strict-Transport-Security', 'max-age=31536000'] as const
/** Said by this gateway and nobody else: a client could fake its address with them. */
const replaced = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'forwarded', 'x-request-id'])

/** What this gateway tells the other side about a request. */
export function forwardedHeaders(incoming: IncomingMessage, requestId: string): string[] {
  return [
    'X-Forwarded-For',
    incoming.socket.remoteAddress ?? '',
    'X-Forwarded-Proto',
    isSecure(incoming) ? 'https' : 'http',
    'X-Forwarded-Host',
    incoming.headers.host ?? '',
    'X-Request-Id',
    requestId,
  ]
}

/** Whether it came over TLS. */
export function isSecure(incoming: IncomingMessage): boolean {
  return 'encrypted' in incoming.socket
}

export function hasBody(incoming: IncomingMessage): boolean {
  return incoming.headers['transfer-encoding'] !== undefined || (incoming.headers['content-length'] ?? '0') !== '0'
}

/** Headers as they came (order, case, repeats), without those of the connection and those the gateway says itself. */
export function endToEndHeaders(incoming: IncomingMessage): string[] {
  const raw = incoming.rawHeaders
  const headers: string[] = []
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase()
    if (!requestHop.has(name) && !replaced.has(name)) headers.push(raw[index]!, raw[index + 1]!)
  }
  return headers
}

/** Where a request goes, and who wants to know what becomes of it. */
export interface Target {
  socket: string
  path: string
  requestId: string
  /** The head of the answer is there. */
  answered?(status: number, stream: boolean): void
  /** The answer ended before it was whole, and not because the client had gone. */
  brokeOff?(): void
  /** The whole answer is there: the other side has nothing to do with this request any more. */
  left?(): void
}

/**
 * Hands a request on over a unix socket and streams the answer back, byte for byte.
 * The body is read only once the connection stands, so that a refused request is still whole.
 */
export function forward(incoming: IncomingMessage, response: ServerResponse, target: Target): Promise<Outcome> {
  return new Promise((resolve) => {
    const withBody = hasBody(incoming)
    const headers = endToEndHeaders(incoming).concat(forwardedHeaders(incoming, target.requestId))
    // Without this, Node would announce an empty chunked body.
    if (
      !withBody &&
      incoming.headers['content-length'] === undefined &&
      (incoming.method === 'POST' || incoming.method === 'PUT' || incoming.method === 'PATCH')
    )
      headers.push('Content-Length', '0')
    const large = Number(incoming.headers['content-length'] ?? 0) > largeBytes
    // A large body that is refused by its length alone would break the connection before the refusal is read: the other
    // side says that it has seen the headers, then gets a moment to refuse, then the body. (Node sends the headers of such
    // a request by itself; anything written after them might meet a closed connection.)
    if (large) headers.push('Expect', '100-continue')
    const outgoing = request({ socketPath: target.socket, method: incoming.method, path: target.path, headers, agent, setHost: false })
    let reached = false
    let answering = false
    const abort = (): void => {
      outgoing.destroy()
    }
    response.once('close', abort)
    outgoing.setTimeout(answerTimeoutMs, () => outgoing.destroy(new Error('no answer in time')))
    outgoing.once('socket', (socket) => {
      const send = (): void => {
        reached = true
        if (!withBody) return void outgoing.end()
        if (!large) return void incoming.pipe(outgoing)
        const sendBody = (): void => {
          if (!answering && !outgoing.destroyed) incoming.pipe(outgoing)
        }
        // The immediate lets what has arrived meanwhile be read first, also when this process was busy for longer.
        outgoing.once('continue', () => setTimeout(() => setImmediate(sendBody), refusalMs))
      }
      if (socket.connecting) socket.once('connect', send)
      else send()
    })
    outgoing.once('error', () => {
      response.off('close', abort)
      if (response.headersSent) {
        // Half an answer cannot be repaired: the broken connection tells the client that it is not whole.
        if (!response.writableEnded) response.destroy()
        resolve('answered')
      } else resolve(reached ? 'failed' : 'refused')
    })
    outgoing.once('response', (answer) => {
      answering = true
      outgoing.setTimeout(0)
      const early = withBody && !incoming.readableEnded
      const sent = isSecure(incoming) ? [...headersOfAnswer(answer), ...strictTransport] : headersOfAnswer(answer)
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', sent)
      // An event stream may be silent at first: its reader has to see that it stands.
      const stream = answer.headers['content-type']?.startsWith('text/event-stream') ?? false
      if (stream) response.flushHeaders()
      target.answered?.(answer.statusCode ?? 502, stream)
      answer.once('close', () => target.left?.())
      answer.once('error', () => {
        if (!response.destroyed) target.brokeOff?.()
        response.destroy()
      })
      answer.once('end', () => {
        response.off('close', abort)
        if (!early || incoming.readableEnded) return
        // Answered without the whole body: the rest is read and thrown away, or the client never gets to its answer.
        incoming.unpipe(outgoing)
        incoming.resume()
        outgoing.destroy()
      })
      answer.pipe(response)
      response.once('close', () => resolve('answered'))
    })
  })
}

function headersOfAnswer(answer: IncomingMessage): string[] {
  const raw = answer.rawHeaders
  const headers: string[] = []
  for (let index = 0; index < raw.length; index += 2) {
    if (!answerHop.has(raw[index]!.toLowerCase())) headers.push(raw[index]!, raw[index + 1]!)
  }
  return headers
}
