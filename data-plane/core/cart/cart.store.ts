import { DomainError, type Locale } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type Expression, type Insertable, type Selectable, type SqlBool, sql, type UpdateObject } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { days, later } from '../../platform/clock/clock.ts'
import { hashSecret, secretMatches } from '../../platform/credential/secret.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { Pii } from '../../platform/pii/pii.ts'
import type { Address } from '../customer/contract.ts'
import type { CartDetails } from './cart.view.ts'
import type { LineToPrice } from './pricing.ts'

export type CartRow = Selectable<DB['cart']>
export type CartLineRow = Selectable<DB['cart_line']>

export interface CartWithLines {
  row: CartRow
  /** Oldest first. */
  lines: CartLineRow[]
}

/** A cart is kept so long after its last change. */
export const cartLifetime = days(30)

/** The secret of a cart token, which reads `<cart_id>.<secret>` or is the secret alone. */
export function cartSecret(token: string): string {
  return token.slice(token.indexOf('.') + 1)
}

export function lineToPrice(row: CartLineRow): LineToPrice {
  return {
    id: row.id,
    kind: row.kind,
    choice: row.choice,
    quantity: row.quantity,
    addedAmount: row.added_amount,
    heldUntil: row.held_until,
  }
}

/** Rows of carts and who may touch them. */
@Injectable()
export class CartStore {
  constructor(
    private readonly database: Database,
    private readonly pii: Pii,
  ) {}

  /**
   * A cart the caller owns: the signed-in customer's, or a guest cart whose token the caller holds.
   * @throws DomainError not_found for every other one
   */
  async get(tx: Tx, ctx: RequestContext, id: string): Promise<CartRow> {
    const row = await tx.selectFrom('cart').selectAll().where('id', '=', id).executeTakeFirst()
    if (!row || !this.owns(ctx, row)) throw new DomainError('not_found')
    return row
  }

  /**
   * The same, locked for a change (K3); an abandoned cart opens again.
   * @throws DomainError cart_completing while it is being bought, invalid_transition afterwards
   */
  async lock(tx: Tx, ctx: RequestContext, id: string, now: Date): Promise<CartRow> {
    return (await this.lockWithLines(tx, ctx, id, now)).row
  }

  /**
   * Writes columns of a cart the caller owns and reads it with its lines, in one round trip and a transaction of its own:
   * nothing that comes after can take it back.
   * @throws DomainError as `lock`
   */
  async write(ctx: RequestContext, id: string, now: Date, changes: UpdateObject<DB, 'cart'>): Promise<CartWithLines> {
    const [[row], lines] = await this.database.together(this.database.read, [
      this.opened(this.database.read, id, now, changes).where(this.ownedBy(ctx)),
      this.linesOf(this.database.read, id),
    ])
    return row ? { row, lines } : this.refuse(this.database.read, ctx, id)
  }

  /**
   * The same with its lines, in one round trip.
   * @param changes further columns to write
   */
  async lockWithLines(tx: Tx, ctx: RequestContext, id: string, now: Date, changes: UpdateObject<DB, 'cart'> = {}): Promise<CartWithLines> {
    const [[row], lines] = await this.database.together(tx, [this.opened(tx, id, now, changes), this.linesOf(tx, id)])
    return row && this.owns(ctx, row) ? { row, lines } : this.refuse(tx, ctx, id)
  }

  private opened(tx: Tx, id: string, now: Date, changes: UpdateObject<DB, 'cart'>) {
    return tx
      .updateTable('cart')
      .set((eb) => ({
        ...changes,
        version: eb('version', '+', 1),
        updated_at: now,
        status: 'open',
        expires_at: later(now, cartLifetime),
      }))
      .where('id', '=', id)
      .where('status', 'in', ['open', 'abandoned'])
      .returningAll()
  }

  private async refuse(tx: Tx, ctx: RequestContext, id: string): Promise<never> {
    const { status } = await this.get(tx, ctx, id)
    throw status === 'completing' ? new DomainError('cart_completing') : new DomainError('invalid_transition', { details: { status } })
  }

  /** `owns` as a condition. */
  private ownedBy({ actor, cartToken }: RequestContext): Expression<SqlBool> {
    const owner = actor.kind === 'customer' ? actor.id : null
    const token = cartToken === null ? null : hashSecret(cartSecret(cartToken))
    return sql<SqlBool>`case when customer_id is null then token_hash = ${token} else customer_id = ${owner} end`
  }

  /** K4 open → completing, with the lines to buy. @throws DomainError cart_completing when another request was faster */
  async claimWithLines(tx: Tx, ctx: RequestContext, id: string, now: Date): Promise<CartWithLines> {
    const [[row], lines] = await this.database.together(tx, [
      tx
        .updateTable('cart')
        .set((eb) => ({ status: 'completing', completing_at: now, updated_at: now, version: eb('version', '+', 1) }))
        .where('id', '=', id)
        .where('status', 'in', ['open', 'abandoned'])
        .returningAll(),
      this.linesOf(tx, id),
    ])
    if (row && this.owns(ctx, row)) return { row, lines }
    const { status } = await this.get(tx, ctx, id)
    throw new DomainError('cart_completing', { details: { status } })
  }

  /** A cart the caller owns, with its lines; see `get`. */
  async withLines(tx: Tx, ctx: RequestContext, id: string): Promise<CartWithLines> {
    const [[row], lines] = await this.database.together(tx, [tx.selectFrom('cart').selectAll().where('id', '=', id), this.linesOf(tx, id)])
    if (!row || !this.owns(ctx, row)) throw new DomainError('not_found')
    return { row, lines }
  }

  insert(tx: Tx, cart: Insertable<DB['cart']>): Promise<CartRow> {
    return tx.insertInto('cart').values(cart).returningAll().executeTakeFirstOrThrow()
  }

  lines(tx: Tx, cartId: string): Promise<CartLineRow[]> {
    return this.linesOf(tx, cartId).execute()
  }

  private linesOf(tx: Tx, cartId: string) {
    return tx.selectFrom('cart_line').selectAll().where('cart_id', '=', cartId).orderBy('created_at').orderBy('id')
  }

  owns(ctx: RequestContext, cart: CartRow): boolean {
    if (cart.customer_id !== null) return ctx.actor.kind === 'customer' && ctx.actor.id === cart.customer_id
    return ctx.cartToken !== null && secretMatches(cartSecret(ctx.cartToken), cart.token_hash)
  }

  private address(sealed: string | null): Address | null {
    return sealed === null ? null : (JSON.parse(this.pii.decrypt(sealed)) as Address)
  }

  details(row: CartRow): CartDetails {
    return {
      id: row.id,
      status: row.status,
      version: row.version,
      locale: row.locale as Locale,
      expires_at: row.expires_at,
      name: this.pii.decryptOptional(row.name),
      email: row.email && this.pii.decrypt(row.email),
      phone: row.phone && this.pii.decrypt(row.phone),
      shipping_address: this.address(row.shipping_address),
      billing_address: this.address(row.billing_address),
    }
  }
}
