import type { I18nText, Locale } from '@cityos/contract'
import type { MailFact } from '@cityos/mail'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Addresses } from '../../../core/notification/addresses.ts'
import { OrderRecipients } from '../../../core/notification/order-recipients.ts'
import { words } from '../../../core/notification/words.ts'
import { Database } from '../../../platform/db/index.ts'
import { dateFormat } from '../../../platform/i18n/date-format.ts'
import { type Letter, Letters, type LetterTexts } from '../../../platform/mail/letters.ts'
import type { DomainEvent } from '../../../platform/outbox/outbox.ts'
import { Pii } from '../../../platform/pii/pii.ts'
import { TicketSigner } from './ticket-signer.ts'

async function loadTexts(): Promise<LetterTexts> {
  const [ar, en, fr] = await Promise.all([
    import('../letters/i18n/ar.json', { with: { type: 'json' } }),
    import('../letters/i18n/en.json', { with: { type: 'json' } }),
    import('../letters/i18n/fr.json', { with: { type: 'json' } }),
  ])
  return { ar: ar.default, en: en.default, fr: fr.default }
}

/** What buyers of tickets hear; the tickets themselves, with their codes, stand on the page the button opens. */
@Injectable()
export class TicketLetters implements OnModuleInit {
  constructor(
    private readonly letters: Letters,
    private readonly database: Database,
    private readonly recipients: OrderRecipients,
    private readonly addresses: Addresses,
    private readonly pii: Pii,
    private readonly signer: TicketSigner,
  ) {}

  onModuleInit(): void {
    this.letters.add(loadTexts, [
      { name: 'tickets_issued', on: ['event.ticket.issued'], write: (event) => this.#tickets(event) },
      { name: 'tickets_ended', on: ['event.ticket.refunded', 'event.ticket.cancelled'], write: (event) => this.#tickets(event) },
      { name: 'tickets_reminder', on: ['event.ticket.reminder_due'], write: (event) => this.#tickets(event) },
      { name: 'waiting_list_offer', on: ['event.waiting_list_entry.offered'], write: (event) => this.#offer(event.aggregate.id) },
    ])
  }

  async #tickets({ payload }: DomainEvent): Promise<Letter | null> {
    const line = await this.database.read
      .selectFrom('order_line')
      .select('order_id')
      .where('id', '=', String(payload['order_line_id']))
      .executeTakeFirst()
    const reader = line && (await this.recipients.of(line.order_id))
    const about = reader && (await this.#about(String(payload['event_date_id']), reader.locale))
    if (!reader || !about) return null
    const { to, locale, token, number } = reader
    const ids = payload['ticket_ids']
    return {
      to,
      locale,
      parameters: {
        event: about.title,
        count: Array.isArray(ids) ? ids.length : 1,
        url: this.addresses.shop(locale, `/account/event-ticketing/of-order/${number}`, { token }),
      },
      facts: about.facts,
    }
  }

  /** Somebody's turn has come: they open the event and buy before the offer ends. */
  async #offer(id: string): Promise<Letter | null> {
    const entry = await this.database.read
      .selectFrom('event_waiting_entry as w')
      .innerJoin('event_event as e', 'e.id', 'w.event_id')
      .select(['w.email', 'w.locale', 'w.event_date_id', 'w.offered_until', 'w.quantity', 'e.timezone'])
      .where('w.id', '=', id)
      .where('w.status', '=', 'offered')
      .executeTakeFirst()
    if (!entry?.offered_until) return null
    const locale = entry.locale as Locale
    const about = await this.#about(entry.event_date_id, locale)
    return (
      about && {
        to: this.pii.decrypt(entry.email),
        locale,
        parameters: {
          event: about.title,
          count: entry.quantity,
          until: moment(locale, entry.timezone, entry.offered_until),
          url: this.addresses.shop(locale, `/event-ticketing/waiting-list/${id}`, { token: this.signer.linkToken(id) }),
        },
        facts: about.facts,
      }
    )
  }

  async #about(dateId: string, locale: Locale): Promise<{ title: string; facts: MailFact[] } | null> {
    const date = await this.database.read
      .selectFrom('event_date as d')
      .innerJoin('event_event as e', 'e.id', 'd.event_id')
      .leftJoin('event_venue as v', 'v.id', 'e.venue_id')
      .select(['d.starts_at', 'e.title', 'e.timezone', 'v.name as venue'])
      .where('d.id', '=', dateId)
      .executeTakeFirst()
    if (!date) return null
    const say = words(locale)
    const venue = this.recipients.text(date.venue as I18nText | null, locale)
    return {
      title: this.recipients.text(date.title, locale),
      facts: [
        { label: say('when'), value: moment(locale, date.timezone, date.starts_at) },
        ...(venue ? [{ label: say('where'), value: venue }] : []),
      ],
    }
  }
}

function moment(locale: Locale, timeZone: string, at: Date): string {
  return dateFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone }).format(at)
}
