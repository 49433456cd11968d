import type { Log } from '@cityos/http'
import { Inject, Injectable } from '@nestjs/common'
import { Notifications } from '../../platform/db/index.ts'
import { LOG } from '../../platform/log/log.ts'

const topic = 'checkout-asks'

/**
 * Tells the request that waits for a checkout that the shopper is asked for something; it may wait in another process than
 * the one that runs the workflow.
 */
@Injectable()
export class CheckoutOutcomes {
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(
    private readonly notifications: Notifications,
    @Inject(LOG) private readonly log: Log,
  ) {
    notifications.on(topic, (checkoutId) => this.#tell(checkoutId))
  }

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
    if (this.#tell(checkoutId)) return
    this.notifications.send(topic, checkoutId).catch((error: unknown) => {
      this.log.warn({ error, checkout_id: checkoutId }, 'whoever waits for this checkout could not be told')
    })
  }

  /** @returns whether somebody waits in this process */
  #tell(checkoutId: string): boolean {
    const waiting = [...(this.#waiting.get(checkoutId) ?? [])]
    for (const resolve of waiting) resolve()
    return waiting.length > 0
  }
}
