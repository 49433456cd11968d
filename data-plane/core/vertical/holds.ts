import { DomainError, newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { Injectable, type OnModuleInit } from '@nestjs/common'
import { type Insertable, sql } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { Clock } from '../../platform/clock/clock.ts'
import { hashSecret } from '../../platform/credential/secret.ts'
import { Database, type HandWritten, sendAlong, type Tx } from '../../platform/db/index.ts'
import { schedule, TimerHandlers } from '../../platform/timer/timers.ts'
import { type ActContext, type Hold, Purchasables, type ReleaseCause } from './purchasable.ts'

export interface HeldLine extends Hold {
  kind: string
}

interface HoldRow {
  kind: string
  cart_line_id: string
  resource_id: string
  quantity: number
}

/** A transfer keeps its holds until the money is there; once a part has left `placed`, all of them were consumed or released. */
const consumeText = `UPDATE hold SET status = 'consumed', updated_at = $1
  WHERE checkout_id = $2 AND status = 'active' AND owner_hash = $3 AND EXISTS (
    SELECT FROM checkout c WHERE c.id = $2 AND c.method <> 'bank_transfer'
      AND NOT EXISTS (SELECT FROM sub_order s WHERE s.order_id = c.order_id AND s.status <> 'placed'))
  RETURNING kind, cart_line_id, resource_id, quantity`

export type NewHold = Insertable<DB['hold']>

export interface HoldsToKeep {
  held: readonly HeldLine[]
  /** null: held in the cart, until `expiresAt`. */
  checkoutId: string | null
  ownerToken: string
  customerId: string | null
  expiresAt: Date
  now: Date
}

/** A capacity claim that found no room; overdue holds of these resources may be in the way. */
export interface Shortage {
  kind: string
  resources: string[]
}

const expiryTimer = 'hold.expiry'

/**
 * Envelopes of what lines took: until when, for whom, and what became of it. Every way out of `active` is a
 * compare-and-set (K4, docs/spec/00-conventions.md), so nothing is freed or consumed twice.
 */
@Injectable()
export class Holds implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly purchasables: Purchasables,
    private readonly timers: TimerHandlers,
  ) {}

  onModuleInit(): void {
    this.timers.on(expiryTimer, (ctx, timer) => this.expire(ctx, timer.ref))
  }

  /**
   * Runs a claim; when it finds no room, frees the overdue holds of what is in the way and runs it once more: a late timer
   * never costs a sale (00-conventions, Holds).
   */
  async claiming<T>(attempt: (noRoom: (shortage: Shortage) => void) => Promise<T>): Promise<T> {
    let shortage: Shortage | null = null
    const noRoom = (found: Shortage) => {
      shortage = found
    }
    try {
      return await attempt(noRoom)
    } catch (error) {
      const found = shortage as Shortage | null
      if (!found || !(await this.expireOverdue(found.kind, found.resources, this.clock.now()))) throw error
      return attempt(noRoom)
    }
  }

  /** Rows of new holds, to be written in the transaction that took them. */
  rows({ held, checkoutId, ownerToken, customerId, expiresAt, now }: HoldsToKeep): NewHold[] {
    const ownerHash = hashSecret(ownerToken)
    return held.map((hold) => ({
      id: newId('hld'),
      kind: hold.kind,
      resource_id: hold.resourceId,
      quantity: hold.quantity,
      owner_hash: ownerHash,
      customer_id: customerId,
      cart_line_id: hold.lineId,
      checkout_id: checkoutId,
      status: 'active',
      expires_at: expiresAt,
      created_at: now,
      updated_at: now,
    }))
  }

  /** Keeps what lines took while they stay in a cart; a timer frees it when it runs out. */
  async keepInCart(tx: Tx, holds: Omit<HoldsToKeep, 'checkoutId'>): Promise<void> {
    const rows = this.rows({ ...holds, checkoutId: null })
    if (rows.length === 0) return
    sendAlong(tx, tx.insertInto('hold').values(rows))
    for (const row of rows) await schedule(tx, { kind: expiryTimer, ref: row.id, dueAt: holds.expiresAt })
  }

  /**
   * What lines hold in their cart becomes the checkout's, until its deadline.
   * @throws DomainError hold_expired when one of them has run out, whether or not its timer has come
   */
  async adopt(
    tx: Tx,
    lineIds: readonly string[],
    { checkoutId, ownerToken, expiresAt, now }: Pick<HoldsToKeep, 'ownerToken' | 'expiresAt' | 'now'> & { checkoutId: string },
  ): Promise<void> {
    if (lineIds.length === 0) return
    const adopted = await tx
      .updateTable('hold')
      .set({ checkout_id: checkoutId, owner_hash: hashSecret(ownerToken), expires_at: expiresAt, updated_at: now })
      .where('cart_line_id', 'in', [...lineIds])
      .where('status', '=', 'active')
      .where('checkout_id', 'is', null)
      .where('expires_at', '>', now)
      .returning('cart_line_id')
      .execute()
    const missing = lineIds.filter((id) => !adopted.some((row) => row.cart_line_id === id))
    if (missing.length > 0) throw new DomainError('hold_expired', { field: 'lines', details: { lines: missing } })
  }

  /**
   * active → consumed for the holds of some lines of a checkout, in the transaction that books what they held. Requires the owner's token.
   * @returns the holds; fewer than were kept means that some ran out meanwhile, and nothing may be confirmed
   */
  async consume(tx: Tx, checkoutId: string, ownerToken: string, now: Date, cartLineIds: readonly string[]): Promise<HeldLine[]> {
    const rows = await tx
      .updateTable('hold')
      .set({ status: 'consumed', updated_at: now })
      .where('checkout_id', '=', checkoutId)
      .where('status', '=', 'active')
      .where('owner_hash', '=', hashSecret(ownerToken))
      .where('cart_line_id', 'in', [...cartLineIds])
      .returning(['kind', 'cart_line_id', 'resource_id', 'quantity'])
      .execute()
    return rows.map(toHeld)
  }

  /**
   * The same for a whole checkout that is paid online or in cash and not confirmed yet, as a statement that travels with its
   * lock; everywhere else it finds nothing. Rows are read with `heldOf`.
   */
  consuming(checkoutId: string, ownerToken: string, now: Date): HandWritten<HoldRow> {
    return { text: consumeText, values: [now, checkoutId, hashSecret(ownerToken)] }
  }

  heldOf(rows: readonly HoldRow[]): HeldLine[] {
    return rows.map(toHeld)
  }

  /**
   * The checkout has failed. What its lines held in the cart before goes back to the cart for the rest of its time, so that
   * a declined card costs nobody the seats; everything else is released and free again.
   */
  async releaseCheckout(tx: Tx, ctx: RequestContext, checkoutId: string, now: Date): Promise<void> {
    await sql`UPDATE hold h SET checkout_id = null, expires_at = l.held_until, updated_at = ${now}
      FROM cart_line l JOIN cart c ON c.id = l.cart_id
      WHERE h.checkout_id = ${checkoutId} AND h.status = 'active' AND l.id = h.cart_line_id AND l.held_until > ${now} AND NOT c.one_line`.execute(
      tx,
    )
    const rows = await tx
      .updateTable('hold')
      .set({ status: 'released', updated_at: now })
      .where('checkout_id', '=', checkoutId)
      .where('status', '=', 'active')
      .returning(['kind', 'cart_line_id', 'resource_id', 'quantity'])
      .execute()
    await this.giveBack(tx, rows.map(toHeld), 'payment_failed', { ctx, now })
    // what was confirmed and cancelled again is held by nobody: the cart says so, and can hold it anew
    await sql`UPDATE cart_line l SET held_until = ${now} FROM checkout c
      WHERE c.id = ${checkoutId} AND l.cart_id = c.cart_id AND l.held_until > ${now}
        AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.cart_line_id = l.id AND h.status = 'active')`.execute(tx)
  }

  /** Lines leave the cart or change: what they hold there is free again. Lines that hold nothing are passed over. */
  async releaseLines(tx: Tx, ctx: RequestContext, lineIds: readonly string[], now: Date): Promise<void> {
    if (lineIds.length === 0) return
    const rows = await tx
      .updateTable('hold')
      .set({ status: 'released', updated_at: now })
      .where('cart_line_id', 'in', [...lineIds])
      .where('status', '=', 'active')
      .where('checkout_id', 'is', null)
      .returning(['id', 'kind', 'cart_line_id', 'resource_id', 'quantity'])
      .execute()
    if (rows.length === 0) return
    await tx
      .deleteFrom('timer')
      .where('kind', '=', expiryTimer)
      .where(
        'ref',
        'in',
        rows.map((row) => row.id),
      )
      .execute()
    await this.giveBack(tx, rows.map(toHeld), 'released', { ctx, now })
  }

  /**
   * Frees overdue holds of some resources, before a claim on them is refused.
   * @returns how many were freed
   */
  async expireOverdue(kind: string, resourceIds: readonly string[], now: Date): Promise<number> {
    if (resourceIds.length === 0) return 0
    return this.database.transaction(async (tx) => {
      const rows = await tx
        .updateTable('hold')
        .set({ status: 'expired', updated_at: now })
        .where('kind', '=', kind)
        .where('resource_id', 'in', [...resourceIds])
        .where('status', '=', 'active')
        .where('expires_at', '<=', now)
        .returning(['kind', 'cart_line_id', 'resource_id', 'quantity'])
        .execute()
      await this.giveBack(tx, rows.map(toHeld), 'expired', { ctx: RequestContext.system('hold'), now })
      return rows.length
    })
  }

  /** The timer of one hold: frees it when its time has passed and no checkout has taken it over meanwhile. */
  private async expire(ctx: RequestContext, holdId: string): Promise<void> {
    const now = this.clock.now()
    await this.database.transaction(async (tx) => {
      const rows = await tx
        .updateTable('hold')
        .set({ status: 'expired', updated_at: now })
        .where('id', '=', holdId)
        .where('status', '=', 'active')
        .where('checkout_id', 'is', null)
        .where('expires_at', '<=', now)
        .returning(['kind', 'cart_line_id', 'resource_id', 'quantity'])
        .execute()
      await this.giveBack(tx, rows.map(toHeld), 'expired', { ctx, now })
    })
  }

  private async giveBack(tx: Tx, held: readonly HeldLine[], cause: ReleaseCause, context: ActContext): Promise<void> {
    for (const kind of [...new Set(held.map((hold) => hold.kind))].sort()) {
      const purchasable = this.purchasables.get(kind)
      if (!purchasable) throw new Error(`no purchasable ${kind} to release what it held`)
      await purchasable.release(
        tx,
        held.filter((hold) => hold.kind === kind),
        cause,
        context,
      )
    }
  }
}

/** The resources a refused claim names, when it names any. */
export function shortageOf(kind: string, error: unknown): Shortage | null {
  const resources = error instanceof DomainError ? error.details?.['resources'] : undefined
  return Array.isArray(resources) ? { kind, resources: resources.map(String) } : null
}

const toHeld = (row: HoldRow): HeldLine => ({
  kind: row.kind,
  lineId: row.cart_line_id,
  resourceId: row.resource_id,
  quantity: row.quantity,
})
