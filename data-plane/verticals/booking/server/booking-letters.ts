import type { Locale } from '@cityos/contract'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Addresses } from '../../../core/notification/addresses.ts'
import { type OrderRecipient, OrderRecipients } from '../../../core/notification/order-recipients.ts'
import { words } from '../../../core/notification/words.ts'
import { Database } from '../../../platform/db/index.ts'
import { dateFormat } from '../../../platform/i18n/date-format.ts'
import { type Letter, type LetterKind, Letters, type LetterTexts } from '../../../platform/mail/letters.ts'
import type { DomainEvent } from '../../../platform/outbox/outbox.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'
import { PrivateDetails } from './private-details.ts'

async function loadTexts(): Promise<LetterTexts> {
  const [ar, en, fr] = await Promise.all([
    import('../letters/i18n/ar.json', { with: { type: 'json' } }),
    import('../letters/i18n/en.json', { with: { type: 'json' } }),
    import('../letters/i18n/fr.json', { with: { type: 'json' } }),
  ])
  return { ar: ar.default, en: en.default, fr: fr.default }
}

type Reader = Pick<OrderRecipient, 'to' | 'locale'> & { order: OrderRecipient | null }

/** What people hear about their appointments: at the address of the order, or the one the vendor wrote in. */
@Injectable()
export class BookingLetters implements OnModuleInit {
  constructor(
    private readonly letters: Letters,
    private readonly database: Database,
    private readonly recipients: OrderRecipients,
    private readonly addresses: Addresses,
    private readonly details: PrivateDetails,
    private readonly tenant: TenantContext,
  ) {}

  onModuleInit(): void {
    this.letters.add(loadTexts, [
      this.#kind('booking_confirmed', ['booking.booking.confirmed', 'booking.booking.written_in']),
      this.#kind('booking_declined', ['booking.booking.declined', 'booking.booking.expired'], (payload) => payload['from'] !== 'held'),
      this.#kind('booking_cancelled', ['booking.booking.cancelled']),
      this.#kind('booking_rescheduled', ['booking.booking.rescheduled']),
      this.#kind('booking_reminder', ['booking.booking.reminder_due']),
    ])
  }

  #kind(name: string, on: readonly string[], tells: (payload: DomainEvent['payload']) => boolean = () => true): LetterKind {
    const moved = name === 'booking_rescheduled'
    return { name, on, concerns: ({ payload }) => tells(payload), write: (event) => this.#write(event.aggregate.id, moved) }
  }

  async #write(bookingId: string, moved: boolean): Promise<Letter | null> {
    const row = await this.database.read
      .selectFrom('booking as b')
      .innerJoin('booking_offering as o', 'o.id', 'b.offering_id')
      .select(['b.id', 'b.reference', 'b.starts_at', 'b.timezone', 'b.order_id', 'b.order_line_id', 'b.contact', 'o.name'])
      // who moves an appointment gets another one in its place
      .where(moved ? 'b.reschedule_of_id' : 'b.id', '=', bookingId)
      .orderBy('b.created_at', 'desc')
      .limit(1)
      .executeTakeFirst()
    const reader = row && (await this.#reader(row))
    if (!row || !reader) return null
    const { locale, order } = reader
    const service = this.recipients.text(row.name, locale)
    const when = dateFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone: row.timezone }).format(row.starts_at)
    const say = words(locale)
    return {
      to: reader.to,
      locale,
      parameters: { service, when, url: this.#page(locale, order, row) },
      facts: [
        { label: say('when'), value: when },
        { label: say('reference'), value: row.reference },
      ],
    }
  }

  /** The booking for whoever can open it; the shop for whom the vendor wrote in. */
  #page(locale: Locale, order: OrderRecipient | null, row: { id: string; order_line_id: string | null }): string {
    if (!order) return this.addresses.shop(locale, '/')
    const { token, number } = order
    return token
      ? this.addresses.shop(locale, `/account/booking/of-order/${number}`, { token, line: row.order_line_id })
      : this.addresses.shop(locale, `/account/booking/${row.id}`)
  }

  async #reader(row: { order_id: string | null; contact: string | null }): Promise<Reader | null> {
    const order = await this.recipients.of(row.order_id)
    if (order) return { to: order.to, locale: order.locale, order }
    const email = row.contact === null ? null : this.details.openContact(row.contact).email
    return email ? { to: email, locale: this.tenant.document.default_locale, order: null } : null
  }
}
