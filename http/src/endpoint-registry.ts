import { createHash } from 'node:crypto'
import type { AnyEndpoint, Input, Page } from '@cityos/contract'
import { DomainError } from '@cityos/contract'
import { Inject, Injectable, type OnModuleInit, Optional } from '@nestjs/common'
import { DiscoveryService } from '@nestjs/core'
import { RawAnswer } from './answer.ts'
import { Authorizer } from './authorizer.ts'
import { handledBy } from './handle.ts'
import { EndpointGate, IdempotencyStore } from './ports.ts'
import { RateLimiter } from './rate-limit.ts'
import type { RequestContext } from './request-context.ts'
import { HTTP_SETTINGS, type HttpSettings } from './settings.ts'
import { parseInput, type RawInput } from './validation.ts'

type Handler = (ctx: RequestContext, input: Input<AnyEndpoint>) => unknown

export interface BoundEndpoint {
  endpoint: AnyEndpoint
  handler: Handler
}

/** What an operation answers before it is written out: the resource, the page with its paging, a stream, or a raw answer. */
export type Outcome =
  | { kind: 'one'; status: number; data: unknown }
  | { kind: 'list'; status: number; page: Page<unknown>; limit: number; offset: number }
  | { kind: 'stream'; events: AsyncIterable<unknown> }
  | { kind: 'raw'; answer: RawAnswer }

/**
 * Every operation of this plane, and the one way to run one: gate → authorise → validate → rate limit → idempotency → handler.
 * HTTP and in-process callers go through the same lines.
 */
@Injectable()
export class EndpointRegistry implements OnModuleInit {
  readonly #bound = new Map<string, BoundEndpoint>()

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly authorizer: Authorizer,
    private readonly limiter: RateLimiter,
    @Inject(HTTP_SETTINGS) private readonly settings: HttpSettings,
    @Optional() @Inject(EndpointGate) private readonly gate: EndpointGate | undefined,
    @Optional() @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore | undefined,
  ) {}

  onModuleInit(): void {
    this.collect()
  }

  /** Reads the controllers' declarations; an id or a route declared twice is a programming error and stops the boot. */
  collect(): void {
    if (this.#bound.size > 0) return
    const routes = new Set<string>()
    for (const { instance, metatype } of this.discovery.getControllers()) {
      if (!instance || !metatype) continue
      for (const { endpoint, method } of handledBy(metatype)) {
        const route = `${endpoint.method} ${endpoint.path.replace(/\{\w+\}/g, '{}')}`
        if (this.#bound.has(endpoint.id) || routes.has(route)) throw new Error(`endpoint ${endpoint.id} (${route}) is declared twice`)
        routes.add(route)
        this.#bound.set(endpoint.id, { endpoint, handler: (instance as Record<string, Handler>)[method]!.bind(instance) })
      }
    }
  }

  all(): BoundEndpoint[] {
    return [...this.#bound.values()]
  }

  get(id: string): BoundEndpoint | undefined {
    return this.#bound.get(id)
  }

  /** @throws DomainError and whatever the handler throws */
  async run(bound: BoundEndpoint, ctx: RequestContext, raw: RawInput): Promise<Outcome> {
    const { endpoint } = bound
    const checked = this.gate?.check(ctx, endpoint)
    if (checked) await checked
    this.authorizer.authorize(ctx, endpoint)
    const input = parseInput(endpoint, raw)
    if (endpoint.rateLimit) await this.limiter.enforce(ctx, endpoint.id, endpoint.rateLimit, input.body)
    if (endpoint.idempotencyKey) return this.#once(bound, ctx, input)
    return this.#outcome(endpoint, input, await bound.handler(ctx, input))
  }

  async #once({ endpoint, handler }: BoundEndpoint, ctx: RequestContext, input: Input<AnyEndpoint>): Promise<Outcome> {
    if (!ctx.idempotencyKey) throw new DomainError('idempotency_key_required', { field: 'Idempotency-Key' })
    if (ctx.idempotencyKey.length < 8 || ctx.idempotencyKey.length > 128) {
      throw new DomainError('invalid_request', {
        field: 'Idempotency-Key',
        details: { fields: [{ field: 'Idempotency-Key', code: 'length', message: '8 to 128 characters' }] },
      })
    }
    if (!this.idempotency) return this.#outcome(endpoint, input, await handler(ctx, input))
    const requestHash = createHash('sha256')
      .update(JSON.stringify([endpoint.id, input.params, input.query, input.body]))
      .digest('hex')
    const stored = await this.idempotency.run(ctx, endpoint, requestHash, async (claimed) => ({
      status: endpoint.status,
      body: await handler(claimed, input),
    }))
    return { kind: 'one', status: stored.status, data: stored.body }
  }

  #outcome(endpoint: AnyEndpoint, input: Input<AnyEndpoint>, result: unknown): Outcome {
    if (result instanceof RawAnswer) return { kind: 'raw', answer: result }
    if (endpoint.kind === 'stream') return { kind: 'stream', events: result as AsyncIterable<unknown> }
    if (endpoint.kind === 'list') {
      const page = result as Page<unknown>
      const { limit, offset } = input.query as { limit: number; offset: number }
      if (this.settings.checkAnswers) for (const item of page.items) this.#check(endpoint, item)
      return { kind: 'list', status: endpoint.status, page, limit, offset }
    }
    if (this.settings.checkAnswers && endpoint.status !== 204) this.#check(endpoint, result)
    return { kind: 'one', status: endpoint.status, data: result }
  }

  /** Under test an answer that does not fit its declared schema fails loudly. */
  #check(endpoint: AnyEndpoint, value: unknown): void {
    const result = endpoint.response.safeParse(value)
    if (!result.success) throw new Error(`answer of ${endpoint.id} does not fit its contract: ${result.error.message}`)
  }
}
