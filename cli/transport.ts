import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'

/**
 * Where requests really go: a TCP port on loopback, or a unix socket, and the URL decides the `Host` header only; or, for a
 * platform elsewhere, wherever the URL says.
 */
export type Address = { port: number } | { socket: string } | { elsewhere: string }

/** No answer came at all: nothing listens there, or it hung up. */
export class Unreachable extends Error {
  readonly code: string | undefined

  constructor(address: Address, cause: NodeJS.ErrnoException) {
    super(`no answer from ${nameOf(address)} (${cause.code ?? cause.message})`, { cause })
    this.name = 'Unreachable'
    this.code = cause.code
  }
}

/**
 * A `fetch` that always connects to `address`, whatever host the URL names: `*.localhost` need not resolve, and the
 * gateway still sees the right `Host`. Redirects are not followed. Bodies may be text, bytes or URLSearchParams.
 */
export function fetchAt(address: Address): typeof fetch {
  if ('elsewhere' in address) return fetchElsewhere(address)
  return async (input, init) => {
    const asked = new Request(input, init)
    const url = new URL(asked.url)
    const body = asked.body ? Buffer.from(await asked.arrayBuffer()) : undefined
    const headers: Record<string, string> = { host: url.host, ...Object.fromEntries(asked.headers) }
    if (body) headers['content-length'] = String(body.length)
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(
        {
          ...('port' in address ? { host: '127.0.0.1', port: address.port } : { socketPath: address.socket }),
          method: asked.method,
          path: url.pathname + url.search,
          headers,
          signal: init?.signal ?? undefined,
        },
        resolve,
      )
      sent.once('error', (error: NodeJS.ErrnoException) => reject(error.name === 'AbortError' ? error : new Unreachable(address, error)))
      sent.end(body)
    })
    return toResponse(message, asked.method)
  }
}

/** Over the network, as any client does; TLS is checked as usual. */
function fetchElsewhere(address: { elsewhere: string }): typeof fetch {
  return async (input, init) => {
    try {
      return await fetch(input, { ...init, redirect: 'manual' })
    } catch (error) {
      if ((error as Error).name === 'AbortError') throw error
      throw new Unreachable(address, ((error as Error).cause ?? error) as NodeJS.ErrnoException)
    }
  }
}

function nameOf(address: Address): string {
  if ('port' in address) return `127.0.0.1:${address.port}`
  return 'socket' in address ? address.socket : address.elsewhere
}

function toResponse(message: IncomingMessage, method: string): Response {
  const headers = new Headers()
  for (let index = 0; index < message.rawHeaders.length; index += 2)
    headers.append(message.rawHeaders[index]!, message.rawHeaders[index + 1]!)
  const status = message.statusCode ?? 502
  const bodiless = method === 'HEAD' || status === 204 || status === 304
  if (bodiless) message.resume()
  return new Response(bodiless ? null : (Readable.toWeb(message) as unknown as ReadableStream<Uint8Array>), {
    status,
    statusText: message.statusMessage,
    headers,
  })
}
