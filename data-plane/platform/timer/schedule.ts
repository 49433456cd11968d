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

const scheduleText = `insert into timer (id, kind, ref, due_at, payload, every_seconds, created_at) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (kind, ref) do update set due_at = excluded.due_at, payload = excluded.payload, every_seconds = excluded.every_seconds,
    status = 'pending', attempts = 0, locked_until = null, last_error = null, revision = timer.revision + 1`

/** Writes a future effect in the transaction of its cause (design §7); a second call with the same kind and ref moves it. */
export async function schedule(tx: Tx, timer: NewTimer): Promise<void> {
  const scope = scopeOf(tx)
  const { kind, ref, dueAt, payload = {}, everySeconds = null } = timer
  sendAlong(tx, { text: scheduleText, values: [newId('tmr'), kind, ref, dueAt, jsonb(payload), everySeconds, scope.clock.now()] })
  scope.signals.push({ kind: 'timer', dueAt: timer.dueAt })
}

/** Removes a timer that has become pointless; a missing one is fine. */
export async function cancel(tx: Tx, kind: string, ref: string): Promise<void> {
  sendAlong(tx, { text: 'delete from timer where kind = $1 and ref = $2', values: [kind, ref] })
}
