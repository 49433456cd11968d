import { DomainError, newId, type VerticalManifest } from '@cityos/contract'
import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common'
import { sql } from 'kysely'
import { Pool } from 'pg'
import { z } from 'zod'
import { CheckoutModule } from '../core/checkout/checkout.module.ts'
import { OrderModule } from '../core/order/order.module.ts'
import { type CancellationTier, tierRefund } from '../core/vertical/cancellation.ts'
import type { InstalledVertical } from '../core/vertical/define-vertical.ts'
import {
  type CaptureMode,
  type EntitlementRef,
  type Hold,
  type LineToCancel,
  type LineToConfirm,
  type LineToHold,
  type LineToQuote,
  type Purchasable,
  Purchasables,
  type Quote,
  type QuoteAnswer,
  type QuoteContext,
} from '../core/vertical/purchasable.ts'
import { VerticalModule } from '../core/vertical/vertical.module.ts'
import type { Tx } from '../platform/db/index.ts'
import type { TestPlane } from './plane.ts'
import { database } from './shop.ts'

/** A vertical for tests alone, never shipped: seats of a show that is capturing money in every way there is. */
const KioskChoice = z.object({ show_id: z.string(), note: z.string().optional() })
type KioskChoice = z.infer<typeof KioskChoice>

export interface Show {
  id: string
  vendor_id: string
  vendor_handle: string
  capacity: number
  used: number
  amount: number
  deposit: number | null
  mode: CaptureMode
  tiers: CancellationTier[] | null
  starts_at: Date | null
  tip: number
  blocked: boolean
}

const manifest: VerticalManifest = {
  name: 'kiosk',
  prefix: 'kiosk',
  title: { en: 'Kiosk', fr: 'Kiosque', ar: 'كشك' },
  dependsOn: [],
  kinds: ['show.seat'],
  resources: [],
  permissions: { staff: {}, vendor: {} },
  navigation: [],
}

@Injectable()
class SeatPurchasable implements Purchasable<KioskChoice>, OnModuleInit {
  readonly kind = 'show.seat'
  readonly choice = KioskChoice
  readonly cartHoldMinutes = 10
  readonly fulfilment = 'own'

  constructor(@Inject(Purchasables) private readonly purchasables: Purchasables) {}

  onModuleInit(): void {
    this.purchasables.register(this)
  }

  choiceKey(choice: KioskChoice): string {
    return `${choice.show_id}:${choice.note ?? ''}`
  }

  async quote(tx: Tx, lines: readonly LineToQuote<KioskChoice>[], { currency, now }: QuoteContext): Promise<QuoteAnswer[]> {
    const ids = lines.map((line) => line.choice.show_id)
    const { rows } = await sql<Show>`SELECT * FROM test_show WHERE id = ANY (${ids}::text[])`.execute(tx)
    return lines.map(({ choice }): QuoteAnswer => {
      const show = rows.find((row) => row.id === choice.show_id)
      if (!show) return { ok: false, code: 'unavailable', title: null }
      if (show.starts_at !== null && show.starts_at <= now) return { ok: false, code: 'slot_in_past', title: { en: 'Seat', ar: 'مقعد' } }
      return { ok: true, quote: quoteOf(show, currency) }
    })
  }

  async hold(tx: Tx, lines: readonly LineToHold<KioskChoice>[]): Promise<Hold[]> {
    for (const line of lines) {
      const taken =
        await sql`UPDATE test_show SET used = used + ${line.quantity} WHERE id = ${line.resourceId} AND used + ${line.quantity} <= capacity RETURNING id`.execute(
          tx,
        )
      if (taken.rows.length === 0) throw new DomainError('slot_unavailable', { details: { resources: [line.resourceId] } })
      await sql`INSERT INTO test_seat (id, line_id, show_id, quantity, state) VALUES (${newId('seat')}, ${line.lineId}, ${line.resourceId}, ${line.quantity}, 'held')`.execute(
        tx,
      )
    }
    return lines.map(({ lineId, resourceId, quantity }) => ({ lineId, resourceId, quantity }))
  }

  async confirm(tx: Tx, lines: readonly LineToConfirm<KioskChoice>[]): Promise<EntitlementRef[]> {
    const refs: EntitlementRef[] = []
    for (const line of lines) {
      const { rows } = await sql<{
        id: string
      }>`UPDATE test_seat SET state = 'booked', order_line_id = ${line.orderLineId} WHERE line_id = ${line.lineId} AND state = 'held' RETURNING id`.execute(
        tx,
      )
      refs.push({ orderLineId: line.orderLineId, type: 'test_seat', id: rows[0]!.id })
    }
    return refs
  }

  async release(tx: Tx, holds: readonly Hold[], cause: string): Promise<void> {
    for (const hold of holds) {
      await sql`WITH freed AS (UPDATE test_seat SET state = ${cause} WHERE line_id = ${hold.lineId} AND state = 'held' RETURNING show_id, quantity)
        UPDATE test_show s SET used = used - freed.quantity FROM freed WHERE s.id = freed.show_id`.execute(tx)
    }
  }

  refundDecision(line: LineToCancel, now: Date) {
    return {
      orderLineId: line.orderLineId,
      refundAmount: tierRefund(line.cancellationTiers, line.startsAt, line.paidAmount, now),
      reason: 'tier',
    }
  }

  async cancel(tx: Tx, lines: readonly LineToCancel[]): Promise<void> {
    for (const line of lines) await moveSeat(tx, line.orderLineId, ['booked', 'accepted'], 'cancelled')
  }
}

/** One step of a seat, compare-and-set. @throws DomainError invalid_transition */
export async function moveSeat(tx: Tx, orderLineId: string, from: readonly string[], to: string): Promise<void> {
  const { rows } = await sql<{ show_id: string; quantity: number }>`UPDATE test_seat SET state = ${to}
    WHERE order_line_id = ${orderLineId} AND state = ANY (${[...from]}::text[]) RETURNING show_id, quantity`.execute(tx)
  if (!rows[0]) throw new DomainError('invalid_transition', { details: { entity: 'test_seat', to } })
  if (to === 'cancelled' || to === 'no_show')
    await sql`UPDATE test_show SET used = used - ${rows[0].quantity} WHERE id = ${rows[0].show_id}`.execute(tx)
}

function quoteOf(show: Show, currency: string): Quote {
  const part = (kind: 'item' | 'tip', en: string, amount: number, taxBps: number) => ({
    kind,
    title: { en, ar: en },
    quantity: 1,
    amount,
    taxBps,
    commissionable: kind === 'item',
  })
  return {
    vertical: 'kiosk',
    vendor: { id: show.vendor_id, handle: show.vendor_handle, name: { en: 'Kiosk', ar: 'كشك' } },
    title: { en: 'Seat', ar: 'مقعد' },
    subtitle: null,
    sku: null,
    picture: null,
    path: null,
    currency,
    unitAmount: show.amount + show.tip,
    compareAtAmount: null,
    taxClass: 'standard',
    taxBps: 1500,
    captureMode: show.amount + show.tip === 0 ? 'none' : show.mode,
    delivery: 'none',
    weightGrams: 0,
    quantity: { min: 1, max: null, step: 1, available: null },
    resourceId: show.id,
    reference: { type: 'test_show', id: show.id },
    withdrawalExemptReason: 'dated_service',
    cancellationTiers: show.tiers,
    startsAt: show.starts_at,
    categoryIds: [],
    parts: show.tip > 0 ? [part('item', 'Seat', show.amount, 1500), part('tip', 'Tip', show.tip, 0)] : [],
    depositAmount: show.deposit,
    cashAccepted: true,
    blocked: show.blocked ? { code: 'minimum_order_not_met', details: { missing_amount: 1 } } : null,
  }
}

@Module({ imports: [VerticalModule, OrderModule, CheckoutModule], providers: [SeatPurchasable] })
class KioskModule {}

export const kiosk: InstalledVertical = { manifest, lifecycles: [], module: KioskModule }

/** Tables of the kiosk; once per test database. */
export async function addKioskTables(plane: TestPlane): Promise<void> {
  const pool = new Pool({ connectionString: plane.database.ownerUrl, max: 1 })
  await pool.query(`SET ROLE cityos_owner;
    CREATE TABLE test_show (id text PRIMARY KEY, vendor_id text NOT NULL, vendor_handle text NOT NULL, capacity int NOT NULL, used int NOT NULL DEFAULT 0,
      amount int NOT NULL, deposit int, mode text NOT NULL, tiers jsonb, starts_at timestamptz(3), tip int NOT NULL DEFAULT 0, blocked boolean NOT NULL DEFAULT false,
      CHECK (used BETWEEN 0 AND capacity));
    CREATE TABLE test_seat (id text PRIMARY KEY, line_id text NOT NULL, show_id text NOT NULL REFERENCES test_show, quantity int NOT NULL, state text NOT NULL, order_line_id text);
    GRANT SELECT, INSERT, UPDATE, DELETE ON test_show, test_seat TO cityos_app`)
  await pool.end()
}

/** A show of a vendor. Amounts in halalas. */
export async function addShow(plane: TestPlane, vendorId: string, over: Partial<Show> = {}): Promise<Show> {
  const show: Show = {
    id: newId('show'),
    vendor_id: vendorId,
    vendor_handle: vendorId,
    capacity: 10,
    used: 0,
    amount: 10_000,
    deposit: null,
    mode: 'on_accept',
    tiers: null,
    starts_at: null,
    tip: 0,
    blocked: false,
    ...over,
  }
  const { tiers } = show
  await sql`INSERT INTO test_show (id, vendor_id, vendor_handle, capacity, used, amount, deposit, mode, tiers, starts_at, tip, blocked)
    VALUES (${show.id}, ${show.vendor_id}, ${show.vendor_handle}, ${show.capacity}, ${show.used}, ${show.amount}, ${show.deposit}, ${show.mode},
      ${tiers && JSON.stringify(tiers)}::jsonb, ${show.starts_at}, ${show.tip}, ${show.blocked})`.execute(database(plane).read)
  return show
}

export async function usedOf(plane: TestPlane, show: Show): Promise<number> {
  const { rows } = await sql<{ used: number }>`SELECT used FROM test_show WHERE id = ${show.id}`.execute(database(plane).read)
  return rows[0]!.used
}

export async function seatState(plane: TestPlane, orderLineId: string): Promise<string> {
  const { rows } = await sql<{ state: string }>`SELECT state FROM test_seat WHERE order_line_id = ${orderLineId}`.execute(
    database(plane).read,
  )
  return rows[0]!.state
}
