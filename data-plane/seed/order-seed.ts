import type { Money } from '@cityos/contract'
import { type Actor, ApiCaller, RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { completeCart, createCart, listPaymentMethods, listShippingOptions, updateCart } from '../core/cart/contract.ts'
import { acceptVendorOrder, cancelVendorOrder, fulfilVendorOrder, prepareVendorOrder } from '../core/order/contract.ts'
import { Clock, days, hours, later } from '../platform/clock/clock.ts'
import { Database } from '../platform/db/index.ts'
import { TenantContext } from '../platform/tenant/tenant-context.ts'
import { orders, type SeedOrder, type VendorStep } from './data/orders.ts'
import { addressOf, customerEmail } from './people-rows.ts'
import { priceIn, seedId } from './rows.ts'

/**
 * Orders of the demo shop, made as shoppers make them: cart, address, payment, then what the vendors did. A customer who
 * has an order already gets no second one, so a repeated seed changes nothing.
 */
@Injectable()
export class OrderSeed {
  constructor(
    private readonly api: ApiCaller,
    private readonly database: Database,
    private readonly tenant: TenantContext,
    private readonly clock: Clock,
  ) {}

  /** @returns how many orders were new */
  async run(ctx: RequestContext): Promise<number> {
    // Without the catalogue there is nothing to order; without a rate for the tenant's currency nothing has a price in it.
    if (!this.tenant.document.verticals.includes('catalogue')) return 0
    if (priceIn(this.tenant.document.default_currency, 1) === null) return 0
    const ids = orders.map((order) => customerId(order))
    const rows = await this.database.read.selectFrom('order').select('customer_id').where('customer_id', 'in', ids).execute()
    const served = new Set(rows.map((row) => row.customer_id))
    const open = orders.filter((order) => !served.has(customerId(order)))
    const now = this.clock.now()
    for (const order of open) {
      const placedAt = placedBefore(now, order)
      await this.clock.at(placedAt, () => this.place(ctx, order))
      await this.vendorsDo(ctx, order, placedAt, now)
    }
    return open.length
  }

  private async place(ctx: RequestContext, order: SeedOrder): Promise<void> {
    const shopper = this.as(ctx, { kind: 'customer', id: customerId(order), sessionId: 'seed' }, `seed-order-${order.customer}`)
    const cart = await this.api.call(
      createCart,
      {
        body: {
          lines: order.lines.map((line) => ({
            kind: 'catalogue.product',
            choice: { variant_id: variantId(line) },
            quantity: line.quantity,
          })),
        },
      },
      shopper,
    )
    const params = { id: cart.id }
    await this.api.call(
      updateCart,
      { params, body: { email: customerEmail(order.customer, this.tenant.document), shipping_address: addressOf(order.customer - 1) } },
      shopper,
    )
    const options = await this.api.call(listShippingOptions, { params }, shopper)
    const first = new Map(options.map((option) => [option.vendor_id, option.id]))
    const shipping = [...first].map(([vendorId, optionId]) => ({ vendor_id: vendorId, option_id: optionId }))
    const ready = await this.api.call(updateCart, { params, body: { shipping_options: shipping } }, shopper)
    await this.pay(shopper, cart.id, order.payment, ready.totals.total)
  }

  /** Vendors work on it over the following hours, never later than now. */
  private async vendorsDo(ctx: RequestContext, order: SeedOrder, placedAt: Date, now: Date): Promise<void> {
    const share = Math.min(hours(20), now.getTime() - placedAt.getTime())
    for (const [vendor, steps] of Object.entries(order.vendors ?? {})) {
      for (const [index, step] of steps.entries()) {
        const at = later(placedAt, (share * (index + 1)) / (steps.length + 1))
        await this.clock.at(at, () => this.vendorDoes(ctx, order, vendor, step))
      }
    }
  }

  private async pay(shopper: RequestContext, cartId: string, wanted: SeedOrder['payment'], total: Money): Promise<void> {
    const params = { id: cartId }
    const offered = (await this.api.call(listPaymentMethods, { params }, shopper)).map((item) => item.method)
    const method = offered.includes(wanted) ? wanted : offered[0]
    if (!method) return
    const payment = method === 'sandbox' ? { method, token: 'tok_ok' } : { method }
    await this.api.call(completeCart, { params, body: { payment, expected_total: total } }, shopper)
  }

  private async vendorDoes(ctx: RequestContext, order: SeedOrder, vendor: string, step: VendorStep): Promise<void> {
    const actor: Actor = {
      kind: 'vendor',
      userId: seedId('vus', vendor),
      vendorId: seedId('ven', vendor),
      role: 'owner',
      sessionId: 'seed',
    }
    const part = await this.partOf(actor.vendorId, customerId(order))
    const own = this.as(ctx, actor, `seed-order-${order.customer}-${vendor}-${step}`)
    const params = { id: part }
    if (step === 'accept') await this.api.call(acceptVendorOrder, { params }, own)
    if (step === 'prepare') await this.api.call(prepareVendorOrder, { params }, own)
    if (step === 'fulfil')
      await this.api.call(fulfilVendorOrder, { params, body: { carrier: 'SMSA', tracking_number: `SM${order.customer}0012345` } }, own)
    if (step === 'cancel') await this.api.call(cancelVendorOrder, { params, body: { reason: 'Damaged in the store room' } }, own)
  }

  private async partOf(vendorId: string, customer: string): Promise<string> {
    const row = await this.database.read
      .selectFrom('sub_order as s')
      .innerJoin('order as o', 'o.id', 's.order_id')
      .select('s.id')
      .where('s.vendor_id', '=', vendorId)
      .where('o.customer_id', '=', customer)
      .executeTakeFirstOrThrow()
    return row.id
  }

  private as(ctx: RequestContext, actor: Actor, idempotencyKey: string): RequestContext {
    return new RequestContext({
      actor,
      idempotencyKey,
      surface: 'api',
      host: this.tenant.document.domains[0] ?? '',
      locale: this.tenant.document.default_locale,
      log: ctx.baseLog,
    })
  }
}

/** Some hours apart, so that no two orders of a day have the same time. */
function placedBefore(now: Date, order: SeedOrder): Date {
  return later(now, -days(order.daysAgo) - hours(1 + (order.customer % 5)))
}

const customerId = (order: SeedOrder): string => seedId('cus', `customer-${order.customer}`)

/** The variant's id is made from the product's handle and its values in option order, as product-rows.ts does. */
function variantId(line: SeedOrder['lines'][number]): string {
  return seedId('var', `${line.product}-${Object.values(line.variant ?? {}).join('-')}`)
}
