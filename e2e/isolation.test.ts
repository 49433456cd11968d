import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Access, ApiError, newId } from '@cityos/contract'
import type { Tenant } from '@cityos/control-plane/contract'
import * as dataPlane from '@cityos/data-plane/contract'
import { getCart, getProduct, signUp, verify } from '@cityos/data-plane/contract'
import { applicationUrl } from '@cityos/provisioning/local/addresses'
import { Client as Postgres } from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { sharedPlatform } from './shared.ts'
import { buy, firstVariant, openCart, productsOfDifferentVendors } from './shopping.ts'
import { adminOf, ensureTenant, hostOf, vendorOf } from './tenants.ts'

// With tenant A's token, cookie, publishable key or host, nothing of tenant B is reachable: every operation of both
// OpenAPI documents is tried.

const platform = sharedPlatform()
let a: Tenant
let b: Tenant

interface Operation {
  method: string
  path: string
  operationId: string
  who: Access['who']
}

async function operationsOf(host: string, path: string): Promise<Operation[]> {
  const response = await platform.request(host, path)
  expect(response.status).toBe(200)
  const document = (await response.json()) as { paths: Record<string, Record<string, { operationId: string; 'x-access': Access }>> }
  return Object.entries(document.paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: route,
      operationId: operation.operationId,
      who: operation['x-access'].who,
    })),
  )
}

interface Credential {
  name: string
  headers: Record<string, string>
}

async function credentialsOf(tenant: Tenant): Promise<Credential[]> {
  const host = hostOf(tenant)
  const store = platform.client(host)
  const email = `isolated-${randomUUID()}@example.test`
  const asked = await store(signUp, { body: { email, password: 'a-long-password-1', name: 'Customer' } })
  const { token: session } = await store(verify, { body: { email, code: asked.code! } })
  const [product] = await productsOfDifferentVendors(store, 1)
  const vendor = await vendorOf(platform, tenant, product!.vendor.handle)
  const cart = await openCart(platform, host, [firstVariant(product!)])
  const staff = await platform.staffToken(tenant.id)
  return [
    { name: 'staff token', headers: { authorization: `Bearer ${staff}` } },
    { name: 'staff cookie', headers: { cookie: `staff=${staff}` } },
    { name: 'customer token', headers: { authorization: `Bearer ${session}` } },
    { name: 'customer cookie', headers: { cookie: `session=${session}` } },
    { name: 'vendor token', headers: { authorization: `Bearer ${vendor.token}` } },
    { name: 'vendor cookie', headers: { cookie: `vendor_session=${vendor.token}` } },
    { name: 'cart token', headers: { 'x-cart-token': cart.token } },
  ]
}

beforeAll(async () => {
  a = await ensureTenant(platform, 'isolation-a')
  b = await ensureTenant(platform, 'isolation-b')
})

describe('with a credential of tenant A on tenant B', { retry: 0 }, () => {
  test('no operation of the data plane answers more than it answers anybody', async () => {
    const host = hostOf(b)
    const operations = await operationsOf(host, '/v1/openapi.json')
    expect(operations.length).toBeGreaterThan(80)
    const ids = await idsOf(b, operations)
    const leaks: string[] = []
    for (const credential of await credentialsOf(a)) {
      for (const operation of operations) {
        if (operation.operationId.includes('.auth.')) continue
        const path = fill(operation.path, ids)
        const status = await statusOf(host, operation.method, path, credential.headers)
        const anonymous = operation.who === 'anyone' ? await statusOf(host, operation.method, path, {}) : null
        const refused = status === 401 || status === 403 || status === 404
        if (!refused && status !== anonymous) leaks.push(`${credential.name}: ${operation.method} ${path} answered ${status}`)
      }
    }
    expect(leaks).toEqual([])
  })

  test('no operation of the control plane accepts a token for a tenant', async () => {
    const operations = await operationsOf(platform.operatorHost, '/api/v1/openapi.json')
    expect(operations.length).toBeGreaterThan(20)
    const leaks: string[] = []
    for (const credential of await credentialsOf(a)) {
      for (const operation of operations) {
        if (operation.who === 'anyone') continue
        const path = operation.path
          .replaceAll('{id}', b.id)
          .replaceAll('{tenantId}', b.id)
          .replaceAll(/\{\w+\}/g, 'x')
        const status = await statusOf(platform.operatorHost, operation.method, path, credential.headers)
        if (![401, 403, 404].includes(status)) leaks.push(`${credential.name}: ${operation.method} ${path} answered ${status}`)
      }
    }
    expect(leaks).toEqual([])
  })
})

describe('on tenant A’s own host, with all rights there', { retry: 0 }, () => {
  test('an id of tenant B does not exist', async () => {
    const operations = await operationsOf(hostOf(a), '/v1/openapi.json')
    await makeRowsOf(b)
    // The demo catalogue has the same ids in every tenant: only what was made in B proves anything.
    const ids = await idsOf(b, operations, a)
    const token = await platform.staffToken(a.id)
    const found: string[] = []
    const tried = new Set<string>()
    for (const operation of operations) {
      if (operation.method !== 'GET' || !operation.path.includes('{id}')) continue
      const path = fill(operation.path, ids)
      if (path.includes('/none')) continue
      tried.add(operation.path.split('/')[3]!)
      const status = await statusOf(`api.${hostOf(a)}`, 'GET', path, { authorization: `Bearer ${token}` })
      if (status < 400) found.push(`${path} answered ${status}`)
    }
    expect(found).toEqual([])
    for (const noun of ['orders', 'payments', 'customers', 'categories', 'vendors']) expect(tried).toContain(noun)
  })

  test('a cart and an order of tenant B do not exist', async () => {
    const { open, order, token } = await buy(platform, hostOf(b))
    const client = platform.client(hostOf(a), { 'x-cart-token': open.token })
    await expect(client(getCart, { params: { id: open.cart.id } })).rejects.toMatchObject({ status: 404 })
    expect(await statusOf(hostOf(a), 'GET', `/v1/store/orders/${order.number}?token=${token}`, {})).toBe(404)
  })

  test('what a store’s admin changes in A is not seen in B', async () => {
    const [product] = await productsOfDifferentVendors(platform.client(hostOf(a)), 1)
    const before = await platform.client(hostOf(b))(getProduct, { params: { handle: product!.handle } })
    const admin = await adminOf(platform, a)
    const row = (await admin(dataPlane.adminListProducts, { query: { q: product!.title, limit: 5 } })).items.find(
      (each) => each.handle === product!.handle,
    )!
    await admin(dataPlane.adminUnpublishProduct, { params: { id: row.id }, body: { reason: 'isolation test' } as never })
    await expect(platform.client(hostOf(a))(getProduct, { params: { handle: product!.handle } })).rejects.toBeInstanceOf(ApiError)
    expect((await platform.client(hostOf(b))(getProduct, { params: { handle: product!.handle } })).id).toBe(before.id)
  })
})

describe('underneath', { retry: 0 }, () => {
  test('the gateway never routes /internal, on any host', async () => {
    for (const host of [hostOf(a), `api.${hostOf(a)}`, `admin.${hostOf(a)}`, platform.operatorHost]) {
      for (const path of [
        '/internal/health',
        '/internal/seed',
        '/internal/clock',
        `/internal/planes/${a.id}/stream`,
        '/%69nternal/health',
        '//internal/health',
        '/x/../internal/health',
      ]) {
        const response = await platform.request(host, path)
        expect([host, path, response.status]).toEqual([host, path, 404])
        await response.body?.cancel()
      }
    }
  })

  test('the role of A’s data plane cannot connect to B’s database', async () => {
    const url = await databaseUrlOf(a)
    const own = new Postgres({ connectionString: url })
    await own.connect()
    const { rows } = await own.query<{ current_database: string }>('select current_database()')
    expect(rows[0]!.current_database).toContain(a.id.split('_')[1]!)
    await expect(own.query('create table escape (id int)')).rejects.toMatchObject({ code: '42501' })
    await own.end()
    for (const database of [
      rows[0]!.current_database.replace(a.id.split('_')[1]!, b.id.split('_')[1]!),
      'cityos_registry',
      'postgres',
      'template1',
    ]) {
      const other = new URL(url)
      other.pathname = `/${database}`
      const intruder = new Postgres({ connectionString: other.href })
      await expect(intruder.connect(), database).rejects.toMatchObject({ code: '42501' })
      await intruder.end().catch(() => undefined)
    }
  })
})

async function databaseUrlOf(tenant: Tenant): Promise<string> {
  const pid = await platform.planePid(tenant.slug)
  expect(pid, 'the tenant is awake').not.toBeNull()
  // The data plane got its address over a pipe, so neither its arguments nor its environment give it away.
  for (const file of ['cmdline', 'environ']) expect(readFileSync(`/proc/${pid}/${file}`, 'utf8')).not.toMatch(/postgres(ql)?:\/\//)
  return applicationUrl(platform.data.path, tenant.id)
}

/** Rows that only this tenant has, one of every noun that can be made by hand. */
async function makeRowsOf(tenant: Tenant): Promise<void> {
  const admin = await adminOf(platform, tenant)
  await buy(platform, hostOf(tenant))
  const store = platform.client(hostOf(tenant))
  const asked = await store(signUp, { body: { email: 'only-here@example.test', password: 'a-long-password-1', name: 'Only here' } })
  await store(verify, { body: { email: 'only-here@example.test', code: asked.code! } })
  await admin(dataPlane.adminCreateCategory, { body: { handle: 'only-here', name: { en: 'Only here', ar: 'هنا فقط' } } })
  await admin(dataPlane.adminCreateVendor, {
    body: { handle: 'only-here', name: { en: 'Only here', ar: 'هنا فقط' }, legal_name: 'Only here', kind: 'company' },
  })
}

/** One real id of a tenant for every list that its admin can read (`/v1/admin/products` → an id); none that `other` has too. */
async function idsOf(tenant: Tenant, operations: Operation[], other?: Tenant): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const operation of operations) {
    if (operation.method !== 'GET' || operation.path.includes('{')) continue
    const theirs = other ? new Set(await listIds(other, operation.path)) : null
    const id = (await listIds(tenant, operation.path)).find((each) => !theirs?.has(each))
    if (id) ids.set(operation.path, id)
  }
  return ids
}

const tokens = new Map<string, string>()

async function listIds(tenant: Tenant, path: string): Promise<string[]> {
  const token = tokens.get(tenant.id) ?? (await platform.staffToken(tenant.id))
  tokens.set(tenant.id, token)
  const response = await platform.request(`api.${hostOf(tenant)}`, `${path}?limit=100`, { headers: { authorization: `Bearer ${token}` } })
  const body = (await response.json().catch(() => null)) as { data?: { id?: string; handle?: string; number?: string }[] } | null
  return Array.isArray(body?.data) ? body.data.flatMap((row) => row.id ?? row.handle ?? row.number ?? []) : []
}

/** Fills a path's placeholders from the list before it; an id that does not exist where there is no list. */
function fill(path: string, ids: Map<string, string>): string {
  return path.replace(/\{\w+\}/g, (_, offset: number) => {
    const list = path.slice(0, offset - 1)
    return ids.get(list) ?? ids.get(list.replace(/\/v1\/(store|vendor)\//, '/v1/admin/')) ?? newId('none')
  })
}

async function statusOf(host: string, method: string, path: string, headers: Record<string, string>): Promise<number> {
  const body = method === 'GET' || method === 'DELETE' ? undefined : '{}'
  const response = await platform.request(host, path, {
    method,
    headers: {
      accept: 'application/json',
      'idempotency-key': randomUUID(),
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    body,
    signal: AbortSignal.timeout(10_000),
  })
  await response.body?.cancel()
  return response.status
}
