import { type Binding, completesCart, latencyBucket, newId, noTraffic, type PlaneTraffic } from '@cityos/contract'
import { cameThroughGateway } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import type { FastifyInstance } from 'fastify'
import { BINDING } from '../../platform/binding/binding.ts'

/**
 * What this process has answered to people. On one machine the gateway counts; in a cluster the gateway is somebody else's
 * software, and the gate of a rollout reads every process instead. Requests that never got here are in nobody's count.
 */
@Injectable()
export class Traffic {
  readonly #epoch = newId('prc')
  readonly #counts = noTraffic()

  constructor(@Inject(BINDING) private readonly binding: Binding) {}

  /** Counts whatever comes through a gateway, when it has been answered; the platform's own requests are not traffic. */
  watch(instance: FastifyInstance): void {
    instance.addHook('onResponse', async (request, reply) => {
      if (!cameThroughGateway(request)) return
      const path = request.url.split('?', 1)[0] ?? ''
      if (path === '/health') return
      const stream = request.headers.accept?.startsWith('text/event-stream') ?? false
      this.count(request.method, path, reply.statusCode, stream ? null : reply.elapsedTime)
    })
  }

  /** @param milliseconds null for an event stream, whose time says nothing */
  count(method: string, path: string, status: number, milliseconds: number | null): void {
    const counts = this.#counts
    const checkout = completesCart(method, path)
    const failed = status >= 500
    counts.requests += 1
    if (checkout) counts.checkouts += 1
    if (failed) counts.errors += 1
    if (checkout && failed) counts.failedCheckouts += 1
    if (milliseconds !== null) counts.latency[latencyBucket(milliseconds)]! += 1
  }

  read(): PlaneTraffic {
    return { release: this.binding.tenant.release, epoch: this.#epoch, ...this.#counts, latency: [...this.#counts.latency] }
  }
}
