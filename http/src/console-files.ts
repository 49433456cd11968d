import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** The console's styles are made at run time (emotion): inline styles are allowed, inline scripts are not. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Serves a built console: hashed files below `/assets/` for ever, and `index.html` for every path a browser navigates to,
 * so that a deep link opens its screen. A build that works without a network for a while brings `service-worker.js`.
 * @param scope a Fastify scope whose routes answer on the console's hosts only
 * @param dir folder with `index.html` and `assets/`
 * @param notFound the plane's answer to what is neither
 * @param formerDirs builds of other releases whose pages may still be open: their hashed files are served too
 */
export async function mountConsole(
  scope: FastifyInstance,
  dir: string,
  notFound: (request: FastifyRequest, reply: FastifyReply) => FastifyReply,
  formerDirs: readonly string[] = [],
): Promise<void> {
  const page = readFileSync(join(dir, 'index.html'))
  await scope.register(fastifyStatic, {
    root: [dir, ...formerDirs].map((each) => join(each, 'assets')).filter((each) => each === join(dir, 'assets') || existsSync(each)),
    prefix: '/assets/',
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    index: false,
    decorateReply: false,
  })
  const workerFile = join(dir, 'service-worker.js')
  if (existsSync(workerFile)) {
    const worker = readFileSync(workerFile)
    scope.get('/service-worker.js', (_, reply) => sendWorker(reply, worker))
  }
  const answer = (request: FastifyRequest, reply: FastifyReply) =>
    isNavigation(request) ? sendPage(reply, page) : notFound(request, reply)
  scope.get('/', answer)
  scope.get('/*', answer)
}

/** A browser opens a page, or goes back to it: it asks for HTML and not for something under the API or the sign-in. */
function isNavigation(request: FastifyRequest): boolean {
  const path = request.url.split('?', 1)[0] ?? '/'
  if (/^\/(api|v1|auth|oauth|internal|webhooks|assets|health|metrics)(\/|$)/.test(path)) return false
  return (request.headers.accept ?? '').includes('text/html')
}

/** Never from a browser's cache: a new release must reach every device at its next visit. */
function sendWorker(reply: FastifyReply, worker: Buffer): FastifyReply {
  return reply
    .header('content-type', 'text/javascript; charset=utf-8')
    .header('cache-control', 'no-cache')
    .header('x-content-type-options', 'nosniff')
    .send(worker)
}

function sendPage(reply: FastifyReply, page: Buffer): FastifyReply {
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('cache-control', 'no-cache')
    .header('content-security-policy', contentSecurityPolicy)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'same-origin')
    .send(page)
}
