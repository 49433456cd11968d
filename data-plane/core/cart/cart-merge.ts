import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { Clock } from '../../platform/clock/clock.ts'
import { hashSecret, newSecret, secretMatches } from '../../platform/credential/secret.ts'
import { Database, jsonb, type Tx } from '../../platform/db/index.ts'
import { Holds } from '../vertical/holds.ts'
import { CartService } from './cart.service.ts'
import { type CartLineRow, type CartRow, CartStore, cartSecret } from './cart.store.ts'
import { Pricer } from './pricer.ts'
import type { PricedLine } from './pricing.ts'

/** What a guest put in a cart follows the customer through the sign-in (docs/spec/infrastructure.md, cart-extension). */
@Injectable()
export class CartMerge {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly store: CartStore,
    private readonly carts: CartService,
    private readonly pricer: Pricer,
    private readonly holds: Holds,
  ) {}

  /**
   * Joins the guest cart of this request (cookie `cart` or X-Cart-Token) with the customer's own: quantities are summed
   * up to each line's limit and priced anew. Points the cookie at the result. Without a guest cart nothing happens.
   */
  async atSignIn(ctx: RequestContext, customerId: string): Promise<void> {
    const token = ctx.cartToken?.includes('.') ? ctx.cartToken : ctx.cookies.get('cart')
    if (!token?.includes('.')) return
    const guestId = token.slice(0, token.indexOf('.'))
    const secret = newSecret()
    await this.pricer.prepare()
    const cartId = await this.database.transaction(async (tx) => {
      const own = await this.carts.ownOpenCart(tx, customerId)
      const guest = await tx
        .selectFrom('cart')
        .selectAll()
        .where('id', '=', guestId)
        .where('customer_id', 'is', null)
        .where('status', 'in', ['open', 'abandoned'])
        .forUpdate()
        .executeTakeFirst()
      const mine = guest && secretMatches(cartSecret(token), guest.token_hash) ? guest : null
      if (!mine && !own) return null
      const target = own ?? mine!
      const changes = { token_hash: hashSecret(secret), customer_id: customerId, updated_at: this.clock.now(), version: target.version + 1 }
      if (mine && own && own.status === 'open') await this.moveLines(tx, ctx, mine, own)
      await tx.updateTable('cart').set(changes).where('id', '=', target.id).execute()
      return target.id
    })
    if (cartId) this.carts.setCookie(ctx, cartId, secret)
  }

  private async moveLines(tx: Tx, ctx: RequestContext, guest: CartRow, own: CartRow): Promise<void> {
    const now = this.clock.now()
    const ownLines = await this.store.lines(tx, own.id)
    const guestLines = await this.store.lines(tx, guest.id)
    const merged: CartLineRow[] = ownLines.map((line) => ({ ...line }))
    const doubled: string[] = []
    for (const line of guestLines) {
      const same = merged.find((candidate) => candidate.kind === line.kind && candidate.choice_key === line.choice_key)
      if (same && line.held_until !== null) doubled.push(line.id)
      else if (same) same.quantity += line.quantity
      // its id goes with it: what it holds is known by it
      else merged.push({ ...line, cart_id: own.id })
    }
    // held twice by the same person: once is enough
    await this.holds.releaseLines(tx, ctx, doubled, now)
    const priced = await this.carts.price(tx, own, merged)
    await tx.deleteFrom('cart_line').where('cart_id', 'in', [own.id, guest.id]).execute()
    if (merged.length > 0) {
      await tx
        .insertInto('cart_line')
        .values(
          merged.map((line, index) => ({
            ...line,
            choice: jsonb(line.choice),
            quantity: line.held_until === null ? withinLimit(line.quantity, priced.lines[index]!) : line.quantity,
            added_amount: ownLines.some((kept) => kept.id === line.id)
              ? line.added_amount
              : (priced.lines[index]!.quote?.unitAmount ?? line.added_amount),
            updated_at: now,
          })),
        )
        .execute()
    }
    await tx.updateTable('cart').set({ status: 'merged', updated_at: now }).where('id', '=', guest.id).execute()
  }
}

/** The largest quantity the rules of a line allow, up to the sum; at least one step. */
function withinLimit(quantity: number, line: PricedLine): number {
  const rules = line.quote?.quantity
  if (!rules) return quantity
  const most = Math.min(quantity, rules.max ?? quantity, Math.max(rules.min, rules.available ?? quantity))
  return Math.max(rules.min, most - ((most - rules.min) % rules.step))
}
