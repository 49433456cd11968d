import { newId } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Holds } from '../../../core/vertical/holds.ts'
import { later, minutes } from '../../../platform/clock/clock.ts'
import { balance, codeOf, service as serviceOf } from '../../../testing/shop.ts'
import { rescheduleMyBooking, vendorConfirmBooking, vendorCreateBlock, vendorDeclineBooking } from '../contract.ts'
import { addService, anomalies, book, bookingsOf, database, hold, noAnomaly, openSalon, type Salon, type TestService } from './salon.ts'

let salon: Salon
beforeAll(async () => {
  salon = await openSalon()
})
afterAll(() => salon?.stop())

const start = '2026-11-25T06:00:00.000Z'
const key = () => ({ idempotencyKey: newId('key') })

function tally(codes: readonly (string | null)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code ?? 'won'] = (counts[code ?? 'won'] ?? 0) + 1
  return counts
}

/** So many guests ask for the same time in the same instant. */
function crowd(count: number, service: TestService, at = start): Promise<(string | null)[]> {
  return Promise.all(Array.from({ length: count }, () => codeOf(book(salon.plane.client(), service, at))))
}

const live = <Row extends { status: string }>(rows: readonly Row[]): Row[] =>
  rows.filter((row) => !['expired', 'cancelled', 'declined', 'rescheduled'].includes(row.status))

async function allIsWell(): Promise<void> {
  expect(await anomalies(salon.plane)).toEqual(noAnomaly)
  const { balanced, orphans, holds } = await balance(salon.plane)
  expect({ balanced, orphans, holds }).toEqual({ balanced: true, orphans: 0, holds: 0 })
}

describe('A19 for times: 200 callers over HTTP', { retry: 0, timeout: 180_000 }, () => {
  it('① one time, one provider: exactly one 201, 199 × 409 slot_unavailable', async () => {
    const service = await addService(salon.plane)
    expect(tally(await crowd(200, service))).toEqual({ won: 1, slot_unavailable: 199 })
    expect(live(await bookingsOf(salon.plane, service))).toHaveLength(1)
    await allIsWell()
  })

  it('round-robin falls to the next: three providers, three win, each another provider', async () => {
    const service = await addService(salon.plane, { people: 3 })
    expect(tally(await crowd(200, service))).toEqual({ won: 3, slot_unavailable: 197 })
    const rows = live(await bookingsOf(salon.plane, service))
    expect(rows.flatMap((row) => row.provider_ids).sort()).toEqual(service.providerIds)
    await allIsWell()
  })

  it('a group of six: six seats sold, not seven', async () => {
    const service = await addService(salon.plane, { columns: { seats: 6, assignment: 'fixed' } })
    expect(tally(await crowd(200, service))).toEqual({ won: 6, slot_unavailable: 194 })
    const slots = await database(salon.plane)
      .read.selectFrom('booking_slot')
      .select(['used', 'capacity'])
      .where('offering_id', '=', service.offeringId)
      .execute()
    expect(slots).toEqual([{ used: 6, capacity: 6 }])
    await allIsWell()
  })

  it('collective: all of its providers or none, against single bookings of each of them', async () => {
    const both = await addService(salon.plane, { people: 2, columns: { assignment: 'collective' } })
    const single = await addService(salon.plane, { like: both })
    const [together, apart] = await Promise.all([crowd(100, both), crowd(100, single)])
    const won = [tally(together)['won'] ?? 0, tally(apart)['won'] ?? 0]
    expect([
      [1, 0],
      [0, 2],
      [0, 1],
    ]).toContainEqual(won)
    expect(new Set([...together, ...apart])).toEqual(new Set([null, 'slot_unavailable']))
    const taken = [...live(await bookingsOf(salon.plane, both)), ...live(await bookingsOf(salon.plane, single))].flatMap(
      (row) => row.provider_ids,
    )
    expect(new Set(taken).size).toBe(taken.length)
    expect(live(await bookingsOf(salon.plane, both)).every((row) => row.provider_ids.length === 2)).toBe(true)
    await allIsWell()
  })

  it('② a pending request occupies: one of 200 requests is taken, and nothing is charged', async () => {
    const service = await addService(salon.plane, { columns: { requires_confirmation: true } })
    expect(tally(await crowd(200, service))).toEqual({ won: 1, slot_unavailable: 199 })
    expect(live(await bookingsOf(salon.plane, service)).map((row) => row.status)).toEqual(['pending_confirmation'])
    await allIsWell()
  })

  it('a request confirmed and declined twenty times at once ends one way only', async () => {
    const service = await addService(salon.plane, { columns: { requires_confirmation: true } })
    const { booking } = await book(salon.plane.client(), service, start)
    const as = () => ({ actor: service.owner, ...key() })
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0
          ? salon.plane.call(vendorConfirmBooking, { params: { id: booking.id } }, as())
          : salon.plane.call(vendorDeclineBooking, { params: { id: booking.id }, body: { reason: 'full house' } }, as()),
      ),
    )
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1)
    const codes = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.code] : []))
    expect(new Set(codes)).toEqual(new Set(['invalid_transition']))
    await allIsWell()
  })

  it('② confirming while the provider is being blocked: refused, or the block names the booking', async () => {
    for (let round = 0; round < 10; round += 1) {
      const service = await addService(salon.plane, { columns: { requires_confirmation: true } })
      const { booking } = await book(salon.plane.client(), service, start)
      const [confirmed, blocked] = await Promise.allSettled([
        salon.plane.call(vendorConfirmBooking, { params: { id: booking.id } }, { actor: service.owner, ...key() }),
        salon.plane.call(
          vendorCreateBlock,
          { params: { id: service.providerIds[0]! }, body: { start, end: '2026-11-25T07:00:00Z' } },
          { actor: service.owner },
        ),
      ])
      expect(blocked.status).toBe('fulfilled')
      if (confirmed.status === 'rejected') expect(confirmed.reason.code).toBe('slot_unavailable')
      const conflicts = blocked.status === 'fulfilled' ? blocked.value.conflicts.map((conflict) => conflict.booking_id) : []
      expect(conflicts).toEqual([booking.id])
    }
    await allIsWell()
  })

  it('⑤ moving onto a time that is taken in the same instant: one wins, every other old booking is untouched', async () => {
    const service = await addService(salon.plane, { people: 1, hours: [0, 1440] })
    const shopper = salon.plane.client()
    const old = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        book(shopper, service, new Date(Date.parse('2026-11-27T00:00:00Z') + index * 1_800_000).toISOString()),
      ),
    )
    const moves = old.map(({ booking }) =>
      codeOf(shopper(rescheduleMyBooking, { params: { id: booking.id }, query: { token: booking.token }, body: { start } }, key())),
    )
    const [moved, bought] = await Promise.all([Promise.all(moves), crowd(160, service)])
    expect(tally([...moved, ...bought])).toEqual({ won: 1, slot_unavailable: 199 })
    const rows = await bookingsOf(salon.plane, service)
    expect(rows.filter((row) => row.starts_at.toISOString() === start && row.status === 'confirmed')).toHaveLength(1)
    const won = moved.filter((code) => code === null).length
    expect(rows.filter((row) => row.starts_at.toISOString() !== start && row.status === 'confirmed')).toHaveLength(40 - won)
    await allIsWell()
  })

  it('20 rounds of ten buyers for one time, which an overdue hold occupies in every other round: exactly one wins', async () => {
    for (let round = 0; round < 20; round += 1) {
      const service = await addService(salon.plane)
      if (round % 2 === 0) {
        await hold(salon.plane.client(), service, start)
        await database(salon.plane)
          .read.updateTable('hold')
          .set({ expires_at: later(salon.clock.now(), -minutes(1)) })
          .where('resource_id', '=', service.offeringId)
          .where('status', '=', 'active')
          .execute()
      }
      expect(tally(await crowd(10, service))).toEqual({ won: 1, slot_unavailable: 9 })
    }
    await allIsWell()
  })

  it('an overdue hold is freed once, whoever frees it', async () => {
    const service = await addService(salon.plane, { columns: { seats: 6, assignment: 'fixed' } })
    await hold(salon.plane.client(), service, start, { seats: 4 })
    const after = later(salon.clock.now(), minutes(11))
    const freed = await Promise.all(
      Array.from({ length: 20 }, () => serviceOf(salon.plane, Holds).expireOverdue('booking.slot', [service.offeringId], after)),
    )
    expect(freed.reduce((sum, count) => sum + count, 0)).toBe(1)
    await allIsWell()
  })
})
