import { DomainError } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { OrderSecrets } from '../../../core/order/order-secrets.ts'
import { hashSecret, secretMatches } from '../../../platform/credential/secret.ts'
import { Database, type Tx } from '../../../platform/db/index.ts'
import type { BookingRecord } from './booking-moves.ts'
import { type BookingFacts, readBookings } from './booking-reader.ts'
import { BookingViews } from './booking-views.ts'

/** Finds a booking for who asks; somebody else's does not exist. */
@Injectable()
export class Bookings {
  constructor(
    private readonly database: Database,
    private readonly views: BookingViews,
    private readonly secrets: OrderSecrets,
  ) {}

  /**
   * Own, or opened by its signed link, or by the token of its order.
   * @throws DomainError not_found
   */
  async forCustomer(ctx: RequestContext, id: string, token: string | undefined): Promise<BookingFacts> {
    const [facts] = await readBookings(this.database.read, [id])
    if (!facts || !this.mayOpen(ctx, facts, token)) throw new DomainError('not_found')
    return facts
  }

  private mayOpen(ctx: RequestContext, facts: BookingFacts, token: string | undefined): boolean {
    if (ctx.actor.kind === 'customer' && facts.customer_id === ctx.actor.id) return true
    if (!token) return false
    return same(token, this.views.token(facts.id)) || (facts.order_id !== null && same(token, this.secrets.orderToken(facts.order_id)))
  }

  /** A vendor's own; everybody's for staff. @throws DomainError not_found */
  async forKeeper(ctx: RequestContext, id: string, db: Tx = this.database.read): Promise<BookingFacts> {
    const [facts] = await readBookings(db, [id])
    if (!facts || (ctx.actor.kind === 'vendor' && facts.vendor_id !== ctx.actor.vendorId)) throw new DomainError('not_found')
    return facts
  }

  /** K3: the row itself, locked, so that its moves come one after another. */
  async lock(tx: Tx, id: string): Promise<BookingRecord> {
    const row = await tx.selectFrom('booking').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
    if (!row) throw new DomainError('not_found')
    return row
  }
}

/** Compared in constant time. */
function same(given: string, expected: string): boolean {
  return secretMatches(given, hashSecret(expected))
}
