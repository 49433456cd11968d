import { sleepTenant } from '@cityos/control-plane/contract'
import { getVendorMe, listVendorOrders } from '@cityos/data-plane/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { Platform } from './platform.ts'
import { buy } from './shopping.ts'
import { ensureTenant, operationEnd, vendorOf } from './tenants.ts'

// The control plane is never on a shopper's path (design §1): these tests run with it stopped.

let platform: Platform
let vendor: Awaited<ReturnType<typeof vendorOf>>
let resume: () => void

beforeAll(async () => {
  platform = await Platform.start()
  const awake = await ensureTenant(platform, 'awake')
  await ensureTenant(platform, 'sleeper')
  const { products } = await buy(platform, 'awake.localhost')
  vendor = await vendorOf(platform, awake, products[0]!.vendor.handle)
  const { call } = await platform.operator()
  const started = await call(sleepTenant, { params: { id: 'sleeper' } })
  expect((await operationEnd(call, started.operation.id)).status).toBe('succeeded')
  // Stopped, not killed: the node would start a killed one again. It keeps its socket but answers nothing.
  const pid = await platform.pid('control-plane')
  process.kill(pid, 'SIGSTOP')
  resume = () => process.kill(pid, 'SIGCONT')
})

afterAll(async () => {
  resume?.()
  await platform.end()
})

describe('with the control plane stopped', () => {
  test('the storefront answers and a checkout succeeds', async () => {
    expect((await platform.request('awake.localhost', '/en', { headers: { accept: 'text/html' } })).status).toBe(200)
    const { order } = await buy(platform, 'awake.localhost', { vendors: 2 })
    expect(order.sub_orders).toHaveLength(2)
  })

  test('vendor pages go on working', async () => {
    expect((await vendor.client(getVendorMe)).email).toBe(vendor.email)
    expect((await vendor.client(listVendorOrders)).total).toBeGreaterThan(0)
  })

  test('a sleeping tenant wakes on the first request and sells', async () => {
    const { order } = await eventually(() => buy(platform, 'sleeper.localhost'), 'the sleeper sells')
    expect(order.number).toBeTruthy()
  })

  test('a crashed data plane comes back', async () => {
    await platform.kill((await platform.planePid('awake'))!)
    await eventually(async () => (await platform.request('awake.localhost', '/v1/store/products')).status === 200, 'the data plane is back')
  })
})
