import { createBookingHold, getService, listSlots } from '@cityos/data-plane/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minutesAfter, moveClock } from './clock.ts'
import { eventually } from './eventually.ts'
import { Platform } from './platform.ts'
import { buy } from './shopping.ts'
import { ensureTenant, hostOf } from './tenants.ts'

// A platform where a tenant sleeps after three seconds without a visitor. What is shown here takes waiting, so it is shown of
// two tenants at the same time.

let quiet: Platform

beforeAll(async () => {
  quiet = await Platform.start({ environment: { CITYOS_IDLE_AFTER: '3' } })
})

afterAll(() => quiet?.end())

/** The tenant as its node has it, once it has gone to sleep by itself. */
const asleep = (slug: string) =>
  eventually(async () => {
    const found = (await quiet.node()).tenants.find((each) => each.slug === slug)
    return found?.runtime === 'asleep' && found.pid === null ? found : null
  }, `${slug} sleeps`)

describe.concurrent('a tenant nobody comes to', () => {
  test('falls asleep by itself, and the next wake of a timer is kept', async () => {
    await ensureTenant(quiet, 'quiet')
    await buy(quiet, 'quiet.localhost', { method: 'bank_transfer' })
    // The transfer's deadline is a timer row, so there is a next wake.
    expect((await asleep('quiet')).next_wake_at).not.toBeNull()
  })

  test('wakes by itself when a hold runs out, and the slot is free again', async () => {
    const tenant = await ensureTenant(quiet, 'drowsy', { verticals: ['catalogue', 'booking'] })
    const store = quiet.client(hostOf(tenant))
    const service = await store(getService, { params: { handle: 'photography-studio-kafd' } })
    const from = new Date().toISOString().slice(0, 10)
    const to = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10)
    const slots = async () => (await store(listSlots, { params: { id: service.id }, query: { from, to } })).days.flatMap((day) => day.slots)
    const slot = (await slots()).at(-1)!
    const isFree = async () => (await slots()).some((each) => each.start === slot.start)
    const answers = Object.fromEntries(
      service.questions.map((each) => [each.key, each.kind === 'yes_no' ? true : (each.choices[0]?.value ?? 'A portrait')]),
    )
    // ten minutes of hold, nine and three quarters of which are over: it runs out a quarter of a minute from now
    await moveClock(quiet, tenant, minutesAfter(new Date(), -9.75))
    const held = await store(createBookingHold, {
      body: { offering_id: service.id, start: slot.start, duration_min: service.durations[0]!.minutes, answers },
    })
    expect(await isFree()).toBe(false)
    const runsOut = Date.parse(held.hold.expires_at)
    expect(Date.parse((await asleep('drowsy')).next_wake_at!)).toBe(runsOut)
    // nobody asks for anything: the process that appears was started by the timer
    await eventually(async () => (await quiet.planePid('drowsy')) !== null, 'it wakes')
    expect(Date.now()).toBeGreaterThanOrEqual(runsOut)
    await eventually(isFree, 'the slot is free')
  })
})
