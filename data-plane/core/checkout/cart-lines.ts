import { createHash } from 'node:crypto'
import { DomainError, type Output } from '@cityos/contract'
import { actorId, type RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock, later } from '../../platform/clock/clock.ts'
import { hashSecret } from '../../platform/credential/secret.ts'
import { Database } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import { CartService } from '../cart/cart.service.ts'
import { CartStore, cartLifetime } from '../cart/cart.store.ts'
import type { completeCart } from '../cart/contract.ts'
import { type ChangedCart, type ChoiceWanted, LineChanges } from '../cart/line-changes.ts'
import { OrderSecrets } from '../order/order-secrets.ts'
import { CheckoutService } from './checkout.service.ts'
import type { CompleteBody } from './place.service.ts'

export interface HeldCart {
  cart_id: string
  /** `<cart_id>.<secret>`, value of the cookie `cart`; null when the caller's own token goes on. */
  token: string | null
  /** One per line asked for, in their order; the same choice twice is one line. */
  line_ids: string[]
  /** The earliest; null when no kind among them is held in the cart. */
  hold: { expires_at: string } | null
}

export interface Contact {
  email: string
  phone?: string | null
  name?: string | null
}

export interface Purchase {
  lines: readonly ChoiceWanted[]
  contact: Contact
  payment: CompleteBody['payment']
  /** What the shopper was shown; without it the price of the moment counts. */
  expected_total?: { amount: number; currency: string }
}

type Bought = Output<typeof completeCart>

/** Cart shorthands for verticals: endpoints such as `POST /store/bookings` are these, and no vertical creates an order. */
@Injectable()
export class CartLines {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly pii: Pii,
    private readonly store: CartStore,
    private readonly carts: CartService,
    private readonly lines: LineChanges,
    private readonly checkouts: CheckoutService,
    private readonly secrets: OrderSecrets,
  ) {}

  /**
   * Puts lines in the caller's cart (or opens one) and holds what they want: all of them or none.
   * @throws DomainError of the vertical's quote and hold, cart_completing, not_found
   */
  async hold(ctx: RequestContext, wanted: { lines: readonly ChoiceWanted[]; cart_id?: string }): Promise<HeldCart> {
    const known = wanted.cart_id ?? (await this.ownCart(ctx))
    if (known === null && ctx.actor.kind !== 'customer') {
      const opened = await this.carts.openWith(ctx, wanted.lines)
      return { cart_id: opened.row.id, token: opened.token, line_ids: opened.lineIds, hold: firstExpiry(opened) }
    }
    const opened = known === null ? await this.carts.create(ctx, { lines: [] }) : null
    const cartId = known ?? opened!.id
    const owner = opened ? ctx.with({ cartToken: opened.token }) : ctx
    const held = await this.lines.add(owner, cartId, wanted.lines)
    return { cart_id: cartId, token: opened?.token ?? null, line_ids: held.lineIds, hold: firstExpiry(held) }
  }

  /** Another choice for a line that is there: released and held anew in one transaction. */
  async changeChoice(ctx: RequestContext, cartId: string, lineId: string, choice: Record<string, unknown>): Promise<void> {
    await this.lines.setChoice(ctx, cartId, lineId, choice)
  }

  /** Takes a line out and lets go of what it held. */
  async remove(ctx: RequestContext, cartId: string, lineId: string): Promise<void> {
    await this.lines.remove(ctx, cartId, lineId)
  }

  /**
   * Buys a cart that is there, with everything in it.
   * @param given.expected_total what the shopper was shown; without it the price of the moment counts
   */
  async complete(ctx: RequestContext, cartId: string, given: Omit<Purchase, 'lines' | 'contact'> & { contact?: Contact }): Promise<Bought> {
    if (given.contact) await this.write(ctx, cartId, given.contact)
    const { totals } = await this.carts.get(ctx, cartId)
    return this.checkouts.complete(ctx, cartId, { payment: given.payment, expected_total: given.expected_total ?? totals.total })
  }

  /**
   * The one-line shorthand: lines + hold + complete in a cart of its own; the caller's cart stays as it is. Requires an
   * Idempotency-Key: the same one finds the same purchase, also after a crash.
   * @throws DomainError payment_action_required (details: challenge_id, challenge_url, cart_token) | payment_declined | …
   */
  async buy(ctx: RequestContext, purchase: Purchase): Promise<Bought> {
    const cartId = this.cartIdOf(ctx)
    const secret = this.secrets.cartToken(cartId)
    const owner = ctx.with({ cartToken: secret })
    await this.open(ctx, cartId, secret, purchase.contact)
    const { row, lines } = await this.store.withLines(this.database.read, owner, cartId)
    try {
      // a repeat after a crash finds the lines of the first try; they are taken at checkout, in the transaction that places the order
      const filled = row.status === 'open' && lines.length === 0 ? await this.lines.add(owner, cartId, purchase.lines, false) : null
      const total = filled
        ? { amount: filled.priced.totalAmount, currency: filled.priced.currency }
        : (await this.carts.get(owner, cartId)).totals.total
      return await this.checkouts.complete(owner, cartId, { payment: purchase.payment, expected_total: purchase.expected_total ?? total })
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'payment_action_required') throw error
      // whoever has no account answers the challenge as the owner of this cart
      throw new DomainError(error.code, { details: { ...error.details, cart_id: cartId, cart_token: `${cartId}.${secret}` } })
    }
  }

  private async open(ctx: RequestContext, id: string, secret: string, contact: Contact): Promise<void> {
    const now = this.clock.now()
    await this.database.read
      .insertInto('cart')
      .values({
        id,
        token_hash: hashSecret(secret),
        customer_id: ctx.actor.kind === 'customer' ? ctx.actor.id : null,
        currency_code: this.tenant.document.default_currency,
        locale: ctx.locale,
        channel: ctx.surface === 'api' ? 'api' : 'web',
        one_line: true,
        name: this.pii.encryptOptional(contact.name),
        email: this.pii.encryptOptional(contact.email),
        phone: this.pii.encryptOptional(contact.phone),
        expires_at: later(now, cartLifetime),
        created_at: now,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
  }

  private async write(ctx: RequestContext, cartId: string, contact: Contact): Promise<void> {
    const { status } = await this.store.get(this.database.read, ctx, cartId)
    // bought already by the same request: the answer is found, the contact is what it was
    if (status === 'open' || status === 'abandoned') await this.carts.update(ctx, cartId, contact)
  }

  /** Open cart of this caller: the customer's, or the one its cookie or header names. */
  async ownCart(ctx: RequestContext): Promise<string | null> {
    if (ctx.actor.kind === 'customer') {
      const { id } = ctx.actor
      return this.database.transaction(async (tx) => {
        const own = await this.carts.ownOpenCart(tx, id)
        return own?.status === 'open' ? own.id : null
      })
    }
    const token = ctx.cartToken?.includes('.') ? ctx.cartToken : ctx.cookies.get('cart')
    if (!token?.includes('.')) return null
    const id = token.slice(0, token.indexOf('.'))
    const row = await this.database.read.selectFrom('cart').selectAll().where('id', '=', id).executeTakeFirst()
    const usable = row && (row.status === 'open' || row.status === 'abandoned') && this.store.owns(ctx.with({ cartToken: token }), row)
    return usable ? row.id : null
  }

  /** One cart per caller and Idempotency-Key. @throws DomainError idempotency_key_required */
  private cartIdOf(ctx: RequestContext): string {
    if (!ctx.idempotencyKey) throw new DomainError('idempotency_key_required', { field: 'Idempotency-Key' })
    const owner = actorId(ctx.actor) ?? ctx.cartToken ?? ctx.ip
    const digest = createHash('sha256')
      .update(JSON.stringify([owner, ctx.idempotencyKey]))
      .digest()
    return `cart_${[...digest.subarray(0, 26)].map((byte) => alphabet[byte % 32]).join('')}`
  }
}

/** Digits of a ULID in lower case. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

function firstExpiry({ changed, priced }: ChangedCart): { expires_at: string } | null {
  const until = changed.flatMap((row) => priced.lines.find((line) => line.id === row.id)?.heldUntil?.getTime() ?? [])
  return until.length > 0 ? { expires_at: new Date(Math.min(...until)).toISOString() } : null
}
