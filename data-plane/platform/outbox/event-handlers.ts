import { Injectable } from '@nestjs/common'
import type { Tx } from '../db/index.ts'

/** An event as its consumers see it. */
export interface DomainEvent {
  id: string
  type: string
  aggregate: { type: string; id: string; version: number }
  payload: Record<string, unknown>
  envelope: {
    actor: { kind: string; id: string | null }
    correlation_id: string
    causation_id: string | null
    request_id: string
    occurred_at: string
  }
  occurredAt: Date
}

/** Works inside the transaction that marks the event consumed: its rows are written once, whatever happens. */
export type EventHandler = (tx: Tx, event: DomainEvent) => Promise<void>

export interface Consumer {
  name: string
  pattern: RegExp
  handle: EventHandler
}

/** Who consumes which events; filled at boot. */
@Injectable()
export class EventHandlers {
  readonly #consumers = new Map<string, Consumer>()

  /**
   * Registers a consumer.
   * @param pattern `order.order.placed`, `order.*` (everything below) or `*`
   * @param name stable and unique: events already consumed under this name are not delivered to it again
   */
  on(pattern: string, name: string, handle: EventHandler): void {
    if (this.#consumers.has(name)) throw new Error(`consumer ${name} is registered twice`)
    const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
    this.#consumers.set(name, { name, pattern: expression, handle })
  }

  for(type: string): Consumer[] {
    return [...this.#consumers.values()].filter((consumer) => consumer.pattern.test(type))
  }

  get(name: string): Consumer | undefined {
    return this.#consumers.get(name)
  }
}
