import { DomainError, type Input, type Locale, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock, later } from '../../platform/clock/clock.ts'
import { hashSecret, newSecret } from '../../platform/credential/secret.ts'
import { Database, jsonb, type Tx, violates } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { Purchasables } from '../vertical/purchasable.ts'
import { Verticals } from '../vertical/verticals.service.ts'
import { type CartLineRow, type CartRow, CartStore, cartLifetime, lineToPrice } from './cart.store.ts'
import { CartViews } from './cart.views.ts'
import { type addCartLine, type createCart, isRule, type updateCart } from './contract.ts'
import { Pricer } from './pricer.ts'
import type { PricedCart, PricedLine } from './pricing.ts'

type LineToAdd = Input<typeof addCartLine>['body']

const mostLines = 100

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
    private readonly purchasables: Purchasables,
    private readonly verticals: Verticals,
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
    const open = () => this.openFor(ctx, { secret, currency, locale: body.locale ?? ctx.locale, now })
    // K5: of two tabs of one customer one opens the cart, the other finds it
    const id = await open().catch((error: unknown) => {
      if (violates(error, '23505', 'cart_one_open_per_customer')) return open()
      throw error
    })
    const token = this.setCookie(ctx, id, secret)
    const owner = ctx.with({ cartToken: secret })
    for (const line of body.lines) await this.addLine(owner, id, line)
    return { ...(await this.get(owner, id)), token }
  }

  async get(ctx: RequestContext, id: string) {
    const row = await this.store.get(this.database.read, ctx, id)
    const lines = await this.store.lines(this.database.read, id)
    return this.view(ctx, row, await this.price(this.database.read, row, lines))
  }

  async update(ctx: RequestContext, id: string, body: Input<typeof updateCart>['body']) {
    if (body.currency) this.checkCurrency(body.currency)
    await this.pricer.prepare()
    return this.database.transaction(async (tx) => {
      const locked = await this.store.lock(tx, ctx, id, this.clock.now())
      const lines = await this.store.lines(tx, id)
      const sealed = (value: unknown) => (value === null ? null : this.pii.encrypt(JSON.stringify(value)))
      const choices = { ...(locked.shipping_choices as Record<string, string>) }
      for (const choice of body.shipping_options ?? []) choices[choice.vendor_id] = choice.option_id
      const changes = {
        ...(body.email !== undefined && { email: this.pii.encryptOptional(body.email) }),
        ...(body.phone !== undefined && { phone: this.pii.encryptOptional(body.phone) }),
        ...(body.shipping_address !== undefined && { shipping_address: sealed(body.shipping_address) }),
        ...(body.billing_address !== undefined && { billing_address: sealed(body.billing_address) }),
        ...(body.locale && { locale: body.locale }),
        ...(body.currency && { currency_code: body.currency }),
        ...(body.shipping_options && { shipping_choices: jsonb(choices) }),
      }
      const row = Object.keys(changes).length
        ? await tx.updateTable('cart').set(changes).where('id', '=', id).returningAll().executeTakeFirstOrThrow()
        : locked
      const priced = await this.price(tx, row, lines)
      for (const choice of body.shipping_options ?? []) this.checkShippingChoice(priced, choice)
      return this.view(ctx, row, priced)
    })
  }

  /** Puts something in the cart; the same choice again adds to its line. */
  async addLine(ctx: RequestContext, id: string, body: LineToAdd) {
    const { choice, key } = this.parseChoice(body)
    return this.changeLines(ctx, id, (lines, now) => {
      const same = lines.find((line) => line.kind === body.kind && line.choice_key === key)
      if (same) return { ...same, quantity: same.quantity + body.quantity }
      if (lines.length >= mostLines) throw new DomainError('validation_failed', { field: 'lines', details: { max: mostLines } })
      return {
        id: newId('cli'),
        cart_id: id,
        kind: body.kind,
        choice,
        choice_key: key,
        quantity: body.quantity,
        added_amount: -1,
        held_until: null,
        created_at: now,
        updated_at: now,
      }
    })
  }

  /** Sets a line's quantity; 0 takes it out. */
  async updateLine(ctx: RequestContext, id: string, lineId: string, quantity: number) {
    if (quantity === 0) return this.removeLine(ctx, id, lineId)
    return this.changeLines(ctx, id, (lines) => {
      const line = lines.find((row) => row.id === lineId)
      if (!line) throw new DomainError('not_found')
      return { ...line, quantity }
    })
  }

  async removeLine(ctx: RequestContext, id: string, lineId: string) {
    await this.pricer.prepare()
    return this.database.transaction(async (tx) => {
      const row = await this.store.lock(tx, ctx, id, this.clock.now())
      const gone = await tx.deleteFrom('cart_line').where('cart_id', '=', id).where('id', '=', lineId).executeTakeFirst()
      if (gone.numDeletedRows === 0n) throw new DomainError('not_found')
      return this.view(ctx, row, await this.price(tx, row, await this.store.lines(tx, id)))
    })
  }

  async shippingOptions(ctx: RequestContext, id: string) {
    return this.views.shippingOptions(ctx, await this.priceOf(ctx, id))
  }

  async paymentMethods(ctx: RequestContext, id: string) {
    return this.views.paymentMethods(ctx, await this.priceOf(ctx, id))
  }

  async price(tx: Tx, row: CartRow, lines: readonly CartLineRow[]): Promise<PricedCart> {
    return this.pricer.price(
      tx,
      {
        currency: row.currency_code,
        locale: row.locale as Locale,
        customerId: row.customer_id,
        choices: row.shipping_choices as Record<string, string>,
        lines: lines.map(lineToPrice),
      },
      this.clock.now(),
    )
  }

  /** The own cart of a customer that is open (or on its way to an order). */
  async ownOpenCart(tx: Tx, customerId: string): Promise<CartRow | null> {
    const row = await tx
      .selectFrom('cart')
      .selectAll()
      .where('customer_id', '=', customerId)
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

  private async changeLines(ctx: RequestContext, id: string, change: (lines: CartLineRow[], now: Date) => CartLineRow) {
    const now = this.clock.now()
    await this.pricer.prepare()
    return this.database.transaction(async (tx) => {
      const row = await this.store.lock(tx, ctx, id, now)
      const lines = await this.store.lines(tx, id)
      const changed = change(lines, now)
      const isNew = !lines.some((line) => line.id === changed.id)
      const all = isNew ? [...lines, changed] : lines.map((line) => (line.id === changed.id ? changed : line))
      const priced = await this.price(tx, row, all)
      const line = priced.lines.find((candidate) => candidate.id === changed.id)!
      refuseFaulty(line)
      if (isNew) {
        line.addedAmount = line.quote!.unitAmount
        await tx
          .insertInto('cart_line')
          .values({ ...changed, choice: jsonb(changed.choice), added_amount: line.addedAmount })
          .execute()
      } else {
        await tx.updateTable('cart_line').set({ quantity: changed.quantity, updated_at: now }).where('id', '=', changed.id).execute()
      }
      return this.view(ctx, row, priced)
    })
  }

  private openFor(ctx: RequestContext, given: { secret: string; currency: string; locale: Locale; now: Date }): Promise<string> {
    return this.database.transaction(async (tx) => {
      const own = ctx.actor.kind === 'customer' ? await this.ownOpenCart(tx, ctx.actor.id) : null
      if (own) {
        await tx
          .updateTable('cart')
          .set({ token_hash: hashSecret(given.secret), updated_at: given.now })
          .where('id', '=', own.id)
          .execute()
        return own.id
      }
      const id = newId('cart')
      await tx
        .insertInto('cart')
        .values({
          id,
          token_hash: hashSecret(given.secret),
          customer_id: ctx.actor.kind === 'customer' ? ctx.actor.id : null,
          currency_code: given.currency,
          locale: given.locale,
          channel: ctx.surface === 'api' ? 'api' : 'web',
          expires_at: later(given.now, cartLifetime),
          created_at: given.now,
          updated_at: given.now,
        })
        .execute()
      return id
    })
  }

  private async priceOf(ctx: RequestContext, id: string): Promise<PricedCart> {
    const row = await this.store.get(this.database.read, ctx, id)
    return this.price(this.database.read, row, await this.store.lines(this.database.read, id))
  }

  private view(ctx: RequestContext, row: CartRow, priced: PricedCart) {
    return this.views.cart(ctx, this.store.details(row), priced)
  }

  private parseChoice(body: LineToAdd): { choice: unknown; key: string } {
    const purchasable = this.verticals.isKindOn(body.kind) ? this.purchasables.get(body.kind) : undefined
    if (!purchasable) throw new DomainError('not_found', { field: 'kind' })
    const parsed = purchasable.choice.safeParse(body.choice)
    if (!parsed.success) {
      const fields = parsed.error.issues.map((issue) => ({ field: ['choice', ...issue.path].join('.'), message: issue.message }))
      throw new DomainError('invalid_request', { field: 'choice', details: { fields } })
    }
    return { choice: parsed.data, key: purchasable.choiceKey(parsed.data) }
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

/** A line is not put in (or grown) when it could not be bought like that: 404 gone, 422 rules, else the answer of its vertical. */
function refuseFaulty(line: PricedLine): void {
  // what may stay in the cart unbought (below a minimum) may be put there
  if (!line.error || line.error === line.quote?.blocked) return
  const { code, details } = line.error
  if (code === 'unavailable') throw new DomainError('not_found', { field: 'choice' })
  if (isRule(code)) throw new DomainError('validation_failed', { field: 'quantity', details: { ...details, rule: code } })
  throw new DomainError(code, { field: code === 'insufficient_stock' ? 'quantity' : 'choice', details })
}
