import { type Check, DomainError, newId, type ProbeReport } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { sql } from 'kysely'
import { Purchasables, type Quote } from '../../core/vertical/purchasable.ts'
import { Verticals } from '../../core/vertical/verticals.service.ts'
import { Clock, later, minutes } from '../../platform/clock/clock.ts'
import { newSecret } from '../../platform/credential/secret.ts'
import { Database, type Tx } from '../../platform/db/index.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'

const kind = 'catalogue.product'
/** So many products are asked about before it is said that none can be had. */
const mostTried = 20

/** Thrown to undo everything a probe wrote. */
class Undo extends Error {}

interface Sellable {
  choice: { variant_id: string }
  quote: Quote
}

/**
 * Prices something that is on sale and holds it, as a checkout would, and gives it back: all of it in one transaction that
 * is rolled back in the end, so that ledger, audit, numbers, stock and carts are as before.
 */
@Injectable()
export class LiveProbe {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tenant: TenantContext,
    private readonly purchasables: Purchasables,
    private readonly verticals: Verticals,
  ) {}

  async run(ctx: RequestContext): Promise<ProbeReport> {
    const checks: Check[] = []
    const undone = this.database.transaction(async (tx) => {
      checks.length = 0
      const sellable = await this.#check(checks, 'quote', () => this.#quote(tx))
      if (sellable) await this.#check(checks, 'hold', () => this.#hold(tx, ctx, sellable))
      throw new Undo()
    })
    await undone.catch((error: unknown) => {
      if (!(error instanceof Undo)) checks.push({ name: 'database', ok: false, milliseconds: 0, message: messageOf(error) })
    })
    return { ok: checks.every((check) => check.ok), checks }
  }

  async #check<T>(checks: Check[], name: string, attempt: () => Promise<T | string>): Promise<T | null> {
    const began = performance.now()
    const passed = (): number => Math.round((performance.now() - began) * 10) / 10
    try {
      const result = await attempt()
      const message = typeof result === 'string' ? result : null
      checks.push({ name, ok: true, milliseconds: passed(), message })
      return typeof result === 'string' ? null : result
    } catch (error) {
      checks.push({ name, ok: false, milliseconds: passed(), message: messageOf(error) })
      return null
    }
  }

  /** The first product that can be had right now; a text when there is none, which is no fault of the release. */
  async #quote(tx: Tx): Promise<Sellable | string> {
    const purchasable = this.verticals.isKindOn(kind) ? this.purchasables.get(kind) : undefined
    if (!purchasable) return 'the catalogue is off'
    const { rows } = await sql<{ id: string }>`SELECT va.id FROM variant va JOIN product p ON p.id = va.product_id
      WHERE p.status = 'published' AND p.deleted_at IS NULL ORDER BY p.id, va.position LIMIT ${mostTried}`.execute(tx)
    if (rows.length === 0) return 'nothing is on sale'
    const { default_currency: currency, default_locale: locale } = this.tenant.document
    const lines = rows.map(({ id }) => ({ lineId: null, choice: { variant_id: id }, quantity: 1, held: false }))
    const answers = await purchasable.quote(tx, lines, { currency, locale, customerId: null, now: this.clock.now() })
    for (const [index, answer] of answers.entries()) {
      if (!answer.ok || answer.quote.blocked) continue
      const { available, min } = answer.quote.quantity
      if (available === null || available >= min) return { choice: lines[index]!.choice, quote: answer.quote }
    }
    return 'nothing on sale is in stock'
  }

  async #hold(tx: Tx, ctx: RequestContext, { choice, quote }: Sellable): Promise<string | undefined> {
    const purchasable = this.purchasables.get(kind)!
    const now = this.clock.now()
    const line = { lineId: newId('cli'), choice, quantity: quote.quantity.min, resourceId: quote.resourceId }
    const context = { now, ctx, expiresAt: later(now, minutes(1)), ownerToken: newSecret(), customerId: null }
    try {
      const held = await purchasable.hold(tx, [line], context)
      if (held[0]?.resourceId !== line.resourceId) throw new Error('something else was held than was asked for')
      await purchasable.release(tx, held, 'released', { now, ctx })
      return undefined
    } catch (error) {
      // A shopper was faster: what is sold out meanwhile cannot be held, and that is right.
      if (error instanceof DomainError && error.code === 'insufficient_stock') return 'sold out this moment'
      throw error
    }
  }
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n', 1)[0] ?? message
}
