import { cameThroughGateway } from '@cityos/http'
import type { FastifyInstance } from 'fastify'

/**
 * What planes say to each other, and figures for whoever watches the platform, are never reached from outside (design §8). On
 * one machine the gateway sees to that; a cluster's gateway leads every path of a host here, so it is refused here: whatever
 * came through a gateway says so.
 */
export function keepInside(instance: FastifyInstance): void {
  instance.addHook('onRequest', async (request, reply) => {
    const path = decodedPath(request.url)
    if (/^\/(?:internal(?:\/|$)|metrics$)/.test(path) && cameThroughGateway(request)) return reply.code(404).send()
  })
}

/** The path as the router reads it. */
function decodedPath(url: string): string {
  const path = url.split('?', 1)[0]!.toLowerCase()
  try {
    return decodeURIComponent(path).replace(/\/{2,}/g, '/')
  } catch {
    return path // not to be decoded: the router refuses it as well
  }
}
