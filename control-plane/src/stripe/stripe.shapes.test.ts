import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { MemoryDriver } from '../testing/memory-driver.ts'
import { OperationBench } from '../testing/operation-bench.ts'
import { canRunStripeMock, type StandIn, startStripeMock } from '../testing/stripe-servers.ts'
import { StripeGateway } from './stripe.gateway.ts'
import { cancel, ensureCustomer, meter, move, type Outbound, subscribe } from './stripe.outbound.ts'
import { stripeVersion } from './stripe.settings.ts'

/** Every request we make has the shape the provider publishes; stripe-mock refuses any other. */
describe.skipIf(!canRunStripeMock)('requests to the payment provider', () => {
  let mock: StandIn
  let bench: OperationBench
  let gateway: StripeGateway

  beforeAll(async () => {
    mock = await startStripeMock()
    vi.stubEnv('STRIPE_SECRET_KEY', 'sk_test_shapes')
    vi.stubEnv('STRIPE_API_ORIGIN', mock.origin)
    bench = await OperationBench.start(new MemoryDriver())
    gateway = new StripeGateway(bench.clock)
  }, 180_000)
  afterAll(async () => {
    vi.unstubAllEnvs()
    await bench?.stop()
    await mock?.stop()
  })

  it('are of the pinned version', () => {
    expect(Stripe.API_VERSION).toBe(stripeVersion)
  })

  it('make a customer, prices, tax rate and subscription, move it, end it, and tell the meter', async () => {
    const tenantId = await bench.newTenant()
    await bench.perform('tenant-create', tenantId, { seed: false, invitation_id: 'inv_none' })
    const tx = bench.registry.db as unknown as Outbound['tx']
    const out: Outbound = { tx, gateway, sealing: bench.sealing, mode: 'test', now: bench.clock.now() }
    const own = () => bench.registry.db.subscription_item.findMany({ where: { tenant_id: tenantId }, orderBy: { started_at: 'asc' } })
    const [first] = await own()
    expect(await ensureCustomer(out, tenantId)).toMatch(/^cus_/)
    expect(await subscribe(out, tenantId, first!.id)).toMatch(/^sub_/)
    expect(await subscribe(out, tenantId, first!.id)).toMatch(/^sub_/)
    await bench.perform('tenant-change', tenantId, {
      changes: { plan_code: 'unlimited' },
      before: { plan_code: 'standard' },
      terms: { plan: 'unlimited', add: ['booking'], remove: [], at: null },
    })
    const second = (await own()).find((item) => item.code === 'unlimited')!
    await move(out, tenantId, first!.id, second.id, Math.floor(bench.clock.now().getTime() / 1000))
    expect(await cancel(out, second.id)).toMatch(/^sub_/)
    const used = { metric: 'orders', hour: '2026-11-01T10:00:00.000Z', quantity: 3 }
    expect(await meter(out, tenantId, used)).toBe(`${tenantId}:orders:1793527200`)
    const session = await gateway.call((client) =>
      client.billingPortal.sessions.create({ customer: 'cus_1', return_url: 'http://admin.shop.localhost' }),
    )
    expect(session.url).toMatch(/^https:/)
    const jobs = await bench.registry.db.stripe_job.findMany({ where: { tenant_id: tenantId }, orderBy: { created_at: 'asc' } })
    expect(jobs.map((job) => job.kind).filter((kind) => kind !== 'read-invoice')).toEqual(['subscribe', 'move', 'subscribe'])
  })

  it('a refused request does not count against the provider', async () => {
    const bogus = { customer: 'cus_1', items: [{ price: 'p' }], bogus: 1 } as unknown as Stripe.SubscriptionCreateParams
    await expect(gateway.call((client) => client.subscriptions.create(bogus))).rejects.toThrow(/validation/i)
    expect(gateway.breaker).toBe('closed')
  })
})
