import { DomainError, type ErrorCode, type Input, type Output, pickText } from '@cityos/contract'
import { ErrorMessages, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'
import { t } from '../../platform/i18n/i18n.ts'
import '../payment/i18n/messages.ts'
import './i18n/messages.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { Governance } from '../governance/governance.service.ts'
import { PaymentProviders } from '../payment/providers.ts'
import { sandboxTokens } from '../payment/sandbox.provider.ts'
import { type CartDetails, cartView } from './cart.view.ts'
import type { createCart, listPaymentMethods, listShippingOptions } from './contract.ts'
import { methodsFor, type PricedCart } from './pricing.ts'

export type CreateCartBody = Input<typeof createCart>['body']

const ownWords = new Set([
  'unavailable',
  'currency_not_supported',
  'insufficient_stock',
  'quantity_below_min',
  'quantity_above_max',
  'quantity_step',
  'hold_expired',
])

/** Carts in the words of the person who asks. */
@Injectable()
export class CartViews {
  constructor(
    private readonly tenant: TenantContext,
    private readonly providers: PaymentProviders,
    private readonly clock: Clock,
    private readonly messages: ErrorMessages,
    private readonly governance: Governance,
  ) {}

  cart(ctx: RequestContext, details: CartDetails, priced: PricedCart) {
    return cartView(details, priced, {
      locale: ctx.locale,
      fallback: this.tenant.document.default_locale,
      now: this.clock.now(),
      message: (code, values) => this.words(ctx, code, values),
    })
  }

  /** The cart's own words where it has some, else those of the register. */
  private words(ctx: RequestContext, code: string, values?: Record<string, unknown>): string {
    if (ownWords.has(code)) return t(ctx.locale, `cart.error.${code}`, values)
    return this.messages.message(new DomainError(code as ErrorCode), ctx.locale)
  }

  shippingOptions(ctx: RequestContext, priced: PricedCart): Output<typeof listShippingOptions> {
    const money = (amount: number) => ({ amount, currency: priced.currency })
    return priced.vendors.flatMap(({ vendor, options }) =>
      options.map((option) => ({
        id: option.id,
        vendor_id: vendor.id,
        name: pickText(option.name, ctx.locale, this.tenant.document.default_locale),
        price: money(option.price),
        free_above: option.freeAboveAmount === null ? null : money(option.freeAboveAmount),
        min_days: option.minDays,
        max_days: option.maxDays,
      })),
    )
  }

  /** Where there is nothing to pay, nothing is asked for; cash where every line can be paid for at the door. */
  paymentMethods(ctx: RequestContext, priced: PricedCart): Output<typeof listPaymentMethods> {
    return this.governance.offers(methodsFor(priced, this.providers.methods()), priced).map((method) => ({
      method,
      name: t(ctx.locale, `payment.method.${method}`),
      tokens: method === 'sandbox' ? sandboxTokens.map((token) => ({ token, name: t(ctx.locale, `payment.sandbox.${token}`) })) : [],
    }))
  }
}
