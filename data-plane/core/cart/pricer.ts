import type { Locale } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import type { Tx } from '../../platform/db/index.ts'
import { SettingService } from '../store/setting.service.ts'
import { Purchasables, type QuoteAnswer } from '../vertical/purchasable.ts'
import { Verticals } from '../vertical/verticals.service.ts'
import { type CartLineRow, type CartRow, lineToPrice } from './cart.store.ts'
import { type LineToPrice, type PricedCart, priceCart } from './pricing.ts'
import { ShippingRates } from './shipping-rates.ts'

export interface CartToPrice {
  currency: string
  locale: Locale
  customerId: string | null
  /** vendor id → rate id */
  choices: Record<string, string>
  lines: readonly LineToPrice[]
}

/** Asks every vertical in the cart for its prices and adds them up. */
@Injectable()
export class Pricer {
  constructor(
    private readonly purchasables: Purchasables,
    private readonly verticals: Verticals,
    private readonly rates: ShippingRates,
    private readonly settings: SettingService,
  ) {}

  /**
   * Reads the settings prices depend on. Call it before a transaction that prices: transactions that wait for another
   * connection to read them would wait for each other once the pool is used up.
   */
  async prepare(): Promise<void> {
    await this.settings.all()
  }

  /** A cart as it stands in its rows. */
  cart(tx: Tx, row: CartRow, lines: readonly CartLineRow[], now: Date): Promise<PricedCart> {
    return this.price(
      tx,
      {
        currency: row.currency_code,
        locale: row.locale as Locale,
        customerId: row.customer_id,
        choices: row.shipping_choices as Record<string, string>,
        lines: lines.map(lineToPrice),
      },
      now,
    )
  }

  async price(tx: Tx, cart: CartToPrice, now: Date): Promise<PricedCart> {
    const answers = await this.quote(tx, cart, now)
    const needsRates = answers.some((answer) => answer.ok && answer.quote.delivery === 'shipping')
    const rates = needsRates ? await this.rates.of(tx, cart.currency) : []
    return priceCart(cart.currency, cart.lines, answers, rates, cart.choices, now)
  }

  /** One question per kind, whatever the number of lines; answers in the order of the lines. */
  private async quote(tx: Tx, cart: CartToPrice, now: Date): Promise<QuoteAnswer[]> {
    const answers: QuoteAnswer[] = cart.lines.map(() => ({ ok: false, code: 'unavailable', title: null }))
    for (const kind of new Set(cart.lines.map((line) => line.kind))) {
      const purchasable = this.verticals.isKindOn(kind) ? this.purchasables.get(kind) : undefined
      if (!purchasable) continue
      const indexes = cart.lines.flatMap((line, index) => (line.kind === kind ? [index] : []))
      const quoted = await purchasable.quote(
        tx,
        indexes.map((index) => {
          const { id, choice, quantity, heldUntil } = cart.lines[index]!
          return { lineId: id, choice, quantity, held: heldUntil !== null && heldUntil > now }
        }),
        { currency: cart.currency, locale: cart.locale, customerId: cart.customerId, now },
      )
      indexes.forEach((index, position) => {
        answers[index] = quoted[position]!
      })
    }
    return answers
  }
}
