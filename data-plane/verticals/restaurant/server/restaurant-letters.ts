import type { Locale } from '@cityos/contract'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Addresses } from '../../../core/notification/addresses.ts'
import { OrderRecipients } from '../../../core/notification/order-recipients.ts'
import { words } from '../../../core/notification/words.ts'
import { Database } from '../../../platform/db/index.ts'
import { dateFormat } from '../../../platform/i18n/date-format.ts'
import { type Letter, type LetterKind, Letters, type LetterTexts } from '../../../platform/mail/letters.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'

async function loadTexts(): Promise<LetterTexts> {
  const [ar, en, fr] = await Promise.all([
    import('../letters/i18n/ar.json', { with: { type: 'json' } }),
    import('../letters/i18n/en.json', { with: { type: 'json' } }),
    import('../letters/i18n/fr.json', { with: { type: 'json' } }),
  ])
  return { ar: ar.default, en: en.default, fr: fr.default }
}

/** What guests hear about their meals and tables. */
@Injectable()
export class RestaurantLetters implements OnModuleInit {
  constructor(
    private readonly letters: Letters,
    private readonly database: Database,
    private readonly recipients: OrderRecipients,
    private readonly addresses: Addresses,
    private readonly tenant: TenantContext,
  ) {}

  onModuleInit(): void {
    const meal = (name: string, ...steps: string[]) => this.#kind(name, 'food_order', steps, (id) => this.#meal(id))
    const table = (name: string, ...steps: string[]) => this.#kind(name, 'table_reservation', steps, (id) => this.#table(id))
    this.letters.add(loadTexts, [
      meal('meal_accepted', 'accepted'),
      meal('meal_rejected', 'rejected', 'auto_rejected', 'vendor_cancelled'),
      meal('meal_cancelled', 'cancelled'),
      meal('meal_ready', 'ready'),
      meal('meal_out_for_delivery', 'out_for_delivery'),
      table('table_confirmed', 'confirmed'),
      table('table_cancelled', 'cancelled'),
      table('table_reminder', 'reminder_due'),
    ])
  }

  #kind(name: string, entity: string, steps: readonly string[], write: (id: string) => Promise<Letter | null>): LetterKind {
    return { name, on: steps.map((step) => `restaurant.${entity}.${step}`), write: (event) => write(event.aggregate.id) }
  }

  async #meal(id: string): Promise<Letter | null> {
    const row = await this.database.read
      .selectFrom('restaurant_food_order as f')
      .innerJoin('restaurant as r', 'r.id', 'f.restaurant_id')
      .select(['f.order_id', 'f.call_number', 'f.service', 'f.promised_ready_at', 'f.promised_delivery_at', 'r.name'])
      .where('f.id', '=', id)
      .executeTakeFirst()
    const reader = row && (await this.recipients.of(row.order_id))
    if (!row || !reader) return null
    const { to, locale, token } = reader
    const when = this.#moment(locale, row.promised_delivery_at ?? row.promised_ready_at)
    return {
      to,
      locale,
      parameters: {
        restaurant: this.recipients.text(row.name, locale),
        service: { choice: row.service },
        when,
        number: row.call_number,
        url: this.addresses.shop(locale, `/account/restaurant/${id}`, { token }),
      },
    }
  }

  async #table(id: string): Promise<Letter | null> {
    const row = await this.database.read
      .selectFrom('restaurant_table_reservation as t')
      .innerJoin('restaurant as r', 'r.id', 't.restaurant_id')
      .select(['t.order_id', 't.party_size', 't.starts_at', 'r.name'])
      .where('t.id', '=', id)
      .executeTakeFirst()
    const reader = row && (await this.recipients.of(row.order_id))
    if (!row || !reader) return null
    const { to, locale, token } = reader
    const say = words(locale)
    return {
      to,
      locale,
      parameters: {
        restaurant: this.recipients.text(row.name, locale),
        url: this.addresses.shop(locale, `/account/restaurant/tables/${id}`, { token }),
      },
      facts: [
        { label: say('when'), value: this.#moment(locale, row.starts_at) },
        { label: say('people'), value: String(row.party_size) },
      ],
    }
  }

  #moment(locale: Locale, at: Date): string {
    return dateFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone: this.tenant.document.timezone }).format(at)
  }
}
