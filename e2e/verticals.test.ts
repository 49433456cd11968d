import { changeTenant, type Tenant } from '@cityos/control-plane/contract'
import {
  getEvent,
  listCheckinLists,
  listEvents,
  listOrderTickets,
  listServices,
  orderTickets,
  scanTicket,
} from '@cityos/data-plane/contract'
import { describe, expect, test } from 'vitest'
import { minutesAfter, moveClock } from './clock.ts'
import { eventually } from './eventually.ts'
import { sharedPlatform } from './shared.ts'
import { ensureTenant, hostOf, operationEnd, vendorOf } from './tenants.ts'

const platform = sharedPlatform()
const statusOf = async (host: string, path: string): Promise<number> => {
  const answer = await platform.request(host, path)
  await answer.body?.cancel()
  return answer.status
}
const textOf = async (host: string, path: string): Promise<string> => (await platform.request(host, path)).text()

test('a tenant made for some verticals has their routes, pages and seeds, and no others', async () => {
  const made = await platform.json<Tenant>([
    'tenant',
    'create',
    'souq2',
    '--name',
    'Souq',
    '--owner',
    'o@souq.test',
    '--verticals',
    'booking,restaurant',
    '--seed',
    '--wait',
  ])
  expect(made.status).toBe('active')
  const host = hostOf(made)
  expect([await statusOf(host, '/v1/store/events'), await statusOf('dakkah.localhost', '/v1/store/events')]).toEqual([404, 200])
  expect([await statusOf(host, '/en/event-ticketing'), await statusOf('dakkah.localhost', '/en/event-ticketing')]).toEqual([404, 200])
  for (const path of ['/v1/store/services', '/v1/store/restaurants', '/en/booking', '/en/restaurant'])
    expect(await statusOf(host, path)).toBe(200)
  expect((await platform.client(host)(listServices)).total).toBeGreaterThan(0)
})

describe('switching a vertical of a live tenant', () => {
  /** Changes the verticals and waits until they count; the data plane is the same process before and after. */
  async function switchTo(tenant: Tenant, verticals: string[], counts: () => Promise<boolean>): Promise<void> {
    const { call } = await platform.operator()
    const pid = await platform.planePid(tenant.slug)
    const started = await call(changeTenant, { params: { id: tenant.id }, body: { verticals } })
    expect((await operationEnd(call, started.operation.id)).status).toBe('succeeded')
    await eventually(counts, `${verticals.join(', ')} count`)
    expect(await platform.planePid(tenant.slug)).toBe(pid)
  }

  test('routes, pages, menu and sitemap follow within seconds, without a restart; what was sold is still let in', async () => {
    const tenant = await ensureTenant(platform, 'switching')
    const host = hostOf(tenant)
    const store = platform.client(host)
    const concert = await store(getEvent, { params: { handle: 'football-fan-zone' } })
    await moveClock(platform, tenant, minutesAfter(concert.starts_at, -24 * 60))
    const type = concert.ticket_types.find((each) => !each.seated)!
    const bought = await store(orderTickets, {
      body: {
        lines: [{ ticket_type_id: type.id, event_date_id: concert.dates[0]!.id, quantity: 1 }],
        contact: { email: 'fan@switching.test', name: 'Fan', phone: '+966501234567' },
        payment: { method: 'sandbox', token: 'tok_ok' },
      },
    })
    expect(await textOf(host, '/en')).toContain('/en/event-ticketing')
    const all = tenant.verticals
    await switchTo(
      tenant,
      all.filter((name) => name !== 'event-ticketing'),
      async () => (await statusOf(host, '/v1/store/events')) === 404,
    )
    expect(await statusOf(host, '/en/event-ticketing')).toBe(404)
    expect(await textOf(host, '/en')).not.toContain('/en/event-ticketing')
    expect(await textOf(host, '/sitemap.xml')).not.toContain('/event-ticketing')
    expect(await statusOf(host, '/v1/store/services')).toBe(200)
    const door = await vendorOf(platform, tenant, concert.vendor.handle)
    const list = (await door.client(listCheckinLists, { query: { limit: 100 } })).items.find((each) => each.event.id === concert.id)!
    const tickets = await store(listOrderTickets, {
      params: { number: bought.order.number },
      query: { token: bought.token },
    })
    await moveClock(platform, tenant, minutesAfter(concert.starts_at, -15))
    const again = await vendorOf(platform, tenant, concert.vendor.handle)
    const scanned = await again.client(scanTicket, {
      body: {
        list_id: list.id,
        device_id: 'door-1',
        code: tickets[0]!.code!,
        kind: 'entry',
        nonce: 'scan-0001',
      },
    })
    expect(scanned.result).toBe('ok')
    await switchTo(tenant, all, async () => (await statusOf(host, '/v1/store/events')) === 200)
    expect((await store(listEvents)).total).toBeGreaterThan(0)
    expect(await textOf(host, '/en')).toContain('/en/event-ticketing')
  })
})
