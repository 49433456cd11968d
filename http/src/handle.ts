import type { AnyEndpoint, Input } from '@cityos/contract'
import 'reflect-metadata'
import type { Answer } from './answer.ts'
import type { RequestContext } from './request-context.ts'

const HANDLED = Symbol('cityos:handled')

export interface Handled {
  endpoint: AnyEndpoint
  method: string
}

type HandlerOf<E extends AnyEndpoint> = (ctx: RequestContext, input: Input<E>) => Answer<E> | Promise<Answer<E>>

/**
 * Binds a controller method to a declared endpoint: method, path, validation, authorisation and OpenAPI follow from it.
 * The method receives `(ctx, input)` and returns what the endpoint's `response` says, without the envelope.
 */
export function Handle<E extends AnyEndpoint>(endpoint: E) {
  return <H extends HandlerOf<E>>(target: object, method: string, _descriptor: TypedPropertyDescriptor<H>): void => {
    const list: Handled[] = Reflect.getOwnMetadata(HANDLED, target.constructor) ?? []
    list.push({ endpoint, method })
    Reflect.defineMetadata(HANDLED, list, target.constructor)
  }
}

/** The endpoints a controller class declares, in order. */
export function handledBy(controller: object): Handled[] {
  return Reflect.getOwnMetadata(HANDLED, controller) ?? []
}
