import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Database } from '../../platform/db/index.ts'
import { type Letter, Letters } from '../../platform/mail/letters.ts'
import type { DomainEvent } from '../../platform/outbox/outbox.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { Addresses } from './addresses.ts'
import { OrderRecipients } from './order-recipients.ts'
import { loadTexts } from './texts.ts'
import { words } from './words.ts'

/** What vendors hear: that there is something to do, or no longer. They read it in the language of the shop. */
@Injectable()
export class VendorLetters implements OnModuleInit {
  constructor(
    private readonly letters: Letters,
    private readonly database: Database,
    private readonly pii: Pii,
    private readonly tenant: TenantContext,
    private readonly addresses: Addresses,
    private readonly recipients: OrderRecipients,
  ) {}

  onModuleInit(): void {
    this.letters.add(loadTexts, [
      { name: 'vendor_new_order', on: ['order.sub_order.confirmed'], write: (event) => this.#aboutPart(event) },
      {
        name: 'vendor_order_cancelled',
        on: ['order.sub_order.cancelled'],
        concerns: ({ envelope, payload }) => envelope.actor.kind !== 'vendor' && payload['from'] !== 'placed',
        write: (event) => this.#aboutPart(event),
      },
    ])
  }

  async #aboutPart(event: DomainEvent): Promise<Letter | null> {
    const part = await this.database.read
      .selectFrom('sub_order')
      .select(['id', 'number', 'vendor_id', 'total_amount', 'currency_code'])
      .where('id', '=', event.aggregate.id)
      .executeTakeFirst()
    const to = part && (await this.#addressOf(part.vendor_id))
    if (!part || !to) return null
    const lines = await this.database.read
      .selectFrom('order_line')
      .select(['title', 'quantity'])
      .where('sub_order_id', '=', part.id)
      .orderBy('position')
      .execute()
    const locale = this.tenant.document.default_locale
    return {
      to,
      locale,
      parameters: { number: part.number, url: this.addresses.vendor(`/orders/${part.id}/show`) },
      facts: [
        ...lines.map((line) => ({ label: this.recipients.text(line.title, locale), value: String(line.quantity) })),
        { label: words(locale)('total'), value: this.recipients.money(Number(part.total_amount), part.currency_code, locale) },
      ],
    }
  }

  /** The vendor's own address, else that of whoever has owned it longest. */
  async #addressOf(vendorId: string): Promise<string | null> {
    const vendor = await this.database.read.selectFrom('vendor').select('email').where('id', '=', vendorId).executeTakeFirst()
    if (vendor?.email) return this.pii.decrypt(vendor.email)
    const owner = await this.database.read
      .selectFrom('vendor_user')
      .select('email')
      .where('vendor_id', '=', vendorId)
      .where('role', '=', 'owner')
      .where('status', '=', 'active')
      .where('deleted_at', 'is', null)
      .orderBy('created_at')
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
    return owner ? this.pii.decrypt(owner.email) : null
  }
}
