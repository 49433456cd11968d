import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newId } from '@cityos/contract'
import type { RawAnswer } from '@cityos/http'
import { RequestContext } from '@cityos/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin } from '../../../testing/plane.ts'
import { codeOf, until } from '../../../testing/shop.ts'
import {
  adminListBookings,
  adminListOfferings,
  adminListProviders,
  adminRejectProvider,
  adminVerifyProvider,
  getService,
  listServices,
  listSlots,
  type OfferingInput,
  vendorCreateBlock,
  vendorCreateBooking,
  vendorCreateException,
  vendorCreateImport,
  vendorCreateOffering,
  vendorCreatePolicy,
  vendorCreateProvider,
  vendorGetCalendar,
  vendorGetFeedAddress,
  vendorListBlocks,
  vendorListBookings,
  vendorListExceptions,
  vendorListImports,
  vendorListOfferings,
  vendorListPolicies,
  vendorListRules,
  vendorPublishOffering,
  vendorReassignBooking,
  vendorRemoveBlock,
  vendorRemoveException,
  vendorRemoveImport,
  vendorReplaceRules,
  vendorRescheduleBooking,
  vendorRotateFeedAddress,
  vendorRunImport,
  vendorUpdateOffering,
  vendorUpdatePolicy,
  vendorUpdateProvider,
} from '../contract.ts'
import { busyTimes } from '../server/calendar-events.ts'
import { CalendarFiles } from '../server/calendar-files.ts'
import { CustomerBookings } from '../server/customer-bookings.ts'
import {
  addService,
  anomalies,
  book,
  bookingsOf,
  contact,
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

const key = () => ({ idempotencyKey: newId('key') })
const as = (service: TestService) => ({ actor: service.owner, ...key() })

const draft: OfferingInput = {
  handle: 'beard-trim',
  name: { en: 'Beard trim' },
  summary: {},
  description: {},
  category: 'hair',
  picture_file_id: null,
  duration_min: 20,
  duration_options: [],
  price: { amount: 3500, currency: 'SAR' },
  pay_at_place: false,
  tax_class: 'standard',
  buffer_before_min: 0,
  buffer_after_min: 5,
  slot_interval_min: 20,
  lead_time_min: 0,
  horizon_days: 14,
  seats: 1,
  requires_confirmation: false,
  confirmation_deadline_min: 720,
  assignment: 'round_robin',
  location_kind: 'at_vendor',
  address: null,
  city: null,
  lat: null,
  lng: null,
  travel_radius_m: null,
  meeting_url: null,
  deposit_bps: null,
  no_show_fee_bps: null,
  cancellation_policy_id: null,
  intake_form: [],
  max_per_day: null,
  max_active_per_customer: null,
  provider_ids: [],
  resources: [],
}

describe('a vendor sets up', () => {
  it('a provider with a week, a policy, a service; it is on sale once it has all it needs', async () => {
    const { owner } = await addService(salon.plane)
    const call = { actor: owner }
    const provider = await salon.plane.call(
      vendorCreateProvider,
      {
        body: {
          name: { en: 'Omar', ar: 'عمر' },
          timezone: 'Asia/Riyadh',
          kind: 'person',
          user_id: null,
          priority: 0,
          weight: 1,
          gender: null,
          active: true,
        },
      },
      call,
    )
    const week = { rules: [{ weekday: 3, start: '09:00', end: '12:00', valid_from: null, valid_to: null }] }
    expect(await salon.plane.call(vendorReplaceRules, { params: { id: provider.id }, body: week }, call)).toMatchObject([
      { weekday: 3, end: '12:00' },
    ])
    expect(await salon.plane.call(vendorListRules, { params: { id: provider.id } }, call)).toHaveLength(1)
    const policy = await salon.plane.call(
      vendorCreatePolicy,
      { body: { name: { en: 'Soft' }, tiers: [{ hours_before: 2, refund_bps: 10_000 }] } },
      call,
    )
    const created = await salon.plane.call(vendorCreateOffering, { body: { ...draft, cancellation_policy_id: policy.id } }, call)
    expect(created).toMatchObject({ status: 'draft', missing: ['name.ar', 'providers'], payment_plan: 'now' })
    await expect(salon.plane.call(vendorPublishOffering, { params: { id: created.id } }, call)).rejects.toMatchObject({
      code: 'publish_requirements_missing',
    })
    await salon.plane.call(
      vendorUpdateOffering,
      {
        params: { id: created.id },
        body: { name: { en: 'Beard trim', ar: 'تشذيب اللحية' }, provider_ids: [provider.id], version: created.version },
      },
      call,
    )
    const published = await salon.plane.call(vendorPublishOffering, { params: { id: created.id } }, call)
    expect(published).toMatchObject({ status: 'published', missing: [], actions: ['unpublish'] })
    const page = await salon.plane.client({ 'accept-language': 'ar' })(getService, { params: { handle: 'beard-trim' } })
    expect(page).toMatchObject({ name: 'تشذيب اللحية', cancellation_tiers: [{ hours_before: 2, refund_bps: 10_000 }] })
    const found = await salon.plane.client()(listServices, { query: { q: 'اللحية', date: '2026-11-25' } })
    expect(found.items).toMatchObject([{ handle: 'beard-trim', next_start: '2026-11-25T06:00:00.000Z' }])
    expect((await salon.plane.client()(listServices, { query: { q: 'beard', date: '2026-11-26' } })).total).toBe(0)
    await expect(salon.plane.call(vendorCreateOffering, { body: draft }, call)).rejects.toMatchObject({ code: 'already_exists' })
    await expect(
      salon.plane.call(vendorUpdateOffering, { params: { id: created.id }, body: { provider_ids: [], version: published.version } }, call),
    ).rejects.toMatchObject({ code: 'publish_requirements_missing' })
    await expect(
      salon.plane.call(vendorUpdateOffering, { params: { id: created.id }, body: { horizon_days: 7, version: 0 } }, call),
    ).rejects.toMatchObject({
      code: 'stale_version',
    })
    await expect(
      salon.plane.call(
        vendorUpdateOffering,
        { params: { id: created.id }, body: { deposit_bps: 3000, requires_confirmation: true } },
        call,
      ),
    ).rejects.toMatchObject({ code: 'validation_failed' })
    expect((await salon.plane.call(vendorListOfferings, { query: { q: 'beard' } }, call)).items).toMatchObject([{ provider_count: 1 }])
    expect(
      (await salon.plane.call(vendorUpdatePolicy, { params: { id: policy.id }, body: { name: { en: 'Softer' } } }, call)).tiers,
    ).toHaveLength(1)
    expect((await salon.plane.call(vendorListPolicies, {}, call)).items).toMatchObject([{ offering_count: 1 }])
  })

  it('nothing of another vendor is there for it', async () => {
    const [mine, theirs] = [await addService(salon.plane), await addService(salon.plane)]
    const call = { actor: mine.owner }
    const foreign = { params: { id: theirs.providerIds[0]! } }
    await expect(salon.plane.call(vendorUpdateProvider, { ...foreign, body: { active: false } }, call)).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(salon.plane.call(vendorListBlocks, foreign, call)).rejects.toMatchObject({ code: 'not_found' })
    await expect(salon.plane.call(vendorGetFeedAddress, foreign, call)).rejects.toMatchObject({ code: 'not_found' })
    await expect(
      salon.plane.call(vendorUpdateOffering, { params: { id: mine.offeringId }, body: { provider_ids: theirs.providerIds } }, call),
    ).rejects.toMatchObject({ code: 'validation_failed' })
    const list = await salon.plane.call(vendorListBookings, { query: { vendor_id: theirs.vendorId } }, call)
    expect(list.total).toBe(0)
  })

  it('exceptions and blocks change what is free, at once', async () => {
    const service = await addService(salon.plane)
    const call = { actor: service.owner }
    const params = { id: service.providerIds[0]! }
    const free = async (date: string) =>
      (await salon.plane.client()(listSlots, { params: { id: service.offeringId }, query: { from: date, to: date } })).days[0]!.slots.length
    const closed = await salon.plane.call(
      vendorCreateException,
      { params, body: { date: '2026-11-27', kind: 'closed', start: null, end: null, note: null } },
      call,
    )
    await salon.plane.call(
      vendorCreateException,
      { params, body: { date: '2026-11-28', kind: 'open', start: '20:00', end: '21:00', note: 'Eid' } },
      call,
    )
    expect([await free('2026-11-27'), await free('2026-11-28')]).toEqual([0, 20])
    expect((await salon.plane.call(vendorListExceptions, { params, query: { from: '2026-11-28' } }, call)).items).toMatchObject([
      { start: '20:00', kind: 'open' },
    ])
    await salon.plane.call(vendorRemoveException, { params: { ...params, child_id: closed.id } }, call)
    expect(await free('2026-11-27')).toBe(18)
    const times = { start: '2026-11-27T06:00:00Z', end: '2026-11-27T09:00:00Z', external_uid: 'crm-7', note: null }
    const block = await salon.plane.call(vendorCreateBlock, { params, body: times }, call)
    const moved = await salon.plane.call(vendorCreateBlock, { params, body: { ...times, end: '2026-11-27T08:00:00Z' } }, call)
    expect(moved.id).toBe(block.id)
    expect(await free('2026-11-27')).toBe(14)
    await salon.plane.call(vendorRemoveBlock, { params: { ...params, child_id: block.id } }, call)
    expect(await free('2026-11-27')).toBe(18)
  })
})

describe('a vendor keeps the calendar', () => {
  it('writes bookings in, weekly, all or none; moves and reassigns them; sees them on the calendar', async () => {
    const service = await addService(salon.plane, { people: 2, columns: { assignment: 'customer_choice' } })
    const [first, second] = service.providerIds as [string, string]
    const body = {
      offering_id: service.offeringId,
      start: '2026-11-24T20:00:00Z',
      duration_min: 30,
      provider_id: first,
      seats: 1,
      attendees: [],
      contact: { name: 'Walk-in', email: null, phone: '+966500000001' },
      weeks: 3,
    }
    const written = await salon.plane.call(vendorCreateBooking, { body }, as(service))
    expect(written).toMatchObject({
      status: 'confirmed',
      source: 'vendor',
      order_id: null,
      contact: { name: 'Walk-in' },
      due_at_place: { amount: 6000 },
    })
    expect(await bookingsOf(salon.plane, service)).toHaveLength(3)
    await expect(
      salon.plane.call(vendorCreateBooking, { body: { ...body, start: '2026-12-01T20:00:00Z' } }, as(service)),
    ).rejects.toMatchObject({
      code: 'slot_unavailable',
    })
    expect(await bookingsOf(salon.plane, service), 'all or none').toHaveLength(3)
    const reassigned = await salon.plane.call(
      vendorReassignBooking,
      { params: { id: written.id }, body: { to_provider_id: second } },
      as(service),
    )
    expect(reassigned.providers.map((provider) => provider.id)).toEqual([second])
    const moved = await salon.plane.call(
      vendorRescheduleBooking,
      { params: { id: written.id }, body: { start: '2026-11-24T21:00:00Z', provider_id: first } },
      as(service),
    )
    expect(moved).toMatchObject({ status: 'confirmed', reschedule_of_id: written.id, contact: { name: 'Walk-in' } })
    const calendar = await salon.plane.call(
      vendorGetCalendar,
      { query: { from: '2026-11-24', to: '2026-11-30' } },
      { actor: service.owner },
    )
    expect(calendar.providers).toHaveLength(2)
    expect(calendar.providers[0]!.open[0]).toEqual({ start: '2026-11-24T06:00:00.000Z', end: '2026-11-24T15:00:00.000Z' })
    expect(calendar.entries).toMatchObject([{ kind: 'booking', id: moved.id, contact_name: 'Walk-in', status: 'confirmed' }])
    expect(await anomalies(salon.plane)).toEqual(noAnomaly)
  })

  it('reassigning to somebody who is taken: 409, nothing changed', async () => {
    const service = await addService(salon.plane, { people: 2, columns: { assignment: 'customer_choice' } })
    const [first, second] = service.providerIds as [string, string]
    const { booking } = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z', { provider_id: first })
    await book(salon.plane.client(), service, '2026-11-25T06:00:00Z', { provider_id: second })
    await expect(
      salon.plane.call(vendorReassignBooking, { params: { id: booking.id }, body: { to_provider_id: second } }, as(service)),
    ).rejects.toMatchObject({ code: 'slot_unavailable' })
    expect(await anomalies(salon.plane)).toEqual(noAnomaly)
  })

  it('finds bookings by state, provider, time and reference', async () => {
    const service = await addService(salon.plane, { people: 2, columns: { assignment: 'customer_choice' } })
    const { booking } = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z', { provider_id: service.providerIds[0]! })
    await book(salon.plane.client(), service, '2026-11-27T06:00:00Z', { provider_id: service.providerIds[1]! })
    const total = async (query: object) => (await salon.plane.call(vendorListBookings, { query }, { actor: service.owner })).total
    expect(await total({})).toBe(2)
    expect(await total({ status: 'confirmed', to: '2026-11-26T00:00:00Z' })).toBe(1)
    expect(await total({ provider_id: service.providerIds[1]! })).toBe(1)
    expect(await total({ q: booking.reference.toLowerCase() })).toBe(1)
    const all = await salon.plane.call(adminListBookings, { query: { vendor_id: service.vendorId, order: 'start' } }, { actor: admin })
    expect(all.items[0]).toMatchObject({ id: booking.id, contact_name: contact.name, actions: ['cancel'] })
  })
})

describe('calendars of others', () => {
  const text = (...events: string[]) => ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events, 'END:VCALENDAR'].join('\r\n')
  const event = (uid: string, ...lines: string[]) => ['BEGIN:VEVENT', `UID:${uid}`, ...lines, 'END:VEVENT'].join('\r\n')

  it('reads times, repetitions with exceptions, and leaves out what takes no time', () => {
    const times = busyTimes(
      text(
        event('one', 'DTSTART:20261125T060000Z', 'DTEND:20261125T070000Z'),
        event('weekly', 'DTSTART:20261124T100000Z', 'DTEND:20261124T103000Z', 'RRULE:FREQ=WEEKLY;COUNT=3', 'EXDATE:20261201T100000Z'),
        event('free', 'DTSTART:20261125T080000Z', 'DTEND:20261125T090000Z', 'TRANSP:TRANSPARENT'),
        event('off', 'DTSTART:20261125T080000Z', 'DTEND:20261125T090000Z', 'STATUS:CANCELLED'),
        event('past', 'DTSTART:20250101T080000Z', 'DTEND:20250101T090000Z'),
      ),
      morning,
      new Date('2027-01-01'),
    )
    expect(times.map((time) => [time.uid.split('/')[0], time.startsAt.toISOString()])).toEqual([
      ['one', '2026-11-25T06:00:00.000Z'],
      ['weekly', '2026-11-24T10:00:00.000Z'],
      ['weekly', '2026-12-08T10:00:00.000Z'],
    ])
    expect(() => busyTimes('<html>', morning, new Date('2027-01-01'))).toThrow()
  })

  it('imports block the provider, follow the calendar, and go with it; addresses inside are refused', async () => {
    let calendar = text(event('a', 'DTSTART:20261125T060000Z', 'DTEND:20261125T070000Z'))
    const server: Server = createServer((_request, answer) => answer.end(calendar)).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      const service = await addService(salon.plane)
      const call = { actor: service.owner }
      const params = { id: service.providerIds[0]! }
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/private.ics`
      for (const refused of ['http://example.test/a.ics', 'https://10.0.0.7/a.ics', 'https://[::1]/a.ics', 'ftp://example.test/a'])
        await expect(salon.plane.call(vendorCreateImport, { params, body: { url: refused } }, call), refused).rejects.toMatchObject({
          code: 'url_not_allowed',
        })
      const made = await salon.plane.call(vendorCreateImport, { params, body: { url } }, call)
      await until(async () => (await salon.plane.call(vendorListImports, { params }, call))[0]!.block_count === 1)
      expect(await codeOf(book(salon.plane.client(), service, '2026-11-25T06:30:00Z'))).toBe('slot_unavailable')
      calendar = text(event('b', 'DTSTART:20261126T060000Z', 'DTEND:20261126T070000Z'))
      const child = { params: { ...params, child_id: made.id } }
      expect(await salon.plane.call(vendorRunImport, child, call)).toMatchObject({ block_count: 1, last_error: null, host: '127.0.0.1' })
      expect(await codeOf(book(salon.plane.client(), service, '2026-11-25T06:30:00Z'))).toBeNull()
      calendar = 'nonsense'
      await expect(salon.plane.call(vendorRunImport, child, call)).rejects.toMatchObject({ code: 'dependency_unavailable' })
      expect((await salon.plane.call(vendorListImports, { params }, call))[0]).toMatchObject({
        block_count: 1,
        last_error: 'not_a_calendar',
      })
      await salon.plane.call(vendorRemoveImport, child, call)
      expect((await salon.plane.call(vendorListBlocks, { params }, call)).total).toBe(0)
    } finally {
      server.close()
    }
  })

  it('a booking and a feed are iCalendar that others can read; a renewed address ends the old one', async () => {
    const service = await addService(salon.plane)
    const { booking } = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z')
    const guest = new RequestContext({ surface: 'store' })
    const services = <T>(type: new (...args: never[]) => T): T => salon.plane.app.get(type as new () => T, { strict: false })
    const body = (answer: RawAnswer) => String(answer.body)
    const file = body(await services(CustomerBookings).calendarFile(guest, booking.id, booking.token))
    expect(busyTimes(file, morning, new Date('2027-01-01'))).toEqual([
      { uid: `${booking.id}@cityos`, startsAt: new Date('2026-11-25T06:00:00Z'), endsAt: new Date('2026-11-25T06:30:00Z') },
    ])
    const params = { id: service.providerIds[0]! }
    const address = await salon.plane.call(vendorGetFeedAddress, { params }, { actor: service.owner })
    expect((await salon.plane.call(vendorGetFeedAddress, { params }, { actor: service.owner })).url).toBe(address.url)
    const secret = address.url.split('/').at(-1)!
    const feed = body(await services(CalendarFiles).feed(guest, secret))
    expect(busyTimes(feed, morning, new Date('2027-01-01'))).toHaveLength(1)
    expect(feed).not.toContain('Noura')
    await salon.plane.call(vendorRotateFeedAddress, { params }, { actor: service.owner })
    await expect(services(CalendarFiles).feed(guest, secret)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('staff', () => {
  it('verifies providers; a rejected one is offered no more', async () => {
    const service = await addService(salon.plane)
    const params = { id: service.providerIds[0]! }
    expect((await salon.plane.call(adminVerifyProvider, { params, body: {} }, { actor: admin })).verification).toBe('verified')
    await expect(salon.plane.call(adminVerifyProvider, { params, body: {} }, { actor: admin })).rejects.toMatchObject({
      code: 'invalid_transition',
    })
    expect((await salon.plane.client()(getService, { params: { handle: service.handle } })).team).toMatchObject([{ verified: true }])
    await salon.plane.call(adminRejectProvider, { params, body: { reason: 'Licence ran out' } }, { actor: admin })
    expect(await codeOf(book(salon.plane.client(), service, '2026-11-25T06:00:00Z'))).toBe('slot_unavailable')
    const rejected = await salon.plane.call(
      adminListProviders,
      { query: { verification: 'rejected', vendor_id: service.vendorId } },
      { actor: admin },
    )
    expect(rejected.items).toMatchObject([{ id: params.id, verification_note: 'Licence ran out' }])
    expect((await salon.plane.call(adminListOfferings, { query: { vendor_id: service.vendorId } }, { actor: admin })).total).toBe(1)
  })
})

it('personal parts of a choice are sealed wherever they lie', async () => {
  const service = await addService(salon.plane)
  const { booking } = await book(salon.plane.client(), service, '2026-11-25T06:00:00Z', { attendees: [{ name: 'Mishaal' }] })
  expect(booking.attendees).toEqual([{ name: 'Mishaal' }])
  const rows = await database(salon.plane).read.selectFrom('order_line').select('choice').where('id', '=', booking.order_line_id!).execute()
  const stored = await database(salon.plane).read.selectFrom('booking').selectAll().where('id', '=', booking.id).execute()
  expect(JSON.stringify([rows, stored])).not.toContain('Mishaal')
})
