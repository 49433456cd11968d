import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Ledger } from '../core/ledger/ledger.service.ts'
import { AdminOrderService } from '../core/order/admin-order.service.ts'
import { cancelOrder, quoteRefund, trackOrder } from '../core/order/contract.ts'
import { Dashboards } from '../core/order/dashboards.ts'
import { FulfilService } from '../core/order/fulfil.service.ts'
import { csvCell, decimal, OrderExport } from '../core/order/order.export.ts'
import { PaymentDesk } from '../core/order/payment-desk.ts'
import { VendorOrderService } from '../core/order/vendor-order.service.ts'
import { Clock, days, later } from '../platform/clock/clock.ts'
import { startTestPlane, type TestPlane } from './plane.ts'
import {
  addProduct,
  addVendor,
  balance,
  buy,
  card,
  codeOf,
  database,
  inBalance,
  refusal,
  service,
  shopperWith,
  staffContext,
  stockOf,
  type TestProduct,
  until,
  vendorContext,
} from './shop.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane?.stop())

const sar = (amount: number) => ({ amount, currency: 'SAR' })
const handOver = (lines?: { line_id: string; quantity: number }[]) => ({ lines, carrier: 'SMSA', tracking_number: 'T1' })
const balancesOf = async (vendorId: string) => {
  const codes = [`vendor:${vendorId}:pending`, `vendor:${vendorId}:available`, `cash_clearing:${vendorId}`]
  const found = await service(plane, Ledger).balances(database(plane).read, codes, 'SAR')
  return codes.map((code) => found.get(code))
}

/** One confirmed order of one vendor. Prices are 115.00 a piece; two pieces ship free. */
async function confirmed(quantity = 2, payment: Parameters<typeof buy>[2] = card()) {
  const vendor = await addVendor(plane)
  const product = await addProduct(plane, vendor, 20)
  const shopper = await shopperWith(plane, [{ product, quantity }])
  const total = 11_500 * quantity + (quantity === 1 ? 1500 : 0)
  const { order, token } = await buy(shopper, total, payment)
  return { vendor, product, shopper, order, token, total, part: order.sub_orders[0]!, line: order.sub_orders[0]!.lines[0]! }
}

describe('the vendor’s part', () => {
  it('placed → confirmed → accepted → fulfilled → completed; the buyer is masked until accepted', async () => {
    const { vendor, product, part, order } = await confirmed(2)
    const vendors = service(plane, VendorOrderService)
    const ctx = vendorContext(vendor)
    const before = await vendors.get(ctx, part.id)
    expect(before).toMatchObject({
      status: 'confirmed',
      actions: ['accept', 'cancel'],
      buyer: { masked: true, email: null },
      shipping_address: { city: 'Riyadh' },
    })
    expect(JSON.stringify(before)).not.toContain('Noura')
    expect(JSON.stringify(before)).not.toContain('Olaya')
    const accepted = await vendors.accept(ctx, part.id)
    expect(accepted).toMatchObject({ status: 'accepted', buyer: { masked: false, name: 'Noura Al-Harbi' } })
    const done = await vendors.fulfil(ctx, part.id, handOver())
    expect(done.status).toBe('fulfilled')
    expect(await stockOf(plane, product)).toEqual({ on_hand: 18, reserved: 0 })
    // gross 230.00 = VAT 30.00 + commission 23.00 + vendor 177.00
    expect(await balancesOf(vendor)).toEqual([-17_700, 0, 0])
    await service(plane, FulfilService).complete(RequestContext.system('test'), part.id)
    expect(await balancesOf(vendor)).toEqual([0, -17_700, 0])
    const seen = await service(plane, AdminOrderService).get(staffContext(), order.id)
    expect(seen.status).toBe('completed')
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('another vendor’s part does not exist here', async () => {
    const { part } = await confirmed(1)
    const stranger = vendorContext(await addVendor(plane))
    expect(await refusal(service(plane, VendorOrderService).get(stranger, part.id))).toBe('not_found')
    expect(await refusal(service(plane, VendorOrderService).accept(stranger, part.id))).toBe('not_found')
  })

  it('fulfil 3 of 2 → 422 quantity_exceeds_open; part by part is fine', async () => {
    const { vendor, part, line } = await confirmed(2)
    const vendors = service(plane, VendorOrderService)
    const ctx = vendorContext(vendor)
    expect(await refusal(vendors.fulfil(ctx, part.id, handOver()))).toBe('invalid_transition')
    await vendors.accept(ctx, part.id)
    expect(await refusal(vendors.fulfil(ctx, part.id, handOver([{ line_id: line.id, quantity: 3 }])))).toBe('quantity_exceeds_open')
    const first = await vendors.fulfil(ctx, part.id, handOver([{ line_id: line.id, quantity: 1 }]))
    expect(first).toMatchObject({ status: 'partially_fulfilled', actions: ['fulfil', 'cancel'] })
    expect((await vendors.fulfil(ctx, part.id, handOver([{ line_id: line.id, quantity: 1 }]))).status).toBe('fulfilled')
  })

  it('cash on delivery is collected and booked at the hand-over, unit by unit', async () => {
    const { vendor, part, line, order } = await confirmed(3, { method: 'cash_on_delivery' })
    const vendors = service(plane, VendorOrderService)
    const ctx = vendorContext(vendor)
    await vendors.accept(ctx, part.id)
    expect(await balancesOf(vendor)).toEqual([0, 0, 0])
    await vendors.fulfil(ctx, part.id, handOver([{ line_id: line.id, quantity: 1 }]))
    expect((await balancesOf(vendor))[2]).toBe(11_500)
    // the rest is not delivered: nothing was paid for it, nothing comes back
    const ended = await vendors.cancel(ctx, part.id, 'the rest is broken')
    expect(ended).toMatchObject({ status: 'fulfilled', payments: [{ status: 'captured', captured: sar(11_500), refunded: sar(0) }] })
    const seen = await service(plane, AdminOrderService).get(staffContext(), order.id)
    expect(seen.payment_status).toBe('paid')
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('three vendors, one cancels → its part is refunded, the rest goes on', async () => {
    const vendors = [await addVendor(plane), await addVendor(plane), await addVendor(plane)]
    const products: TestProduct[] = []
    for (const vendor of vendors) products.push(await addProduct(plane, vendor, 3, 20_000))
    const shopper = await shopperWith(
      plane,
      products.map((product) => ({ product, quantity: 1 })),
    )
    const { order } = await buy(shopper, 60_000, card())
    const part = order.sub_orders.find((candidate) => candidate.vendor.id === vendors[1])!
    await service(plane, VendorOrderService).cancel(vendorContext(vendors[1]!), part.id, 'out of stock')
    const seen = await service(plane, AdminOrderService).get(staffContext(), order.id)
    expect(seen.sub_orders.map((candidate) => candidate.status).sort()).toEqual(['cancelled', 'confirmed', 'confirmed'])
    expect(seen).toMatchObject({ status: 'confirmed', payment_status: 'partially_refunded', refunded: sar(20_000) })
    expect(await balancesOf(vendors[1]!)).toEqual([0, 0, 0])
    expect(await stockOf(plane, products[1]!)).toEqual({ on_hand: 3, reserved: 0 })
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('accept and cancel at once: one wins, the other 409 invalid_transition', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { vendor, part, order, token, shopper } = await confirmed(2)
      const accept = refusal(service(plane, VendorOrderService).accept(vendorContext(vendor), part.id))
      const cancel = codeOf(
        shopper.call(cancelOrder, {
          params: { no: order.number },
          query: { token },
          body: { sub_order_id: part.id, expected_refund: sar(23_000) },
        }),
      )
      const codes = await Promise.all([accept, cancel])
      expect(codes.filter((code) => code === null)).toHaveLength(1)
      expect(codes.filter((code) => code === 'invalid_transition')).toHaveLength(1)
    }
    expect(await balance(plane)).toEqual(inBalance)
  })
})

describe('the buyer cancels', () => {
  it('by quote: another expected refund is 409 refund_quote_changed, the right one gives everything back', async () => {
    const { product, order, token, shopper, total } = await confirmed(1)
    const params = { no: order.number }
    const quote = await shopper.call(quoteRefund, { params, query: { token } })
    expect(quote.refund).toEqual(sar(total))
    const cancel = (amount: number) => shopper.call(cancelOrder, { params, query: { token }, body: { expected_refund: sar(amount) } })
    expect(await codeOf(cancel(total - 1))).toBe('refund_quote_changed')
    expect((await stockOf(plane, product)).reserved).toBe(1)
    const after = await cancel(total)
    expect(after).toMatchObject({ status: 'cancelled', payment_status: 'refunded', refunded: sar(total) })
    expect(await codeOf(cancel(total))).toBe('cancellation_not_allowed')
    expect((await stockOf(plane, product)).reserved).toBe(0)
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('cash on delivery: nothing was paid, nothing is refunded', async () => {
    const { order, token, shopper } = await confirmed(1, { method: 'cash_on_delivery' })
    const after = await shopper.call(cancelOrder, { params: { no: order.number }, query: { token }, body: { expected_refund: sar(0) } })
    expect(after).toMatchObject({ status: 'cancelled', payment_status: 'voided', refunded: sar(0) })
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('tracking needs number and e-mail, shows nothing personal, and is limited to ten an hour', async () => {
    const { order, shopper } = await confirmed(1)
    const seen = await shopper.call(trackOrder, { query: { no: order.number, email: 'Noura@Example.test' } })
    expect(seen.status).toBe('confirmed')
    expect(JSON.stringify(seen)).not.toMatch(/Noura|Olaya|\+966/)
    const codes: (string | null)[] = []
    for (let i = 0; i < 10; i += 1)
      codes.push(await codeOf(shopper.call(trackOrder, { query: { no: order.number, email: 'other@example.test' } })))
    expect(codes.slice(0, 9).every((code) => code === 'not_found')).toBe(true)
    expect(codes[9]).toBe('rate_limited')
  })
})

describe('refunds', () => {
  it('partial refunds reverse commission and VAT in proportion and never more than was paid (A4)', async () => {
    const { vendor, order, part, line } = await confirmed(2)
    const admin = service(plane, AdminOrderService)
    const refund = (amount: number) =>
      admin.refund(staffContext(), order.id, {
        sub_order_id: part.id,
        lines: [{ line_id: line.id, amount: sar(amount) }],
        reason: 'scratched',
      })
    await refund(7_777)
    await refund(3_333)
    expect(await refusal(refund(11_891))).toBe('amount_out_of_range')
    const rest = await admin.refund(staffContext(), order.id, { sub_order_id: part.id, reason: 'all of it' })
    expect(rest).toMatchObject({ payment_status: 'refunded', refunded: sar(23_000) })
    expect(await balancesOf(vendor)).toEqual([0, 0, 0])
    expect(await refusal(admin.refund(staffContext(), order.id, { sub_order_id: part.id, reason: 'once more' }))).toBe(
      'amount_out_of_range',
    )
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('fifty refunds at once of a line that bears ten: ten succeed, the others 422, once each at the provider (weakness 15)', async () => {
    const { order, part, line } = await confirmed(2)
    const admin = service(plane, AdminOrderService)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        refusal(
          admin.refund(staffContext(), order.id, {
            sub_order_id: part.id,
            lines: [{ line_id: line.id, amount: sar(2_300) }],
            reason: 'race',
          }),
        ),
      ),
    )
    expect(answers.filter((code) => code === null)).toHaveLength(10)
    expect(answers.filter((code) => code === 'amount_out_of_range')).toHaveLength(40)
    const { rows } = await sql<{
      refunded: number
    }>`SELECT c.refunded_amount AS refunded FROM sandbox_charge c JOIN payment p ON p.provider_ref = c.id WHERE p.order_id = ${order.id}`.execute(
      database(plane).read,
    )
    expect(rows).toEqual([{ refunded: 23_000 }])
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('a refund after the release takes from the available balance, which may go negative', async () => {
    const { vendor, order, part } = await confirmed(2)
    const vendors = service(plane, VendorOrderService)
    await vendors.accept(vendorContext(vendor), part.id)
    await vendors.fulfil(vendorContext(vendor), part.id, handOver())
    await service(plane, FulfilService).complete(RequestContext.system('test'), part.id)
    await service(plane, AdminOrderService).refund(staffContext(), order.id, { sub_order_id: part.id, reason: 'recalled' })
    expect(await balancesOf(vendor)).toEqual([0, 0, 0])
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('money moves through ledger_post only, and no entry is ever changed (weaknesses 7, 15)', async () => {
    const { read } = database(plane)
    for (const statement of [
      sql`UPDATE ledger_entry SET amount = 1`,
      sql`DELETE FROM ledger_entry`,
      sql`INSERT INTO ledger_txn (id, idempotency_ref, kind, created_at) VALUES ('x', 'x', 'x', now())`,
      sql`UPDATE ledger_account SET balance_amount = 0`,
      sql`DELETE FROM order_event`,
    ]) {
      await expect(statement.execute(read)).rejects.toMatchObject({ code: '42501' })
    }
  })

  it('a posting that does not sum to zero is refused by the database itself', async () => {
    const posts = [
      {
        txn_id: 'txn_bad',
        ref: 'bad',
        kind: 'sale',
        order_id: null,
        memo: null,
        entries: [
          {
            entry_id: 'ent_bad',
            account_id: 'acc_bad',
            code: 'psp_clearing',
            account_kind: 'asset',
            keeps_balance: false,
            allow_negative: true,
            currency: 'SAR',
            amount: 5,
          },
        ],
      },
    ]
    await expect(sql`SELECT ledger_post(${JSON.stringify(posts)}::jsonb, now())`.execute(database(plane).read)).rejects.toMatchObject({
      code: '23514',
      constraint: 'ledger_txn_balanced',
    })
    expect(await balance(plane)).toEqual(inBalance)
  })
})

describe('bank transfers', () => {
  it('one payment confirmed twice, 50 times at once: one wins, the others 409, booked once', async () => {
    const { vendor, order } = await confirmed(2, { method: 'bank_transfer' })
    expect(order).toMatchObject({ status: 'placed', payment_status: 'pending' })
    const desk = service(plane, PaymentDesk)
    const codes = await Promise.all(Array.from({ length: 50 }, () => refusal(desk.confirm(staffContext(), order.payments[0]!.id, 'REF 1'))))
    expect(codes.filter((code) => code === null)).toHaveLength(1)
    expect(codes.filter((code) => code === 'invalid_transition')).toHaveLength(49)
    expect(await balancesOf(vendor)).toEqual([-17_700, 0, 0])
    const seen = await service(plane, AdminOrderService).get(staffContext(), order.id)
    expect(seen).toMatchObject({ status: 'confirmed', payment_status: 'paid' })
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('not there in time: expired, stock free; money after the deadline is refunded in full, once', async () => {
    const clock = plane.app.get(Clock, { strict: false })
    const { product, order, vendor } = await confirmed(2, { method: 'bank_transfer' })
    const admin = service(plane, AdminOrderService)
    try {
      clock.travelTo(later(clock.now(), days(3) + 60_000))
      await until(async () => (await admin.get(staffContext(), order.id)).status === 'expired')
      expect((await stockOf(plane, product)).reserved).toBe(0)
      const desk = service(plane, PaymentDesk)
      const late = await desk.confirm(staffContext(), order.payments[0]!.id, 'REF late')
      expect(late).toMatchObject({ status: 'refunded', captured: sar(23_000), refunded: sar(23_000) })
      expect(await refusal(desk.confirm(staffContext(), order.payments[0]!.id, 'REF late'))).toBe('invalid_transition')
      expect((await admin.get(staffContext(), order.id)).status).toBe('expired')
      expect(await balancesOf(vendor)).toEqual([0, 0, 0])
      expect(await balance(plane)).toEqual(inBalance)
    } finally {
      clock.travelTo(null)
    }
  })
})

describe('staff and vendor views', () => {
  it('lists, notes, dashboards and export come from the rows themselves (weakness 28)', async () => {
    const { vendor, order } = await confirmed(2)
    const admin = service(plane, AdminOrderService)
    const ctx = staffContext()
    const found = await admin.list(ctx, { limit: 20, offset: 0, q: order.number })
    expect(found).toMatchObject({
      total: 1,
      items: [{ number: order.number, email: 'noura@example.test', count: 2, payment_status: 'paid' }],
    })
    expect((await admin.list(ctx, { limit: 5, offset: 0, vendor_id: vendor })).total).toBe(1)
    const noted = await admin.note(ctx, order.id, 'Call before delivery')
    expect(noted.notes).toMatchObject([{ author: 'Finance', text: 'Call before delivery' }])
    const dashboards = service(plane, Dashboards)
    expect(await dashboards.vendor(vendorContext(vendor))).toMatchObject({
      to_accept: 1,
      orders_30d: 1,
      sales_30d: sar(23_000),
      pending_balance: sar(17_700),
    })
    const day = await dashboards.admin(ctx)
    expect(day.by_day).toHaveLength(30)
    expect(day.orders_30d).toBeGreaterThan(0)
    const csv = await service(plane, OrderExport).csv(ctx, {})
    expect(csv.csv).toContain(`${order.number},`)
    expect(csv.csv).toContain('230.00')
  })

  it('an exported cell is never a formula, and amounts have their currency’s digits', () => {
    expect(csvCell('=HYPERLINK("x")')).toBe('"\'=HYPERLINK(""x"")"')
    expect(decimal(1250, 'KWD')).toBe('1.250')
    expect(decimal(4995, 'SAR')).toBe('49.95')
  })
})
