import { newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { completeCart, createCart, updateCart } from '../core/cart/contract.ts'
import { OrderLines } from '../core/order/order-lines.ts'
import {
  createReview,
  getRating,
  getReviewState,
  hideReview,
  listReviews,
  listVendorReviews,
  replyToReview,
  showReview,
} from '../core/review/contract.ts'
import { Clock, days, later } from '../platform/clock/clock.ts'
import { addKioskTables, addShow, kiosk, moveSeat, type Show } from './kiosk.ts'
import { admin, startTestPlane, type TestPlane, vendorActor } from './plane.ts'
import { addVendor, card, codeOf, database, service } from './shop.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'kiosk'] }, [kiosk])
  await addKioskTables(plane)
})
afterAll(() => plane?.stop())

async function bought(show: Show) {
  const cart = await plane.client()(createCart, { body: { lines: [{ kind: 'show.seat', choice: { show_id: show.id }, quantity: 1 }] } })
  const call = plane.client({ 'x-cart-token': cart.token })
  await call(updateCart, { params: { id: cart.id }, body: { email: 'noura@example.test' } })
  const body = { payment: card(), expected_total: { amount: 10_000, currency: 'SAR' } }
  const { order, token } = await call(completeCart, { params: { id: cart.id }, body }, { idempotencyKey: newId('key') })
  const { id } = order.sub_orders[0]!.lines[0]!
  const write = (rating: number, text?: string, given = token) =>
    call(createReview, { params: { id }, query: { token: given }, body: { rating, text, author: 'Noura' } })
  const give = () =>
    service(plane, OrderLines).fulfil(RequestContext.system('test'), id, { releaseAt: service(plane, Clock).now() }, (tx) =>
      moveSeat(tx, id, ['booked'], 'given'),
    )
  const state = () => call(getReviewState, { params: { id }, query: { token } })
  return { id, write, give, state }
}

const ratingOf = async (show: Show) => plane.client()(getRating, { params: { type: 'test_show', id: show.id } })

it('only who bought it, only once it was given, once, within sixty days', async () => {
  const show = await addShow(plane, await addVendor(plane), { mode: 'now' })
  const { write, give, state, id } = await bought(show)
  expect(await codeOf(write(5))).toBe('not_completed_yet')
  expect((await state()).refusal).toBe('not_completed_yet')
  await give()
  expect(await codeOf(write(5, undefined, 'not-the-token'))).toBe('purchase_required')
  expect(await codeOf(write(6))).toBe('invalid_request')
  const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf(write(4, 'Good seats'))))
  expect(codes.filter((code) => code === null)).toHaveLength(1)
  expect(new Set(codes)).toEqual(new Set([null, 'already_reviewed']))
  expect(await state()).toMatchObject({ refusal: 'already_reviewed', review: { rating: 4, text: 'Good seats', author: 'Noura' } })
  expect(await ratingOf(show)).toEqual({ count: 1, average: 4 })
  const late = await bought(show)
  await late.give()
  const { fulfilled_at } = await database(plane)
    .read.selectFrom('order_line')
    .select('fulfilled_at')
    .where('id', '=', late.id)
    .executeTakeFirstOrThrow()
  await database(plane)
    .read.updateTable('order_line')
    .set({ fulfilled_at: later(fulfilled_at!, -days(61)) })
    .where('id', '=', late.id)
    .execute()
  expect(await codeOf(late.write(5))).toBe('review_window_closed')
  expect(id).not.toBe(late.id)
})

it('fifty at once: the rating counts all of them; the vendor answers; staff hide and show', async () => {
  const vendor = await addVendor(plane)
  const show = await addShow(plane, vendor, { mode: 'now', capacity: 50 })
  const many = await Promise.all(Array.from({ length: 50 }, () => bought(show)))
  for (const one of many) await one.give()
  await Promise.all(many.map((one, index) => one.write((index % 5) + 1)))
  expect(await ratingOf(show)).toEqual({ count: 50, average: 3 })
  const reference = { reference_type: 'test_show', reference_id: show.id }
  const page = await plane.client()(listReviews, { query: { ...reference, limit: 10 } })
  expect([page.total, page.items.length]).toEqual([50, 10])
  const own = { actor: vendorActor(vendor) }
  const [first] = (await plane.call(listVendorReviews, { query: { rating: 5 } }, own)).items
  const replied = await plane.call(replyToReview, { params: { id: first!.id }, body: { text: 'Thank you' } }, own)
  expect(replied.reply?.text).toBe('Thank you')
  const stranger = { actor: vendorActor(await addVendor(plane)) }
  expect(await codeOf(plane.call(replyToReview, { params: { id: first!.id }, body: { text: 'x' } }, stranger))).toBe('not_found')
  await plane.call(hideReview, { params: { id: first!.id }, body: { reason: 'abusive' } }, { actor: admin })
  expect(await ratingOf(show)).toEqual({ count: 49, average: 3 })
  expect(await codeOf(plane.call(hideReview, { params: { id: first!.id }, body: { reason: 'again' } }, { actor: admin }))).toBe(
    'invalid_transition',
  )
  await plane.call(showReview, { params: { id: first!.id } }, { actor: admin })
  const { rows } = await sql<{
    count: number
    average: number
  }>`SELECT rating_count AS count, round(rating_average::numeric, 4)::float AS average FROM vendor WHERE id = ${vendor}`.execute(
    database(plane).read,
  )
  expect(rows[0]).toEqual({ count: 50, average: 3 })
})
