import { readTenant, readTenantHealth, sleepTenant, wakeTenant } from '@cityos/control-plane/contract'
import { getStoreOrder } from '@cityos/data-plane/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { isAlive } from './platform.ts'
import { sharedPlatform } from './shared.ts'
import { buy } from './shopping.ts'
import { ensureTenant, operationEnd } from './tenants.ts'

const platform = sharedPlatform()
const host = 'napping.localhost'

beforeAll(async () => {
  await ensureTenant(platform, 'napping')
})

async function sleep(): Promise<void> {
  const { call } = await platform.operator()
  const started = await call(sleepTenant, { params: { id: 'napping' } })
  expect((await operationEnd(call, started.operation.id)).status).toBe('succeeded')
}

describe('a sleeping tenant', () => {
  test('has no process; its health is answered without waking it', async () => {
    const pid = (await platform.planePid('napping'))!
    await sleep()
    expect(isAlive(pid)).toBe(false)
    const { call } = await platform.operator()
    expect((await call(readTenant, { params: { id: 'napping' } })).runtime).toBe('asleep')
    const health = await platform.request(host, '/health')
    expect(health.status).toBe(200)
    await health.body?.cancel()
    expect((await call(readTenantHealth, { params: { id: 'napping' } })).runtime).toBe('asleep')
    expect(await platform.planePid('napping')).toBeNull()
  })

  test('wakes on the first request, which is answered, and has forgotten nothing', async () => {
    await eventually(async () => (await platform.request(host, '/v1/store/products')).status === 200, 'awake')
    const { order, token } = await buy(platform, host)
    await sleep()
    const seen = await eventually(
      () => platform.client(host)(getStoreOrder, { params: { no: order.number }, query: { token } }),
      'the order is shown after waking',
    )
    expect(seen.total).toEqual(order.total)
  })

  test('wakes for the API and the CLI too', async () => {
    await sleep()
    const { call } = await platform.operator()
    const started = await call(wakeTenant, { params: { id: 'napping' } })
    expect((await operationEnd(call, started.operation.id)).status).toBe('succeeded')
    expect(await platform.planePid('napping')).not.toBeNull()
    expect(await platform.json(['tenant', 'sleep', 'napping'])).toMatchObject({ runtime: 'asleep' })
    expect(await platform.json(['tenant', 'wake', 'napping'])).toMatchObject({ runtime: 'running' })
  })

  test('many requests at once wake it once', async () => {
    await sleep()
    const answers = await Promise.all(Array.from({ length: 40 }, () => platform.request(host, '/v1/store/products')))
    expect(answers.filter((answer) => answer.status === 200).length).toBe(answers.length)
    await Promise.all(answers.map((answer) => answer.body?.cancel()))
    expect((await platform.node()).tenants.filter((tenant) => tenant.slug === 'napping' && tenant.pid)).toHaveLength(1)
  })
})
