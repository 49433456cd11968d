import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hostOf } from '@cityos/http'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
}

/** Paths that belong to the API: a wrong one is a 404 in the envelope, not the console. */
const ownPaths = /^\/(?:api|oauth|auth|internal|health|metrics|webhooks|assets)(?:\/|$)/

/**
 * Serves the operator console: every file of its build, and its page for any other address a browser opens.
 * Hashed files never change; the page itself is asked for each time, so that a new release shows at once.
 */
export async function mountConsole(
  scope: FastifyInstance,
  root: FastifyInstance,
  options: { dir: string | null; host: string; secure: boolean },
): Promise<void> {
  const index = options.dir === null ? null : join(options.dir, 'index.html')
  if (options.dir === null || index === null || !existsSync(index)) return
  const html = readFileSync(index, 'utf8')
  const headers = { ...securityHeaders, ...(options.secure ? { 'strict-transport-security': 'max-age=31536000' } : {}) }
  await scope.register(fastifyStatic, {
    root: options.dir,
    wildcard: false,
    index: false,
    cacheControl: false,
    setHeaders(response, path) {
      const hashed = path.includes('/assets/')
      response.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      response.header('x-content-type-options', 'nosniff')
    },
  })
  root.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    if (request.method !== 'GET' || hostOf(request) !== options.host) return
    const path = request.url.split('?', 1)[0] ?? '/'
    const wantsPage = path === '/' || (request.headers.accept ?? '').includes('text/html')
    if (!wantsPage || ownPaths.test(path) || /\.\w{1,8}$/.test(path)) return
    return reply
      .code(200)
      .headers({ ...headers, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
      .send(html)
  })
}
