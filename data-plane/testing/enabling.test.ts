import { anyone, endpoint, newId } from '@cityos/contract'
import { EndpointGate, RequestContext } from '@cityos/http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { addCartLine, completeCart, createCart, getCart, updateCart } from '../core/cart/contract.ts'
import { getStoreOrder } from '../core/order/contract.ts'
import { OrderLines } from '../core/order/order-lines.ts'
import { getAdminVertical, listAdminVerticals, listStoreVerticals } from '../core/vertical/contract.ts'
import { Verticals } from '../core/vertical/verticals.service.ts'
import { TenantContext } from '../platform/tenant/tenant-context.ts'
import { schedule, TimerHandlers } from '../platform/timer/timers.ts'
import { addKioskTables, addShow, kiosk, moveSeat, usedOf } from './kiosk.ts'
import { admin, startTestPlane, type TestPlane } from './plane.ts'
import { addVendor, card, codeOf, database, refusal, service, until } from './shop.ts'

let plane: TestPlane
const ran: string[] = []
beforeAll(async () => {
  plane = await startTestPlane({}, { verticals: ['catalogue', 'kiosk', 'auction'] }, [kiosk])
  await addKioskTables(plane)
  const timers = service(plane, TimerHandlers)
  timers.on('kiosk.tidy', async (_ctx, timer) => void ran.push(timer.ref), { vertical: 'kiosk' })
  timers.on('kiosk.reminder', async (_ctx, timer) => void ran.push(timer.ref))
})
afterAll(() => plane?.stop())

/** What a change of the tenant document does to the running process. */
function switchTo(verticals: string[]): void {
  const tenant = service(plane, TenantContext)
  expect(tenant.replace({ ...tenant.document, verticals, version: tenant.document.version + 1 })).toBe(true)
}

const names = async () => (await plane.client()(listStoreVerticals)).map((vertical) => vertical.name)

it('installed is what has a manifest here; enabled what the tenant document says', async () => {
  expect(await names()).toEqual(['catalogue', 'kiosk'])
  const all = await plane.call(listAdminVerticals, {}, { actor: admin })
  expect(all.items.map(({ name, enabled, installed }) => [name, enabled, installed])).toEqual([
    ['auction', true, false],
    ['catalogue', true, true],
    ['kiosk', true, true],
  ])
})

it('off: not listed, nothing to be put in a cart, recurring work rests; what was sold goes on and is refunded', async () => {
  const show = await addShow(plane, await addVendor(plane), { mode: 'now' })
  const seat = { kind: 'show.seat', choice: { show_id: show.id }, quantity: 1 }
  const cart = await plane.client()(createCart, { body: { lines: [seat] } })
  const call = plane.client({ 'x-cart-token': cart.token })
  await call(updateCart, { params: { id: cart.id }, body: { email: 'noura@example.test' } })
  const body = { payment: card(), expected_total: { amount: 10_000, currency: 'SAR' } }
  const { order, token } = await call(completeCart, { params: { id: cart.id }, body }, { idempotencyKey: newId('key') })
  const waiting = await plane.client()(createCart, { body: { lines: [seat] } })
  const changes: boolean[] = []
  service(plane, Verticals).onChange('kiosk', (on) => changes.push(on))

  switchTo(['catalogue'])
  expect([await names(), changes]).toEqual([['catalogue'], [false]])
  const own = plane.client({ 'x-cart-token': waiting.token })
  expect(await codeOf(own(addCartLine, { params: { id: waiting.id }, body: seat }))).toBe('not_found')
  expect((await own(getCart, { params: { id: waiting.id } })).lines[0]?.error?.code).toBe('unavailable')
  expect(await plane.call(getAdminVertical, { params: { name: 'kiosk' } }, { actor: admin })).toMatchObject({ enabled: false, open: true })
  const now = new Date()
  await database(plane).transaction(async (tx) => {
    await schedule(tx, { kind: 'kiosk.tidy', ref: 'recurring', dueAt: now })
    await schedule(tx, { kind: 'kiosk.reminder', ref: 'sold', dueAt: now })
  })
  await until(async () => ran.length > 0)
  expect(ran).toEqual(['sold'])
  const line = order.sub_orders[0]!.lines[0]!
  await service(plane, OrderLines).end(RequestContext.system('test'), line.id, { cause: 'vendor', reason: null }, (tx) =>
    moveSeat(tx, line.id, ['booked'], 'cancelled'),
  )
  expect((await call(getStoreOrder, { params: { no: order.number }, query: { token } })).refunded.amount).toBe(10_000)
  expect(await usedOf(plane, show)).toBe(1)

  switchTo(['catalogue', 'kiosk'])
  expect(changes).toEqual([false, true])
  await until(async () => ran.length > 1)
  expect(ran).toEqual(['sold', 'recurring'])
  expect((await own(getCart, { params: { id: waiting.id } })).lines[0]?.error).toBeNull()
})

it('an operation of a vertical that is off is 404, unless it also serves what was sold', async () => {
  const declared = (afterOff: boolean) =>
    endpoint({
      id: 'store.seat.list',
      method: 'GET',
      path: '/v1/store/seats',
      summary: '',
      access: anyone,
      response: z.object({}),
      vertical: 'kiosk',
      afterOff,
    })
  const check = async (afterOff: boolean) =>
    plane.app.get(EndpointGate, { strict: false }).check(new RequestContext({}), declared(afterOff))
  expect([await refusal(check(false)), await refusal(check(true))]).toEqual([null, null])
  switchTo(['catalogue'])
  expect([await refusal(check(false)), await refusal(check(true))]).toEqual(['not_found', null])
})
