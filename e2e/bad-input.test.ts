import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorStatus } from '@cityos/contract'
import { listTenants } from '@cityos/control-plane/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { freePort, runCityos } from './platform.ts'
import { sharedPlatform } from './shared.ts'
import { firstVariant, openCart, productsOfDifferentVendors } from './shopping.ts'

const platform = sharedPlatform()
const host = 'dakkah.localhost'

interface Failure {
  data: null
  meta: { request_id: string }
  errors: { code: keyof typeof errorStatus; message: string; field?: string; details?: { fields?: { field: string }[] } }[]
}

async function failureOf(response: Response): Promise<Failure & { status: number }> {
  const body = (await response.json()) as Failure
  expect(body).toMatchObject({ data: null, meta: { request_id: expect.any(String) } })
  const [first] = body.errors
  expect(first!.message.length).toBeGreaterThan(3)
  expect(errorStatus[first!.code]).toBe(response.status)
  return { ...body, status: response.status }
}

describe('creating a tenant', () => {
  const good = { slug: 'never-made', name: 'Never', owner: 'owner@never.test' }
  let before: number

  beforeAll(async () => {
    before = (await (await platform.operator()).call(listTenants)).total
  })

  test.each([
    ['a slug with a capital', { slug: 'Souq' }, 'slug_malformed'],
    ['a slug that starts with a digit', { slug: '1souq' }, 'slug_malformed'],
    ['a slug of two letters', { slug: 'so' }, 'slug_malformed'],
    ['a slug with a dot', { slug: 'so.uq' }, 'slug_malformed'],
    ['a slug with two hyphens', { slug: 'so--uq' }, 'slug_malformed'],
    ['a reserved slug', { slug: 'admin' }, 'slug_reserved'],
    ['a taken slug', { slug: 'dakkah' }, 'slug_taken'],
    ['an unknown vertical', { verticals: ['catalogue', 'time-travel'] }, 'unknown_vertical'],
    ['an unknown plan', { plan: 'golden' }, 'unknown_plan'],
    ['an unknown release', { release: '9.9.9' }, 'unknown_release'],
    ['no e-mail address', { owner: 'nobody' }, 'invalid_request'],
    ['a language that is not there', { locales: ['tlh'] }, 'invalid_request'],
    ['no language', { locales: [] }, 'invalid_request'],
    ['a currency that is none', { currency: 'gold' }, 'invalid_request'],
    ['no name', { name: '' }, 'invalid_request'],
    ['a number as name', { name: 5 }, 'invalid_request'],
  ])('%s is refused with the code and the field', async (_, wrong, code) => {
    const session = await platform.operator()
    const response = await session.authorized('/api/v1/tenants', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `bad-${JSON.stringify(wrong)}`.slice(0, 100) },
      body: JSON.stringify({ ...good, ...wrong }),
    })
    const failure = await failureOf(response)
    expect(failure.errors[0]!.code).toBe(code)
    const named = [failure.errors[0]!.field, ...(failure.errors[0]!.details?.fields ?? []).map((field) => field.field)]
      .filter(Boolean)
      .join(' ')
    expect(named).toContain(Object.keys(wrong)[0])
  })

  test('nothing of it was made', async () => {
    const { call } = await platform.operator()
    expect((await call(listTenants)).total).toBe(before)
    expect((await platform.node()).tenants.some((tenant) => tenant.slug === 'never-made')).toBe(false)
    expect((await platform.request('never-made.localhost', '/')).status).toBe(404)
  })
})

describe('requests that are not what they should be', () => {
  test.each([
    ['no JSON', 'POST', '/v1/store/carts', '{"lines":', 400],
    ['a wrong type', 'POST', '/v1/store/carts', '{"lines":"many"}', 400],
    ['a list too long', 'GET', '/v1/store/products?limit=101', null, 400],
    ['a negative offset', 'GET', '/v1/store/products?offset=-1', null, 400],
    ['a sorting that is not offered', 'GET', '/v1/store/products?sort=random', null, 400],
    ['more than four to compare', 'GET', '/v1/store/products/compare?ids=a,b,c,d,e', null, 400],
    ['a path that is not there', 'GET', '/v1/store/nothing', null, 404],
    ['a product that is not there', 'GET', '/v1/store/products/no-such-thing', null, 404],
    ['a cart that is not there', 'GET', '/v1/store/carts/cart_01hzzzzzzzzzzzzzzzzzzzzzzz', null, 404],
    ['a currency the store does not have', 'GET', '/v1/store/products?currency=JPY', null, 422],
  ])('%s answers in the envelope', async (_, method, path, body, status) => {
    const response = await platform.request(host, path, {
      method,
      headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body ?? undefined,
    })
    expect((await failureOf(response)).status).toBe(status)
  })

  test('the message comes in the language asked for, without a word about the inside', async () => {
    const ask = async (language: string) =>
      (await failureOf(await platform.request(host, '/v1/store/products/no-such-thing', { headers: { 'accept-language': language } })))
        .errors[0]!.message
    const [english, french, arabic] = [await ask('en'), await ask('fr'), await ask('ar')]
    expect(new Set([english, french, arabic]).size).toBe(3)
    expect(arabic).toMatch(/[\u0600-\u06ff]/)
    expect(`${english}${french}`).not.toMatch(/select|postgres|kysely|at \w+\.|node:/i)
  })

  test('a body of 20 MB is refused, not read', async () => {
    const response = await platform.request(host, '/v1/store/carts', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ filler: 'x'.repeat(20_000_000) }),
    })
    expect(response.status).toBe(413)
    await response.body?.cancel()
  })

  test.each([
    ['0 units', { quantity: 0 }],
    ['half a unit', { quantity: 1.5 }],
    ['a million units', { quantity: 1_000_000 }],
    ['a kind that is not sold', { kind: 'weapon.tank' }],
    ['no choice', { choice: {} }],
    ['a variant that is not there', { choice: { variant_id: 'var_01hzzzzzzzzzzzzzzzzzzzzzzz' } }],
  ])('a cart line of %s is refused and the cart stays as it was', async (_, wrong) => {
    const [product] = await productsOfDifferentVendors(platform.client(host), 1)
    const open = await openCart(platform, host, [firstVariant(product!)])
    const response = await platform.request(host, `/v1/store/carts/${open.cart.id}/lines`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-cart-token': open.token },
      body: JSON.stringify({ kind: 'catalogue.product', choice: { variant_id: firstVariant(product!) }, quantity: 1, ...wrong }),
    })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.status).toBeLessThan(500)
    await response.body?.cancel()
    const cart = await platform.request(host, `/v1/store/carts/${open.cart.id}`, { headers: { 'x-cart-token': open.token } })
    expect(((await cart.json()) as { data: { count: number } }).data.count).toBe(1)
  })
})

describe('a machine without room', () => {
  test('a disk that is nearly full: `up` says so before it starts anything', async ({ skip }) => {
    const folder = await mkdtemp(join(tmpdir(), 'cityos-full-'))
    await chmod(folder, 0o755)
    const disk = join(folder, 'disk')
    await mkdir(disk)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=100m,mode=755', 'tmpfs', disk])
    try {
      if (mounted.status !== 0) skip('needs the right to mount a small disk')
      const result = await runCityos(['up', '--detach', '--port', String(await freePort()), '--data', disk])
      expect(result.code).toBe(1)
      expect(result.stderr).toMatch(/Only \d+ MB are free/)
      expect(result.stderr).toContain('--data')
    } finally {
      if (mounted.status === 0) spawnSync('umount', [disk])
      await rm(folder, { recursive: true, force: true })
    }
  })
})
