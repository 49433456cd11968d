import type { Locale } from '@cityos/contract'
import type { MailFact, MailFrame, MailParameters, MailTexts } from '@cityos/mail'
import { Injectable } from '@nestjs/common'
import { Clock, days, later, seconds } from '../clock/clock.ts'
import { scopeOf, sendAlong, type Tx } from '../db/index.ts'
import { type DomainEvent, EventHandlers } from '../outbox/event-handlers.ts'
import { TenantContext } from '../tenant/tenant-context.ts'
import { schedule } from '../timer/schedule.ts'

/** A message as it is meant for one person, before it has words. */
export interface Letter {
  /** E-mail address. */
  to: string
  locale: Locale
  /** Fills the words of its kind; `url` is where the button leads. */
  parameters: MailParameters
  facts?: readonly MailFact[]
}

/** When a message is sent, and what it says. Its words stand under its name in the texts it was added with. */
export interface LetterKind {
  /** `order_placed`: stable, also in rows. */
  name: string
  /** Types of the events it follows. */
  on: readonly string[]
  /** Whether this event is one for it: looked at beside other work, so by the event alone. */
  concerns?(event: DomainEvent): boolean
  /** What it is sent once for, when several events tell of it. */
  once?(event: DomainEvent): string
  /** Milliseconds after the event in which it is of use. */
  lifetime?: number
  /** Cannot be switched off: without it people do not get in. */
  needed?: boolean
  /** Reads what it tells about; null when there is nobody to write to, or nothing to say any more. */
  write(event: DomainEvent): Promise<Letter | null>
}

export type LetterTexts = Record<Locale, Record<string, MailTexts>>

/** Whose the messages are, in the reader's language. */
export interface MailSender {
  frame: MailFrame
  /** Where answers go. */
  replyTo: string | null
  /** Kinds that are switched off. */
  off: readonly string[]
}

/** Timer that stands while messages wait: a process that ends in between is followed by another that goes on. */
export const mailTimer = 'platform.mail'
/** What happened before that is told to nobody any more: demo data, copies of other days. */
const tellable = days(1)

/**
 * Every kind of message and the events it follows; modules fill it at boot. An event leaves one row per kind, in the
 * transaction of its delivery; who gets it and what it says is found out when its turn comes (Mailer).
 */
@Injectable()
export class Letters {
  readonly #kinds = new Map<string, LetterKind & { texts: () => Promise<LetterTexts> }>()
  readonly #byType = new Map<string, LetterKind[]>()
  #sender: ((locale: Locale) => Promise<MailSender>) | undefined

  constructor(
    private readonly handlers: EventHandlers,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
  ) {}

  /** @param texts the words of these kinds by language; loaded when the first message is written */
  add(texts: () => Promise<LetterTexts>, kinds: readonly LetterKind[]): void {
    for (const kind of kinds) {
      if (this.#kinds.has(kind.name)) throw new Error(`message ${kind.name} is defined twice`)
      this.#kinds.set(kind.name, { ...kind, texts })
      for (const type of kind.on) {
        const others = this.#byType.get(type)
        if (others) others.push(kind)
        else {
          this.#byType.set(type, [kind])
          this.handlers.on(type, `mail.${type}`, (tx, event) => this.#queue(tx, event))
        }
      }
    }
  }

  /** Core says how the shop presents itself. */
  sentBy(sender: (locale: Locale) => Promise<MailSender>): void {
    this.#sender = sender
  }

  get kinds(): readonly LetterKind[] {
    return [...this.#kinds.values()]
  }

  get(name: string): LetterKind | undefined {
    return this.#kinds.get(name)
  }

  /** The words of a kind; undefined when this release has none. */
  async textsOf(name: string, locale: Locale): Promise<MailTexts | undefined> {
    return (await this.#kinds.get(name)?.texts())?.[locale][name]
  }

  async sender(locale: Locale): Promise<MailSender> {
    if (this.#sender) return this.#sender(locale)
    const { name, default_locale: fallback, slug, theme } = this.tenant.document
    return { frame: { sender: name[locale] ?? name[fallback] ?? slug, colour: theme.brand }, replyTo: null, off: [] }
  }

  async #queue(tx: Tx, event: DomainEvent): Promise<void> {
    const now = this.clock.now()
    if (event.occurredAt < later(now, -tellable)) return
    const due = (this.#byType.get(event.type) ?? []).filter((kind) => kind.concerns?.(event) ?? true)
    if (due.length === 0) return
    const rows = due.map((kind) => ({
      id: `${event.id}-${kind.name}`,
      event_id: event.id,
      kind: kind.name,
      once: kind.once ? `${kind.name}:${kind.once(event)}` : null,
      due_at: now,
      good_until: kind.lifetime === undefined ? null : later(event.occurredAt, kind.lifetime),
      occurred_at: event.occurredAt,
      created_at: now,
    }))
    sendAlong(
      tx,
      tx
        .insertInto('mail')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing()),
    )
    const { signals } = scopeOf(tx)
    if (signals.some((signal) => signal.kind === 'mail')) return
    await schedule(tx, { kind: mailTimer, ref: 'all', dueAt: later(now, seconds(30)) })
    signals.push({ kind: 'mail' })
  }
}
