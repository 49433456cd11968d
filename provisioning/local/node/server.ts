import { existsSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { DomainError } from '@cityos/contract'
import { z } from 'zod'
import { StaleFence } from '../../driver.ts'
import {
  archiveFaults,
  type NodeCallName,
  type NodeFault,
  type NodeRequest,
  type NodeResponse,
  type NodeStatus,
  nodeCalls,
  type WakeAnswer,
} from './api.ts'
import { DiskFull, isDiskFull } from './storage.ts'

/** What the socket leads to. */
export interface NodeHandlers {
  status(): NodeStatus
  shutDown(): void
  /** The gateway holds a request for a sleeping tenant. */
  wakeFor(tenantId: string): Promise<WakeAnswer>
  /** Whether a token was signed by this tenant's data plane, for the node, in the last minute. */
  isPlane(tenantId: string, token: string): Promise<boolean>
  /** A data plane has had nothing to do for a while. @returns false when it should stay awake */
  idle(tenantId: string, nextDueAt: string | null): boolean
  calls: { [Name in NodeCallName]: (request: NodeRequest<Name>) => Promise<NodeResponse<Name>> | NodeResponse<Name> }
}

const faultStatus: Record<NodeFault['code'], number> = {
  stale_fence: 409,
  invalid_request: 400,
  unauthenticated: 401,
  not_found: 404,
  disk_full: 507,
  archive_damaged: 422,
  archive_wrong_key: 422,
  archive_newer_schema: 422,
  failed: 500,
}
const Idle = z.object({ next_due_at: z.iso.datetime({ offset: true }).nullable() })
const longestBody = 1024 * 1024

/** The node's HTTP server on its unix socket. Who may open the socket (same account, folder mode 0700) may ask. */
export async function serveNode(socket: string, handlers: NodeHandlers): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request, handlers).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => {
        const fault = faultOf(error)
        send(response, faultStatus[fault.code], fault)
      },
    )
  })
  server.requestTimeout = 0
  // Whoever asks here holds the node's lock: a socket file that is still there belongs to a node that was killed.
  if (existsSync(socket)) rmSync(socket)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  return server
}

async function answer(request: IncomingMessage, handlers: NodeHandlers): Promise<{ status: number; body: unknown }> {
  const path = new URL(request.url ?? '/', 'http://node').pathname
  if (request.method === 'GET' && path === '/status') return { status: 200, body: handlers.status() }
  if (request.method !== 'POST') throw new DomainError('not_found', { message: `${request.method} ${path}` })
  if (path === '/shutdown') {
    handlers.shutDown()
    return { status: 202, body: null }
  }
  const plane = /^\/planes\/([a-z]{2,6}_[0-9a-z]+)\/(wake|idle)$/.exec(path)
  if (plane?.[2] === 'wake') return { status: 200, body: await handlers.wakeFor(plane[1]!) }
  if (plane) {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (!token || !(await handlers.isPlane(plane[1]!, token))) throw new DomainError('unauthenticated')
    return handlers.idle(plane[1]!, Idle.parse(await readBody(request)).next_due_at)
      ? { status: 202, body: null }
      : { status: 409, body: null }
  }
  const name = /^\/call\/(\w+)$/.exec(path)?.[1]
  if (!name || !Object.hasOwn(nodeCalls, name)) throw new DomainError('not_found', { message: `POST ${path}` })
  return { status: 200, body: await dispatch(name as NodeCallName, await readBody(request), handlers) }
}

async function dispatch<Name extends NodeCallName>(name: Name, body: unknown, handlers: NodeHandlers): Promise<NodeResponse<Name>> {
  const parsed = nodeCalls[name].request.parse(body) as NodeRequest<Name>
  return handlers.calls[name](parsed)
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > longestBody) throw new DomainError('invalid_request', { message: 'the body is larger than 1 MiB' })
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch (cause) {
    throw new DomainError('invalid_request', { message: 'the body is not JSON', cause })
  }
}

function isArchiveFault(code: string): code is (typeof archiveFaults)[number] {
  return (archiveFaults as readonly string[]).includes(code)
}

function faultOf(error: unknown): NodeFault {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof StaleFence) return { code: 'stale_fence', message }
  if (error instanceof z.ZodError) return { code: 'invalid_request', message: z.prettifyError(error) }
  if (error instanceof DomainError && error.code === 'unauthenticated') return { code: 'unauthenticated', message }
  if (error instanceof DomainError && error.code === 'not_found') return { code: 'not_found', message }
  if (error instanceof DomainError && error.code === 'invalid_request') return { code: 'invalid_request', message }
  if (error instanceof DomainError && isArchiveFault(error.code)) return { code: error.code, message }
  if (error instanceof DiskFull || isDiskFull(error)) return { code: 'disk_full', message }
  return { code: 'failed', message }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
