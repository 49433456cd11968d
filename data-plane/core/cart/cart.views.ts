import { type Input, type Output, pickText } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { t } from '../../platform/i18n/i18n.ts'
import '../payment/i18n/messages.ts'
import './i18n/messages.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { PaymentProviders } from '../payment/providers.ts'
import { sandboxTokens } from '../payment/sandbox.provider.ts'
import { type CartDetails, cartView } from './cart.view.ts'
import type { createCart, listPaymentMethods, listShippingOptions } from './contract.ts'
import type { PricedCart } from './pricing.ts'

export type CreateCartBody = Input<typeof createCart>['body']

/** Carts in the words of the person who asks. */
@Injectable()
export class CartViews {
  constructor(
    private readonly tenant: TenantContext,
    private readonly providers: PaymentProviders,
  ) {}

  cart(ctx: RequestContext, details: CartDetails, priced: PricedCart) {
    return cartView(details, priced, {
      locale: ctx.locale,
      fallback: this.tenant.document.default_locale,
      message: (code, values) => t(ctx.locale, `cart.error.${code}`, values),
    })
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

  /** Cash on delivery needs something that is delivered. */
  paymentMethods(ctx: RequestContext, priced: PricedCart): Output<typeof listPaymentMethods> {
    return this.providers
      .methods()
      .filter((method) => method !== 'cash_on_delivery' || priced.requiresShipping)
      .map((method) => ({
        method,
        name: t(ctx.locale, `payment.method.${method}`),
        tokens: method === 'sandbox' ? sandboxTokens.map((token) => ({ token, name: t(ctx.locale, `payment.sandbox.${token}`) })) : [],
      }))
  }
}
