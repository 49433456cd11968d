import { Injectable } from '@nestjs/common'
import { Database, Notifications, type Tx } from '../../../platform/db/index.ts'

/** What changed: an order, its vendor. */
export interface OrderSignal {
  id: string
  vendorId: string
}

const topic = 'restaurant.order'

/**
 * Tells every process of this tenant that a food order changed, so that open streams look again. A hint only: who
 * listens reads the row, and a lost connection counts as a change of everything.
 */
@Injectable()
export class OrderSignals {
  readonly #listeners = new Set<(signal: OrderSignal | null) => void>()

  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
  ) {
    notifications.on(topic, (body) => {
      const [id, vendorId] = body.split(' ')
      if (id && vendorId) this.#wake({ id, vendorId })
    })
    notifications.onReconnect(() => this.#wake(null))
  }

  /** After the commit of `tx`. */
  tell(tx: Tx, row: { id: string; vendor_id: string }): void {
    this.database.afterCommit(tx, () => this.notifications.send(topic, `${row.id} ${row.vendor_id}`))
  }

  /**
   * A stream that reads anew on each signal, beginning at once. Signals that come while it reads are kept; whoever stops
   * listening is forgotten at once, not at the next signal.
   * @param read null signal = look at everything; null answer = nothing to send
   * @param isLast the stream ends after this one
   */
  follow<T>(
    wanted: (signal: OrderSignal) => boolean,
    read: (signal: OrderSignal | null) => Promise<T | null>,
    isLast: (event: T) => boolean = () => false,
  ): AsyncIterable<T> {
    return { [Symbol.asyncIterator]: () => this.#iterate(wanted, read, isLast) }
  }

  /** Streams that are open. */
  get listening(): number {
    return this.#listeners.size
  }

  #iterate<T>(
    wanted: (signal: OrderSignal) => boolean,
    read: (signal: OrderSignal | null) => Promise<T | null>,
    isLast: (event: T) => boolean,
  ): AsyncIterator<T> {
    const waiting: (OrderSignal | null)[] = [null]
    let wake = () => {}
    let ended = false
    const listener = (signal: OrderSignal | null) => {
      if (signal !== null && !wanted(signal)) return
      waiting.push(signal)
      wake()
    }
    const end = () => {
      ended = true
      this.#listeners.delete(listener)
      wake()
    }
    this.#listeners.add(listener)
    return {
      next: async () => {
        while (!ended) {
          const signal = waiting.shift()
          if (signal === undefined) {
            await new Promise<void>((resolve) => {
              wake = resolve
            })
            continue
          }
          const event = await read(signal)
          if (event === null) continue
          if (isLast(event)) end()
          return { done: false, value: event }
        }
        return { done: true, value: undefined }
      },
      return: async () => {
        end()
        return { done: true, value: undefined }
      },
    }
  }

  #wake(signal: OrderSignal | null): void {
    for (const listener of [...this.#listeners]) listener(signal)
  }
}
