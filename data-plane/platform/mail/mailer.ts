import { randomInt } from 'node:crypto'
import { type Log, Metrics } from '@cityos/http'
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common'
import { DailyWork } from '../background/daily-work.ts'
import { Rounds } from '../background/rounds.ts'
import { Clock, days, later } from '../clock/clock.ts'
import { Database, jsonb } from '../db/index.ts'
import { LOG } from '../log/log.ts'
import type { DomainEvent } from '../outbox/event-handlers.ts'
import { TenantContext } from '../tenant/tenant-context.ts'
import { backoff } from '../timer/backoff.ts'
import { TimerHandlers } from '../timer/timer-handlers.ts'
import { type Letter, Letters, mailTimer } from './letters.ts'
import { type ClaimedMail, claimedAtOnce, type MailRow, MailRows, type Outcome } from './mail-rows.ts'
import { Outcomes } from './outcomes.ts'
import { Post } from './post.ts'

/** Messages of one moment leave together, beside the work that caused them and not in its way. */
const gatherMilliseconds = 300
/** A wait is lengthened by up to this share, so that messages refused together do not come back together. */
const jitter = 0.2
const kept = days(90)
const quarantineKey = 'mail.not_before'
/** Addresses that exist nowhere (RFC 2606): of demo data and of copies whose persons are made up. */
const reserved = /[@.](test|example|invalid|localhost)$|[@.]example\.(com|net|org)$/i

/**
 * Carries messages out of the house: only where the tenant's lease is held and never in quarantine (Background). One that
 * fails is tried again with growing waits, then it is dead until somebody sends it again. A process killed between sending
 * and noting it sends once more under the same Message-ID: SMTP knows nothing better.
 */
@Injectable()
export class Mailer implements OnModuleInit, OnApplicationShutdown {
  readonly #rounds: Rounds
  #notBefore: Date | null = null

  constructor(
    private readonly database: Database,
    private readonly rows: MailRows,
    private readonly letters: Letters,
    private readonly post: Post,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly timers: TimerHandlers,
    private readonly daily: DailyWork,
    metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.#rounds = new Rounds({
      gather: gatherMilliseconds,
      work: () => this.#drain(),
      failed: (error) => this.log.error({ error }, 'messages could not be read'),
    })
    metrics.gauge('mail_dead', 'Messages given up until sent again', () => this.#dead())
  }

  async onModuleInit(): Promise<void> {
    this.timers.on(mailTimer, async () => this.wake())
    this.daily.on(mailTimer, (now) => this.#prune(now))
    this.database.onCommitted((signals) => {
      if (signals.some((signal) => signal.kind === 'mail')) this.#rounds.soon()
    })
    this.tenant.onChange((document, before) => {
      if (!document.quarantined || before.quarantined) return
      this.#remember().catch((error: unknown) => this.log.warn({ error }, 'the beginning of the quarantine was not noted'))
    })
    if (this.tenant.document.quarantined) await this.#remember()
  }

  async start(): Promise<void> {
    const row = await this.database.read.selectFrom('plane_state').select('value').where('key', '=', quarantineKey).executeTakeFirst()
    this.#notBefore = row ? new Date(String(row.value)) : null
    this.#rounds.start()
  }

  /** Takes no more messages and waits for those under way. */
  stop(): Promise<void> {
    return this.#rounds.stop()
  }

  async onApplicationShutdown(): Promise<void> {
    await this.post.close()
  }

  /** Looks for due messages now. */
  wake(): void {
    this.#rounds.wake()
  }

  async #drain(): Promise<void> {
    let claimed: ClaimedMail[]
    do {
      claimed = await this.rows.claim()
      const outcomes = new Outcomes((batch) => this.#settle(batch))
      await Promise.all(claimed.map(async (mail) => outcomes.add(await this.#deliver(mail))))
      await outcomes.written()
    } while (this.#rounds.running && claimed.length === claimedAtOnce)
  }

  async #deliver({ row, event }: ClaimedMail): Promise<Outcome> {
    const kept = this.rows.letterOf(row)
    let letter = kept
    try {
      const reason = this.#useless(row)
      if (reason) return { id: row.id, status: 'dead', reason }
      if (!letter) {
        const written = await this.#write(row, event)
        if ('status' in written) return { id: row.id, ...written }
        letter = written
      }
      return { ...(await this.#send(row, letter)), ...(kept ? {} : { letter }) }
    } catch (error) {
      return { ...(await this.#failed(row, error)), ...(kept || !letter ? {} : { letter }) }
    }
  }

  /** Why nobody should get it any more. */
  #useless(row: MailRow): string | null {
    if (this.#notBefore && row.occurred_at <= this.#notBefore) return 'before_quarantine'
    return row.good_until && row.good_until <= this.clock.now() ? 'too_late' : null
  }

  async #write(row: MailRow, event: DomainEvent | null): Promise<Letter | Pick<Outcome, 'status' | 'reason'>> {
    const kind = this.letters.get(row.kind)
    if (!kind) return { status: 'dead', reason: 'unknown_kind' }
    if (!event) return { status: 'dead', reason: 'event_forgotten' }
    const { off } = await this.letters.sender(this.tenant.document.default_locale)
    if (off.includes(kind.name) && !kind.needed) return { status: 'skipped', reason: 'switched_off' }
    return (await kind.write(event)) ?? { status: 'skipped', reason: 'nobody_to_write_to' }
  }

  async #send({ id, kind }: MailRow, letter: Letter): Promise<Outcome> {
    const bySmtp = this.post.kind === 'smtp'
    if (bySmtp && reserved.test(letter.to)) return { id, status: 'skipped', reason: 'reserved_address' }
    if (!(await this.post.send(id, kind, letter))) return { id, status: 'dead', reason: 'unknown_kind' }
    return { id, status: 'sent', forgotten: bySmtp }
  }

  async #failed(row: MailRow, error: unknown): Promise<Outcome> {
    const { MailRefused } = await import('@cityos/mail')
    const wait = error instanceof MailRefused ? null : backoff(row.attempts)
    const reason = withoutAddresses(error instanceof Error ? error.message : 'unknown')
    this.log.warn({ mail: row.id, kind: row.kind, attempts: row.attempts, reason, dead: wait === null }, 'a message did not leave')
    if (wait === null) return { id: row.id, status: 'dead', reason }
    const dueAt = later(this.clock.now(), wait + randomInt(Math.max(1, Math.round(wait * jitter))))
    return { id: row.id, status: 'queued', reason, dueAt }
  }

  async #settle(batch: Outcome[]): Promise<void> {
    await this.rows
      .settle(batch)
      .catch((error: unknown) => this.log.error({ error, mails: batch.map(({ id }) => id) }, 'the try of messages was not noted'))
  }

  /** A copy sends nothing of what its original had to say. */
  async #remember(): Promise<void> {
    const now = this.clock.now()
    this.#notBefore = now
    const row = { value: jsonb(now.toISOString()), updated_at: now }
    await this.database.read
      .insertInto('plane_state')
      .values({ key: quarantineKey, ...row })
      .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
      .execute()
  }

  async #prune(now: Date): Promise<void> {
    const old = await this.database.read
      .selectFrom('mail')
      .select('id')
      .where('created_at', '<', later(now, -kept))
      .where('status', '<>', 'queued')
      .orderBy('created_at')
      .limit(5000)
      .execute()
    if (old.length === 0) return
    const ids = old.map((row) => row.id)
    for (const id of ids) await this.post.forget(id)
    await this.database.read.deleteFrom('mail').where('id', 'in', ids).execute()
  }

  async #dead(): Promise<number> {
    const { count } = await this.database.read
      .selectFrom('mail')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('status', '=', 'dead')
      .executeTakeFirstOrThrow()
    return Number(count)
  }
}

/** What a server says may name whom the message was for. */
function withoutAddresses(reason: string): string {
  return reason.replace(/[^\s<>"'(]+@[^\s<>"')]+/g, '…@…').slice(0, 300)
}
