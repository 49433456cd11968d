import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hostOf } from './request.ts'
import type { HttpSettings } from './settings.ts'

const allowedHeaders = 'authorization, content-type, idempotency-key, x-cart-token, x-publishable-key, x-locale, x-correlation-id'

/**
 * Cross-origin reading for declared origins only, and never with cookies: a foreign page that may call the API uses
 * tokens. Own pages are same-origin and need nothing here.
 */
export function addCors(scope: FastifyInstance, settings: HttpSettings): void {
  scope.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const origin = request.headers.origin
    if (origin === undefined) return
    reply.header('vary', 'Origin')
    if (!(await settings.allowsOrigin(origin, hostOf(request)))) return
    reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', 'x-request-id, retry-after')
  })
  scope.options('/*', async (request, reply) => {
    if (reply.getHeader('access-control-allow-origin') !== undefined && request.headers['access-control-request-method']) {
      reply
        .header('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE')
        .header('access-control-allow-headers', allowedHeaders)
        .header('access-control-max-age', '600')
    }
    return reply.code(204).send()
  })
}
