import { Injectable } from '@nestjs/common'

/** Tells the request that waits for a checkout, in this process, that the shopper is asked for something. */
@Injectable()
export class CheckoutOutcomes {
  readonly #waiting = new Map<string, Set<() => void>>()

  /** Resolves when the checkout waits for the shopper; `stop` forgets about it. */
  onActionRequired(checkoutId: string): { asked: Promise<void>; stop: () => void } {
    const { promise: asked, resolve } = Promise.withResolvers<void>()
    const set = this.#waiting.get(checkoutId) ?? new Set()
    this.#waiting.set(checkoutId, set.add(resolve))
    return {
      asked,
      stop: () => {
        set.delete(resolve)
        if (set.size === 0) this.#waiting.delete(checkoutId)
      },
    }
  }

  actionRequired(checkoutId: string): void {
    for (const resolve of [...(this.#waiting.get(checkoutId) ?? [])]) resolve()
  }
}
