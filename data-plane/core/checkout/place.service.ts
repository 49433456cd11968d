import { type Input, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock, days, later, minutes } from '../../platform/clock/clock.ts'
import { hashSecret } from '../../platform/credential/secret.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { schedule } from '../../platform/timer/timers.ts'
import { CartService } from '../cart/cart.service.ts'
import { type CartRow, CartStore } from '../cart/cart.store.ts'
import type { completeCart } from '../cart/contract.ts'
import { claim, shortageOfLine } from '../cart/line-changes.ts'
import { methodsFor, type PricedCart } from '../cart/pricing.ts'
import { type Channel, Channels } from '../channel/channel.service.ts'
import { Governance, type GovernedCategories } from '../governance/governance.service.ts'
import { OrderSecrets } from '../order/order-secrets.ts'
import { type Method, PaymentProviders } from '../payment/providers.ts'
import { SettingService } from '../store/setting.service.ts'
import { type HeldLine, Holds, type NewHold, type Shortage } from '../vertical/holds.ts'
import { Purchasables } from '../vertical/purchasable.ts'
import type { CheckoutRow } from './checkout.rows.ts'
import { checkCart, checkPayment } from './checks.ts'
import { OrderNumbers } from './order-numbers.ts'
import { insertOrder } from './order-rows.ts'
import { placeOrder } from './placement.ts'

export type CompleteBody = Input<typeof completeCart>['body']

/** What is known before the transaction begins. */
interface Known {
  settings: Awaited<ReturnType<SettingService['all']>>
  channel: Channel | null
  governed: GovernedCategories
}

/** A workflow that has not come to an end is looked after this long after the click (cart-extension: stuck > 2 min). */
const sweepAfter = minutes(2)

/**
 * The first half of a checkout, one transaction: cart open → completing (K4), prices checked again, all lines held in
 * order of kind and id, order placed. Either all of it is there or nothing.
 */
@Injectable()
export class PlaceService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly carts: CartService,
    private readonly store: CartStore,
    private readonly holds: Holds,
    private readonly purchasables: Purchasables,
    private readonly providers: PaymentProviders,
    private readonly settings: SettingService,
    private readonly secrets: OrderSecrets,
    private readonly numbers: OrderNumbers,
    private readonly pii: Pii,
    private readonly governance: Governance,
    private readonly channels: Channels,
  ) {}

  /** @returns the checkout that now runs */
  async place(ctx: RequestContext, cartId: string, body: CompleteBody): Promise<CheckoutRow> {
    // what is kept in the process is read here: a transaction that waited for a second connection would keep it from others
    const known = {
      settings: await this.settings.all(),
      channel: await this.channels.of(ctx),
      governed: await this.governance.categoriesToJudge(),
    }
    return this.holds.claiming((noRoom) => this.database.transaction((tx) => this.placeIn(tx, ctx, cartId, body, known, noRoom)))
  }

  private async placeIn(
    tx: Tx,
    ctx: RequestContext,
    cartId: string,
    body: CompleteBody,
    { settings, channel: caller, governed }: Known,
    noRoom: (shortage: Shortage) => void,
  ): Promise<CheckoutRow> {
    const now = this.clock.now()
    const { row: cart, lines } = await this.store.claimWithLines(tx, ctx, cartId, now)
    const priced = await this.carts.price(tx, cart, lines)
    const email = await this.emailOf(tx, cart)
    for (const line of priced.lines) {
      const scarce = shortageOfLine(line)
      if (scarce) noRoom(scarce)
    }
    const variants = priced.lines.flatMap((line) => (line.quote?.reference.type === 'variant' ? [line.quote.reference.id] : []))
    const channel = await this.channels.requireSelling(tx, caller, variants)
    this.governance.requireSale(
      {
        kinds: lines.map((line) => line.kind),
        categoryIds: priced.lines.flatMap((line) => line.quote?.categoryIds ?? []),
        totalAmount: priced.totalAmount,
        currency: priced.currency,
        method: body.payment.method,
        guest: cart.customer_id === null,
      },
      governed,
    )
    checkCart(priced, { email, hasShippingAddress: cart.shipping_address !== null }, body.expected_total, ctx.locale)
    checkPayment(body.payment, methodsFor(priced, this.providers.methods()))
    const { method } = body.payment
    const deadline = this.deadline(now, method, settings)
    const checkoutId = newId('chk')
    const held = await this.holdAll(tx, ctx, priced, { checkoutId, customerId: cart.customer_id, expiresAt: deadline, now }, noRoom)

    const orderId = newId('ord')
    const provider = this.providers.providerOf(method)
    const commissionBps = settings['commission.default_bps']
    const number = await this.numbers.next(tx)
    const subOrders = placeOrder({
      priced,
      method,
      provider,
      commissionBps,
      number,
      now,
      fulfilmentOf: (kind) => this.purchasables.get(kind)!.fulfilment,
    })
    const head = {
      id: orderId,
      number,
      checkoutId,
      cartId,
      customerId: cart.customer_id,
      tokenHash: hashSecret(this.secrets.orderToken(orderId)),
      email: this.pii.encrypt(email!),
      emailIndex: this.pii.index('email', email!),
      name: cart.name,
      phone: cart.phone,
      shippingAddress: priced.requiresShipping ? cart.shipping_address : null,
      billingAddress: cart.billing_address ?? cart.shipping_address,
      locale: ctx.locale,
      channel: channel ?? cart.channel,
      method,
      provider,
      paymentDeadline: deadline,
      paymentToken: this.pii.encryptOptional(body.payment.token),
      commissionBps,
      idempotencyKey: ctx.idempotencyKey,
      now,
    }
    const checkout = await insertOrder(tx, head, priced, subOrders, held)
    await schedule(tx, { kind: 'checkout.sweep', ref: checkoutId, dueAt: later(now, sweepAfter) })
    return checkout
  }

  private async holdAll(
    tx: Tx,
    ctx: RequestContext,
    priced: PricedCart,
    owner: { checkoutId: string; customerId: string | null; expiresAt: Date; now: Date },
    noRoom: (shortage: Shortage) => void,
  ): Promise<NewHold[]> {
    const ownerToken = this.secrets.holdToken(owner.checkoutId)
    // what the cart holds already, then the rest, in order of kind and resource id
    const inCart = priced.lines.filter((line) => line.heldUntil !== null).map((line) => line.id)
    await this.holds.adopt(tx, inCart, { ...owner, ownerToken })
    const held: HeldLine[] = []
    const open = priced.lines.filter((line) => line.heldUntil === null)
    for (const kind of [...new Set(open.map((line) => line.kind))].sort()) {
      const lines = open.filter((line) => line.kind === kind)
      const taken = await claim(this.purchasables.get(kind)!, tx, lines, { ...owner, ctx, ownerToken }, noRoom)
      held.push(...taken.map((hold) => ({ ...hold, kind })))
    }
    return this.holds.rows({ held, ownerToken, ...owner })
  }

  private deadline(now: Date, method: Method, settings: Known['settings']): Date {
    if (method === 'bank_transfer') return later(now, days(settings['checkout.bank_transfer_days']))
    return later(now, minutes(settings['checkout.payment_deadline_minutes']))
  }

  private async emailOf(tx: Tx, cart: CartRow): Promise<string | null> {
    if (cart.email) return this.pii.decrypt(cart.email)
    if (!cart.customer_id) return null
    const customer = await tx.selectFrom('customer').select('email').where('id', '=', cart.customer_id).executeTakeFirst()
    return customer?.email ? this.pii.decrypt(customer.email) : null
  }
}
