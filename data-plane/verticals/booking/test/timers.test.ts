import { newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TimerHandlers } from '../../../platform/timer/timers.ts'
import { until } from '../../../testing/shop.ts'
import {
  checkInMyBooking,
  getMyBooking,
  vendorCheckIn,
  vendorCompleteBooking,
  vendorConfirmBooking,
  vendorMarkNoShow,
  vendorStartBooking,
} from '../contract.ts'
import { timerKinds } from '../server/timer-kinds.ts'
import {
  addService,
  anomalies,
  becomes,
  book,
  bookingsOf,
  database,
  morning,
  noAnomaly,
  openSalon,
  type Salon,
  type TestService,
} from './salon.ts'

let salon: Salon
beforeAll(async () => {
  salon = await openSalon()
})
afterAll(() => salon?.stop())
beforeEach(() => salon.travel(morning))

const key = () => ({ idempotencyKey: newId('key') })
const as = (service: TestService) => ({ actor: service.owner, ...key() })
const start = '2026-11-25T06:00:00Z'

/** Runs the handler of a timer as often as wanted, whatever the scheduler does. */
async function fire(kind: string, ref: string, dueAt: string, times = 1): Promise<void> {
  const handle = salon.plane.app.get(TimerHandlers, { strict: false }).get(kind)!
  const ctx = RequestContext.system(`timer:${kind}`)
  await Promise.all(
    Array.from({ length: times }, () => handle(ctx, { id: 'tmr_test', kind, ref, dueAt: new Date(dueAt), payload: {}, attempts: 1 })),
  )
}

async function eventsOf(id: string, type: string): Promise<number> {
  const rows = await database(salon.plane)
    .read.selectFrom('outbox_event')
    .select('id')
    .where('aggregate_id', '=', id)
    .where('event_type', '=', type)
    .execute()
  return rows.length
}

async function statusOf(id: string): Promise<string> {
  return (await database(salon.plane).read.selectFrom('booking').select('status').where('id', '=', id).executeTakeFirstOrThrow()).status
}

describe('by itself', () => {
  it('an unmarked booking completes half an hour after its end, with that moment as its end however late the timer is', async () => {
    const service = await addService(salon.plane)
    const { booking } = await book(salon.plane.client(), service, start)
    salon.travel('2026-11-26T20:00:00Z')
    await becomes(salon.plane, booking.id, 'completed')
    const row = await database(salon.plane)
      .read.selectFrom('booking')
      .select('completed_at')
      .where('id', '=', booking.id)
      .executeTakeFirstOrThrow()
    expect(row.completed_at?.toISOString()).toBe('2026-11-25T07:00:00.000Z')
    const line = await database(salon.plane)
      .read.selectFrom('order_line')
      .select('release_at')
      .where('id', '=', booking.order_line_id!)
      .executeTakeFirstOrThrow()
    expect(line.release_at?.toISOString()).toBe('2026-11-27T07:00:00.000Z')
    await until(async () => (await eventsOf(booking.id, 'booking.booking.review_invited')) === 1)
    expect(await eventsOf(booking.id, 'booking.booking.completed')).toBe(1)
  })

  it('a timer that comes early does nothing and comes again; one that comes twice counts once', async () => {
    const service = await addService(salon.plane)
    const { booking } = await book(salon.plane.client(), service, start)
    await fire(timerKinds.complete, booking.id, '2026-11-24T05:00:00Z', 3)
    expect(await statusOf(booking.id)).toBe('confirmed')
    const timer = await database(salon.plane)
      .read.selectFrom('timer')
      .select('due_at')
      .where('kind', '=', timerKinds.complete)
      .where('ref', '=', booking.id)
      .executeTakeFirstOrThrow()
    expect(timer.due_at.toISOString()).toBe('2026-11-25T07:00:00.000Z')
    await database(salon.plane).read.deleteFrom('timer').where('ref', '=', booking.id).execute()
    salon.travel('2026-11-25T07:00:00Z')
    const handled = await Promise.allSettled([
      fire(timerKinds.complete, booking.id, '2026-11-25T07:00:00Z'),
      fire(timerKinds.complete, booking.id, '2026-11-25T07:00:00Z'),
      fire(timerKinds.complete, booking.id, '2026-11-25T07:00:00Z'),
    ])
    expect(handled.some((answer) => answer.status === 'fulfilled')).toBe(true)
    expect(await statusOf(booking.id)).toBe('completed')
    expect(await eventsOf(booking.id, 'booking.booking.completed')).toBe(1)
    await fire(timerKinds.complete, booking.id, '2026-11-25T07:00:00Z', 3)
    expect(await eventsOf(booking.id, 'booking.booking.completed')).toBe(1)
  })

  it('a start whose timer was missed is made up for at the end', async () => {
    const service = await addService(salon.plane)
    const { booking } = await book(salon.plane.client(), service, start)
    salon.travel('2026-11-25T05:45:00Z')
    await salon.plane.call(vendorCheckIn, { params: { id: booking.id } }, as(service))
    await database(salon.plane).read.deleteFrom('timer').where('kind', '=', timerKinds.start).where('ref', '=', booking.id).execute()
    salon.travel('2026-11-25T07:00:01Z')
    await becomes(salon.plane, booking.id, 'completed')
    const history = await database(salon.plane)
      .read.selectFrom('transition_history')
      .select('name')
      .where('entity_id', '=', booking.id)
      .orderBy('at')
      .orderBy('id')
      .execute()
    expect(history.map((entry) => entry.name)).toEqual(['book', 'check-in', 'start', 'complete'])
  })

  it('who is checked in starts at the start', async () => {
    const service = await addService(salon.plane)
    const { booking } = await book(salon.plane.client(), service, start)
    salon.travel('2026-11-25T05:30:00Z')
    const call = { params: { id: booking.id }, query: { token: booking.token } }
    expect((await salon.plane.client()(checkInMyBooking, call)).status).toBe('checked_in')
    salon.travel('2026-11-25T06:00:00Z')
    await becomes(salon.plane, booking.id, 'in_progress')
  })

  it('reminders go out a day and two hours before, once, and never for what is over', async () => {
    const service = await addService(salon.plane)
    const { booking } = await book(salon.plane.client(), service, '2026-11-26T06:00:00Z')
    salon.travel('2026-11-25T06:00:00Z')
    await until(async () => (await eventsOf(booking.id, 'booking.booking.reminder_due')) === 1)
    await fire(timerKinds.dayReminder, booking.id, '2026-11-25T06:00:00Z', 5)
    expect(await eventsOf(booking.id, 'booking.booking.reminder_due')).toBe(1)
    salon.travel('2026-11-26T04:00:00Z')
    await until(async () => (await eventsOf(booking.id, 'booking.booking.reminder_due')) === 2)
    salon.travel('2026-11-26T06:00:01Z')
    await fire(timerKinds.hourReminder, booking.id, '2026-11-26T04:00:00Z')
    expect(await eventsOf(booking.id, 'booking.booking.reminder_due')).toBe(2)
  })

  it('a plane that was asleep makes up for everything when it wakes', async () => {
    const service = await addService(salon.plane)
    const { booking } = await book(salon.plane.client(), service, start)
    await salon.plane.restart()
    salon.travel('2026-11-25T07:00:01Z')
    await becomes(salon.plane, booking.id, 'completed')
    await salon.plane.restart()
    salon.travel(morning)
  })
})

describe('a request that nobody answers', () => {
  it('cannot be answered after its time, timer or not, and stands in nobody’s way', async () => {
    const service = await addService(salon.plane, { columns: { requires_confirmation: true, confirmation_deadline_min: 60 } })
    const { booking } = await book(salon.plane.client(), service, start)
    await database(salon.plane).read.deleteFrom('timer').where('ref', '=', booking.id).execute()
    salon.travel('2026-11-24T06:00:30Z')
    await expect(salon.plane.call(vendorConfirmBooking, { params: { id: booking.id } }, as(service))).rejects.toMatchObject({
      code: 'invalid_transition',
    })
    const next = await book(salon.plane.client(), service, start)
    expect(next.booking.status).toBe('pending_confirmation')
    expect((await bookingsOf(salon.plane, service)).map((row) => row.status).sort()).toEqual(['expired', 'pending_confirmation'])
    // the late timer finds it ended and still gives the authorisation back, once
    await fire(timerKinds.unanswered, booking.id, '2026-11-24T06:00:00Z')
    await fire(timerKinds.unanswered, booking.id, '2026-11-24T06:00:00Z')
    const payment = await database(salon.plane)
      .read.selectFrom('payment')
      .select('status')
      .where('order_id', '=', booking.order_id!)
      .executeTakeFirstOrThrow()
    expect(payment.status).toBe('voided')
    expect(await anomalies(salon.plane)).toEqual(noAnomaly)
  })

  it('is answered before the service starts at the latest', async () => {
    const service = await addService(salon.plane, { columns: { requires_confirmation: true } })
    const { booking } = await book(salon.plane.client(), service, '2026-11-24T07:00:00Z')
    expect(booking.confirm_by).toBe('2026-11-24T07:00:00.000Z')
  })
})

describe('when things may be marked', () => {
  it('check-in from 30 minutes before, no-show from 10 minutes after until half an hour after the end', async () => {
    const service = await addService(salon.plane)
    const { booking } = await book(salon.plane.client(), service, start)
    const checkIn = () => salon.plane.call(vendorCheckIn, { params: { id: booking.id } }, as(service))
    const noShow = () => salon.plane.call(vendorMarkNoShow, { params: { id: booking.id }, body: { party: 'customer' } }, as(service))
    salon.travel('2026-11-25T05:29:00Z')
    await expect(checkIn()).rejects.toMatchObject({ code: 'invalid_transition' })
    expect((await salon.plane.client()(getMyBooking, { params: { id: booking.id }, query: { token: booking.token } })).actions).toEqual([
      'cancel',
      'reschedule',
    ])
    await database(salon.plane).read.deleteFrom('timer').where('ref', '=', booking.id).execute()
    salon.travel('2026-11-25T07:00:01Z')
    await expect(noShow(), 'it counts as given, though no timer said so').rejects.toMatchObject({ code: 'invalid_transition' })
    await expect(checkIn()).rejects.toMatchObject({ code: 'invalid_transition' })
    salon.travel('2026-11-25T06:10:00Z')
    expect((await noShow()).status).toBe('no_show')
  })

  it('who is checked in cannot be a no-show; what is completed stays completed', async () => {
    const service = await addService(salon.plane)
    const { booking } = await book(salon.plane.client(), service, start)
    const act = (endpoint: typeof vendorStartBooking) => salon.plane.call(endpoint, { params: { id: booking.id } }, as(service))
    salon.travel('2026-11-25T05:40:00Z')
    expect((await act(vendorCheckIn)).actions).toContain('start')
    await expect(
      salon.plane.call(vendorMarkNoShow, { params: { id: booking.id }, body: { party: 'customer' } }, as(service)),
    ).rejects.toMatchObject({ code: 'invalid_transition' })
    await expect(act(vendorCompleteBooking)).rejects.toMatchObject({ code: 'invalid_transition' })
    salon.travel('2026-11-25T06:11:00Z')
    await becomes(salon.plane, booking.id, 'in_progress')
    const completed = await act(vendorCompleteBooking)
    expect(completed).toMatchObject({ status: 'completed', actions: [] })
    await expect(act(vendorStartBooking)).rejects.toMatchObject({ code: 'invalid_transition' })
  })
})
