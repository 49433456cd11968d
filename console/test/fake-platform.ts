import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import type { AnyEndpoint } from '@cityos/contract'
import { numbersFrom, sample } from './sample.ts'

/** Serves a built console and answers every endpoint with a sample of its response schema: for looking at screens without a platform. */
export function fakePlatform(options: {
  files: string
  endpoints: AnyEndpoint[]
  answers?: Record<string, (sampled: unknown) => unknown>
}): Server {
  const routes = options.endpoints
    .map((endpoint) => ({ endpoint, pattern: new RegExp(`^${endpoint.path.replace(/\{\w+\}/g, '([^/]+)')}$`) }))
    .sort((one, other) => placeholders(one.endpoint) - placeholders(other.endpoint))
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://console')
    const found = routes.find(({ endpoint, pattern }) => endpoint.method === request.method && pattern.test(url.pathname))
    if (found) return answer(found.endpoint, request, response, options.answers ?? {})
    serve(options.files, url.pathname, response)
  })
}

const placeholders = (endpoint: AnyEndpoint): number => endpoint.path.split('{').length

function answer(
  endpoint: AnyEndpoint,
  request: IncomingMessage,
  response: ServerResponse,
  answers: Record<string, (sampled: unknown) => unknown>,
): void {
  const next = numbersFrom(endpoint.id.length * 7919 + (request.url?.length ?? 0))
  const change = answers[endpoint.id] ?? ((sampled: unknown) => sampled)
  if (endpoint.kind === 'stream') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`id: 1\ndata: ${JSON.stringify(change(sample(endpoint.response, next)))}\n\n`)
    return
  }
  const rows = endpoint.kind === 'list' ? Array.from({ length: 8 }, () => sample(endpoint.response, next)) : null
  const data = change(rows ?? sample(endpoint.response, next))
  const meta = { request_id: 'req_sample', ...(rows ? { offset: 0, limit: 20, total: (data as unknown[]).length } : {}) }
  response.writeHead(endpoint.status === 204 ? 200 : endpoint.status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ data, meta, errors: [] }))
}

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

function serve(files: string, path: string, response: ServerResponse): void {
  const file = join(files, path)
  const known = file.startsWith(files) && existsSync(file) && statSync(file).isFile()
  const chosen = known ? file : join(files, 'index.html')
  response.writeHead(200, { 'content-type': types[extname(chosen)] ?? 'application/octet-stream' })
  createReadStream(chosen).pipe(response)
}
