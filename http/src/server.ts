import { type AnyEndpoint, DomainError } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addCors } from './cors.ts'
import { type BoundEndpoint, EndpointRegistry } from './endpoint-registry.ts'
import { EventStreams } from './event-streams.ts'
import { Metrics } from './metrics.ts'
import { openApiDocument } from './open-api.ts'
import { cameThroughGateway, RequestContexts } from './request.ts'
import { HTTP_SETTINGS, type HttpSettings } from './settings.ts'
import { AnswerWriter } from './writer.ts'

/** Puts every declared endpoint on Fastify, and the three that every plane has: OpenAPI, metrics, not found. */
@Injectable()
export class EndpointServer {
  constructor(
    @Inject(HTTP_SETTINGS) private readonly settings: HttpSettings,
    private readonly registry: EndpointRegistry,
    private readonly contexts: RequestContexts,
    private readonly writer: AnswerWriter,
    private readonly streams: EventStreams,
    private readonly metrics: Metrics,
  ) {}

  mount(scope: FastifyInstance): void {
    this.registry.collect()
    addParsers(scope)
    addCors(scope, this.settings)
    scope.setErrorHandler((error, request, reply) => this.#refuse(request, reply, error))
    for (const bound of this.registry.all()) this.#route(scope, bound)
    // Written at the first request for it: the schemas of some two hundred operations would cost every boot and every wake.
    let document: string | undefined
    scope.get(this.settings.openApi.path, (_request, reply) => {
      document ??= JSON.stringify(openApiDocument(this.#published(), this.settings.openApi))
      return reply.header('content-type', 'application/json').send(document)
    })
    scope.get('/metrics', async (request, reply) => {
      // Of a tenant only what comes past the gateway may read figures; the platform's own are public on its host (design §9).
      if (this.settings.service === 'data-plane' && cameThroughGateway(request)) return this.#unmatched(request, reply)
      return reply.header('content-type', 'text/plain; version=0.0.4').send(await this.metrics.text())
    })
    scope.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: '/*',
      handler: (request, reply) => this.#unmatched(request, reply),
    })
    scope.route({ method: ['GET', 'POST'], url: '/', handler: (request, reply) => this.#unmatched(request, reply) })
  }

  #published(): AnyEndpoint[] {
    return this.registry
      .all()
      .map(({ endpoint }) => endpoint)
      .filter((endpoint) => !endpoint.path.startsWith('/internal/'))
  }

  #route(scope: FastifyInstance, bound: BoundEndpoint): void {
    const { endpoint } = bound
    const secretInPath = endpoint.path.includes('{token}')
    scope.route({
      method: endpoint.method,
      url: endpoint.path.replace(/\{(\w+)\}/g, ':$1'),
      bodyLimit: 1024 * 1024,
      config: { rawBody: endpoint.rawBody },
      handler: async (request, reply) => {
        const startedAt = performance.now()
        const hungUp = endpoint.kind === 'stream' ? abortOnClose(reply) : undefined
        let ctx = this.contexts.bare(request, hungUp)
        try {
          if (endpoint.access.who === 'plane' && cameThroughGateway(request)) throw new DomainError('not_found')
          ctx = await this.contexts.identified(ctx, request, endpoint)
          const outcome = await this.registry.run(bound, ctx, {
            params: request.params,
            query: request.query,
            body: ctx.stream ? {} : request.body,
          })
          if (outcome.kind === 'stream') void this.streams.send(reply, ctx, outcome.events)
          else this.writer.success(reply, ctx, outcome)
        } catch (error) {
          this.writer.failure(reply, ctx, error)
        }
        this.writer.finished(request, reply, ctx, endpoint.id, secretInPath ? endpoint.path : pathOf(request), startedAt)
        return reply
      },
    })
  }

  #unmatched(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const startedAt = performance.now()
    const ctx = this.contexts.bare(request)
    this.writer.notFound(reply, ctx)
    this.writer.finished(request, reply, ctx, 'unmatched', pathOf(request), startedAt)
    return reply
  }

  /** Failures before a handler ran: unparseable body, body too large. */
  #refuse(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
    this.writer.failure(reply, this.contexts.bare(request), error)
  }
}

/** JSON (an empty body is no body), forms as string | string[], anything else as a stream for uploads. */
function addParsers(scope: FastifyInstance): void {
  const parseJson = scope.getDefaultJsonParser('error', 'error')
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    isRaw(request) ? done(null, body) : body === '' ? done(null, undefined) : parseJson(request, body as string, done),
  )
  scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, formFields(body as string)),
  )
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
}

/** What is signed is handed over as it came. */
function isRaw(request: FastifyRequest): boolean {
  return (request.routeOptions.config as { rawBody?: boolean }).rawBody === true
}

function formFields(body: string): Record<string, string | string[]> {
  const form = new URLSearchParams(body)
  const fields: [string, string | string[]][] = [...new Set(form.keys())].map((name) => {
    const values = form.getAll(name)
    return [name, values.length === 1 ? (values[0] ?? '') : values]
  })
  return Object.fromEntries(fields)
}

function pathOf(request: FastifyRequest): string {
  const question = request.url.indexOf('?')
  return question < 0 ? request.url : request.url.slice(0, question)
}

function abortOnClose(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.on('close', () => controller.abort())
  return controller.signal
}
