import { existsSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { files } from './routes.ts'
import { Storefront, type StorefrontParts } from './storefront.ts'

export type { StorefrontParts } from './storefront.ts'

/** Puts the shop's pages, files and hashed assets on a Fastify scope that is bound to storefront hosts. */
export async function mountStorefront(scope: FastifyInstance, parts: StorefrontParts): Promise<void> {
  const storefront = new Storefront(parts)
  addFormParser(scope)
  await scope.register(fastifyStatic, {
    root: [parts.assetsDir, ...parts.formerAssetsDirs.filter((dir) => existsSync(dir))],
    prefix: '/assets/',
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    index: false,
    decorateReply: false,
  })
  const page = (request: FastifyRequest, reply: FastifyReply) => storefront.page(request, reply)
  const methods = ['GET', 'POST'] as const
  for (const locale of ['en', 'fr', 'ar']) {
    scope.route({ method: [...methods], url: `/${locale}`, handler: page })
    scope.route({ method: [...methods], url: `/${locale}/*`, handler: page })
  }
  scope.get('/', (request, reply) => storefront.start(request, reply))
  scope.get('/offline-worker.js', (_request, reply) => storefront.worker(reply))
  scope.get('/favicon.svg', (_request, reply) => storefront.icon(reply))
  for (const { pattern } of files.filter((file) => file.method === 'GET')) {
    scope.get(pattern.replace(/\{(\w+)\}/g, ':$1'), (request, reply) => storefront.file(request, reply))
  }
}

function addFormParser(scope: FastifyInstance): void {
  if (scope.hasContentTypeParser('application/x-www-form-urlencoded')) return
  scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: 64 * 1024 }, (_request, body, done) => {
    const fields: Record<string, string[]> = {}
    for (const [name, value] of new URLSearchParams(String(body))) fields[name] = [...(fields[name] ?? []), value]
    done(null, fields)
  })
}
