import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Approval, Backup, Operation, Tenant } from '@cityos/control-plane/contract'
import { getCart, listAdminOrders, verifyLedger } from '@cityos/data-plane/contract'
import { dumpTenant } from '@cityos/provisioning/testing/database'
import { beforeAll, describe, expect, test } from 'vitest'
import { agreeAsSecond } from './second-operator.ts'
import { sharedPlatform } from './shared.ts'
import { address, buy, firstVariant, openCart, productsOfDifferentVendors } from './shopping.ts'
import { adminOf, ensureTenant, hostOf } from './tenants.ts'

// A tenant with every vertical goes through its archive: into a backup, a copy, a copy with made-up persons, back to
// the backup, and to another database. What is in the databases is read as somebody would who stole them.

const platform = sharedPlatform()
const email = 'Known.Guest@Olaya-Mail.test'
let source: Tenant
let backup: Backup

const rowsOf = (dump: Map<string, string>) => Object.fromEntries([...dump].map(([table, text]) => [table, text.split('\n').length - 1]))
const sealedIn = (dump: Map<string, string>) => new Set([...dump.values()].flatMap((text) => text.match(/v1\.[\w-]{38,}/g) ?? []))
const ordersOf = async (tenant: Tenant) => (await adminOf(platform, tenant))(listAdminOrders, { query: { limit: 100 } })
const dumpOf = (tenant: Tenant) => dumpTenant(platform.data.path, tenant.id)

beforeAll(async () => {
  source = await ensureTenant(platform, 'archived')
  await buy(platform, hostOf(source), { email, vendors: 2 })
})

test('a backup says what it holds, is encrypted, and holds one moment while people buy', async () => {
  const buying = Promise.all(Array.from({ length: 4 }, (_, index) => buy(platform, hostOf(source), { email: `guest${index}@buyers.test` })))
  backup = await platform.json<Backup>(['tenant', 'backup', 'archived', '--wait'])
  await buying
  expect(backup).toMatchObject({ status: 'ready', kind: 'manual', tenant_slug: 'archived' })
  const folder = join(platform.data.path, 'backups', source.id)
  const file = readFileSync(join(folder, `${backup.id}.age`))
  expect([file.length, createHash('sha256').update(file).digest('hex')]).toEqual([backup.size_bytes, backup.checksum])
  expect(file.toString('latin1')).not.toContain('archived')
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  for (const table of [
    'public.order',
    'public.booking_offering',
    'public.event_ticket_type',
    'public.restaurant_menu_item',
    'dbos.workflow_status',
  ])
    expect(backup.row_counts, table).toHaveProperty([table])
})

describe('a new tenant from it', () => {
  let copy: Tenant

  beforeAll(async () => {
    copy = await platform.json<Tenant>(['tenant', 'restore', '--backup', backup.id, '--as', 'archived2', '--wait'])
  })

  test('has the same rows, sells nothing, and can be read', async () => {
    expect(copy).toMatchObject({ status: 'active', quarantined: true, runtime: 'running' })
    const rows = rowsOf(await dumpOf(copy))
    // What a process notes for itself, and carts a visit makes, is not the tenant's.
    const own = ['public.lease', 'public.plane_state', 'public.account_session', 'public.verification_code', 'public.timer', 'public.cart']
    for (const [table, count] of Object.entries(backup.row_counts!))
      if (!own.includes(table)) expect([table, rows[table]]).toEqual([table, count])
    const page = await platform.request(hostOf(copy), '/en')
    expect([page.status, (await page.text()).includes('This is a copy kept apart')]).toEqual([200, true])
    const products = await productsOfDifferentVendors(platform.client(hostOf(copy)), 1)
    const open = await openCart(platform, hostOf(copy), [firstVariant(products[0]!)])
    const total = (await open.client(getCart, { params: { id: open.cart.id } })).totals.total
    const answer = await platform.request(hostOf(copy), `/v1/store/carts/${open.cart.id}/complete`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'a-copy-sells-nothing', 'x-cart-token': open.token },
      body: JSON.stringify({ payment: { method: 'sandbox', token: 'tok_ok' }, expected_total: total }),
    })
    expect([answer.status, JSON.stringify(await answer.json())]).toEqual([503, expect.stringContaining('tenant_quarantined')])
  })

  test('has keys of its own: nothing sealed of the original is in it, and it reads its own', async () => {
    const [original, own] = [sealedIn(await dumpOf(source)), sealedIn(await dumpOf(copy))]
    expect(original.size).toBeGreaterThan(20)
    expect([...own].filter((value) => original.has(value))).toEqual([])
    const { items } = await ordersOf(copy)
    expect(items.map((order) => order.email?.toLowerCase())).toContain(email.toLowerCase())
    expect(await (await adminOf(platform, copy))(verifyLedger)).toMatchObject({ balanced: true })
  })

  test('goes live when it is lifted, with order numbers that go on', async () => {
    const before = (await ordersOf(copy)).items.map((order) => Number(order.number))
    const lifted = await platform.json<Tenant>(['tenant', 'lift-quarantine', 'archived2'])
    expect(lifted).toMatchObject({ quarantined: false, status: 'active' })
    const { order } = await buy(platform, hostOf(copy))
    expect(order.payment_status).toBe('paid')
    expect(Number(order.number)).toBeGreaterThan(Math.max(...before))
  })
})

test('a clone with made-up persons holds nobody of the original', async () => {
  const clone = await platform.json<Tenant>(['tenant', 'clone', 'archived', 'archived3', '--mask-personal-data', '--wait'])
  expect(clone).toMatchObject({ status: 'active', quarantined: true })
  const dump = [...(await dumpOf(clone)).values()].join('\n').toLowerCase()
  for (const known of ['olaya-mail', 'buyers.test', address.name, address.phone, address.line1, '@archived.test'])
    expect(dump, known).not.toContain(known.toLowerCase())
  const { items } = await ordersOf(clone)
  expect(items.length).toBe((await ordersOf(source)).total)
  for (const order of items) expect(order.email).toMatch(/@example\.com$/)
  expect(await (await adminOf(platform, clone))(verifyLedger)).toMatchObject({ balanced: true })
  // Through which it was made, nothing is left.
  expect((await platform.json<Backup[]>(['tenant', 'backups', 'archived'])).map((item) => item.id)).toEqual([backup.id])
})

test('a restore in place takes back what came later, and keeps it in a safety backup', async () => {
  const later = await buy(platform, hostOf(source), { email: 'later@buyers.test' })
  const held = (await ordersOf(source)).total
  const restored = await platform.json<Tenant>(['tenant', 'restore', 'archived', '--backup', backup.id, '--wait'])
  expect(restored).toMatchObject({ id: source.id, status: 'active', quarantined: false })
  const { items } = await ordersOf(source)
  expect(items.map((order) => order.number)).not.toContain(later.order.number)
  expect(items.map((order) => order.email?.toLowerCase())).toContain(email.toLowerCase())
  const [safety] = await platform.json<Backup[]>(['tenant', 'backups', 'archived'])
  expect(safety).toMatchObject({ kind: 'safety', status: 'ready' })
  expect(safety!.row_counts!['public.order']).toBe(held)
  expect((await buy(platform, hostOf(source))).order.payment_status).toBe('paid')
})

test('a move needs two people, goes on being read, and loses nothing', async () => {
  const before = (await ordersOf(source)).items.map((order) => order.number)
  const asked = await platform.json<{ approval: Approval; operation: null }>(['tenant', 'move', 'archived', '--reason', 'a new disk'])
  expect(asked).toMatchObject({ operation: null, approval: { kind: 'tenant-move', status: 'pending' } })
  const seen: number[] = []
  let moving = true
  const reading = (async () => {
    while (moving) {
      const answer = await platform.request(hostOf(source), '/v1/store/products?limit=1')
      await answer.body?.cancel()
      seen.push(answer.status)
    }
  })()
  const agreed: Operation = await agreeAsSecond(platform, 'archived').finally(() => {
    moving = false
  })
  await reading
  const operation = await platform.json<Operation>(['operation', 'show', agreed.id])
  expect(operation.status).toBe('succeeded')
  expect(operation.steps.find((step) => step.name === 'report')?.message).toMatch(/^nothing could be written for [\d.]+ s$/)
  expect(seen.filter((status) => status === 200).length).toBeGreaterThan(seen.length / 2)
  expect((await ordersOf(source)).items.map((order) => order.number)).toEqual(before)
  expect((await buy(platform, hostOf(source))).order.payment_status).toBe('paid')
})
