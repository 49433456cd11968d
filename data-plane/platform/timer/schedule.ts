import { newId } from '@cityos/contract'
import { jsonb, scopeOf, sendAlong, type Tx } from '../db/index.ts'

export interface NewTimer {
  /** Names the handler, e.g. `checkout.hold_expiry`. */
  kind: string
  /** What it is about; (kind, ref) is unique: scheduling again moves the timer. */
  ref: string
  dueAt: Date
  payload?: Record<string, unknown>
  /** Recurring: due again so many seconds after it was due. */
  everySeconds?: number
}

/** Writes a future effect in the transaction of its cause (design §7); a second call with the same kind and ref moves it. */
export async function schedule(tx: Tx, timer: NewTimer): Promise<void> {
  const scope = scopeOf(tx)
  const payload = jsonb(timer.payload ?? {})
  sendAlong(
    tx,
    tx
      .insertInto('timer')
      .values({
        id: newId('tmr'),
        kind: timer.kind,
        ref: timer.ref,
        due_at: timer.dueAt,
        payload,
        every_seconds: timer.everySeconds ?? null,
        created_at: scope.clock.now(),
      })
      .onConflict((conflict) =>
        conflict.columns(['kind', 'ref']).doUpdateSet((eb) => ({
          due_at: timer.dueAt,
          payload,
          every_seconds: timer.everySeconds ?? null,
          status: 'pending',
          attempts: 0,
          locked_until: null,
          last_error: null,
          revision: eb('timer.revision', '+', 1),
        })),
      ),
  )
  scope.signals.push({ kind: 'timer', dueAt: timer.dueAt })
}

/** Removes a timer that has become pointless; a missing one is fine. */
export async function cancel(tx: Tx, kind: string, ref: string): Promise<void> {
  sendAlong(tx, tx.deleteFrom('timer').where('kind', '=', kind).where('ref', '=', ref))
}
