import { newId } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Clock, later, minutes } from '../../../platform/clock/clock.ts'
import { startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { balance, codeOf, database, inBalance, service } from '../../../testing/shop.ts'
import { cancelEvent, createVouchers, listCheckinLists, listOrderTickets, listSeats, scanTicket } from '../contract.ts'
import { buyTickets, eventOnSale, hold, quotaDrift, seatedEvent, settle, ticketsOf, verticals, wanted } from './fixture.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane({}, verticals)
})
afterAll(() => plane?.stop())

function tally(codes: readonly (string | null)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code ?? 'won'] = (counts[code ?? 'won'] ?? 0) + 1
  return counts
}

const at200 = <T>(make: (index: number) => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 200 }, (_, index) => make(index)))

describe('200 callers at once (A19)', { retry: 0 }, () => {
  it('one seat: one holds it, 199 get seat_unavailable', async () => {
    const { types, event } = await seatedEvent(plane)
    const codes = await at200(() => codeOf(hold(plane, [{ ticket_type_id: types['seat']!, seat_ids: ['A-1-4'] }])))
    expect(tally(codes)).toEqual({ won: 1, seat_unavailable: 199 })
    expect(await ticketsOf(plane, types['seat']!)).toEqual({ pending: 1 })
    const { status } = await plane.client()(listSeats, { params: { id: event.id }, query: {} })
    expect(status.split('').filter((letter) => letter === 'h')).toHaveLength(1)
    expect(await quotaDrift(plane)).toBe(0)
  }, 120_000)

  it('overlapping groups of seats: no seat twice, whoever loses holds nothing', async () => {
    const { types } = await seatedEvent(plane)
    const codes = await at200((index) => {
      const from = (index % 9) + 1
      // in both orders, so that locks cross
      const seats = index % 2 ? [`A-2-${from}`, `A-2-${from + 1}`] : [`A-2-${from + 1}`, `A-2-${from}`]
      return codeOf(hold(plane, [{ ticket_type_id: types['seat']!, seat_ids: seats }]))
    })
    const { won = 0, seat_unavailable: lost = 0, ...other } = tally(codes)
    expect(other).toEqual({})
    expect(won).toBeGreaterThanOrEqual(3)
    expect(won).toBeLessThanOrEqual(5)
    expect(won + lost).toBe(200)
    expect(await ticketsOf(plane, types['seat']!)).toEqual({ pending: won * 2 })
    expect(await quotaDrift(plane)).toBe(0)
  }, 120_000)

  it('the last ticket of overlapping quotas (total 500, VIP 100): one buyer wins, the others are sold out, the books balance', async () => {
    const { types, quotas } = await eventOnSale(plane, {
      types: { normal: { amount: 10_000 }, vip: { amount: 50_000 } },
      quotas: { total: { size: 500, types: ['normal', 'vip'] }, vip: { size: 100, types: ['vip'] } },
    })
    // 450 normal and 49 VIP are gone: one unit of the total is left, although 51 VIPs would be
    const { event } = await wanted(plane, types['normal']!)
    for (const [type, uses] of [
      ['normal', 450],
      ['vip', 49],
    ] as const) {
      await plane.call(
        createVouchers,
        { params: { id: event.id }, body: { code: `KEPT-${type}`, blocks_quota: true, max_usages: uses, ticket_type_id: types[type]! } },
        { actor: vendorActor(event.vendor_id) },
      )
    }
    const codes = await at200((index) => codeOf(buyTickets(plane, [{ ticket_type_id: types[index % 2 ? 'normal' : 'vip']! }])))
    expect(tally(codes)).toEqual({ won: 1, sold_out: 199 })
    const used = await database(plane)
      .read.selectFrom('event_quota')
      .select(['id', 'used', 'size'])
      .where('id', 'in', Object.values(quotas))
      .execute()
    expect(used.find((quota) => quota.id === quotas['total'])).toMatchObject({ used: 500 })
    expect(await quotaDrift(plane)).toBe(0)
    expect(await balance(plane)).toMatchObject({ balanced: true, orphans: 0 })
  }, 120_000)

  it('the last use of a voucher: one buyer uses it, 199 get voucher_exhausted', async () => {
    const { types, event, vendorId } = await eventOnSale(plane, {
      types: { normal: { amount: 10_000 } },
      quotas: { total: { size: 500, types: ['normal'] } },
    })
    await plane.call(
      createVouchers,
      { params: { id: event.id }, body: { code: 'ONCE', effect: 'amount', value: 1000 } },
      { actor: vendorActor(vendorId) },
    )
    const codes = await at200(() => codeOf(buyTickets(plane, [{ ticket_type_id: types['normal']!, voucher: 'ONCE' }])))
    expect(tally(codes)).toEqual({ won: 1, voucher_exhausted: 199 })
    const voucher = await database(plane)
      .read.selectFrom('event_voucher')
      .select('redeemed')
      .where('event_id', '=', event.id)
      .executeTakeFirstOrThrow()
    expect(voucher.redeemed).toBe(1)
    expect(await quotaDrift(plane)).toBe(0)
  }, 120_000)

  it('the last early price: one pays it, the others are asked before they pay more', async () => {
    const { types } = await eventOnSale(plane, {
      types: { normal: { amount: 10_000, tiers: [{ price: { amount: 5000, currency: 'SAR' }, quantity: 1, until: null }] } },
      quotas: { total: { size: 500, types: ['normal'] } },
    })
    const tier = await database(plane)
      .read.selectFrom('event_price_tier')
      .select('id')
      .where('ticket_type_id', '=', types['normal']!)
      .executeTakeFirstOrThrow()
    const codes = await at200(() => codeOf(hold(plane, [{ ticket_type_id: types['normal']!, price_tier_id: tier.id }])))
    expect(tally(codes)).toEqual({ won: 1, price_changed: 199 })
    const rows = await database(plane)
      .read.selectFrom('event_ticket')
      .select('price_amount')
      .where('ticket_type_id', '=', types['normal']!)
      .execute()
    expect(rows.map((row) => row.price_amount)).toEqual([5000])
  }, 120_000)

  it('one ticket scanned 200 times at once: one entry, 199 already_used; one nonce sent 200 times: one scan', async () => {
    const { types, event, vendorId } = await eventOnSale(plane, {
      types: { normal: { amount: 0 } },
      quotas: { total: { size: 5, types: ['normal'] } },
    })
    const { order, token } = await buyTickets(plane, [{ ticket_type_id: types['normal']!, quantity: 2 }], { payment: { method: 'none' } })
    const [first, second] = await plane.client()(listOrderTickets, { params: { number: order.number }, query: { token } })
    const as = { actor: vendorActor(vendorId) }
    const { items } = await plane.call(listCheckinLists, { query: { event_id: event.id } }, as)
    const scan = (code: string, nonce: string) =>
      plane.call(scanTicket, { body: { list_id: items[0]!.id, code, device_id: 'gate', nonce } }, as)
    const results = await at200(async () => (await scan(first!.qr_text!, newId('non'))).result)
    expect(tally(results)).toEqual({ ok: 1, already_used: 199 })
    const nonce = newId('non')
    const repeated = await at200(async () => (await scan(second!.qr_text!, nonce)).result)
    expect(tally(repeated)).toEqual({ ok: 200 })
    const scans = await database(plane)
      .read.selectFrom('event_checkin')
      .select(['result', 'ticket_id'])
      .where('list_id', '=', items[0]!.id)
      .where('result', '=', 'ok')
      .execute()
    expect(scans.map((row) => row.ticket_id).sort()).toEqual([first!.id, second!.id].sort())
  }, 120_000)

  it('20 rounds of ten buyers for the last ticket, held by an overdue hold in every other round: exactly one wins', async () => {
    const clock = service(plane, Clock)
    for (let round = 0; round < 20; round += 1) {
      const { types } = await eventOnSale(plane, {
        types: { normal: { amount: 10_000 } },
        quotas: { total: { size: 1, types: ['normal'] } },
      })
      if (round % 2 === 0) {
        const held = await hold(plane, [{ ticket_type_id: types['normal']! }])
        await database(plane)
          .read.updateTable('hold')
          .set({ expires_at: later(clock.now(), -minutes(1)) })
          .where('cart_line_id', '=', held.line_ids[0]!)
          .where('status', '=', 'active')
          .execute()
      }
      const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf(buyTickets(plane, [{ ticket_type_id: types['normal']! }]))))
      expect(tally(codes)).toEqual({ won: 1, sold_out: 9 })
      expect(await ticketsOf(plane, types['normal']!)).toEqual({ valid: 1 })
    }
    expect(await quotaDrift(plane)).toBe(0)
    expect(await balance(plane)).toMatchObject({ balanced: true, orphans: 0 })
  }, 120_000)

  it('selling while the event is cancelled: whoever is sold to is refunded, whoever comes later is refused', async () => {
    const { types, event, vendorId } = await eventOnSale(plane, {
      types: { normal: { amount: 10_000 } },
      quotas: { total: { size: 500, types: ['normal'] } },
    })
    let answered = 0
    let cancel = (): void => {}
    const someSold = new Promise<void>((resolve) => {
      cancel = resolve
    })
    const buying = at200(async () => {
      const code = await codeOf(buyTickets(plane, [{ ticket_type_id: types['normal']! }]))
      answered += 1
      if (answered === 20) cancel()
      return code
    })
    const cancelling = someSold.then(() =>
      plane.call(
        cancelEvent,
        { params: { id: event.id }, body: { reason: 'storm warning' } },
        { actor: vendorActor(vendorId), idempotencyKey: newId('key') },
      ),
    )
    const [codes] = await Promise.all([buying, cancelling])
    await settle(plane)
    const { won = 0, sales_closed: refused = 0, hold_expired: late = 0, ...other } = tally(codes)
    expect(other).toEqual({})
    expect(won + refused + late).toBe(200)
    expect(won).toBeGreaterThanOrEqual(20)
    expect(await ticketsOf(plane, types['normal']!)).toEqual(won > 0 ? { refunded: won } : {})
    expect(await quotaDrift(plane)).toBe(0)
    expect(await balance(plane)).toMatchObject({ balanced: true, orphans: 0 })
    const batch = await database(plane)
      .read.selectFrom('event_refund_batch')
      .selectAll()
      .where('event_id', '=', event.id)
      .executeTakeFirstOrThrow()
    expect(batch).toMatchObject({ status: 'done', refunded_amount: won * 10_000 })
  }, 120_000)
})

it('the books agree in the end', async () => {
  await settle(plane)
  expect(await balance(plane)).toMatchObject({ balanced: inBalance.balanced, overselling: 0, orphans: 0 })
})
