import type { AnyEndpoint, DomainError, Locale } from '@cityos/contract'
import type { FastifyRequest } from 'fastify'
import type { Actor } from './actor.ts'
import type { Cookies } from './cookies.ts'
import type { RequestContext } from './request-context.ts'

/** What an authenticator may look at. */
export interface Credentials {
  request: FastifyRequest
  cookies: Cookies
  /** `Authorization: Bearer …`, without the word. */
  bearer: string | null
  host: string
}

/**
 * Finds out who asks. Called once per request; `endpoint` is null for pages.
 * @throws DomainError unauthenticated when credentials are there but do not hold; none at all is a guest
 */
export abstract class Authenticator {
  abstract authenticate(credentials: Credentials, endpoint: AnyEndpoint | null): Promise<Actor> | Actor
}

/** Whether this plane answers this operation now: vertical off → 404, tenant suspended, control stream stale. */
export abstract class EndpointGate {
  /** A promise only where something has to be written down first. @throws DomainError */
  abstract check(ctx: RequestContext, endpoint: AnyEndpoint): void | Promise<void>
}

/** The answer of an operation before the envelope, as idempotency stores it. */
export interface StoredAnswer {
  status: number
  body: unknown
}

/** Runs an operation that carries an `Idempotency-Key` at most once (00-conventions, Idempotency). */
export abstract class IdempotencyStore {
  /**
   * @param requestHash hash of operation and input; the same key with another hash is a conflict
   * @throws DomainError idempotency_conflict, request_in_progress
   */
  abstract run(
    ctx: RequestContext,
    endpoint: AnyEndpoint,
    requestHash: string,
    effect: (ctx: RequestContext) => Promise<StoredAnswer>,
  ): Promise<StoredAnswer>
}

/** Turns a failure into words for the caller. */
export abstract class ErrorMessages {
  abstract message(error: DomainError, locale: Locale): string
}
