import type { Locale } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { type Selectable, sql } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { Clock, later, seconds } from '../clock/clock.ts'
import { Database } from '../db/database.ts'
import type { DomainEvent } from '../outbox/event-handlers.ts'
import { Pii } from '../pii/pii.ts'
import { schedule } from '../timer/schedule.ts'
import { type Letter, mailTimer } from './letters.ts'

export type MailRow = Selectable<DB['mail']>

/** How long a process has for a message it has begun to send; then another one may. */
const claim = seconds(60)
const batch = 10

/** The rows of messages: personal data goes in and out through encryption. */
@Injectable()
export class MailRows {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pii: Pii,
  ) {}

  /** Takes due messages; two processes never have the same one. A timer stands while there are any. */
  claim(): Promise<MailRow[]> {
    return this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const { rows } = await sql<MailRow>`
        UPDATE mail SET attempts = attempts + 1, last_error = NULL, due_at = ${later(now, claim)}
        WHERE id IN (SELECT id FROM mail WHERE status = 'queued' AND due_at <= ${now} ORDER BY due_at, id LIMIT ${batch} FOR UPDATE SKIP LOCKED)
        RETURNING *`.execute(tx)
      const next = await tx
        .selectFrom('mail')
        .select((eb) => eb.fn.min('due_at').as('at'))
        .where('status', '=', 'queued')
        .executeTakeFirst()
      if (next?.at) await schedule(tx, { kind: mailTimer, ref: 'all', dueAt: rows.length > 0 ? later(now, claim) : next.at })
      return rows
    })
  }

  /** The event a message follows; undefined when it was forgotten long ago. */
  async eventOf(row: MailRow): Promise<DomainEvent | undefined> {
    const event = await this.database.read.selectFrom('outbox_event').selectAll().where('id', '=', row.event_id).executeTakeFirst()
    return (
      event && {
        id: event.id,
        type: event.event_type,
        aggregate: { type: event.aggregate_type, id: event.aggregate_id, version: Number(event.aggregate_version) },
        payload: event.payload as DomainEvent['payload'],
        envelope: event.envelope as unknown as DomainEvent['envelope'],
        occurredAt: event.occurred_at,
      }
    )
  }

  /** Keeps what was written, sealed: another try says the same, whatever has happened since. */
  async written(id: string, letter: Letter): Promise<void> {
    const { to, locale, parameters, facts } = letter
    await this.database.read
      .updateTable('mail')
      .set({
        email: this.pii.encrypt(to),
        email_index: this.pii.index('email', to),
        locale,
        content: this.pii.encrypt(JSON.stringify({ parameters, facts })),
      })
      .where('id', '=', id)
      .execute()
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

  /** @param forgotten its words are nobody's any more: links and codes in them work for whoever reads them */
  async sent(id: string, forgotten: boolean): Promise<void> {
    const now = this.clock.now()
    await this.#settle(id, { status: 'sent', sent_at: now, due_at: null, last_error: null, ...(forgotten ? { content: null } : {}) })
  }

  /** Nobody gets it, and that is no fault. */
  async skipped(id: string, reason: string): Promise<void> {
    await this.#settle(id, { status: 'skipped', due_at: null, last_error: reason })
  }

  /** @param dueAt of the next try; null: it is given up until somebody sends it again */
  async failed(id: string, reason: string, dueAt: Date | null): Promise<void> {
    await this.#settle(id, { status: dueAt ? 'queued' : 'dead', due_at: dueAt, last_error: reason })
  }

  async #settle(id: string, changes: Partial<MailRow>): Promise<void> {
    await this.database.read.updateTable('mail').set(changes).where('id', '=', id).where('status', '=', 'queued').execute()
  }
}
