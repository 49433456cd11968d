import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestPostgres } from '@cityos/provisioning/testing'
import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Registry } from '../registry/registry.ts'
import { startRegistryServer, TestPlatform } from '../testing/platform.ts'
import { addCard, canRunLocalStripe, PriceTranslator, type StandIn, startLocalStripe } from '../testing/stripe-servers.ts'
import { TestClock } from '../testing/test-clock.ts'
import { StripeGateway } from './stripe.gateway.ts'
import { StripeWorker } from './stripe.worker.ts'

const secret = 'whsec_test'

interface Delivery {
  body: string
  signature: string
  type: string
  customer: string | null
}

describe.skipIf(!canRunLocalStripe)('the payment provider', { retry: 0 }, () => {
  let postgres: TestPostgres
  let local: StandIn
  let translator: PriceTranslator
  let platform: TestPlatform
  let mailbox: Server
  let token: string
  const clock = new TestClock()
  const deliveries: Delivery[] = []

  beforeAll(async () => {
    local = await startLocalStripe()
    translator = new PriceTranslator(local.origin)
    await translator.open()
    vi.stubEnv('STRIPE_SECRET_KEY', 'sk_test_local')
    vi.stubEnv('STRIPE_WEBHOOK_SECRET', secret)
    vi.stubEnv('STRIPE_API_ORIGIN', translator.origin)
    postgres = await startRegistryServer()
    platform = await TestPlatform.start(postgres, { clock })
    token = (await platform.signIn()).access_token
    mailbox = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8')
        const event = JSON.parse(body) as Stripe.Event
        const customer = (event.data.object as { customer?: string }).customer ?? null
        deliveries.push({ body, signature: String(request.headers['stripe-signature']), type: event.type, customer })
        response.end('{}')
      })
    })
    await new Promise<void>((resolve) => mailbox.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(mailbox.address() as AddressInfo).port}/`
    await at('/_config/webhooks/test', { url, secret })
  }, 180_000)
  afterAll(async () => {
    await platform?.stop()
    await postgres?.stop()
    mailbox?.close()
    await translator?.close()
    await local?.stop()
    vi.unstubAllEnvs()
  })

  /** Asks the provider as somebody else: a customer who pays, say. */
  async function at(path: string, form: Record<string, string> | null = {}) {
    const answer = await fetch(`${local.origin}${path}`, {
      method: form === null ? 'GET' : 'POST',
      headers: { authorization: 'Bearer sk_test_local', ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}) },
      ...(form ? { body: new URLSearchParams(form).toString() } : {}),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path}: ${text}`)
    return text ? JSON.parse(text) : null
  }

  const db = () => platform.app.get(Registry).db
  const deliver = (delivery: Pick<Delivery, 'body' | 'signature'>) =>
    platform.app
      .getHttpAdapter()
      .getInstance()
      .inject({
        method: 'POST',
        url: '/webhooks/stripe',
        headers: { host: 'cityos.localhost:8080', 'content-type': 'application/json', 'stripe-signature': delivery.signature },
        payload: delivery.body,
      })

  /** Works off the outbox until nothing of `tenantId` (or of events) is open. */
  async function worked(): Promise<void> {
    await vi.waitFor(
      async () => {
        await platform.app.get(StripeWorker).run()
        const open = await db().stripe_job.findMany({ where: { done_at: null }, select: { kind: true, error: true, attempts: true } })
        expect(open).toEqual([])
      },
      { timeout: 30_000, interval: 50 },
    )
  }

  async function subscribed(slug: string) {
    const { body } = await platform.createTenant(token, slug)
    await platform.ended(token, body.data.operation.id)
    await worked()
    const row = await db().stripe_subscription.findFirstOrThrow({ where: { tenant_id: body.data.tenant.id } })
    const customer = await db().stripe_customer.findFirstOrThrow({ where: { tenant_id: body.data.tenant.id } })
    return { tenantId: body.data.tenant.id as string, subscription: row.subscription_id, customer: customer.customer_id }
  }

  async function payAtProvider(customer: string, subscription: string): Promise<string> {
    await addCard(local.origin, customer, '4242424242424242')
    const { latest_invoice } = await at(`/v1/subscriptions/${subscription}`, null)
    const id = typeof latest_invoice === 'string' ? latest_invoice : latest_invoice.id
    await at(`/v1/invoices/${id}/pay`)
    return id as string
  }

  /** Everything the provider has sent about a customer; it takes a second to begin. */
  async function eventsOf(customer: string): Promise<Delivery[]> {
    await vi.waitUntil(() => deliveries.some((item) => item.customer === customer && item.type === 'invoice.payment_succeeded'), {
      timeout: 30_000,
      interval: 50,
    })
    return deliveries.filter((item) => item.customer === customer)
  }

  it('has one customer and one subscription for a tenant, and its invoices in our series', async () => {
    const { tenantId, customer, subscription } = await subscribed('stripe-one')
    expect(await at(`/v1/customers/${customer}`, null)).toMatchObject({ metadata: { tenant_id: tenantId }, email: 'owner@stripe-one.test' })
    const [invoice] = await db().invoice.findMany({ where: { tenant_id: tenantId } })
    expect(invoice).toMatchObject({ status: 'open', scope: 'plan', total_amount: 114_885n, tax_amount: 14_985n, currency_code: 'SAR' })
    const health = (await platform.request('GET', '/health')).body.data
    expect(health.integrations.stripe).toMatchObject({ state: 'connected', breaker: 'closed', last_success_at: expect.any(String) })
    const providerInvoice = await payAtProvider(customer, subscription)
    for (const event of await eventsOf(customer)) expect((await deliver(event)).statusCode).toBe(200)
    await worked()
    const paid = await db().invoice.findUniqueOrThrow({ where: { stripe_invoice_id: providerInvoice }, include: { payments: true } })
    expect(paid).toMatchObject({ status: 'paid', paid_amount: 114_885n, payments: [{ method: 'stripe', amount: 114_885n }] })
    const refused = await platform.request('POST', `/api/v1/invoices/${paid.id}/credit`, {
      token,
      body: { reason: 'by hand' },
      headers: { 'idempotency-key': 'stripe-credit-1' },
    })
    expect([refused.status, refused.body.errors[0].code]).toEqual([409, 'invalid_transition'])
  })

  it.each([1, 2, 3, 4])('ends in the same state however its events are doubled, shuffled and late (%i)', async (seed) => {
    const { tenantId, customer, subscription } = await subscribed(`stripe-mix-${seed}`)
    const providerInvoice = await payAtProvider(customer, subscription)
    const events = await eventsOf(customer)
    const random = generator(seed)
    const mixed = [...events, ...events, ...events].map((event) => ({ event, at: random() })).sort((a, b) => a.at - b.at)
    for (const [index, { event }] of mixed.entries()) {
      if (index === Math.floor(mixed.length / 2)) clock.move(3 * 86_400)
      expect((await deliver(event)).statusCode).toBe(200)
      if (random() < 0.3) await platform.app.get(StripeWorker).run()
    }
    await worked()
    clock.move(-3 * 86_400)
    const invoices = await db().invoice.findMany({ where: { tenant_id: tenantId }, include: { payments: true } })
    expect(invoices).toHaveLength(1)
    expect(invoices[0]).toMatchObject({ status: 'paid', stripe_invoice_id: providerInvoice, payments: [{ amount: 114_885n }] })
    expect(await db().stripe_subscription.findFirstOrThrow({ where: { tenant_id: tenantId } })).toMatchObject({ status: 'active' })
    const ids = new Set(events.map((event) => (JSON.parse(event.body) as Stripe.Event).id))
    expect(await db().stripe_event.count({ where: { id: { in: [...ids] } } })).toBe(ids.size)
  })

  it('takes no event that it did not sign, and leaves no row of it', async () => {
    const before = await db().stripe_event.count()
    const body = JSON.stringify({
      id: 'evt_forged',
      object: 'event',
      type: 'invoice.paid',
      livemode: false,
      created: 1,
      data: { object: {} },
    })
    const other = Stripe.webhooks.generateTestHeaderString({ payload: body, secret: 'whsec_other' })
    const own = Stripe.webhooks.generateTestHeaderString({ payload: body, secret })
    for (const [signature, sent] of [
      ['', body],
      [other, body],
      [own, `${body} `],
    ] as const) {
      const answer = await deliver({ body: sent, signature })
      expect([answer.statusCode, answer.json().errors[0].code]).toEqual([400, 'invalid_request'])
    }
    expect(await db().stripe_event.count()).toBe(before)
  })

  it('of live mode changes nothing here: the key is a test key', async () => {
    const payload = JSON.stringify({
      id: 'evt_live',
      object: 'event',
      type: 'invoice.paid',
      livemode: true,
      created: 1,
      data: { object: { id: 'in_live', object: 'invoice' } },
    })
    expect((await deliver({ body: payload, signature: Stripe.webhooks.generateTestHeaderString({ payload, secret }) })).statusCode).toBe(
      200,
    )
    expect(await db().stripe_job.count({ where: { key: 'event:evt_live' } })).toBe(0)
  })

  it('that is down keeps nobody from working: told later, once', async () => {
    await translator.close()
    const { body } = await platform.createTenant(token, 'stripe-down')
    expect((await platform.ended(token, body.data.operation.id)).status).toBe('succeeded')
    const job = { where: { tenant_id: body.data.tenant.id as string, kind: 'subscribe' } }
    const gateway = platform.app.get(StripeGateway)
    await vi.waitUntil(
      async () => {
        await platform.app.get(StripeWorker).run()
        if (gateway.breaker !== 'open') clock.move(60)
        return gateway.breaker === 'open'
      },
      { timeout: 30_000, interval: 20 },
    )
    expect(await db().stripe_job.findFirstOrThrow(job)).toMatchObject({ done_at: null, failed_at: null })
    await translator.open()
    clock.move(3600)
    await worked()
    expect(gateway.breaker).toBe('closed')
    expect(await db().stripe_job.findFirstOrThrow(job)).toMatchObject({ error: null })
    expect(await db().stripe_customer.count({ where: { tenant_id: body.data.tenant.id as string } })).toBe(1)
    const { data } = await at('/v1/customers?limit=100', null)
    const own = data.filter((row: { metadata: { tenant_id?: string } }) => row.metadata.tenant_id === body.data.tenant.id)
    expect(own).toHaveLength(1)
  })
})

/** A small generator of numbers below 1, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
