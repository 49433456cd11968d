import type { Locale } from '@cityos/contract'
import type { MailFact } from '@cityos/mail'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { Database } from '../../platform/db/index.ts'
import { type Letter, type LetterKind, Letters } from '../../platform/mail/letters.ts'
import type { DomainEvent } from '../../platform/outbox/outbox.ts'
import { type OrderRecipient, OrderRecipients } from './order-recipients.ts'
import { loadTexts } from './texts.ts'
import { words } from './words.ts'

interface Part {
  id: string
  order_id: string
  vendor: unknown
  led_by: string
  total_amount: number
  currency_code: string
}

const byStaff = ({ envelope }: DomainEvent) => envelope.actor.kind === 'staff'

/** What buyers hear about their orders. What a vertical leads tells of itself in its own messages. */
@Injectable()
export class OrderLetters implements OnModuleInit {
  constructor(
    private readonly letters: Letters,
    private readonly database: Database,
    private readonly recipients: OrderRecipients,
  ) {}

  onModuleInit(): void {
    this.letters.add(loadTexts, [
      { name: 'order_placed', on: ['order.order.placed'], write: (event) => this.#placed(event) },
      {
        name: 'order_paid',
        on: ['order.sub_order.confirmed'],
        // paid at the checkout is told with the order; this is money that came later
        concerns: byStaff,
        once: ({ payload }) => String(payload['order_id']),
        write: (event) => this.#about(event.payload['order_id'], async (order) => ({ total: this.#money(order.totalAmount, order) })),
      },
      this.#ofPart('part_accepted', 'order.sub_order.accepted'),
      this.#ofPart('part_on_its_way', 'order.sub_order.partially_fulfilled', (part, locale) => this.#shipment(part.id, locale)),
      this.#ofPart('part_fulfilled', 'order.sub_order.fulfilled', (part, locale) => this.#shipment(part.id, locale)),
      this.#ofPart('part_expired', 'order.sub_order.expired'),
      this.#ofPart('part_rest_cancelled', 'order.sub_order.rest_cancelled'),
      {
        ...this.#ofPart('part_declined', 'order.sub_order.cancelled'),
        concerns: ({ envelope, payload }) => envelope.actor.kind === 'vendor' && payload['from'] === 'confirmed',
      },
      {
        ...this.#ofPart('part_cancelled', 'order.sub_order.cancelled'),
        concerns: ({ envelope, payload }) => !(envelope.actor.kind === 'vendor' && payload['from'] === 'confirmed'),
      },
      {
        name: 'order_refunded',
        on: ['payment.refund.succeeded'],
        write: ({ payload }) =>
          this.#about(payload['order_id'], async (order) => ({
            amount: this.recipients.money(Number(payload['amount']), String(payload['currency']), order.locale),
          })),
      },
      {
        name: 'payment_failed',
        on: ['order.line.payment_failed'],
        write: ({ payload }) => this.#about(payload['order_id'], async () => ({})),
      },
    ])
  }

  async #placed(event: DomainEvent): Promise<Letter | null> {
    const [order, lines] = await this.recipients.withLines(event.payload['id'])
    if (!order) return null
    const say = words(order.locale)
    const facts = lines.map((line) => ({
      label: `${line.quantity} × ${this.recipients.text(line.title, order.locale)}`,
      value: this.#money(Number(line.total_amount), order),
    }))
    const total = this.#money(order.totalAmount, order)
    return {
      ...address(order),
      parameters: { number: order.number, total, url: order.url, method: { choice: String(event.payload['payment_method']) } },
      facts: [...facts, { label: say('total'), value: total }],
    }
  }

  /** A kind that tells of one vendor's part. */
  #ofPart(name: string, type: string, factsOf?: (part: Part, locale: Locale) => Promise<MailFact[]>): LetterKind {
    return {
      name,
      on: [type],
      write: async (event) => {
        const part = await this.database.read
          .selectFrom('sub_order')
          .select(['id', 'order_id', 'vendor', 'led_by', 'total_amount', 'currency_code'])
          .where('id', '=', event.aggregate.id)
          .executeTakeFirst()
        if (!part || (part.led_by === 'own' && name !== 'part_expired')) return null
        const order = await this.recipients.of(part.order_id)
        if (!order) return null
        const vendor = this.recipients.text((part.vendor as { name: unknown }).name, order.locale)
        const facts = factsOf && (await factsOf({ ...part, total_amount: Number(part.total_amount) }, order.locale))
        return { ...address(order), parameters: { number: order.number, vendor, url: order.url }, ...(facts ? { facts } : {}) }
      },
    }
  }

  /** The newest parcel: what is in it, who carries it. */
  async #shipment(subOrderId: string, locale: Locale): Promise<MailFact[]> {
    const parcel = await this.database.read
      .selectFrom('fulfilment')
      .select(['id', 'carrier', 'tracking_number'])
      .where('sub_order_id', '=', subOrderId)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (!parcel) return []
    const lines = await this.database.read
      .selectFrom('fulfilment_line as f')
      .innerJoin('order_line as l', 'l.id', 'f.order_line_id')
      .select(['l.title', 'f.quantity'])
      .where('f.fulfilment_id', '=', parcel.id)
      .orderBy('l.position')
      .execute()
    const say = words(locale)
    return [
      ...lines.map((line) => ({ label: this.recipients.text(line.title, locale), value: String(line.quantity) })),
      ...(parcel.carrier ? [{ label: say('carrier'), value: parcel.carrier }] : []),
      ...(parcel.tracking_number ? [{ label: say('tracking_number'), value: parcel.tracking_number }] : []),
    ]
  }

  async #about(orderId: unknown, more: (order: OrderRecipient) => Promise<Record<string, string>>): Promise<Letter | null> {
    const order = await this.recipients.of(orderId)
    return order && { ...address(order), parameters: { number: order.number, url: order.url, ...(await more(order)) } }
  }

  #money(amount: number, order: OrderRecipient): string {
    return this.recipients.money(amount, order.currency, order.locale)
  }
}

const address = ({ to, locale }: OrderRecipient): Pick<Letter, 'to' | 'locale'> => ({ to, locale })
