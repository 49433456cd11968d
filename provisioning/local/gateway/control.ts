import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { z } from 'zod'
import { TrafficSample } from '../../upgrade.ts'
import type { Gateway } from './gateway.ts'

/** `POST /settle`: take the routes of this moment, then wait until nothing is under way to a socket that no route names. */
export const SettleRequest = z.object({ socket: z.string(), timeout_ms: z.int().min(0) })
export type SettleRequest = z.input<typeof SettleRequest>

/** Requests that were left when the time was up; event streams that are open. */
export const SettleAnswer = z.object({ requests: z.int(), streams: z.int() })
export type SettleAnswer = z.infer<typeof SettleAnswer>

/** `GET /traffic` */
export const TrafficAnswer = z.array(TrafficSample)

const longestBody = 10_000

/** What the node asks the gateway, on a unix socket in a folder of its own account. */
export async function serveControl(socket: string, gateway: Gateway): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request, gateway).then(
      (body) => {
        const text = JSON.stringify(body)
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
        response.end(text)
      },
      (error: unknown) => {
        const text = JSON.stringify({ message: error instanceof Error ? error.message : String(error) })
        response.writeHead(400, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
        response.end(text)
      },
    )
  })
  // An earlier gateway that was killed left it behind.
  rmSync(socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  return server
}

async function answer(request: IncomingMessage, gateway: Gateway): Promise<unknown> {
  if (request.method === 'GET' && request.url === '/traffic') return gateway.traffic.samples()
  if (request.method === 'POST' && request.url === '/settle') {
    const { socket, timeout_ms } = SettleRequest.parse(JSON.parse(await bodyOf(request)))
    return gateway.settle(socket, timeout_ms)
  }
  throw new Error(`nothing is known about ${request.method} ${request.url}`)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > longestBody) throw new Error('the request is too long')
  }
  return text
}
