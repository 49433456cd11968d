import { request } from 'node:http'

export interface SocketAnswer {
  status: number
  /** Parsed JSON; null for an empty body. */
  body: unknown
}

/**
 * One JSON request over a unix socket.
 * @throws when nobody listens there, the answer takes longer than `timeoutMs`, or is not JSON
 */
export function socketRequest(
  socket: string,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  options: { body?: unknown; headers?: Record<string, string>; timeoutMs?: number } = {},
): Promise<SocketAnswer> {
  const text = options.body === undefined ? undefined : JSON.stringify(options.body)
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        socketPath: socket,
        method,
        path,
        headers: {
          host: 'localhost',
          accept: 'application/json',
          ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...options.headers,
        },
        signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
        agent: false,
      },
      (incoming) => {
        let received = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk: string) => {
          received += chunk
        })
        incoming.on('error', reject)
        incoming.on('end', () => {
          try {
            resolve({ status: incoming.statusCode ?? 0, body: received === '' ? null : JSON.parse(received) })
          } catch (cause) {
            reject(new Error(`${method} ${path} did not answer JSON: ${received.slice(0, 200)}`, { cause }))
          }
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}
