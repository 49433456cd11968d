import { newId } from '@cityos/contract'
import { type Actor, actorId } from '@cityos/http'
import { insertOf, sendAlong, type Tx } from '../../platform/db/index.ts'

export interface NewTimelineEvent {
  orderId: string
  subOrderId: string | null
  /** i18n key below `order.event.` */
  type: string
  message?: string | null
}

/** Appends to the timeline of orders; it is append-only in the database. */
export async function recordTimeline(tx: Tx, actor: Actor, events: readonly NewTimelineEvent[], now: Date): Promise<void> {
  if (events.length === 0) return
  sendAlong(
    tx,
    insertOf(
      'order_event',
      events.map((event) => ({
        id: newId('oev'),
        order_id: event.orderId,
        sub_order_id: event.subOrderId,
        type: event.type,
        actor_kind: actor.kind,
        actor_id: actorId(actor),
        message: event.message ?? null,
        created_at: now,
      })),
    ),
  )
}
