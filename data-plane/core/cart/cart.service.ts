import { DomainError, type Input, type Locale, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Clock, later } from '../../platform/clock/clock.ts'
import { hashSecret, newSecret } from '../../platform/credential/secret.ts'
import { Database, jsonb, type Tx, violates } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { type CartLineRow, type CartRow, CartStore, cartLifetime } from './cart.store.ts'
import { CartViews } from './cart.views.ts'
import type { addCartLine, createCart, updateCart } from './contract.ts'
import { type ChangedCart, LineChanges } from './line-changes.ts'
import { Pricer } from './pricer.ts'
import type { PricedCart } from './pricing.ts'

type LineToAdd = Input<typeof addCartLine>['body']

interface Opening {
  /** The guest's token. */
  secret: string
  currency: string
  locale: Locale
  now: Date
}

function newCart(ctx: RequestContext, { secret, currency, locale, now }: Opening) {
  return {
    id: newId('cart'),
    token_hash: hashSecret(secret),
    customer_id: ctx.actor.kind === 'customer' ? ctx.actor.id : null,
    currency_code: currency,
    locale,
    channel: ctx.surface === 'api' ? 'api' : 'web',
    expires_at: later(now, cartLifetime),
    created_at: now,
    updated_at: now,
  }
}

/** A shopper's cart: what is in it, for whom, and what it costs now. */
@Injectable()
export class CartService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly store: CartStore,
    private readonly pricer: Pricer,
    private readonly views: CartViews,
    private readonly pii: Pii,
    private readonly tenant: TenantContext,
    private readonly lines: LineChanges,
  ) {}

  /**
   * Opens a cart; a signed-in customer gets the own open one (K5: one per customer) with a fresh token.
   * Sets the cookie `cart`.
   */
  async create(ctx: RequestContext, body: Input<typeof createCart>['body']) {
    const now = this.clock.now()
    const currency = body.currency ?? this.tenant.document.default_currency
    this.checkCurrency(currency)
    const secret = newSecret()
    const given = { secret, currency, locale: body.locale ?? ctx.locale, now }
    const owner = ctx.with({ cartToken: secret })
    const changed =
      ctx.actor.kind === 'customer' ? await this.openOwn(owner, given, body.lines) : await this.openNew(owner, given, body.lines)
    return { ...this.shown(owner, changed), token: this.setCookie(ctx, changed.row.id, secret) }
  }

  /** A new cart of a guest with lines in it, all of them or no cart. Sets the cookie. */
  async openWith(ctx: RequestContext, wanted: readonly LineToAdd[]): Promise<ChangedCart & { lineIds: string[]; token: string }> {
    const secret = newSecret()
    const cart = newCart(ctx, { secret, currency: this.tenant.document.default_currency, locale: ctx.locale, now: this.clock.now() })
    const changed = await this.lines.add(ctx.with({ cartToken: secret }), cart.id, wanted, true, cart)
    return { ...changed, token: this.setCookie(ctx, cart.id, secret) }
  }

  async get(ctx: RequestContext, id: string) {
    const { row, lines } = await this.store.withLines(this.database.read, ctx, id)
    return this.view(ctx, row, await this.price(this.database.read, row, lines))
  }

  async update(ctx: RequestContext, id: string, body: Input<typeof updateCart>['body']) {
    if (body.currency) this.checkCurrency(body.currency)
    await this.pricer.prepare()
    const sealed = (value: unknown) => (value === null ? null : this.pii.encrypt(JSON.stringify(value)))
    const choices = Object.fromEntries((body.shipping_options ?? []).map((choice) => [choice.vendor_id, choice.option_id]))
    const changes = {
      ...(body.name !== undefined && { name: this.pii.encryptOptional(body.name) }),
      ...(body.email !== undefined && { email: this.pii.encryptOptional(body.email) }),
      ...(body.phone !== undefined && { phone: this.pii.encryptOptional(body.phone) }),
      ...(body.shipping_address !== undefined && { shipping_address: sealed(body.shipping_address) }),
      ...(body.billing_address !== undefined && { billing_address: sealed(body.billing_address) }),
      ...(body.locale && { locale: body.locale }),
      ...(body.currency && { currency_code: body.currency }),
      ...(body.shipping_options && { shipping_choices: sql<string>`shipping_choices || ${jsonb(choices)}::jsonb` }),
    }
    if (!body.shipping_options) {
      const { row, lines } = await this.store.write(ctx, id, this.clock.now(), changes)
      return this.view(ctx, row, await this.price(this.database.read, row, lines))
    }
    return this.database.transaction(async (tx) => {
      const { row, lines } = await this.store.lockWithLines(tx, ctx, id, this.clock.now(), changes)
      const priced = await this.price(tx, row, lines)
      for (const choice of body.shipping_options!) this.checkShippingChoice(priced, choice)
      return this.view(ctx, row, priced)
    })
  }

  /** Puts something in the cart; the same choice again adds to its line. */
  async addLine(ctx: RequestContext, id: string, body: LineToAdd) {
    return this.shown(ctx, await this.lines.add(ctx, id, [body]))
  }

  /** Sets a line's quantity; 0 takes it out. */
  async updateLine(ctx: RequestContext, id: string, lineId: string, quantity: number) {
    return this.shown(ctx, await (quantity === 0 ? this.lines.remove(ctx, id, lineId) : this.lines.setQuantity(ctx, id, lineId, quantity)))
  }

  async removeLine(ctx: RequestContext, id: string, lineId: string) {
    return this.shown(ctx, await this.lines.remove(ctx, id, lineId))
  }

  /** @throws DomainError of the vertical when somebody else has it now */
  async holdLine(ctx: RequestContext, id: string, lineId: string) {
    const held = await this.lines.holdAgain(ctx, id, [lineId])
    if (!held.priced.lines.some((line) => line.id === lineId)) throw new DomainError('not_found')
    return this.shown(ctx, held)
  }

  async shippingOptions(ctx: RequestContext, id: string) {
    return this.views.shippingOptions(ctx, await this.priceOf(ctx, id))
  }

  async paymentMethods(ctx: RequestContext, id: string) {
    return this.views.paymentMethods(ctx, await this.priceOf(ctx, id))
  }

  price(tx: Tx, row: CartRow, lines: readonly CartLineRow[]): Promise<PricedCart> {
    return this.pricer.cart(tx, row, lines, this.clock.now())
  }

  /** The own cart of a customer that is open (or on its way to an order). */
  async ownOpenCart(tx: Tx, customerId: string): Promise<CartRow | null> {
    const row = await tx
      .selectFrom('cart')
      .selectAll()
      .where('customer_id', '=', customerId)
      .where('one_line', '=', false)
      .where('status', 'in', ['open', 'completing'])
      .forUpdate()
      .executeTakeFirst()
    return row ?? null
  }

  setCookie(ctx: RequestContext, id: string, secret: string): string {
    const token = `${id}.${secret}`
    ctx.cookies.set('cart', token, { maxAge: cartLifetime / 1000 })
    return token
  }

  private shown(ctx: RequestContext, { row, priced }: Pick<ChangedCart, 'row' | 'priced'>) {
    return this.view(ctx, row, priced)
  }

  private async openNew(ctx: RequestContext, given: Opening, wanted: readonly LineToAdd[]): Promise<Pick<ChangedCart, 'row' | 'priced'>> {
    const cart = newCart(ctx, given)
    if (wanted.length > 0) return this.lines.add(ctx, cart.id, wanted, true, cart)
    const row = await this.store.insert(this.database.read, cart)
    return { row, priced: await this.price(this.database.read, row, []) }
  }

  /** The customer's open cart, or a new one. */
  private async openOwn(ctx: RequestContext, given: Opening, wanted: readonly LineToAdd[]): Promise<Pick<ChangedCart, 'row' | 'priced'>> {
    const open = () => this.openFor(ctx, given)
    // K5: of two tabs of one customer one opens the cart, the other finds it
    const id = await open().catch((error: unknown) => {
      if (violates(error, '23505', 'cart_one_open_per_customer')) return open()
      throw error
    })
    if (wanted.length > 0) return this.lines.add(ctx, id, wanted)
    const { row, lines } = await this.store.withLines(this.database.read, ctx, id)
    return { row, priced: await this.price(this.database.read, row, lines) }
  }

  private openFor(ctx: RequestContext, given: Opening): Promise<string> {
    return this.database.transaction(async (tx) => {
      const own = ctx.actor.kind === 'customer' ? await this.ownOpenCart(tx, ctx.actor.id) : null
      if (!own) return (await this.store.insert(tx, newCart(ctx, given))).id
      await tx
        .updateTable('cart')
        .set({ token_hash: hashSecret(given.secret), updated_at: given.now })
        .where('id', '=', own.id)
        .execute()
      return own.id
    })
  }

  private async priceOf(ctx: RequestContext, id: string): Promise<PricedCart> {
    const { row, lines } = await this.store.withLines(this.database.read, ctx, id)
    return this.price(this.database.read, row, lines)
  }

  private view(ctx: RequestContext, row: CartRow, priced: PricedCart) {
    return this.views.cart(ctx, this.store.details(row), priced)
  }

  private checkCurrency(currency: string): void {
    if (!this.tenant.document.currencies.includes(currency)) {
      throw new DomainError('currency_not_supported', { field: 'currency', details: { currencies: this.tenant.document.currencies } })
    }
  }

  private checkShippingChoice(priced: PricedCart, choice: { vendor_id: string; option_id: string }): void {
    const vendor = priced.vendors.find((candidate) => candidate.vendor.id === choice.vendor_id)
    if (vendor && !vendor.options.some((option) => option.id === choice.option_id)) {
      throw new DomainError('no_shipping_option', { field: 'shipping_options', details: { vendor_id: choice.vendor_id } })
    }
  }
}
