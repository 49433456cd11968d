import { type AnyEndpoint, ApiError, type Call, DomainError, type Result } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { EndpointRegistry } from './endpoint-registry.ts'
import { asDomainError, errorBody } from './failure.ts'
import { ErrorMessages } from './ports.ts'
import type { RequestContext } from './request-context.ts'

/**
 * Calls this plane's own public operations without HTTP: the same gate, authorisation, validation and handler.
 * The storefront is a client of the store API through it.
 */
@Injectable()
export class ApiCaller {
  constructor(
    private readonly registry: EndpointRegistry,
    private readonly messages: ErrorMessages,
  ) {}

  /**
   * @param call placeholders, query and body as a client would send them
   * @throws ApiError the same failure a client would see; anything unexpected keeps being thrown as it is
   */
  async call<E extends AnyEndpoint>(endpoint: E, call: Call<E>, ctx: RequestContext): Promise<Result<E>> {
    const bound = this.registry.get(endpoint.id)
    if (!bound) throw new Error(`no controller handles ${endpoint.id}`)
    try {
      const outcome = await this.registry.run(bound, ctx, call)
      if (outcome.kind === 'list') return outcome.page as Result<E>
      if (outcome.kind === 'stream') return outcome.events as Result<E>
      if (outcome.kind === 'raw') return outcome.answer as Result<E>
      return outcome.data as Result<E>
    } catch (error) {
      const known = asDomainError(error)
      if (known.code === 'internal_error' && !(error instanceof DomainError)) throw error
      throw new ApiError(known.status, [errorBody(known, ctx.locale, this.messages)], ctx.requestId)
    }
  }
}
