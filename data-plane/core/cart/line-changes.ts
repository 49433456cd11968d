import { DomainError, newId } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import type { Insertable } from 'kysely'
import type { DB } from '../../generated/db.ts'
import { Clock, later, minutes } from '../../platform/clock/clock.ts'
import { newSecret } from '../../platform/credential/secret.ts'
import { Database, jsonb, sendAlong, type Tx } from '../../platform/db/index.ts'
import { Holds, type Shortage, shortageOf } from '../vertical/holds.ts'
import { type Purchasable, Purchasables } from '../vertical/purchasable.ts'
import { Verticals } from '../vertical/verticals.service.ts'
import { type CartLineRow, type CartRow, CartStore } from './cart.store.ts'
import { isRule } from './contract.ts'
import { Pricer } from './pricer.ts'
import type { PricedCart, PricedLine } from './pricing.ts'

export interface ChoiceWanted {
  kind: string
  choice: Record<string, unknown>
  quantity: number
}

export interface ChangedCart {
  row: CartRow
  priced: PricedCart
  /** The lines that were put in or changed. */
  changed: CartLineRow[]
}

const mostLines = 100

/** Lines into, within and out of a cart: priced, checked and, where their kind wants it, held; all of them or none. */
@Injectable()
export class LineChanges {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly store: CartStore,
    private readonly pricer: Pricer,
    private readonly purchasables: Purchasables,
    private readonly verticals: Verticals,
    private readonly holds: Holds,
  ) {}

  /**
   * Puts choices in; the same choice again adds to its line.
   * @param hold false: what is wanted is taken at checkout, not before
   * @param opening a cart that is not there yet: opened with these lines or not at all
   * @returns with the line of each choice asked for, in their order
   */
  async add(
    ctx: RequestContext,
    cartId: string,
    wanted: readonly ChoiceWanted[],
    hold = true,
    opening?: Insertable<DB['cart']>,
  ): Promise<ChangedCart & { lineIds: string[] }> {
    const parsed = wanted.map((want) => ({ ...want, ...this.parse(want.kind, want.choice) }))
    const done = await this.apply(
      ctx,
      cartId,
      (lines, now) => {
        const changed = new Map<string, CartLineRow>()
        for (const { kind, choice, key, quantity } of parsed) {
          const same = [...changed.values(), ...lines].find((line) => line.kind === kind && line.choice_key === key)
          const line = same ? { ...same, quantity: same.quantity + quantity } : newLine(cartId, kind, choice, key, quantity, now)
          changed.set(line.id, line)
        }
        if (new Set([...lines.map((line) => line.id), ...changed.keys()]).size > mostLines)
          throw new DomainError('validation_failed', { field: 'lines', details: { max: mostLines } })
        return [...changed.values()]
      },
      hold,
      opening,
    )
    const lineIds = parsed.map(({ kind, key }) => done.changed.find((row) => row.kind === kind && row.choice_key === key)!.id)
    return { ...done, lineIds }
  }

  setQuantity(ctx: RequestContext, cartId: string, lineId: string, quantity: number): Promise<ChangedCart> {
    return this.apply(ctx, cartId, (lines) => [{ ...lineOf(lines, lineId), quantity }])
  }

  /** Another choice for a line that is there. */
  setChoice(ctx: RequestContext, cartId: string, lineId: string, choice: Record<string, unknown>): Promise<ChangedCart> {
    return this.apply(ctx, cartId, (lines) => {
      const line = lineOf(lines, lineId)
      const { choice: parsed, key } = this.parse(line.kind, choice)
      if (lines.some((other) => other.id !== lineId && other.kind === line.kind && other.choice_key === key))
        throw new DomainError('already_exists', { field: 'choice' })
      return [{ ...line, choice: parsed, choice_key: key }]
    })
  }

  /**
   * Makes a line's choice out of the one that is there (null: there is none yet), under the cart's lock: two who add to one
   * basket at the same time both find their dish in it.
   */
  revise(
    ctx: RequestContext,
    cartId: string,
    { kind, key }: { kind: string; key: string },
    make: (choice: unknown) => Record<string, unknown>,
  ): Promise<ChangedCart> {
    return this.apply(ctx, cartId, (lines, now) => {
      const line = lines.find((row) => row.kind === kind && row.choice_key === key)
      const { choice, key: made } = this.parse(kind, make(line?.choice ?? null))
      return [line ? { ...line, choice, choice_key: made } : newLine(cartId, kind, choice, made, 1, now)]
    })
  }

  /** Takes again what lines held when that has run out; lines that still hold it are left as they are. */
  holdAgain(ctx: RequestContext, cartId: string, lineIds?: readonly string[]): Promise<ChangedCart> {
    return this.apply(ctx, cartId, (lines, now) =>
      lines.filter((line) => (lineIds?.includes(line.id) ?? line.held_until !== null) && !(line.held_until && line.held_until > now)),
    )
  }

  async remove(ctx: RequestContext, cartId: string, lineId: string): Promise<ChangedCart> {
    await this.pricer.prepare()
    return this.database.transaction(async (tx) => {
      const now = this.clock.now()
      const row = await this.store.lock(tx, ctx, cartId, now)
      const gone = await tx.deleteFrom('cart_line').where('cart_id', '=', cartId).where('id', '=', lineId).returning('held_until').execute()
      if (gone.length === 0) throw new DomainError('not_found')
      if (gone[0]!.held_until !== null) await this.holds.releaseLines(tx, ctx, [lineId], now)
      return { row, priced: await this.pricer.cart(tx, row, await this.store.lines(tx, cartId), now), changed: [] }
    })
  }

  private async apply(
    ctx: RequestContext,
    cartId: string,
    change: (lines: CartLineRow[], now: Date) => CartLineRow[],
    hold = true,
    opening?: Insertable<DB['cart']>,
  ): Promise<ChangedCart> {
    await this.pricer.prepare()
    return this.holds.claiming((noRoom) =>
      this.database.transaction(async (tx) => {
        const now = this.clock.now()
        const { row, lines } = opening
          ? { row: await this.store.insert(tx, opening), lines: [] }
          : await this.store.lockWithLines(tx, ctx, cartId, now)
        const changed = change(lines, now)
        // released and held anew in one transaction: nobody comes between
        await this.holds.releaseLines(
          tx,
          ctx,
          changed.filter((line) => line.held_until !== null).map((line) => line.id),
          now,
        )
        const free = changed.map((line) => ({ ...line, held_until: null }))
        const known = new Set(lines.map((line) => line.id))
        const all = [
          ...lines.map((line) => free.find((other) => other.id === line.id) ?? line),
          ...free.filter((line) => !known.has(line.id)),
        ]
        const priced = await this.pricer.cart(tx, row, all, now)
        const own = free.map((line) => priced.lines.find((candidate) => candidate.id === line.id)!)
        for (const line of own) {
          const scarce = shortageOfLine(line)
          if (scarce) noRoom(scarce)
          refuseFaulty(line)
        }
        if (hold) await this.hold(tx, ctx, row, own, now, noRoom)
        for (const line of own.filter((candidate) => !known.has(candidate.id))) line.addedAmount = line.quote!.unitAmount
        this.write(tx, free, own, known, now)
        return { row, priced, changed: free }
      }),
    )
  }

  private async hold(
    tx: Tx,
    ctx: RequestContext,
    cart: CartRow,
    lines: readonly PricedLine[],
    now: Date,
    noRoom: (shortage: Shortage) => void,
  ): Promise<void> {
    for (const kind of [...new Set(lines.map((line) => line.kind))].sort()) {
      const purchasable = this.purchasables.get(kind)!
      if (purchasable.cartHoldMinutes === undefined) continue
      const own = lines.filter((line) => line.kind === kind)
      const expiresAt = later(now, minutes(purchasable.cartHoldMinutes))
      const given = { ownerToken: newSecret(), customerId: cart.customer_id, expiresAt, now }
      const held = await claim(purchasable, tx, own, { ...given, ctx }, noRoom)
      await this.holds.keepInCart(tx, { ...given, held: held.map((taken) => ({ ...taken, kind })) })
      for (const line of own) line.heldUntil = expiresAt
    }
  }

  private write(tx: Tx, rows: readonly CartLineRow[], priced: readonly PricedLine[], known: ReadonlySet<string>, now: Date): void {
    for (const [index, row] of rows.entries()) {
      const line = priced[index]!
      if (known.has(row.id)) {
        sendAlong(
          tx,
          tx
            .updateTable('cart_line')
            .set({
              choice: jsonb(row.choice),
              choice_key: row.choice_key,
              quantity: row.quantity,
              held_until: line.heldUntil,
              updated_at: now,
            })
            .where('id', '=', row.id),
        )
      } else {
        sendAlong(
          tx,
          tx
            .insertInto('cart_line')
            .values({ ...row, choice: jsonb(row.choice), added_amount: line.addedAmount, held_until: line.heldUntil }),
        )
      }
    }
  }

  /** The parsed choice is what is stored: a schema may seal personal data in it. */
  private parse(kind: string, choice: Record<string, unknown>): { choice: unknown; key: string } {
    const purchasable = this.verticals.isKindOn(kind) ? this.purchasables.get(kind) : undefined
    if (!purchasable) throw new DomainError('not_found', { field: 'kind' })
    const parsed = purchasable.choice.safeParse(choice)
    if (!parsed.success) {
      const fields = parsed.error.issues.map((issue) => ({ field: ['choice', ...issue.path].join('.'), message: issue.message }))
      throw new DomainError('invalid_request', { field: 'choice', details: { fields } })
    }
    return { choice: parsed.data, key: purchasable.choiceKey(parsed.data) }
  }
}

/**
 * Takes what lines of one kind want, locked in resource id order.
 * @throws DomainError whatever the vertical refuses with; `noRoom` hears what was in the way
 */
export async function claim(
  purchasable: Purchasable,
  tx: Tx,
  lines: readonly PricedLine[],
  context: Parameters<Purchasable['hold']>[2],
  noRoom: (shortage: Shortage) => void,
) {
  const wanted = lines
    .map((line) => ({ lineId: line.id, choice: line.choice, quantity: line.quantity, resourceId: line.quote!.resourceId }))
    .sort((a, b) => (a.resourceId < b.resourceId ? -1 : a.resourceId > b.resourceId ? 1 : a.lineId < b.lineId ? -1 : 1))
  try {
    return await purchasable.hold(tx, wanted, context)
  } catch (error) {
    const shortage = shortageOf(purchasable.kind, error)
    if (shortage) noRoom(shortage)
    throw error
  }
}

/** What stands in the way of a line that was quoted as not to be had: overdue holds of it may be freed. */
export function shortageOfLine(line: PricedLine): Shortage | null {
  const named = line.error?.details?.['resources']
  if (Array.isArray(named)) return { kind: line.kind, resources: named.map(String) }
  return line.error?.code === 'insufficient_stock' && line.quote ? { kind: line.kind, resources: [line.quote.resourceId] } : null
}

function lineOf(lines: readonly CartLineRow[], id: string): CartLineRow {
  const line = lines.find((row) => row.id === id)
  if (!line) throw new DomainError('not_found')
  return line
}

function newLine(cartId: string, kind: string, choice: unknown, key: string, quantity: number, now: Date): CartLineRow {
  return {
    id: newId('cli'),
    cart_id: cartId,
    kind,
    choice,
    choice_key: key,
    quantity,
    added_amount: -1,
    held_until: null,
    created_at: now,
    updated_at: now,
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
