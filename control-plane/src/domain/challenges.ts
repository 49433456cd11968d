import type { FastifyInstance } from 'fastify'
import type { Registry } from '../registry/registry.ts'

/**
 * Answers certificate authorities on every host (RFC 8555 §8.3): the gateway hands their questions over, and only what
 * was put there for an order under way is said.
 */
export function answerChallenges(scope: FastifyInstance, registry: Registry): void {
  scope.get<{ Params: { token: string } }>('/.well-known/acme-challenge/:token', async (request, reply) => {
    const row = await registry.db.domain_challenge.findUnique({ where: { token: request.params.token } })
    const host = (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '')
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff').type('text/plain; charset=utf-8')
    return row && row.host === host ? reply.send(row.content) : reply.code(404).send('there is no such challenge')
  })
}
