import { newId } from '@cityos/contract'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { signUp, verify } from '../../../core/customer/contract.ts'
import { Clock } from '../../../platform/clock/clock.ts'
import { hashSecret } from '../../../platform/credential/secret.ts'
import { schedule } from '../../../platform/timer/timers.ts'
import { admin, startTestPlane, type TestPlane, vendorActor } from '../../../testing/plane.ts'
import { balance, codeOf, database, service, staffContext, until } from '../../../testing/shop.ts'
import {
  adminListEvents,
  blockTicket,
  cancelEvent,
  createVouchers,
  eventSales,
  exportAttendees,
  getEvent,
  getEventPayout,
  getMyTicket,
  getWaitingListEntry,
  joinWaitingList,
  leaveWaitingList,
  listAttendees,
  listCheckinLists,
  listMyTickets,
  listOrderTickets,
  listRefundBatches,
  openTicket,
  postponeEvent,
  refundTicket,
  resumeEvent,
  scanTicket,
  syncCheckinList,
  ticketRefundQuote,
  transferTicket,
  unblockTicket,
  uploadScans,
} from '../contract.ts'
import { Payouts } from '../server/payouts.service.ts'
import { timerKinds } from '../server/ticket-rows.ts'
import { buyTickets, day, eventOnSale, hold, hour, now, quotaDrift, refusal, settle, ticketsOf, travel, verticals } from './fixture.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane({}, verticals)
})
afterAll(() => plane?.stop())
afterEach(async () => {
  expect(await quotaDrift(plane)).toBe(0)
  service(plane, Clock).travelTo(null)
})

const simple = { types: { normal: { amount: 10_000 } }, quotas: { total: { size: 2, types: ['normal'] } } }
const key = () => ({ idempotencyKey: newId('key') })
let people = 0

/** A signed-in customer with a verified address, over HTTP. */
async function customer(): Promise<{ headers: Record<string, string>; email: string; id: string }> {
  people += 1
  const email = `person${people}@example.test`
  const password = 'a long enough password'
  const { code } = await plane.client()(signUp, { body: { email, password, name: `Person ${people}` } })
  const session = await plane.client()(verify, { body: { email, code: code! } })
  return { headers: { authorization: `Bearer ${session.token}` }, email, id: session.customer.id }
}

async function ticketOfGuest(types: Record<string, string>, more: object = {}) {
  const { order, token } = await buyTickets(plane, [{ ticket_type_id: types['normal']!, ...more }])
  const tickets = await plane.client()(listOrderTickets, { params: { number: order.number }, query: { token } })
  return { order, token, tickets }
}

describe('waiting list', { retry: 0 }, () => {
  const join = (eventId: string, typeId: string, email: string, quantity = 1) =>
    plane.client()(joinWaitingList, { params: { id: eventId }, body: { ticket_type_id: typeId, email, quantity } })

  it('what is given back goes to whoever waits first, as a code for 24 hours; nobody else gets it; then to the next', async () => {
    const { types, event } = await eventOnSale(plane, simple)
    const typeId = types['normal']!
    const held = await hold(plane, [{ ticket_type_id: typeId, quantity: 2 }])
    expect((await refusal(join(event.id, typeId, 'first@example.test'))).code).toBe('not refused')
    await new Promise((resolve) => setTimeout(resolve, 5))
    const second = await join(event.id, typeId, 'second@example.test')
    expect(second).toMatchObject({ status: 'waiting', position: 1 })
    expect((await refusal(join(event.id, typeId, 'second@example.test'))).code).toBe('already_exists')
    // one unit comes back: the hold of two expires, one is bought anew by the first in line
    await travel(plane, new Date(now(plane).getTime() + 16 * 60_000))
    expect(held.line_ids).toHaveLength(1)
    const entry = await plane.client()(getWaitingListEntry, { params: { id: second.id }, query: { token: second.token } })
    expect(entry.status).toBe('offered')
    expect((await refusal(buyTickets(plane, [{ ticket_type_id: typeId }]))).code).toBe('sold_out')
    await buyTickets(plane, [{ ticket_type_id: typeId, voucher: entry.offer!.voucher }])
    expect((await plane.client()(getWaitingListEntry, { params: { id: second.id }, query: { token: second.token } })).status).toBe(
      'redeemed',
    )
    expect((await refusal(buyTickets(plane, [{ ticket_type_id: typeId, voucher: entry.offer!.voucher }]))).code).toBe('voucher_exhausted')
    const third = await join(event.id, typeId, 'third@example.test')
    // the first one lets the offer run out: it goes to the third
    await travel(plane, new Date(now(plane).getTime() + 25 * hour))
    const after = await plane.client()(getWaitingListEntry, { params: { id: third.id }, query: { token: third.token } })
    expect(after).toMatchObject({ status: 'offered', offer: { quantity: 1 } })
    expect(await ticketsOf(plane, typeId)).toEqual({ valid: 1 })
  })

  it('never offers more than is free, leaves early when asked, and joins only where there is nothing', async () => {
    const { types, event, vendorId } = await eventOnSale(plane, simple)
    const typeId = types['normal']!
    expect(await refusal(join(event.id, typeId, 'early@example.test'))).toMatchObject({
      code: 'validation_failed',
      details: { rule: 'still_available' },
    })
    await plane.call(
      createVouchers,
      { params: { id: event.id }, body: { code: 'KEEP', blocks_quota: true, max_usages: 1, ticket_type_id: typeId } },
      { actor: vendorActor(vendorId) },
    )
    await hold(plane, [{ ticket_type_id: typeId }])
    const group = await join(event.id, typeId, 'group@example.test', 4)
    const solo = await join(event.id, typeId, 'solo@example.test')
    await travel(plane, new Date(now(plane).getTime() + 16 * 60_000))
    expect(await plane.client()(getWaitingListEntry, { params: { id: group.id }, query: { token: group.token } })).toMatchObject({
      status: 'offered',
      offer: { quantity: 1 },
    })
    expect((await plane.client()(getWaitingListEntry, { params: { id: solo.id }, query: { token: solo.token } })).status).toBe('waiting')
    await plane.client()(leaveWaitingList, { params: { id: group.id }, query: { token: group.token } })
    await settle(plane)
    expect((await plane.client()(getWaitingListEntry, { params: { id: solo.id }, query: { token: solo.token } })).status).toBe('offered')
    expect(await codeOf(plane.client()(getWaitingListEntry, { params: { id: solo.id }, query: { token: group.token } }))).toBe('not_found')
  })
})

describe('holders', { retry: 0 }, () => {
  it('a transfer rotates the secret: the old code is dead at once, the new one lets in, the money stays with the buyer', async () => {
    const { types, event, vendorId } = await eventOnSale(plane, simple)
    const buyer = await customer()
    await buyTickets(plane, [{ ticket_type_id: types['normal']! }], {}, buyer.headers)
    const { items } = await plane.client(buyer.headers)(listMyTickets, { query: {} })
    const ticket = items[0]!
    expect(ticket.actions).toEqual(['transfer', 'refund', 'rename'])
    const friend = await customer()
    const { ticket: old, link } = await plane.client(buyer.headers)(
      transferTicket,
      { params: { id: ticket.id }, body: { email: friend.email, name: 'Friend' } },
      key(),
    )
    expect(old).toMatchObject({ status: 'transferred', qr_text: null, qr_url: null })
    const theirs = (await plane.client(friend.headers)(listMyTickets, { query: {} })).items[0]!
    expect(theirs).toMatchObject({ status: 'valid', attendee_name: 'Friend' })
    expect(theirs.qr_text).not.toBe(ticket.qr_text)
    const [, id, access] = /tickets\/([^?]+)\?access=(.+)$/.exec(link)!
    expect((await plane.client()(openTicket, { params: { id: id! }, query: { access: access! } })).id).toBe(theirs.id)
    const as = { actor: vendorActor(vendorId) }
    const list = (await plane.call(listCheckinLists, { query: { event_id: event.id } }, as)).items[0]!
    const scan = (code: string) => plane.call(scanTicket, { body: { list_id: list.id, code, device_id: 'gate', nonce: newId('non') } }, as)
    expect((await scan(ticket.qr_text!)).result).toBe('transferred')
    expect((await scan(theirs.qr_text!)).result).toBe('ok')
    expect((await refusal(plane.client(friend.headers)(ticketRefundQuote, { params: { id: theirs.id } }))).code).toBe('invalid_transition')
    expect(await codeOf(plane.client(buyer.headers)(getMyTicket, { params: { id: theirs.id } }))).toBe('not_found')
  })

  it('a refund follows the tiers (48.0 h full, 47.99 h half), needs the quoted amount, and frees the place', async () => {
    const { types } = await eventOnSale(plane, {
      ...simple,
      event: {
        refund_tiers: [
          { hours_before: 48, refund_bps: 10_000 },
          { hours_before: 24, refund_bps: 5000 },
          { hours_before: 0, refund_bps: 0 },
        ],
      },
    })
    const buyer = await customer()
    await buyTickets(plane, [{ ticket_type_id: types['normal']!, quantity: 2 }], {}, buyer.headers)
    const shopper = plane.client(buyer.headers)
    const [first, second] = (await shopper(listMyTickets, { query: {} })).items
    const startsAt = new Date(first!.starts_at).getTime()
    expect((await shopper(ticketRefundQuote, { params: { id: first!.id } })).refund.amount).toBe(10_000)
    expect(
      await refusal(
        shopper(refundTicket, { params: { id: first!.id }, body: { expected_refund: { amount: 9000, currency: 'SAR' } } }, key()),
      ),
    ).toMatchObject({ code: 'refund_quote_changed' })
    const back = await shopper(
      refundTicket,
      { params: { id: first!.id }, body: { expected_refund: { amount: 10_000, currency: 'SAR' } } },
      key(),
    )
    expect(back.status).toBe('refunded')
    expect(
      (
        await refusal(
          shopper(refundTicket, { params: { id: first!.id }, body: { expected_refund: { amount: 10_000, currency: 'SAR' } } }, key()),
        )
      ).code,
    ).toBe('invalid_transition')
    await buyTickets(plane, [{ ticket_type_id: types['normal']! }])
    service(plane, Clock).travelTo(new Date(startsAt - 47.99 * hour))
    const quote = await plane.call(ticketRefundQuote, { params: { id: second!.id } }, { actor: actorOf(buyer) })
    expect(quote).toMatchObject({ paid: { amount: 10_000 }, refund: { amount: 5000 }, reason: 'cancellation_policy' })
    expect(await balance(plane)).toMatchObject({ balanced: true, orphans: 0 })
  })

  it('an organiser sees names and masked addresses; the export is whole; a blocked ticket does not admit', async () => {
    const { types, event, vendorId } = await eventOnSale(plane, simple)
    const { tickets } = await ticketOfGuest(types, {
      attendees: [{ name: 'Noura Al-Harbi', email: 'noura@example.test', answers: { size: '=1+1' } }],
    })
    const as = { actor: vendorActor(vendorId) }
    const { items } = await plane.call(listAttendees, { params: { id: event.id }, query: { q: 'noura@example.test' } }, as)
    expect(items).toMatchObject([{ attendee_name: 'Noura Al-Harbi', attendee_email: 'n***@example.test', code: tickets[0]!.code }])
    const { csv, rows } = await plane.call(exportAttendees, { params: { id: event.id }, query: {} }, as)
    expect(rows).toBe(1)
    expect(csv).toContain('noura@example.test')
    expect(csv).toContain("'=1+1")
    const { rows: stored } = await sql<{
      text: string
    }>`SELECT coalesce(attendee, '') || choice::text AS text FROM event_ticket t JOIN order_line l ON l.id = t.order_line_id WHERE t.event_id = ${event.id}`.execute(
      database(plane).read,
    )
    expect(stored[0]!.text).not.toContain('noura')
    await plane.call(blockTicket, { params: { id: tickets[0]!.id }, body: { reason: 'reported as stolen' } }, { actor: admin })
    const list = (await plane.call(listCheckinLists, { query: { event_id: event.id } }, as)).items[0]!
    const scan = () =>
      plane.call(scanTicket, { body: { list_id: list.id, code: tickets[0]!.qr_text!, device_id: 'gate', nonce: newId('non') } }, as)
    expect((await scan()).result).toBe('blocked')
    await plane.call(unblockTicket, { params: { id: tickets[0]!.id }, body: { reason: 'found again' } }, { actor: admin })
    expect((await scan()).result).toBe('ok')
    const other = await eventOnSale(plane, simple)
    expect(await codeOf(plane.call(listAttendees, { params: { id: event.id }, query: {} }, { actor: vendorActor(other.vendorId) }))).toBe(
      'not_found',
    )
  })
})

describe('at the door', { retry: 0 }, () => {
  it('scans made offline are taken in their order; what came first to the server wins; sending again changes nothing', async () => {
    const { types, event, vendorId } = await eventOnSale(plane, { ...simple, quotas: { total: { size: 5, types: ['normal'] } } })
    const { tickets } = await ticketOfGuest(types, { quantity: 2 })
    const as = { actor: vendorActor(vendorId) }
    const list = (await plane.call(listCheckinLists, { query: { event_id: event.id } }, as)).items[0]!
    const synced = await plane.call(syncCheckinList, { params: { id: list.id }, query: {} }, as)
    expect(synced.tickets).toHaveLength(2)
    const [, , secret] = tickets[0]!.qr_text!.split('.')
    expect(synced.tickets.find((ticket) => ticket.id === tickets[0]!.id)!.secret_hash).toBe(hashSecret(secret!))
    expect(await verified(synced.public_key, tickets[0]!.qr_text!)).toBe(true)
    expect(await verified(synced.public_key, tickets[0]!.qr_text!.replace(secret!, tickets[1]!.qr_text!.split('.')[2]!))).toBe(false)
    const at = (minutes: number) => new Date(now(plane).getTime() - minutes * 60_000).toISOString()
    const scans = [
      { code: tickets[0]!.qr_text!, nonce: newId('non'), scanned_at: at(1) },
      { code: tickets[0]!.code.toLowerCase().replace('-', ' '), nonce: newId('non'), scanned_at: at(5) },
      { code: tickets[1]!.qr_text!, nonce: newId('non'), scanned_at: at(2) },
      { code: 'CT1.nonsense', nonce: newId('non'), scanned_at: at(3) },
    ]
    const upload = () => plane.call(uploadScans, { params: { id: list.id }, body: { device_id: 'gate-2', scans } }, as)
    const answer = await upload()
    expect(answer.results.map((result) => result.result)).toEqual(['already_used', 'ok', 'ok', 'unknown'])
    expect(answer.duplicates).toBe(1)
    expect((await upload()).results).toEqual(answer.results)
    const after = await plane.call(syncCheckinList, { params: { id: list.id }, query: { cursor: synced.cursor } }, as)
    expect(after.tickets.map((ticket) => ticket.entries)).toEqual([1, 1])
    expect((await plane.call(syncCheckinList, { params: { id: list.id }, query: { cursor: after.cursor } }, as)).tickets).toEqual([])
    expect(after.list).toMatchObject({ total: 2, entered: 2 })
  })
})

describe('events end', { retry: 0 }, () => {
  it('cancelled: everybody is refunded in full, fees included, each line once, however often the job runs', async () => {
    const { types, event, vendorId } = await eventOnSale(plane, {
      types: { normal: { amount: 10_000 } },
      quotas: { total: { size: 50, types: ['normal'] } },
      event: { service_fee: { amount: { amount: 200, currency: 'SAR' }, bps: 250 } },
    })
    for (let index = 0; index < 25; index += 1) await buyTickets(plane, [{ ticket_type_id: types['normal']!, quantity: (index % 2) + 1 }])
    const as = { actor: vendorActor(vendorId), ...key() }
    await plane.call(cancelEvent, { params: { id: event.id }, body: { reason: 'the singer is ill' } }, as)
    const batch = () => plane.call(listRefundBatches, { query: { event_id: event.id } }, { actor: admin })
    const { id } = (await batch()).items[0]!
    await settle(plane)
    for (let again = 0; again < 3; again += 1) {
      await database(plane).transaction((tx) => schedule(tx, { kind: timerKinds.refundBatch, ref: id, dueAt: now(plane) }))
      await settle(plane)
    }
    expect((await batch()).items).toMatchObject([{ status: 'done', lines: 25, done: 25, failed: 0, refunded: { amount: 37 * 10_450 } }])
    expect(await ticketsOf(plane, types['normal']!)).toEqual({ refunded: 37 })
    const { rows } = await sql<{
      captured: number
      refunded: number
    }>`SELECT sum(captured_amount)::int AS captured, sum(refunded_amount)::int AS refunded FROM payment
      WHERE vendor_id = ${vendorId}`.execute(database(plane).read)
    expect(rows[0]).toEqual({ captured: 37 * 10_450, refunded: 37 * 10_450 })
    expect(await balance(plane)).toMatchObject({ balanced: true, orphans: 0 })
    expect((await refusal(buyTickets(plane, [{ ticket_type_id: types['normal']! }]))).code).toBe('sales_closed')
  })

  it('postponed: for 14 days everybody may give back in full; afterwards the tiers count again, from the new date', async () => {
    const { types, event, vendorId } = await eventOnSale(plane, { ...simple, event: { refund_tiers: [] } })
    const buyer = await customer()
    await buyTickets(plane, [{ ticket_type_id: types['normal']!, quantity: 2 }], {}, buyer.headers)
    const [first, second] = (await plane.client(buyer.headers)(listMyTickets, { query: {} })).items
    const as = () => ({ actor: vendorActor(vendorId), ...key() })
    const start = now(plane).getTime()
    const dates = [
      {
        event_date_id: event.dates[0]!.id,
        starts_at: new Date(start + 60 * day).toISOString(),
        ends_at: new Date(start + 60 * day + hour).toISOString(),
        doors_at: null,
      },
    ]
    const postponed = await plane.call(postponeEvent, { params: { id: event.id }, body: { reason: 'sandstorm', dates } }, as())
    expect(postponed).toMatchObject({ status: 'postponed', starts_at: dates[0]!.starts_at })
    expect((await refusal(buyTickets(plane, [{ ticket_type_id: types['normal']! }]))).code).toBe('sales_closed')
    const actor = actorOf(buyer)
    expect(await plane.call(ticketRefundQuote, { params: { id: first!.id } }, { actor })).toMatchObject({
      refund: { amount: 10_000 },
      reason: 'event_postponed',
    })
    await plane.call(
      refundTicket,
      { params: { id: first!.id }, body: { expected_refund: { amount: 10_000, currency: 'SAR' } } },
      { actor, ...key() },
    )
    await plane.call(resumeEvent, { params: { id: event.id } }, as())
    service(plane, Clock).travelTo(new Date(start + 14 * day + 1000))
    expect(await plane.call(ticketRefundQuote, { params: { id: second!.id } }, { actor })).toMatchObject({
      refund: { amount: 0 },
      reason: 'not_refundable',
    })
    expect(await balance(plane)).toMatchObject({ balanced: true, orphans: 0 })
  })

  it('over: states follow the clock, who did not come has an expired ticket, the money is the organiser’s 3 days after the start', async () => {
    const { types, event, vendorId } = await eventOnSale(plane, { ...simple, quotas: { total: { size: 5, types: ['normal'] } } })
    const { tickets } = await ticketOfGuest(types, { quantity: 2 })
    const as = { actor: vendorActor(vendorId) }
    const list = (await plane.call(listCheckinLists, { query: { event_id: event.id } }, as)).items[0]!
    await plane.call(scanTicket, { body: { list_id: list.id, code: tickets[0]!.qr_text!, device_id: 'gate', nonce: newId('non') } }, as)
    // staff acts on money wait for a control plane, which this plane has not: the service itself
    const payouts = service(plane, Payouts)
    expect(await payouts.advance(staffContext(), event.id, 2000, 'stage rent')).toMatchObject({ advanced_bps: 2000 })
    await expect(payouts.advance(staffContext(), event.id, 2000, 'again')).rejects.toMatchObject({ code: 'amount_out_of_range' })
    const available = await money(vendorId)
    const startsAt = new Date(event.starts_at).getTime()
    await travel(plane, new Date(startsAt + 4 * hour))
    expect((await plane.call(getEvent, { params: { handle: event.handle } })).status).toBe('finished')
    expect(await ticketsOf(plane, types['normal']!)).toEqual({ checked_in: 1, expired: 1 })
    expect(await plane.call(getEventPayout, { params: { id: event.id } }, { actor: admin })).toMatchObject({
      status: 'released',
      lines: 1,
      released_lines: 1,
    })
    expect((await money(vendorId)).available).toBe(available.available)
    await travel(plane, new Date(startsAt + 3 * day + hour))
    await until(async () => (await money(vendorId)).pending === 0)
    const after = await money(vendorId)
    expect(after.pending).toBe(0)
    expect(after.available).toBeGreaterThan(available.available)
    expect(await balance(plane)).toMatchObject({ balanced: true, orphans: 0 })
    const dashboard = await plane.call(eventSales, { params: { id: event.id } }, as)
    expect(dashboard).toMatchObject({
      sold: 2,
      checked_in: 1,
      gross: { amount: 20_000 },
      payout: { status: 'released', advanced_bps: 2000 },
    })
    expect((await plane.call(adminListEvents, { query: { status: 'finished', vendor_id: vendorId } }, { actor: admin })).total).toBe(1)
  })

  it('reminders and state ticks run early, twice and late: one reminder per purchase, one outcome', async () => {
    const { types, event } = await eventOnSale(plane, simple)
    await ticketOfGuest(types)
    const startsAt = new Date(event.starts_at).getTime()
    const reminders = async () => {
      const rows = await database(plane)
        .read.selectFrom('outbox_event')
        .select('id')
        .where('event_type', '=', 'event.ticket.reminder_due')
        .where(sql`payload->>'event_id'`, '=', event.id)
        .execute()
      return rows.length
    }
    const poke = async () => {
      await database(plane).transaction(async (tx) => {
        for (const [kind, ref] of [
          [timerKinds.reminder, event.dates[0]!.id],
          [timerKinds.state, event.id],
          [timerKinds.soldOut, event.id],
          [timerKinds.waitingList, event.id],
          [timerKinds.payout, event.dates[0]!.id],
        ] as const) {
          await schedule(tx, { kind, ref, dueAt: now(plane) })
        }
      })
      await settle(plane)
    }
    await poke()
    expect(await reminders()).toBe(0)
    await travel(plane, new Date(startsAt - 23 * hour))
    await poke()
    await poke()
    expect(await reminders()).toBe(1)
    // nobody woke the plane until long after: the same end
    await travel(plane, new Date(startsAt + 20 * day))
    await poke()
    expect((await plane.call(getEvent, { params: { handle: event.handle } })).status).toBe('finished')
    expect(await ticketsOf(plane, types['normal']!)).toEqual({ expired: 1 })
  })
})

const actorOf = (person: { id: string }) => ({ kind: 'customer' as const, id: person.id, sessionId: 'ses_test' })

async function money(vendorId: string): Promise<{ pending: number; available: number }> {
  const { rows } = await sql<{
    code: string
    balance: number
  }>`SELECT a.code, coalesce(sum(e.amount), 0)::int AS balance FROM ledger_account a LEFT JOIN ledger_entry e ON e.account_id = a.id
    WHERE a.code LIKE ${`vendor:${vendorId}:%`} GROUP BY a.code`.execute(database(plane).read)
  const of = (name: string) => 0 - (rows.find((row) => row.code === `vendor:${vendorId}:${name}`)?.balance ?? 0)
  return { pending: of('pending'), available: of('available') }
}

async function verified(jwk: { kty: 'OKP'; crv: 'Ed25519'; x: string }, text: string): Promise<boolean> {
  const keyOf = await crypto.subtle.importKey('jwk', jwk, { name: 'Ed25519' }, false, ['verify'])
  const at = text.lastIndexOf('.')
  return crypto.subtle.verify('Ed25519', keyOf, Buffer.from(text.slice(at + 1), 'base64url'), Buffer.from(text.slice(0, at)))
}
