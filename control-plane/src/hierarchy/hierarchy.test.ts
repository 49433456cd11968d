import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestPlatform } from '../testing/platform.ts'
import { CitySeed } from './city.seed.ts'

let platform: TestPlatform
let token: string

beforeAll(async () => {
  platform = await TestPlatform.start()
  token = (await platform.signIn()).access_token
})
afterAll(() => platform.stop())

const get = (url: string) => platform.request('GET', url, { token })
const post = (url: string, body: object) => platform.request('POST', url, { token, body })
const patch = (url: string, body: object) => platform.request('PATCH', url, { token, body })
const remove = (url: string) => platform.request('DELETE', url, { token })
const all = async (path: string) => (await get(`/api/v1/${path}?limit=100`)).body
const error = (answer: { body: { errors: { code: string }[] } }) => answer.body.errors[0]

describe('the seed', () => {
  it('has the countries, the chain of four authorities, the directory and six kinds of portal, in three languages', async () => {
    const authorities = (await all('authorities')).data
    expect(authorities.map((one: { code: string; level: string }) => [one.code, one.level])).toEqual([
      ['cityos', 'platform'],
      ['ksa', 'country'],
      ['riyadh-region', 'region'],
      ['riyadh', 'city'],
    ])
    const portals = (await all('portals')).data
    expect(portals.map((one: { portal_kind: string }) => one.portal_kind)).toEqual([
      'public',
      'tenant_admin',
      'vendor',
      'b2b',
      'city_partner',
      'operator',
    ])
    for (const path of ['countries', 'scopes', 'categories', 'subcategories']) {
      const { data, meta } = await all(path)
      expect(meta.total).toBeGreaterThan(3)
      for (const row of data) expect(Object.keys(row.name).sort()).toEqual(['ar', 'en', 'fr'])
    }
  })

  it('is written once: a second start changes nothing, also after something of it was removed', async () => {
    const [portal] = (await all('portals')).data
    await remove(`/api/v1/portals/${portal.id}`)
    await platform.app.get(CitySeed).ensure()
    expect((await all('portals')).meta.total).toBe(5)
    expect((await all('countries')).meta.total).toBe(6)
  })
})

describe('an entry', () => {
  it('is added, read by id or code, changed in part and removed', async () => {
    const [scope] = (await all('scopes')).data
    const made = await post('/api/v1/categories', { code: 'sports', name: { en: 'Sports' }, parent_id: scope.id, vertical: 'fitness' })
    expect(made.status).toBe(201)
    expect(made.body.data).toMatchObject({
      code: 'sports',
      vertical: 'fitness',
      parent_id: scope.id,
      version: 0,
      actions: ['change', 'remove'],
    })
    const { id } = made.body.data
    expect((await get('/api/v1/categories/sports')).body.data.id).toBe(id)
    const changed = await patch(`/api/v1/categories/${id}`, { vertical: null, version: 0 })
    expect(changed.body.data).toMatchObject({ code: 'sports', vertical: null, name: { en: 'Sports' }, version: 1 })
    expect(error(await patch(`/api/v1/categories/${id}`, { status: 'inactive', version: 0 }))!.code).toBe('stale_version')
    expect(
      error(await post('/api/v1/categories', { code: 'sports', name: { en: 'Again' }, parent_id: scope.id, vertical: null }))!.code,
    ).toBe('already_exists')
    expect((await get('/api/v1/categories?q=SPOR')).body.meta.total).toBe(1)
    expect((await remove(`/api/v1/categories/${id}`)).status).toBe(200)
    expect((await get(`/api/v1/categories/${id}`)).status).toBe(404)
  })

  it('lies under an entry of the right kind, and stays while something needs it', async () => {
    const [country] = (await all('countries')).data
    const wrong = await post('/api/v1/subcategories', { code: 'odd', name: { en: 'Odd' }, parent_id: country.id })
    expect(error(wrong)).toMatchObject({ code: 'invalid_parent_type', details: { parent: 'category' } })
    const { data } = (await get('/api/v1/categories/eating-out')).body
    const used = await remove(`/api/v1/categories/${data.id}`)
    expect(error(used)).toMatchObject({ code: 'validation_failed', details: { reason: 'in_use', children: 2 } })
  })

  it('authorities keep to the chain of four levels, within one country', async () => {
    const { data: riyadh } = (await get('/api/v1/authorities/riyadh-region')).body
    const { data: ksa } = (await get('/api/v1/authorities/ksa')).body
    const authority = (more: object) => ({
      code: 'kharj',
      name: { en: 'Al Kharj' },
      level: 'city',
      country: 'SA',
      residency_zone: 'GCC',
      node_id: null,
      ...more,
    })
    expect(error(await post('/api/v1/authorities', authority({ parent_id: ksa.id })))).toMatchObject({
      code: 'invalid_parent_type',
      details: { parent_level: 'region' },
    })
    expect(error(await post('/api/v1/authorities', authority({ parent_id: riyadh.id, country: 'AE' })))).toMatchObject({ field: 'country' })
    expect((await post('/api/v1/authorities', authority({ parent_id: riyadh.id }))).status).toBe(201)
    expect(error(await patch(`/api/v1/authorities/${riyadh.id}`, { level: 'city' }))!.code).toBe('invalid_parent_type')
  })

  it('of a tenant is seen by whoever sees the tenant; a code is taken per tenant', async () => {
    const [one, other] = await Promise.all(['first', 'second'].map((slug) => platform.createTenant(token, slug)))
    const store = (tenant_id: string) => ({
      code: 'main',
      name: { en: 'Main' },
      tenant_id,
      store_kind: 'retail',
      subcategory_id: null,
      node_id: null,
    })
    for (const answer of [one!, other!]) expect((await post('/api/v1/stores', store(answer.body.data.tenant.id))).status).toBe(201)
    expect(error(await post('/api/v1/stores', store(one!.body.data.tenant.id)))!.code).toBe('already_exists')
    expect(error(await post('/api/v1/stores', { ...store('tnt_nobody'), code: 'x1' }))).toMatchObject({
      code: 'validation_failed',
      field: 'tenant_id',
    })
    expect((await get(`/api/v1/stores?tenant_id=${one!.body.data.tenant.id}`)).body.meta.total).toBe(1)
  })
})
