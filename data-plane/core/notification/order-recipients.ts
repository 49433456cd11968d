import { formatMoney, type I18nText, type Locale, pickText } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import type { Selectable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { Database } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { OrderSecrets } from '../order/order-secrets.ts'
import { Addresses } from './addresses.ts'

/** Whom a message about an order is for, and how they reach it. */
export interface OrderRecipient {
  to: string
  locale: Locale
  orderId: string
  number: string
  currency: string
  totalAmount: number
  /** Opens the order without an account; undefined for the order of an account. */
  token: string | undefined
  /** Page of the order, for this recipient. */
  url: string
}

type OrderColumns = Pick<
  Selectable<DB['order']>,
  'id' | 'number' | 'customer_id' | 'email' | 'locale' | 'currency_code' | 'total_amount' | 'checkout_failed_at'
>
export type OrderedLine = Pick<Selectable<DB['order_line']>, 'title' | 'quantity' | 'total_amount'>

/** Buyers as messages reach them: at the address of their order, in its language, guests with the order's token. */
@Injectable()
export class OrderRecipients {
  constructor(
    private readonly database: Database,
    private readonly pii: Pii,
    private readonly secrets: OrderSecrets,
    private readonly tenant: TenantContext,
    private readonly addresses: Addresses,
  ) {}

  /** @returns null for an order that is not there, came to nothing, or has no address */
  async of(orderId: unknown): Promise<OrderRecipient | null> {
    if (typeof orderId !== 'string') return null
    const order = await this.#orderOf(orderId).executeTakeFirst()
    return order ? this.#recipient(order) : null
  }

  /** The same with the order's lines, in one round trip. */
  async withLines(orderId: unknown): Promise<[OrderRecipient | null, OrderedLine[]]> {
    if (typeof orderId !== 'string') return [null, []]
    const { read } = this.database
    const [[order], lines] = await this.database.together(read, [
      this.#orderOf(orderId),
      read.selectFrom('order_line').select(['title', 'quantity', 'total_amount']).where('order_id', '=', orderId).orderBy('position'),
    ])
    return [order ? this.#recipient(order) : null, lines]
  }

  #orderOf(orderId: string) {
    return this.database.read
      .selectFrom('order')
      .select(['id', 'number', 'customer_id', 'email', 'locale', 'currency_code', 'total_amount', 'checkout_failed_at'])
      .where('id', '=', orderId)
  }

  #recipient(order: OrderColumns): OrderRecipient | null {
    if (!order.email || order.checkout_failed_at) return null
    const locale = order.locale as Locale
    const token = order.customer_id === null ? this.secrets.orderToken(order.id) : undefined
    return {
      to: this.pii.decrypt(order.email),
      locale,
      orderId: order.id,
      number: order.number,
      currency: order.currency_code,
      totalAmount: Number(order.total_amount),
      token,
      url: this.addresses.shop(locale, `${token ? '' : '/account'}/orders/${order.number}`, { token }),
    }
  }

  text(text: unknown, locale: Locale): string {
    return pickText(text as I18nText | null, locale, this.tenant.document.default_locale)
  }

  money(amount: number, currency: string, locale: Locale): string {
    return formatMoney({ amount, currency }, locale)
  }
}
