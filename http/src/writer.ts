import { DomainError } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { actorId } from './actor.ts'
import type { Outcome } from './endpoint-registry.ts'
import { asDomainError, errorBody } from './failure.ts'
import { Metrics } from './metrics.ts'
import { ErrorMessages } from './ports.ts'
import type { RequestContext } from './request-context.ts'
import { HTTP_SETTINGS, type HttpSettings } from './settings.ts'

const apiHeaders = {
  'content-type': 'application/json; charset=utf-8',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'strict-origin-when-cross-origin',
}

/** Writes outcomes and failures in the one envelope, with cookies, security headers, log line and metrics. */
@Injectable()
export class AnswerWriter {
  constructor(
    @Inject(HTTP_SETTINGS) private readonly settings: HttpSettings,
    private readonly messages: ErrorMessages,
    private readonly metrics: Metrics,
  ) {}

  /** Writes a resource, a page or a raw answer; streams are written by EventStreams. */
  success(reply: FastifyReply, ctx: RequestContext, outcome: Exclude<Outcome, { kind: 'stream' }>): FastifyReply {
    this.head(reply, ctx)
    if (outcome.kind === 'raw') {
      const { status, headers, body } = outcome.answer
      return reply
        .code(status)
        .header('x-content-type-options', 'nosniff')
        .headers(headers)
        .send(body ?? undefined)
    }
    if (outcome.status === 204) return reply.code(204).send()
    const tag = ctx.answerHeaders['etag']
    if (tag !== undefined && ctx.headers['if-none-match'] === tag) return reply.code(304).send()
    const body =
      outcome.kind === 'list'
        ? {
            data: outcome.page.items,
            meta: { request_id: ctx.requestId, offset: outcome.offset, limit: outcome.limit, total: outcome.page.total },
            errors: [],
          }
        : { data: outcome.data ?? {}, meta: { request_id: ctx.requestId }, errors: [] }
    return reply.code(outcome.status).headers(apiHeaders).send(JSON.stringify(body))
  }

  /** Writes any thrown thing; what nobody expected is logged with its stack and answered without it. */
  failure(reply: FastifyReply, ctx: RequestContext, thrown: unknown): FastifyReply {
    const error = asDomainError(thrown)
    if (error.code === 'internal_error') ctx.log.error({ error: thrown }, 'unexpected failure')
    else if (error.code === 'dependency_unavailable') ctx.log.warn({ error: error.cause ?? error }, 'a dependency is away')
    this.head(reply, ctx)
    const retryAfter = error.details?.['retry_after']
    if (typeof retryAfter === 'number') reply.header('retry-after', String(retryAfter))
    const body = { data: null, meta: { request_id: ctx.requestId }, errors: [errorBody(error, ctx.locale, this.messages)] }
    return reply.code(error.status).headers(apiHeaders).send(JSON.stringify(body))
  }

  notFound(reply: FastifyReply, ctx: RequestContext): FastifyReply {
    return this.failure(reply, ctx, new DomainError('not_found'))
  }

  /** Headers of every answer of this context. */
  head(reply: FastifyReply, ctx: RequestContext): void {
    reply.header('x-request-id', ctx.requestId).header('content-language', ctx.locale)
    if (this.settings.secure) reply.header('strict-transport-security', 'max-age=31536000')
    for (const name in ctx.answerHeaders) reply.header(name, ctx.answerHeaders[name])
    const cookies = ctx.cookies.changes()
    if (cookies.length > 0) reply.header('set-cookie', cookies)
  }

  /** One log line and one observation per request (G1, G2). */
  finished(request: FastifyRequest, reply: FastifyReply, ctx: RequestContext, operation: string, path: string, startedAt: number): void {
    const milliseconds = performance.now() - startedAt
    const status = reply.statusCode
    this.metrics.observeRequest(operation, status, milliseconds / 1000)
    this.settings.onAnswered?.(ctx)
    const line = {
      correlation_id: ctx.correlationId,
      user_id: actorId(ctx.actor),
      method: request.method,
      path,
      operation,
      status,
      duration_ms: Math.round(milliseconds * 100) / 100,
    }
    if (status >= 500) ctx.baseLog.error(line, 'request failed')
    else ctx.baseLog.info(line, 'request')
  }
}
