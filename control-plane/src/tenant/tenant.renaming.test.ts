import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Reconciliation } from '../reconcilers/reconciliation.ts'
import { TestPlatform } from '../testing/platform.ts'
import { TestClock } from '../testing/test-clock.ts'

let platform: TestPlatform
let clock: TestClock
let token: string
let id: string

beforeAll(async () => {
  clock = new TestClock()
  platform = await TestPlatform.start(undefined, { clock })
  token = (await platform.signIn()).access_token
  for (const slug of ['bazaar', 'other']) {
    const { body } = await platform.createTenant(token, slug)
    expect((await platform.ended(token, body.data.operation.id)).status).toBe('succeeded')
    if (slug === 'bazaar') id = body.data.tenant.id
  }
})
afterAll(() => platform.stop())

const rename = (slug: string) => platform.request('POST', `/api/v1/tenants/${id}/rename`, { token, body: { slug } })
const read = async (of: string) => (await platform.request('GET', `/api/v1/tenants/${of}`, { token })).body.data
const hosts = () => [...(platform.driver.tenants.get(id)?.hosts ?? [])].sort()

describe('renaming a tenant', () => {
  it.each([
    ['other', 409, 'slug_taken'],
    ['Bad Slug', 422, 'slug_malformed'],
    ['admin', 422, 'slug_reserved'],
    ['bazaar', 409, 'invalid_transition'],
  ])('to %s is refused with %i %s', async (slug, status, code) => {
    const answer = await rename(slug)
    expect(answer.status).toBe(status)
    expect(answer.body.errors[0].code).toBe(code)
  })

  it('leads from the former address to the new one, and keeps it for the tenant', async () => {
    const started = await rename('grand-bazaar')
    expect(started.status).toBe(202)
    expect((await platform.ended(token, started.body.data.operation.id)).status).toBe('succeeded')
    expect(await read('grand-bazaar')).toMatchObject({ id, slug: 'grand-bazaar', url: 'http://grand-bazaar.localhost:8080' })
    expect(hosts()).toEqual(['bazaar.localhost', 'grand-bazaar.localhost'])
    expect(platform.driver.tenants.get(id)?.document).toMatchObject({
      slug: 'grand-bazaar',
      domains: ['grand-bazaar.localhost', 'bazaar.localhost'],
      former_domains: ['bazaar.localhost'],
    })
    expect((await platform.createTenant(token, 'bazaar')).body.errors[0].code).toBe('slug_taken')
    const free = await platform.request('GET', '/api/v1/slugs/bazaar', { token })
    expect(free.body.data).toMatchObject({ available: false, reason: 'slug_taken' })
  })

  it('takes its former address back', async () => {
    expect((await platform.ended(token, (await rename('bazaar')).body.data.operation.id)).status).toBe('succeeded')
    expect(platform.driver.tenants.get(id)?.document).toMatchObject({
      domains: ['bazaar.localhost', 'grand-bazaar.localhost'],
      former_domains: ['grand-bazaar.localhost'],
    })
  })

  it('lets the former address go after its days, and the route with it', async () => {
    clock.move(30 * 86_400 + 60)
    token = (await platform.signIn()).access_token
    await expect
      .poll(
        () =>
          platform.app
            .get(Reconciliation)
            .due()
            .then(() => read('bazaar')),
        { timeout: 30_000 },
      )
      .toMatchObject({ domains: ['bazaar.localhost'] })
    await expect.poll(() => platform.app.get(Reconciliation).drift().then(hosts), { timeout: 30_000 }).toEqual(['bazaar.localhost'])
    expect((await platform.createTenant(token, 'grand-bazaar')).status).toBe(201)
  })
})
