import { type AnyEndpoint, DomainError } from '@cityos/contract'
import type { Actor } from './actor.ts'
import type { RequestContext } from './request-context.ts'

/**
 * Decides whether the actor may call the operation. Fails closed: what is not allowed here is refused.
 * Each plane supplies `can` from its one ability file (design §8).
 */
export abstract class Authorizer {
  /** Whether this staff or vendor actor may do `action` on `subject`. */
  protected abstract can(actor: Actor & { kind: 'staff' | 'vendor' }, action: string, subject: string): boolean

  /** @throws DomainError unauthenticated | forbidden */
  authorize(ctx: RequestContext, endpoint: AnyEndpoint): void {
    const access = endpoint.access
    const actor = ctx.actor
    switch (access.who) {
      case 'anyone':
        return
      case 'customer':
        this.#require(actor, 'customer')
        return
      case 'plane':
        if (actor.kind !== 'system') this.#require(actor, 'plane')
        return
      case 'vendor':
        this.#require(actor, 'vendor')
        if (actor.kind === 'vendor' && this.can(actor, access.action, access.subject)) return
        throw new DomainError('forbidden')
      case 'staff':
        if (actor.kind === 'system') return
        this.#require(actor, 'staff')
        if (actor.kind === 'staff' && this.can(actor, access.action, access.subject)) return
        throw new DomainError('forbidden')
      default:
        throw new DomainError('forbidden')
    }
  }

  #require(actor: Actor, kind: Actor['kind']): void {
    if (actor.kind === kind) return
    throw new DomainError(actor.kind === 'guest' ? 'unauthenticated' : 'forbidden')
  }
}
