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
    const { read } = this.database
    const partId = event.aggregate.id
    const [[part], [owner], lines] = await this.database.together(read, [
      read
        .selectFrom('sub_order as s')
        .innerJoin('vendor as v', 'v.id', 's.vendor_id')
        .select(['s.id', 's.number', 's.total_amount', 's.currency_code', 'v.email'])
        .where('s.id', '=', partId),
      read
        .selectFrom('sub_order as s')
        .innerJoin('vendor_user as u', 'u.vendor_id', 's.vendor_id')
        .select('u.email')
        .where('s.id', '=', partId)
        .where('u.role', '=', 'owner')
        .where('u.status', '=', 'active')
        .where('u.deleted_at', 'is', null)
        .orderBy('u.created_at')
        .orderBy('u.id')
        .limit(1),
      read.selectFrom('order_line').select(['title', 'quantity']).where('sub_order_id', '=', partId).orderBy('position'),
    ])
    // the vendor's own address, else that of whoever has owned it longest
    const to = part?.email ?? owner?.email
    if (!part || !to) return null
    const locale = this.tenant.document.default_locale
    return {
      to: this.pii.decrypt(to),
      locale,
      parameters: { number: part.number, url: this.addresses.vendor(`/orders/${part.id}/show`) },
      facts: [
        ...lines.map((line) => ({ label: this.recipients.text(line.title, locale), value: String(line.quantity) })),
        { label: words(locale)('total'), value: this.recipients.money(Number(part.total_amount), part.currency_code, locale) },
      ],
    }
  }
}
