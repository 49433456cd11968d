import { newId } from '@cityos/contract'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { completeCart, getCart, updateCart } from '../../../core/cart/contract.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { admin, startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { balance, database, inBalance, service } from '../../../testing/shop.ts'
import {
  bestSeats,
  blockSeats,
  cancelEvent,
  createQuota,
  createTicketType,
  createVouchers,
  eventAvailability,
  freezeSales,
  getEvent,
  listCheckinLists,
  listOrderTickets,
  listSeats,
  releaseTickets,
  scanTicket,
  startSale,
  unfreezeSales,
  updateQuota,
} from '../contract.ts'
import {
  buyTickets,
  day,
  eventOnSale,
  hold,
  hour,
  now,
  quotaDrift,
  refusal,
  seatedEvent,
  settle,
  ticketsOf,
  travel,
  verticals,
} from './fixture.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane({}, verticals)
})
afterAll(() => plane?.stop())
afterEach(async () => {
  service(plane, Clock).travelTo(null)
  expect(await quotaDrift(plane)).toBe(0)
})

const card = { method: 'sandbox' as const, token: 'tok_ok' }
const simple = { types: { normal: { amount: 10_000 } }, quotas: { total: { size: 10, types: ['normal'] } } }

describe('acceptance (docs/spec/event-ticketing.md)', { retry: 0 }, () => {
  it('① total 500, VIP 100: the last VIP raced by 30 buyers goes to one, others get sold_out with the waiting list', async () => {
    const { types } = await eventOnSale(plane, {
      types: { normal: { amount: 10_000 }, vip: { amount: 50_000 } },
      quotas: { total: { size: 500, types: ['normal', 'vip'] }, vip: { size: 1, types: ['vip'] } },
    })
    const answers = await Promise.all(Array.from({ length: 30 }, () => refusal(buyTickets(plane, [{ ticket_type_id: types['vip']! }]))))
    expect(answers.filter((answer) => answer.code === 'not refused')).toHaveLength(1)
    const lost = answers.filter((answer) => answer.code !== 'not refused')
    expect(lost.every((answer) => answer.code === 'sold_out' && answer.details['waiting_list'] === true)).toBe(true)
    expect(await ticketsOf(plane, types['vip']!)).toEqual({ valid: 1 })
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('② an add-on alone is refused; with its parent in the order or owned it is sold', async () => {
    const { types } = await eventOnSale(plane, {
      types: { normal: { amount: 10_000 }, workshop: { amount: 5000, kind: 'add_on', requires_parent: ['normal'] } },
      quotas: { total: { size: 10, types: ['normal'] }, workshop: { size: 3, types: ['workshop'] } },
    })
    expect((await refusal(buyTickets(plane, [{ ticket_type_id: types['workshop']! }]))).code).toBe('parent_ticket_required')
    expect(
      (await refusal(buyTickets(plane, [{ ticket_type_id: types['normal']! }, { ticket_type_id: types['workshop']!, quantity: 2 }]))).code,
    ).toBe('parent_ticket_required')
    const { order } = await buyTickets(plane, [{ ticket_type_id: types['normal']! }, { ticket_type_id: types['workshop']! }])
    expect(order.total.amount).toBe(15_000)
    const linked = await database(plane)
      .read.selectFrom('event_ticket')
      .select('parent_ticket_id')
      .where('ticket_type_id', '=', types['workshop']!)
      .execute()
    expect(linked[0]!.parent_ticket_id).toMatch(/^tkt_/)
  })

  it('③ the second scan of a ticket answers 200 already_used with the first time, and no new entry', async () => {
    const { types, vendorId, event } = await eventOnSale(plane, simple)
    const { order, token } = await buyTickets(plane, [{ ticket_type_id: types['normal']! }])
    const [ticket] = await plane.client()(listOrderTickets, { params: { number: order.number }, query: { token } })
    const as = { actor: vendorActor(vendorId) }
    const { items } = await plane.call(listCheckinLists, { query: { event_id: event.id } }, as)
    const scan = () =>
      plane.call(scanTicket, { body: { list_id: items[0]!.id, code: ticket!.qr_text!, device_id: 'gate-1', nonce: newId('non') } }, as)
    const first = await scan()
    expect(first).toMatchObject({ result: 'ok', ticket: { entries: 1 } })
    const second = await scan()
    expect(second).toMatchObject({ result: 'already_used', first_at: first.first_at, ticket: { entries: 1 } })
  })

  it('④ an expired hold at payment → 410 hold_expired, no charge, and the ticket is free again', async () => {
    const { types, quotas } = await eventOnSale(plane, { ...simple, quotas: { total: { size: 1, types: ['normal'] } } })
    const held = await hold(plane, [{ ticket_type_id: types['normal']! }])
    expect(new Date(held.hold.expires_at).getTime() - now(plane).getTime()).toBeGreaterThan(14 * 60_000)
    const shopper = plane.client({ 'x-cart-token': held.token! })
    await shopper(updateCart, { params: { id: held.cart_id }, body: { email: 'late@example.test' } })
    await travel(plane, new Date(now(plane).getTime() + 16 * 60_000))
    const answer = await refusal(
      shopper(
        completeCart,
        { params: { id: held.cart_id }, body: { payment: card, expected_total: { amount: 10_000, currency: 'SAR' } } },
        { idempotencyKey: newId('key') },
      ),
    )
    expect(answer.code).toBe('hold_expired')
    const { rows } = await sql<{
      charged: number
    }>`SELECT count(*)::int AS charged FROM payment WHERE captured_amount > 0 AND order_id IN (SELECT id FROM "order" WHERE cart_id = ${held.cart_id})`.execute(
      database(plane).read,
    )
    expect(rows[0]!.charged).toBe(0)
    await buyTickets(plane, [{ ticket_type_id: types['normal']! }])
    const quota = await database(plane)
      .read.selectFrom('event_quota')
      .select(['used', 'size'])
      .where('id', '=', quotas['total']!)
      .executeTakeFirst()
    expect(quota).toEqual({ used: 1, size: 1 })
  })

  it('⑤ a voucher past its limit → voucher_exhausted, an unknown, expired or foreign one → voucher_invalid', async () => {
    const { types, vendorId, event } = await eventOnSale(plane, simple)
    const as = { actor: vendorActor(vendorId) }
    await plane.call(
      createVouchers,
      { params: { id: event.id }, body: { code: 'FRIEND', effect: 'percent', value: 2500, max_usages: 1 } },
      as,
    )
    const line = { ticket_type_id: types['normal']!, voucher: 'friend' }
    expect((await refusal(buyTickets(plane, [{ ...line, voucher: 'nobody-knows' }]))).code).toBe('voucher_invalid')
    expect((await refusal(buyTickets(plane, [{ ...line, quantity: 2 }]))).code).toBe('voucher_exhausted')
    const { order } = await buyTickets(plane, [line])
    expect(order.total.amount).toBe(7500)
    expect((await refusal(buyTickets(plane, [line]))).code).toBe('voucher_exhausted')
    await plane.call(
      createVouchers,
      { params: { id: event.id }, body: { code: 'SHORT', valid_until: new Date(now(plane).getTime() + hour).toISOString() } },
      as,
    )
    await travel(plane, new Date(now(plane).getTime() + 2 * hour))
    expect((await refusal(buyTickets(plane, [{ ...line, voucher: 'SHORT' }]))).code).toBe('voucher_invalid')
  })

  it('⑥ 11 tickets → max_tickets_exceeded, over several lines and types too', async () => {
    const { types } = await eventOnSale(plane, {
      types: { normal: { amount: 10_000, max_per_order: 50 }, child: { amount: 5000, max_per_order: 50 } },
      quotas: { total: { size: 100, types: ['normal', 'child'] } },
    })
    expect(await refusal(buyTickets(plane, [{ ticket_type_id: types['normal']!, quantity: 11 }]))).toMatchObject({
      code: 'max_tickets_exceeded',
      details: { max: 10 },
    })
    const mixed = [
      { ticket_type_id: types['normal']!, quantity: 6 },
      { ticket_type_id: types['child']!, quantity: 5 },
    ]
    expect((await refusal(buyTickets(plane, mixed))).code).toBe('max_tickets_exceeded')
    await buyTickets(plane, [
      { ticket_type_id: types['normal']!, quantity: 6 },
      { ticket_type_id: types['child']!, quantity: 4 },
    ])
  })

  it('⑦ a seat that is taken → 409 seat_unavailable naming it; none of the others is held', async () => {
    const { types, event } = await seatedEvent(plane)
    await buyTickets(plane, [{ ticket_type_id: types['seat']!, seat_ids: ['A-1-1'] }])
    const answer = await refusal(hold(plane, [{ ticket_type_id: types['seat']!, seat_ids: ['A-1-1', 'A-1-2'] }]))
    expect(answer).toMatchObject({ code: 'seat_unavailable', details: { seat_ids: ['A-1-1'] } })
    const { status } = await plane.client()(listSeats, { params: { id: event.id }, query: {} })
    expect(status.slice(0, 3)).toBe('sff')
  })
})

describe('seats', { retry: 0 }, () => {
  it('seats of two categories become two lines of their own price, held together', async () => {
    const { types, event } = await seatedEvent(plane)
    const held = await hold(plane, [{ ticket_type_id: types['seat']!, seat_ids: ['A-1-1', 'B-1-1', 'A-1-2'] }])
    expect(held.lines.map((line) => [line.seat_ids, line.total.amount])).toEqual([
      [['A-1-1', 'A-1-2'], 40_000],
      [['B-1-1'], 10_000],
    ])
    const { status, free } = await plane.client()(listSeats, { params: { id: event.id }, query: {} })
    expect(status.startsWith('hhff')).toBe(true)
    expect(free).toBe(status.length - 3)
    await plane.client({ 'x-cart-token': held.token! })(releaseTickets, {
      params: { id: held.line_ids[0]! },
      query: { cart_id: held.cart_id },
    })
    expect((await plane.client()(listSeats, { params: { id: event.id }, query: {} })).status.startsWith('ffff')).toBe(true)
  })

  it('blocks free seats, not taken ones; best seats are side by side, near the stage, of what is free', async () => {
    const { types, event, vendorId } = await seatedEvent(plane)
    const as = { actor: vendorActor(vendorId) }
    await plane.call(blockSeats, { params: { id: event.id }, body: { seat_ids: ['A-1-5', 'A-1-6'], blocked: true } }, as)
    expect((await refusal(hold(plane, [{ ticket_type_id: types['seat']!, seat_ids: ['A-1-5'] }]))).code).toBe('seat_unavailable')
    const best = await plane.client()(bestSeats, { params: { id: event.id }, query: { quantity: 3 } })
    expect(best).toMatchObject({ adjacent: true, category: 'gold', price: { amount: 20_000 } })
    expect(best.seat_ids).not.toContain('A-1-5')
    await buyTickets(plane, [{ ticket_type_id: types['seat']!, seat_ids: best.seat_ids }])
    const next = await plane.client()(bestSeats, { params: { id: event.id }, query: { quantity: 3 } })
    expect(next.seat_ids.some((seat) => best.seat_ids.includes(seat))).toBe(false)
  })

  it('bad choices: a seat that is not there, twice the same, none where one is needed', async () => {
    const { types } = await seatedEvent(plane)
    expect(await refusal(hold(plane, [{ ticket_type_id: types['seat']!, seat_ids: ['Z-1-1'] }]))).toMatchObject({
      code: 'seat_unavailable',
      details: { reason: 'unknown_seat' },
    })
    expect((await refusal(hold(plane, [{ ticket_type_id: types['seat']!, seat_ids: ['A-1-1', 'A-1-1'] }]))).code).toBe('validation_failed')
    expect((await refusal(hold(plane, [{ ticket_type_id: types['seat']!, quantity: 2 }]))).code).toBe('validation_failed')
    expect((await refusal(hold(plane, [{ ticket_type_id: types['seat']!, seat_ids: ['A-1-1'], quantity: 2 }]))).code).toBe(
      'validation_failed',
    )
  })
})

describe('prices', { retry: 0 }, () => {
  it('the early bird after the last one asks first, then pays the next price for what is left over', async () => {
    const { types } = await eventOnSale(plane, {
      types: { summit: { amount: 60_000, tiers: [{ price: { amount: 40_000, currency: 'SAR' }, quantity: 2, until: null }] } },
      quotas: { total: { size: 10, types: ['summit'] } },
    })
    const line = { ticket_type_id: types['summit']!, quantity: 3 }
    expect(await refusal(hold(plane, [line]))).toMatchObject({
      code: 'price_changed',
      details: { left: 2, was_amount: 40_000, next_amount: 60_000 },
    })
    const held = await hold(plane, [line], { accept_price: true })
    expect(held.lines.map((part) => [part.quantity, part.unit_price.amount])).toEqual([
      [2, 40_000],
      [1, 60_000],
    ])
    const { order } = await buyTickets(plane, [{ ticket_type_id: types['summit']! }])
    expect(order.total.amount).toBe(60_000)
    const cart = await plane.client({ 'x-cart-token': held.token! })(getCart, { params: { id: held.cart_id } })
    expect(cart.totals.total.amount).toBe(140_000)
    expect(cart.lines.every((part) => part.error === null)).toBe(true)
    // given back, the early price is there for somebody else
    await plane.client({ 'x-cart-token': held.token! })(releaseTickets, {
      params: { id: held.line_ids[0]! },
      query: { cart_id: held.cart_id },
    })
    expect((await buyTickets(plane, [{ ticket_type_id: types['summit']! }])).order.total.amount).toBe(40_000)
  })

  it('the service fee is part of every price shown and of the order; a free ticket has none', async () => {
    const { types, event } = await eventOnSale(plane, {
      types: { normal: { amount: 10_000 }, free: { amount: 0 } },
      quotas: { total: { size: 10, types: ['normal', 'free'] } },
      event: { service_fee: { amount: { amount: 200, currency: 'SAR' }, bps: 250 } },
    })
    const offers = await plane.client()(eventAvailability, { params: { id: event.id }, query: {} })
    expect(offers.ticket_types.map((type) => [type.price.amount, type.service_fee.amount])).toEqual([
      [10_450, 450],
      [0, 0],
    ])
    const { order } = await buyTickets(plane, [{ ticket_type_id: types['normal']!, quantity: 2 }])
    expect(order.total.amount).toBe(20_900)
    const parts = order.sub_orders[0]!.lines[0]!.parts
    expect(parts.map((part) => [part.kind, part.amount.amount])).toEqual([
      ['item', 10_000],
      ['fee', 450],
    ])
    const free = await buyTickets(plane, [{ ticket_type_id: types['free']! }], { payment: { method: 'none' } })
    expect(free.order).toMatchObject({ total: { amount: 0 } })
    expect(await ticketsOf(plane, types['free']!)).toEqual({ valid: 1 })
    expect(await balance(plane)).toMatchObject({ balanced: true, orphans: 0 })
  })
})

describe('sale', { retry: 0 }, () => {
  it('sells only between presale start and end, not while frozen, and not what is cancelled', async () => {
    const { types, event, vendorId } = await eventOnSale(plane, {
      ...simple,
      event: {
        presale_start: new Date(now(plane).getTime() + day).toISOString(),
        presale_end: new Date(now(plane).getTime() + 5 * day).toISOString(),
      },
    })
    const line = [{ ticket_type_id: types['normal']! }]
    expect(await refusal(buyTickets(plane, line))).toMatchObject({ code: 'sales_closed', details: { sale: 'soon' } })
    const start = now(plane).getTime()
    service(plane, Clock).travelTo(new Date(start + 2 * day))
    await buyTickets(plane, line)
    await plane.call(freezeSales, { params: { id: event.id }, body: { reason: 'a complaint is looked into' } }, { actor: admin })
    expect((await refusal(buyTickets(plane, line))).code).toBe('sales_closed')
    await plane.call(unfreezeSales, { params: { id: event.id } }, { actor: admin })
    await buyTickets(plane, line)
    // the deadline on the row decides, whether its timer has run or not
    service(plane, Clock).travelTo(new Date(start + 5 * day + 1000))
    expect((await refusal(buyTickets(plane, line))).code).toBe('sales_closed')
    await settle(plane)
    expect((await plane.client()(getEvent, { params: { handle: event.handle } })).status).toBe('closed')
    const as = { actor: vendorActor(vendorId) }
    expect((await refusalOf(plane.call(startSale, { params: { id: event.id } }, as))).code).toBe('invalid_transition')
    await plane.call(
      cancelEvent,
      { params: { id: event.id }, body: { reason: 'the hall has flooded' } },
      { ...as, idempotencyKey: newId('key') },
    )
    expect((await refusal(buyTickets(plane, line))).code).toBe('sales_closed')
  })

  it('a quota lowered below what is used sells nothing, cancels nothing, and sells again when raised', async () => {
    const { types, quotas, vendorId } = await eventOnSale(plane, simple)
    const as = { actor: vendorActor(vendorId) }
    await buyTickets(plane, [{ ticket_type_id: types['normal']!, quantity: 5 }])
    await plane.call(updateQuota, { params: { id: quotas['total']! }, body: { size: 3 } }, as)
    expect((await refusal(buyTickets(plane, [{ ticket_type_id: types['normal']! }]))).code).toBe('sold_out')
    expect(await ticketsOf(plane, types['normal']!)).toEqual({ valid: 5 })
    await plane.call(updateQuota, { params: { id: quotas['total']! }, body: { size: 6 } }, as)
    await settle(plane)
    await buyTickets(plane, [{ ticket_type_id: types['normal']! }])
  })

  it('a type in no quota is not for sale; a quota added later counts what is sold already', async () => {
    const { types, event, vendorId } = await eventOnSale(plane, simple)
    const as = { actor: vendorActor(vendorId) }
    await buyTickets(plane, [{ ticket_type_id: types['normal']!, quantity: 4 }])
    const withLate = await plane.call(
      createTicketType,
      { params: { id: event.id }, body: { name: { en: 'late', ar: 'late' }, price: { amount: 100, currency: 'SAR' } } },
      as,
    )
    const late = withLate.ticket_types.find((type) => type.name.en === 'late')!.id
    expect((await refusal(buyTickets(plane, [{ ticket_type_id: late }]))).code).toBe('sold_out')
    const after = await plane.call(
      createQuota,
      { params: { id: event.id }, body: { name: 'both', size: 5, ticket_type_ids: [late, types['normal']!] } },
      as,
    )
    expect(after.quotas.find((quota) => quota.name === 'both')!.used).toBe(4)
    await buyTickets(plane, [{ ticket_type_id: late }])
    expect((await refusal(buyTickets(plane, [{ ticket_type_id: types['normal']! }]))).code).toBe('sold_out')
  })

  it('an event of several dates needs to know which', async () => {
    const { types, event } = await eventOnSale(plane, { ...simple, event: { is_series: true } })
    await addDate(event.id)
    expect(await refusal(buyTickets(plane, [{ ticket_type_id: types['normal']! }]))).toMatchObject({
      code: 'validation_failed',
      details: { rule: 'event_date_required' },
    })
    await buyTickets(plane, [{ ticket_type_id: types['normal']!, event_date_id: event.dates[0]!.id }])
    expect((await refusal(buyTickets(plane, [{ ticket_type_id: types['normal']!, event_date_id: 'evd_nowhere' }]))).code).toBe('not_found')
  })
})

async function addDate(eventId: string): Promise<void> {
  const at = now(plane).getTime() + 40 * day
  await sql`INSERT INTO event_date (id, event_id, starts_at, ends_at, created_at, updated_at) VALUES (${newId('evd')}, ${eventId}, ${new Date(at)}, ${new Date(at + hour)}, now(), now())`.execute(
    database(plane).read,
  )
}

async function refusalOf(call: Promise<unknown>): Promise<{ code: string }> {
  return call.then(
    () => ({ code: 'not refused' }),
    (error: { code: string }) => error,
  )
}
