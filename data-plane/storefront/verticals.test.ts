import { createElement } from 'react'
import { afterEach, describe, expect, it } from 'vitest'
import { get, lasting } from './router.ts'
import { problemsOf } from './testing/page-checks.ts'
import { type SampleServer, startSampleServer } from './testing/sample-server.ts'
import { type VerticalStorefront, verticalRoutes } from './vertical-storefront.ts'
import { page } from './visit.ts'

const heading = (text: string) => createElement('h1', null, text)

/** A vertical of one page each, to see how the shop takes it in. */
const laundry: VerticalStorefront = {
  name: 'laundry',
  title: { en: 'Laundry', fr: 'Blanchisserie', ar: 'مغسلة' },
  icon: 'clock',
  open: { en: 'Open it', fr: 'Ouvrir', ar: 'افتح' },
  mine: { en: 'My washing', fr: 'Mon linge', ar: 'غسيلي' },
  routes: [
    get('/laundry', () => page('Laundry', heading('All laundries'))),
    get('/laundry/{handle}', (visit) => page('Laundry', heading(visit.param('handle')))),
    lasting(get('/account/laundry', () => page('My washing', heading('My washing')))),
  ],
  home: async () => createElement('section', null, createElement('h2', null, 'Washed today')),
  sitemap: async () => ['/laundry', '/laundry/bubbles'],
}

let server: SampleServer
const start = async (verticals: string[]) => {
  server = await startSampleServer({ tenant: { verticals }, verticals: [laundry] })
}
const read = async (url: string) => {
  const answer = await server.app.inject({ method: 'GET', url, headers: { host: 'souq.localhost:8080' } })
  return { status: answer.statusCode, body: answer.body }
}
afterEach(() => server.app.close())

describe('a vertical that is on', () => {
  it.each(['en', 'fr', 'ar'] as const)('has its pages, menu entry and section in %s', async (locale) => {
    await start(['catalogue', 'laundry'])
    expect((await read(`/${locale}/laundry/bubbles`)).body).toContain('<h1>bubbles</h1>')
    const home = await read(`/${locale}`)
    expect(home.body).toContain(`href="/${locale}/laundry"`)
    expect(home.body).toContain('Washed today')
    expect(problemsOf(home.body, locale)).toEqual([])
  })

  it('is in the sitemap', async () => {
    await start(['catalogue', 'laundry'])
    expect((await read('/sitemap.xml')).body).toContain('/sitemaps/laundry.xml')
    expect((await read('/sitemaps/laundry.xml')).body).toContain('/ar/laundry/bubbles')
  })

  it('may be all there is: a shop without goods has no product pages, and says so nowhere', async () => {
    await start(['laundry'])
    const home = await read('/en')
    expect(home.status).toBe(200)
    expect(home.body).not.toContain('href="/en/products')
    expect(problemsOf(home.body, 'en')).toEqual([])
    expect((await read('/en/products')).status).toBe(404)
    expect((await read('/en/cart')).body).not.toContain('href="/en/products')
    expect((await read('/sitemap.xml')).body).not.toContain('products-1')
  })
})

describe('a vertical that is off', () => {
  it('has no pages but the shop’s own error page, no entry, no section, no sitemap', async () => {
    await start(['catalogue'])
    const gone = await read('/fr/laundry')
    expect(gone.status).toBe(404)
    expect(problemsOf(gone.body, 'fr')).toEqual([])
    const home = await read('/en')
    expect(home.body).not.toContain('/en/laundry')
    expect(home.body).not.toContain('Washed today')
    expect((await read('/sitemap.xml')).body).not.toContain('laundry')
    expect((await read('/sitemaps/laundry.xml')).status).toBe(404)
  })

  it('still shows what was bought from it', async () => {
    await start(['catalogue'])
    expect((await read('/en/account/laundry')).status).toBe(200)
  })
})

it('a vertical that fails leaves its section out, not the shop', async () => {
  const broken: VerticalStorefront = {
    ...laundry,
    home: async () => {
      throw new Error('no water')
    },
  }
  server = await startSampleServer({ tenant: { verticals: ['catalogue', 'laundry'] }, verticals: [broken] })
  const home = await read('/en')
  expect([home.status, home.body.includes('no water')]).toEqual([200, false])
})

it('a vertical cannot bring pages outside its own addresses', async () => {
  await start(['catalogue'])
  expect(() => verticalRoutes([{ ...laundry, routes: [get('/cart', () => page('x', null))] }])).toThrow('/cart')
})
