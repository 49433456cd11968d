import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { createClient, readSession } from '@cityos/contract'
import { listTenants, readFleet, readOperation } from '@cityos/control-plane/contract'
import { getAdminOrder, listVendorOrders } from '@cityos/data-plane/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createConsoleClient } from '../api/call.ts'
import { createDataProvider } from '../api/data-provider.ts'
import { fakePlatform } from './fake-platform.ts'
import { declaredEndpoints, signedIn } from './preview.ts'
import { numbersFrom, sample } from './sample.ts'

describe('the console’s client over HTTP, against answers sampled from the contracts', () => {
  const server = fakePlatform({ files: tmpdir(), endpoints: declaredEndpoints, answers: signedIn })
  let origin = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const here = () => createConsoleClient({ fetch: (input, init) => fetch(origin + String(input), init) })

  it('reads a list as react-admin wants it: rows with ids and the true total', async () => {
    const provider = createDataProvider(here(), { tenants: { list: listTenants } })
    const { data, total } = await provider.getList('tenants', {
      pagination: { page: 1, perPage: 25 },
      sort: { field: '', order: 'ASC' },
      filter: { status: 'active' },
    })
    expect(total).toBe(8)
    expect(data.every((row) => typeof row.id === 'string')).toBe(true)
  })

  it('reads single resources that fit their schema', async () => {
    const call = createClient({ origin })
    expect(readFleet.response.safeParse(await call(readFleet)).success).toBe(true)
    expect(readOperation.response.safeParse(await call(readOperation, { params: { id: 'op_1' } })).success).toBe(true)
    expect((await call(readSession)).grants[0]?.role).toBe('super-admin')
  })

  it('a sampled order has what the order screens read', () => {
    const order = sample(getAdminOrder.response, numbersFrom(7)) as { sub_orders: unknown[]; refundable: unknown[] }
    expect(order.sub_orders.length).toBeGreaterThan(0)
    expect(order.refundable.length).toBeGreaterThan(0)
  })

  it('the same seed samples the same answer', () => {
    expect(sample(listVendorOrders.response, numbersFrom(3))).toEqual(sample(listVendorOrders.response, numbersFrom(3)))
  })
})
