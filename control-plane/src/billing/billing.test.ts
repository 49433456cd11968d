import type { TestPostgres } from '@cityos/provisioning/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OperationEngine } from '../operations/engine.ts'
import { Registry } from '../registry/registry.ts'
import { type Answer, startRegistryServer, TestPlatform } from '../testing/platform.ts'
import { TestClock } from '../testing/test-clock.ts'
import { BillingClerk } from './billing.clerk.ts'

/** Billing over HTTP with its own time: a month passes when the test says so. */

let postgres: TestPostgres
let platform: TestPlatform
let token: string
const clock = new TestClock()
const day = 86_400
let keys = 0

beforeAll(async () => {
  postgres = await startRegistryServer()
  platform = await TestPlatform.start(postgres, { clock })
})
afterAll(async () => {
  await platform.stop()
  await postgres.stop()
})

const registry = () => platform.app.get(Registry)
const get = async (path: string) => (await platform.request('GET', `/api/v1${path}`, { token: await operator() })).body.data
const post = async (path: string, body: object = {}): Promise<Answer> => {
  keys += 1
  return platform.request('POST', `/api/v1${path}`, {
    token: await operator(),
    body,
    headers: { 'idempotency-key': `billing-test-${keys}` },
  })
}

let signedInAt = 0
/** Tokens live a quarter of an hour, of which this test's time passes many. */
async function operator(): Promise<string> {
  if (!token || clock.now().getTime() - signedInAt > 600_000) {
    token = (await platform.signIn()).access_token
    signedInAt = clock.now().getTime()
  }
  return token
}

/** Lets time pass, does what is due, and waits until no operation is left. */
async function pass(days: number): Promise<void> {
  clock.move(days * day)
  for (let turn = 0; turn < 40; turn++) {
    await platform.app.get(BillingClerk).run()
    const [active, standing] = await Promise.all([
      registry().db.operation.count({ where: { status: { in: ['queued', 'running', 'waiting', 'undoing'] } } }),
      registry().db.billing_due.count({ where: { done_at: null, OR: [{ kind: 'standing' }, { due_at: { lte: clock.now() } }] } }),
    ])
    if (active === 0 && standing === 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
    clock.move(2)
  }
  throw new Error('billing does not come to rest')
}

async function newTenant(slug: string, more: object = {}) {
  const { body, text } = await platform.createTenant(await operator(), slug, { test: false, ...more })
  if (!body.data) throw new Error(text)
  await platform.ended(await operator(), body.data.operation.id)
  return body.data.tenant.id as string
}

async function change(tenant: string, wanted: object) {
  const answer = await post(`/tenants/${tenant}/subscription/change`, wanted)
  if (answer.status === 202) await platform.ended(await operator(), answer.body.data.operation.id)
  return answer
}

const invoicesOf = async (tenant: string) => (await get(`/invoices?tenant=${tenant}&order=created_at&limit=100`)) as Answer['body'][]
const documentOf = async (tenant: string) => platform.driver.tenants.get(tenant)?.document

describe('a subscription', () => {
  it('begins with the tenant: one invoice of the plan with 15 % VAT, numbered, due in 14 days', async () => {
    await newTenant('first')
    const [invoice, ...others] = await invoicesOf('first')
    expect(others).toEqual([])
    expect(invoice).toMatchObject({
      kind: 'invoice',
      status: 'open',
      scope: 'plan',
      net: { amount: 99_900, currency: 'SAR' },
      tax: { amount: 14_985 },
      total: { amount: 114_885 },
      tax_rule: 'standard',
      actions: ['pay', 'void', 'credit', 'uncollectible'],
    })
    expect(invoice.number).toMatch(/^INV-\d{4}-\d{6}$/)
    expect(new Date(invoice.due_at).getTime() - new Date(invoice.issued_at).getTime()).toBe(14 * day * 1000)
    expect(await get('/tenants/first/subscription')).toMatchObject({ status: 'active', plan: 'standard', period: { no: 1 } })
  })

  it('is changed for exactly what was previewed: an add-on for the seconds left, its vertical on', async () => {
    await newTenant('preview')
    clock.move(10 * day)
    const preview = (await post('/tenants/preview/subscription/preview', { add: ['booking'] })).body.data
    expect(preview.documents).toHaveLength(1)
    const { start, end } = (await get('/tenants/preview/subscription')).period
    const whole = (Date.parse(end) - Date.parse(start)) / 1000
    const left = Math.floor((Date.parse(end) - Date.parse(preview.prorated_at)) / 1000)
    expect(preview.documents[0].net.amount).toBe(Math.round((9_900 * left) / Math.floor(whole)))
    clock.move(90)
    const wrong = await change('preview', {
      add: ['booking'],
      prorated_at: preview.prorated_at,
      expected_total: { amount: 1, currency: 'SAR' },
    })
    expect([wrong.status, wrong.body.errors[0].code]).toEqual([409, 'price_changed'])
    const done = await change('preview', { add: ['booking'], prorated_at: preview.prorated_at, expected_total: preview.total })
    expect(done.status).toBe(202)
    const added = (await invoicesOf('preview')).find((row) => row.scope === 'booking')
    expect(added.total).toEqual(preview.total)
    expect((await get('/tenants/preview')).verticals).toContain('booking')
    const again = await change('preview', { add: ['booking'] })
    expect([again.status, again.body.errors[0].code]).toEqual([409, 'already_exists'])
  })

  it('moved to a smaller plan gives back before it charges: a credit note, and credit that pays the next invoice', async () => {
    const id = await newTenant('smaller', { verticals: ['catalogue', 'booking'] })
    const [first] = await invoicesOf('smaller')
    await post(`/invoices/${first.id}/pay`, { reference: 'BANK-SMALLER' })
    clock.move(15 * day)
    const preview = (await post('/tenants/smaller/subscription/preview', { plan: 'starter' })).body.data
    expect(preview.total.amount).toBeLessThan(0)
    await change('smaller', { plan: 'starter', prorated_at: preview.prorated_at })
    const note = (await invoicesOf('smaller')).find((row) => row.kind === 'credit_note')
    expect(note).toMatchObject({ total: { amount: -preview.total.amount }, refers_to: { number: first.number } })
    expect((await get('/tenants/smaller/subscription')).credit).toEqual(note.total)
    expect((await get(`/invoices/${first.number}`)).balance.amount).toBe(0)
    await pass(20)
    const next = (await invoicesOf('smaller')).at(-1)
    expect(next).toMatchObject({ net: { amount: 19_900 }, status: 'paid' })
    expect((await get(`/invoices/${next.id}`)).payments).toMatchObject([{ method: 'credit' }])
    expect((await documentOf(id))?.limits).toMatchObject({ products: 500 })
  })

  it('is refused a plan below its use, naming everything that is above', async () => {
    await newTenant('large', { verticals: ['catalogue', 'booking', 'restaurant', 'event-ticketing', 'auction'] })
    const answer = await change('large', { plan: 'starter' })
    expect([answer.status, answer.body.errors[0].code]).toEqual([409, 'plan_below_usage'])
    expect(answer.body.errors[0].details.above).toContainEqual({ limit: 'verticals', allowed: 3, used: 4 })
  })

  it('keeps its terms when the plan changes, until it moves', async () => {
    await newTenant('steady', { plan: 'unlimited' })
    const headers = { token: await operator(), body: { price: { amount: 600_000, currency: 'SAR' }, limits: { staff: 1000 } } }
    const changed = await platform.request('PATCH', '/api/v1/plans/unlimited', headers)
    expect(changed.body.data).toMatchObject({ version: 2, price: { amount: 600_000 } })
    expect(await get('/tenants/steady/subscription')).toMatchObject({
      plan_version: 1,
      has_newer_terms: true,
      recurring: { amount: 499_900 },
      limits: {},
    })
    await change('steady', { plan: 'unlimited' })
    expect(await get('/tenants/steady/subscription')).toMatchObject({
      plan_version: 2,
      has_newer_terms: false,
      recurring: { amount: 600_000 },
      limits: { staff: 1000 },
    })
  })
})

describe('an invoice', () => {
  it('is paid once: a reference pays once, nothing beyond what is left, and twice at the same time is once', async () => {
    await newTenant('payer')
    const [invoice] = await invoicesOf('payer')
    const part = await post(`/invoices/${invoice.id}/pay`, { reference: 'BANK-1', amount: { amount: 100, currency: 'SAR' } })
    expect(part.body.data).toMatchObject({ status: 'open', balance: { amount: 114_785 } })
    const repeated = await post(`/invoices/${invoice.id}/pay`, { reference: 'BANK-1', amount: { amount: 100, currency: 'SAR' } })
    expect([repeated.status, repeated.body.errors[0].code]).toEqual([409, 'already_exists'])
    const more = await post(`/invoices/${invoice.id}/pay`, { reference: 'BANK-2', amount: { amount: 114_786, currency: 'SAR' } })
    expect([more.status, more.body.errors[0].code]).toEqual([422, 'amount_out_of_range'])
    const both = await Promise.all(['BANK-3', 'BANK-4'].map((reference) => post(`/invoices/${invoice.id}/pay`, { reference })))
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 409])
    expect(await get(`/invoices/${invoice.id}`)).toMatchObject({ status: 'paid', balance: { amount: 0 }, paid: { amount: 114_885 } })
  })

  it('is corrected by credit notes up to its sum; what was paid goes back', async () => {
    await newTenant('credited')
    const [invoice] = await invoicesOf('credited')
    const over = await post(`/invoices/${invoice.id}/credit`, { amount: { amount: 114_886, currency: 'SAR' }, reason: 'too much' })
    expect([over.status, over.body.errors[0].code]).toEqual([422, 'credit_exceeds_invoice'])
    await post(`/invoices/${invoice.id}/pay`, { reference: 'BANK-CREDITED' })
    const refunded = await post(`/invoices/${invoice.id}/refund`, {
      reason: 'not used at all',
      reference: 'BACK-1',
      amount: { amount: 14_885, currency: 'SAR' },
    })
    expect(refunded.body.data).toMatchObject({ status: 'paid', credited: { amount: 14_885 }, refunded: { amount: 14_885 } })
    const rest = await post(`/invoices/${invoice.id}/credit`, { reason: 'the rest of it' })
    expect(rest.body.data).toMatchObject({ credited: { amount: 114_885 }, balance: { amount: 0 } })
    const notes = (await invoicesOf('credited')).filter((row) => row.kind === 'credit_note')
    expect(notes.reduce((sum, note) => sum + note.tax.amount, 0)).toBe(14_985)
    expect((await get('/tenants/credited/subscription')).credit.amount).toBe(100_000)
  })

  it('has a number without a gap, also when many are issued at once', { retry: 0 }, async () => {
    await Promise.all(
      Array.from({ length: 5 }, async (_, index) => {
        await newTenant(`many-${'abcde'[index]}x`)
      }),
    )
    const rows = await registry().db.invoice.findMany({ where: { kind: 'invoice' }, orderBy: [{ year: 'asc' }, { sequence: 'asc' }] })
    const byYear = Map.groupBy(rows, (row) => row.year)
    for (const [, list] of byYear) expect(list.map((row) => row.sequence)).toEqual(list.map((_, index) => index + 1))
  })

  it('cannot be changed or made not to add up in the database', async () => {
    const row = await registry().db.invoice.findFirstOrThrow({ where: { kind: 'invoice', status: 'open' } })
    const { db } = registry()
    await expect(
      db.$executeRaw`UPDATE invoice SET subtotal_amount = 1, total_amount = 1 + tax_amount WHERE id = ${row.id}`,
    ).rejects.toThrow(/issued/)
    await expect(db.$executeRaw`UPDATE invoice SET paid_amount = 5 WHERE id = ${row.id}`).rejects.toThrow(/add up/)
    await expect(db.$executeRaw`DELETE FROM invoice WHERE id = ${row.id}`).rejects.toThrow(/issued/)
    await expect(db.$executeRaw`UPDATE invoice_line SET amount = amount + 1 WHERE invoice_id = ${row.id}`).rejects.toThrow(/add up/)
  })

  it('is exported as CSV, and counted in the revenue', async () => {
    const csv = await platform.request('GET', '/api/v1/invoices.csv?tenant=payer', { token: await operator() })
    expect(csv.text.split('\r\n')[1]).toMatch(/^INV-\d{4}-\d{6},invoice,paid,payer,payer,,SA,plan,/)
    const revenue = await get('/revenue')
    expect(revenue.by_month).toHaveLength(12)
    expect(revenue.mrr.amount).toBeGreaterThan(0)
    expect(revenue.subscriptions.active).toBeGreaterThan(5)
  })

  it('carries the VAT of the buyer’s country: none where a VAT number elsewhere accounts for it', async () => {
    await newTenant('paris')
    await platform.request('PATCH', '/api/v1/tenants/paris/billing-profile', {
      token: await operator(),
      body: { country: 'FR', vat_number: 'FR12345678901', legal_name: 'Paris SARL' },
    })
    await change('paris', { add: ['auction'] })
    const added = (await invoicesOf('paris')).find((row) => row.scope === 'auction')
    expect(added).toMatchObject({
      tax: { amount: 0 },
      tax_rule: 'reverse_charge',
      buyer: { name: 'Paris SARL', vat_number: 'FR12345678901' },
    })
  })
})

describe('an invoice that stays unpaid', () => {
  it('of an add-on takes that vertical only, and the payment brings it back', async () => {
    const id = await newTenant('addon')
    await change('addon', { add: ['booking'] })
    const [plan, addOn] = await invoicesOf('addon')
    await post(`/invoices/${plan.id}/pay`, { reference: 'BANK-ADDON' })
    await pass(14 + 7)
    expect(await documentOf(id)).toMatchObject({ status: 'active', verticals: ['catalogue'] })
    expect((await get('/tenants/addon')).verticals).toEqual(['catalogue', 'booking'])
    const reminders = (await get(`/invoices/${addOn.id}`)).reminders
    expect(reminders.map((row: { outcome: string }) => row.outcome)).toEqual([
      'overtaken',
      'overtaken',
      'overtaken',
      'overtaken',
      'reminded',
    ])
    await post(`/invoices/${addOn.id}/pay`, { reference: 'BANK-ADDON-2' })
    await pass(0)
    expect(await documentOf(id)).toMatchObject({ status: 'active', verticals: ['catalogue', 'booking'] })
  })

  it('of a plan: past due from the first reminder, suspended after the last, resumed by the payment', async () => {
    const id = await newTenant('late')
    const [invoice] = await invoicesOf('late')
    await pass(14.01)
    expect(await documentOf(id)).toMatchObject({ status: 'active' })
    await pass(1)
    expect(await documentOf(id)).toMatchObject({ status: 'past_due' })
    await pass(6)
    expect(await documentOf(id)).toMatchObject({ status: 'suspended' })
    expect(await get('/tenants/late/subscription')).toMatchObject({ status: 'unpaid' })
    await post(`/invoices/${invoice.id}/pay`, { reference: 'BANK-LATE' })
    await pass(0)
    expect(await documentOf(id)).toMatchObject({ status: 'active' })
    const mails = await registry().db.mail.findMany({
      where: { tenant_id: id, template: { startsWith: 'invoice' } },
      orderBy: { created_at: 'asc' },
    })
    expect(mails.map((row) => row.template)).toEqual(['invoice-reminder', 'invoice-reminder', 'invoice-last-reminder'])
  })

  it('comes to the same end when runs are doubled, missed, and the clock is set back an hour', async () => {
    const id = await newTenant('clocks')
    await pass(14.5)
    clock.move(-3600)
    await Promise.all([1, 2, 3].map(() => platform.app.get(BillingClerk).run()))
    await pass(30)
    expect(await documentOf(id)).toMatchObject({ status: 'suspended' })
    const own = await registry().db.invoice.findMany({ where: { tenant_id: id, kind: 'invoice' } })
    expect(own.map((row) => row.cause).sort()).toEqual(['period:plan:1'])
    const periods = await registry().db.subscription_period.findMany({ where: { tenant_id: id }, orderBy: { no: 'asc' } })
    expect(periods.map((row) => row.no)).toEqual(periods.map((_, index) => index + 1))
  })

  it('is written off by finance: at once, also of a test tenant', async () => {
    const id = await newTenant('demo', { test: true })
    const [invoice] = await invoicesOf('demo')
    await pass(25)
    expect(await documentOf(id)).toMatchObject({ status: 'past_due' })
    await post(`/invoices/${invoice.id}/uncollectible`, { reason: 'never answered' })
    await pass(0)
    expect(await documentOf(id)).toMatchObject({ status: 'suspended' })
  })
})

describe('a trial', () => {
  it('tells its owner seven days and one day before and at its end, and is invoiced then', async () => {
    const id = await newTenant('trial', { plan: 'starter' })
    expect(await invoicesOf('trial')).toEqual([])
    for (const days of [7.01, 6, 1]) await pass(days)
    const mails = await registry().db.mail.findMany({
      where: { tenant_id: id, template: { startsWith: 'trial' } },
      orderBy: { created_at: 'asc' },
    })
    expect(mails.map((row) => row.template)).toEqual(['trial-ending', 'trial-ending', 'trial-ended'])
    expect(await invoicesOf('trial')).toMatchObject([{ net: { amount: 19_900 }, status: 'open' }])
    expect(await documentOf(id)).toMatchObject({ status: 'active' })
  })
})

it('the operations of billing went through the engine', () => {
  expect(platform.app.get(OperationEngine).holdsLease).toBe(true)
})
