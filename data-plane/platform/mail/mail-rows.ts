import type { Locale } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { type Selectable, sql } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { Clock, later, seconds } from '../clock/clock.ts'
import { Database, sendAlong } from '../db/database.ts'
import type { DomainEvent } from '../outbox/event-handlers.ts'
import { Pii } from '../pii/pii.ts'
import { schedule } from '../timer/schedule.ts'
import { type Letter, mailTimer } from './letters.ts'

export type MailRow = Selectable<DB['mail']>

/** How long a process has for a message it has begun to send; then another one may. */
const claim = seconds(60)
export const claimedAtOnce = 20

export interface ClaimedMail {
  row: MailRow
  /** What it follows; null when that was forgotten long ago. */
  event: DomainEvent | null
}

/** How a try of a message ended. */
export interface Outcome {
  id: string
  /** `queued`: it is tried again at `dueAt`; `dead` until somebody sends it again; `skipped`: nobody gets it, and that is no fault. */
  status: 'sent' | 'queued' | 'dead' | 'skipped'
  reason?: string
  dueAt?: Date
  /** What was written in this try. */
  letter?: Letter
  /** Its words are nobody's any more: links and codes in them work for whoever reads them. */
  forgotten?: boolean
}

const settling = `UPDATE mail m SET status = o.status, due_at = o.due_at, sent_at = o.sent_at, last_error = o.last_error,
    email = coalesce(o.email, m.email), email_index = coalesce(o.email_index, m.email_index), locale = coalesce(o.locale, m.locale),
    content = CASE WHEN NOT o.forgotten THEN coalesce(o.content, m.content) END
  FROM json_to_recordset($1::json) AS o(id text, status text, due_at timestamptz, sent_at timestamptz, last_error text, email text,
    email_index text, locale text, content text, forgotten boolean)
  WHERE m.id = o.id AND m.status = 'queued'`

/** The rows of messages: personal data goes in and out through encryption. */
@Injectable()
export class MailRows {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
  ) {}

  /** Takes due messages with what they follow; two processes never have the same one. A timer stands while there are any. */
  claim(): Promise<ClaimedMail[]> {
    return this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const { rows } = await sql<MailRow & { event: EventColumns | null }>`
        UPDATE mail m SET attempts = attempts + 1, last_error = NULL, due_at = ${later(now, claim)}
        FROM (SELECT id, event_id FROM mail WHERE status = 'queued' AND due_at <= ${now} ORDER BY due_at, id LIMIT ${claimedAtOnce} FOR UPDATE SKIP LOCKED) due
          LEFT JOIN outbox_event e ON e.id = due.event_id
        WHERE m.id = due.id
        RETURNING m.*, CASE WHEN e.id IS NOT NULL THEN json_build_object('type', e.event_type, 'aggregate_type', e.aggregate_type,
          'aggregate_id', e.aggregate_id, 'aggregate_version', e.aggregate_version, 'payload', e.payload, 'envelope', e.envelope) END AS event`.execute(
        tx,
      )
      if (rows.length > 0) await schedule(tx, { kind: mailTimer, ref: 'all', dueAt: later(now, claim) })
      return rows.map(({ event, ...row }) => ({ row, event: event && eventOf(row, event) }))
    })
  }

  /**
   * Writes down how it went with messages of a claim, all in one statement. What was written is kept, sealed: another try
   * says the same, whatever has happened since. Those that shall be tried again get a timer each.
   */
  async settle(outcomes: readonly Outcome[]): Promise<void> {
    const rows = outcomes.map(({ id, letter, status, reason = null, dueAt = null, forgotten = false }) => ({
      id,
      status,
      due_at: dueAt,
      sent_at: status === 'sent' ? this.clock.now() : null,
      last_error: reason,
      email: letter ? this.pii.encrypt(letter.to) : null,
      email_index: letter ? this.pii.index('email', letter.to) : null,
      locale: letter?.locale ?? null,
      content: letter && !forgotten ? this.pii.encrypt(JSON.stringify({ parameters: letter.parameters, facts: letter.facts })) : null,
      forgotten,
    }))
    const again = outcomes.flatMap(({ id, dueAt }) => (dueAt ? [{ id, dueAt }] : []))
    await this.database.transaction(async (tx) => {
      sendAlong(tx, { text: settling, values: [JSON.stringify(rows)] })
      for (const { id, dueAt } of again) await schedule(tx, { kind: mailTimer, ref: id, dueAt })
    })
  }

  /** What was written; null before, and when it was forgotten. */
  letterOf(row: MailRow): Letter | null {
    if (row.email === null || row.content === null) return null
    const kept = JSON.parse(this.pii.decrypt(row.content)) as Pick<Letter, 'parameters' | 'facts'>
    return { to: this.pii.decrypt(row.email), locale: row.locale as Locale, ...kept }
  }

  recipientOf(row: MailRow): string | null {
    return this.pii.decryptOptional(row.email)
  }
}

/** What is known of an event where it is claimed together with its message. */
interface EventColumns {
  type: string
  aggregate_type: string
  aggregate_id: string
  aggregate_version: number
  payload: DomainEvent['payload']
  envelope: DomainEvent['envelope']
}

function eventOf(row: MailRow, event: EventColumns): DomainEvent {
  return {
    id: row.event_id,
    type: event.type,
    aggregate: { type: event.aggregate_type, id: event.aggregate_id, version: event.aggregate_version },
    payload: event.payload,
    envelope: event.envelope,
    occurredAt: row.occurred_at,
  }
}
