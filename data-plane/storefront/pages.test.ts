import type { Locale } from '@cityos/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemsOf } from './testing/page-checks.ts'
import { refuse } from './testing/sample-answers.ts'
import { sampleCart, sampleId, sar } from './testing/sample-data.ts'
import { type SampleServer, startSampleServer } from './testing/sample-server.ts'

const cookie = `cart=${sampleId('cart', 1)}.secret`
const customer = { kind: 'customer', id: sampleId('cus', 1), sessionId: 'ses' } as const

let guest: SampleServer
let member: SampleServer

beforeAll(async () => {
  guest = await startSampleServer()
  member = await startSampleServer({ actor: customer })
})
afterAll(async () => {
  await guest.app.close()
  await member.app.close()
})

const get = (server: SampleServer, url: string, headers: Record<string, string> = {}) =>
  server.app.inject({ method: 'GET', url, headers: { host: 'souq.localhost:8080', ...headers } })
const post = (server: SampleServer, url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  server.app.inject({
    method: 'POST',
    url,
    headers: { host: 'souq.localhost:8080', 'content-type': 'application/x-www-form-urlencoded', cookie, ...headers },
    payload: new URLSearchParams(fields).toString(),
  })

const open = [
  '',
  '/products',
  '/products?vendor=vendor-0&price=0-10000&in_stock=true&attr=color:white&sort=price',
  '/products/product-0',
  '/products/product-2?variant=none',
  '/categories/category-0',
  '/categories/category-0-child',
  '/search?q=oud',
  '/vendors',
  '/vendors/vendor-0',
  `/compare?ids=${sampleId('prd', 0)},${sampleId('prd', 1)}`,
  '/compare',
  '/policies/returns',
  '/cart',
  '/checkout',
  '/checkout/verify/chl_1',
  '/orders/track',
  '/orders/D-1042?token=x&placed=1',
  '/orders/D-1042/cancel?token=x',
  '/account/sign-in',
  '/account/sign-up',
  '/account/forgot',
]
const signedIn = [
  '/account',
  '/account/orders',
  '/account/orders/D-1042',
  '/account/addresses',
  '/account/addresses/new',
  `/account/addresses/${sampleId('adr', 1)}`,
  '/account/security',
  '/account/privacy',
  '/checkout',
]

describe.each<Locale>(['en', 'fr', 'ar'])('pages in %s', (locale) => {
  it.each(open)('%s is whole', async (path) => {
    const answer = await get(guest, `/${locale}${path}`, { cookie })
    expect(answer.statusCode).toBe(200)
    expect(problemsOf(answer.body, locale)).toEqual([])
  })

  it.each(signedIn)('%s of a signed-in customer is whole', async (path) => {
    const answer = await get(member, `/${locale}${path}`, { cookie })
    expect(answer.statusCode).toBe(200)
    expect(problemsOf(answer.body, locale)).toEqual([])
  })

  it('answers what is not there with a page', async () => {
    for (const path of ['/nowhere', '/products/product-99', '/categories/none', '/policies/none']) {
      const answer = await get(guest, `/${locale}${path}`)
      expect([path, answer.statusCode]).toEqual([path, 404])
      expect(problemsOf(answer.body, locale)).toEqual([])
    }
  })
})

describe('addresses', () => {
  it('leads / to the asked language, else to the tenant’s own', async () => {
    expect((await get(guest, '/', { 'accept-language': 'ar' })).headers.location).toBe('/ar')
    expect((await get(guest, '/')).headers.location).toBe('/en')
  })

  it('keeps page and filters when the language changes', async () => {
    const { body } = await get(guest, '/en/products?sort=price&page=1')
    expect(body).toContain('href="/ar/products?sort=price&amp;page=1"')
  })

  it('names its languages and its one address', async () => {
    const { body } = await get(guest, '/fr/products/product-0?variant=x')
    expect(body).toContain('<link rel="canonical" href="http://souq.localhost:8080/fr/products/product-0"/>')
    for (const locale of ['en', 'fr', 'ar', 'x-default']) expect(body).toContain(`hrefLang="${locale}"`)
  })

  it('moves an old product address for good', async () => {
    const answer = await get(guest, '/en/products/product-5')
    expect([answer.statusCode, answer.headers.location]).toEqual([301, '/en/products/product-1'])
  })

  it('has no page in a language the tenant does not speak', async () => {
    const server = await startSampleServer({ tenant: { locales: ['en'] } })
    expect((await get(server, '/fr')).statusCode).toBe(404)
    await server.app.close()
  })

  it('sends guests of the account to sign in, and back', async () => {
    const answer = await get(guest, '/ar/account/orders')
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/ar/account/sign-in?return_to=%2Far%2Faccount%2Forders'])
  })

  it('never leads to another host after signing in', async () => {
    for (const evil of ['//evil.test', 'https://evil.test', '/en//evil.test', '/v1/x', '/en/\\evil.test']) {
      const answer = await post(guest, '/en/account/sign-in', { email: 'a@b.test', password: 'secret-word', return_to: evil })
      expect([evil, answer.statusCode, answer.headers.location]).toEqual([evil, 303, '/en/account'])
    }
  })

  it('lists pages and products for search engines', async () => {
    expect((await get(guest, '/robots.txt')).body).toContain('Sitemap: http://souq.localhost:8080/sitemap.xml')
    expect((await get(guest, '/sitemap.xml')).body).toContain('/sitemaps/products-1.xml')
    expect((await get(guest, '/sitemaps/products-1.xml')).body).toContain('<loc>http://souq.localhost:8080/ar/products/product-0</loc>')
    expect((await get(guest, '/sitemaps/pages.xml')).body).toContain('/categories/category-0-child')
  })
})

describe('what is written', () => {
  it('escapes what vendors wrote', async () => {
    const { body } = await get(guest, '/en/products/product-0')
    expect(body).toContain('&lt;b&gt;not bold&lt;/b&gt;')
    expect(body).not.toContain('<b>not bold</b>')
  })

  it('carries structured data of the product with a machine-readable price', async () => {
    const { body } = await get(guest, '/en/products/product-0')
    const blocks = [...body.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/g)].map((match) => JSON.parse(match[1] ?? '{}'))
    const product = blocks.find((block) => block['@type'] === 'Product')
    expect(product.offers[0]).toMatchObject({ price: '49.95', priceCurrency: 'SAR', availability: 'https://schema.org/InStock' })
    expect(blocks.some((block) => block['@type'] === 'BreadcrumbList')).toBe(true)
  })

  it('prints prices in the page’s language', async () => {
    expect((await get(guest, '/en/products/product-0')).body).toContain('SAR\u00a049.95')
    expect((await get(guest, '/fr/products/product-0')).body).toContain('49,95\u00a0SAR')
    expect((await get(guest, '/ar/products/product-0')).body).toContain('49.95\u00a0ر.س.')
  })

  it('lets only its own files run, and keeps visitors’ pages out of shared caches', async () => {
    const anonymous = await get(guest, '/en')
    expect(anonymous.headers['content-security-policy']).toContain("script-src 'self';")
    expect(anonymous.headers['content-security-policy']).toMatch(/style-src 'self' 'sha256-[\w+/=]+'/)
    expect(anonymous.headers['cache-control']).toBe('public, max-age=0, must-revalidate')
    const again = await get(guest, '/en', { 'if-none-match': String(anonymous.headers.etag) })
    expect(again.statusCode).toBe(304)
    expect((await get(guest, '/en', { cookie })).headers['cache-control']).toBe('private, no-store')
  })

  it('is not cached once it hands out a cookie', async () => {
    const answer = await get(guest, '/en/cart')
    expect(answer.headers['set-cookie']).toBeDefined()
    expect(answer.headers['cache-control']).toBe('private, no-store')
  })
})

describe('forms without scripts', () => {
  it('puts the chosen variant in the cart', async () => {
    guest.calls.length = 0
    const answer = await post(guest, '/en/cart/lines', {
      product: 'product-2',
      'option.color': 'white',
      'option.size': '56',
      quantity: '٢',
    })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/en/cart'])
    expect(guest.calls.find((call) => call.id === 'store.cart.line.add')?.call.body).toEqual({
      kind: 'catalogue.product',
      choice: { variant_id: sampleId('var', 21) },
      quantity: 2,
    })
  })

  it('says so when a combination is not made, and keeps what was chosen', async () => {
    const answer = await post(guest, '/en/cart/lines', { product: 'product-2', 'option.color': 'black', 'option.size': '54' })
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('This combination is not made')
    expect(answer.body).toMatch(/<input[^>]*checked=""[^>]*value="black"/)
    expect(answer.body).toContain('href="/ar/products/product-2"')
  })

  it('refuses a form that another site sent', async () => {
    const answer = await post(
      guest,
      '/en/cart/lines',
      { variant_id: sampleId('var', 1) },
      { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
    )
    expect(answer.statusCode).toBe(403)
  })

  it('removes a line and offers it back', async () => {
    const answer = await post(guest, `/en/cart/lines/${sampleId('line', 1)}/remove`, {})
    expect(answer.headers.location).toBe(`/en/cart?removed=${sampleId('var', 10)}&quantity=2`)
    expect((await get(guest, String(answer.headers.location), { cookie })).body).toContain('Put it back')
  })
})

const checkoutFields = () => ({
  email: 'sara@example.test',
  name: 'Sara',
  phone: '050 123 4567',
  line1: 'King Fahd Road',
  city: 'Riyadh',
  payment: 'cash_on_delivery',
  [`shipping.${sampleId('vnd', 0)}`]: `opt_${sampleId('vnd', 0)}`,
  expected_amount: String(sampleCart('en').totals.total.amount),
  attempt: 'key_attempt_0001',
})

describe('checkout', () => {
  it('pays with the amount that was shown and the key of the attempt', async () => {
    const server = await startSampleServer()
    const answer = await post(server, '/en/checkout', checkoutFields())
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/en/orders/D-1042?token=guest-token&placed=1'])
    const update = server.calls.find((call) => call.id === 'store.cart.update')
    expect(update?.call.body).toMatchObject({
      email: 'sara@example.test',
      phone: '+966501234567',
      shipping_address: { country: 'SA', phone: '+966501234567' },
    })
    const complete = server.calls.find((call) => call.id === 'store.cart.complete')
    expect(complete?.idempotencyKey).toBe('key_attempt_0001')
    expect(complete?.call.body).toMatchObject({ expected_total: sampleCart('en').totals.total })
    await server.app.close()
  })

  it('keeps everything typed and names each error at its field', async () => {
    const server = await startSampleServer()
    const answer = await post(server, '/en/checkout', { ...checkoutFields(), phone: '12', city: '', name: 'Sara <x>' })
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain('Enter 9 digits after +966')
    expect(answer.body).toContain('href="#city"')
    expect(answer.body).toContain('value="Sara &lt;x&gt;"')
    expect(answer.body).toContain('<title>Error: Checkout')
    expect(problemsOf(answer.body, 'en')).toEqual([])
    expect(server.calls.some((call) => call.id === 'store.cart.complete')).toBe(false)
    await server.app.close()
  })

  it('stops and shows the new total when it is not the one that was shown', async () => {
    const server = await startSampleServer()
    const answer = await post(server, '/en/checkout', { ...checkoutFields(), expected_amount: '1' })
    expect(answer.statusCode).toBe(409)
    expect(answer.body).toContain('The total changed to SAR\u00a0420.85')
    expect(server.calls.some((call) => call.id === 'store.cart.complete')).toBe(false)
    await server.app.close()
  })

  it('keeps the cart and takes a new key after a decline', async () => {
    const server = await startSampleServer()
    server.answer('store.cart.complete', () => refuse('payment_declined'))
    const answer = await post(server, '/en/checkout', checkoutFields())
    expect(answer.statusCode).toBe(402)
    expect(answer.body).toContain('Nothing was taken; your cart is kept')
    expect(answer.body).not.toContain('key_attempt_0001')
    expect(answer.body).toContain('value="King Fahd Road"')
    await server.app.close()
  })

  it('keeps the key while the outcome is open, so that a second try cannot pay twice', async () => {
    const server = await startSampleServer()
    server.answer('store.cart.complete', () => refuse('dependency_unavailable'))
    const answer = await post(server, '/en/checkout', checkoutFields())
    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('value="key_attempt_0001"')
    await server.app.close()
  })

  it('goes to the bank’s page when one is asked for, and to the order after it', async () => {
    const server = await startSampleServer()
    server.answer('store.cart.complete', () => refuse('payment_action_required', { challenge_id: 'chl_7' }))
    expect((await post(server, '/en/checkout', checkoutFields())).headers.location).toBe('/en/checkout/verify/chl_7')
    expect((await post(server, '/en/checkout/verify/chl_7', { answer: 'approve' })).headers.location).toContain('/en/orders/D-1042')
    server.answer('store.payment.challenge.answer', () => refuse('payment_declined'))
    expect((await post(server, '/en/checkout/verify/chl_7', { answer: 'decline' })).headers.location).toBe('/en/checkout?declined=1')
    await server.app.close()
  })

  it('sends a cart with a problem back to the cart, where it is shown', async () => {
    const server = await startSampleServer()
    const [first, ...rest] = sampleCart('en').lines
    const broken = first && { ...first, error: { code: 'insufficient_stock' as const, message: 'Only 1 is left' } }
    server.answer('store.cart.get', (_, locale) => sampleCart(locale, { lines: broken ? [broken, ...rest] : rest }))
    expect((await get(server, '/en/checkout', { cookie })).headers.location).toBe('/en/cart')
    expect((await get(server, '/en/cart', { cookie })).body).toContain('Only 1 is left')
    await server.app.close()
  })
})

describe('when things are not as usual', () => {
  it.each([
    ['forbidden', 403],
    ['dependency_unavailable', 503],
  ] as const)('shows a page when nobody can be identified: %s', async (refusal, status) => {
    const server = await startSampleServer({ refusal })
    const answer = await get(server, '/en/products')
    expect(answer.statusCode).toBe(status)
    expect(problemsOf(answer.body, 'en')).toEqual([])
    await server.app.close()
  })

  it('takes a visitor whose session ended for a guest', async () => {
    const server = await startSampleServer({ refusal: 'unauthenticated' })
    const answer = await get(server, '/en/products', { cookie: 'session=old' })
    expect(answer.statusCode).toBe(200)
    expect(String(answer.headers['set-cookie'])).toContain('session=;')
    await server.app.close()
  })

  it('goes on reading while the tenant is suspended, and offers no way to pay', async () => {
    const server = await startSampleServer({ tenant: { status: 'suspended' } })
    const product = await get(server, '/en/products/product-0', { cookie })
    expect(product.statusCode).toBe(200)
    expect(product.body).toContain('This shop is paused')
    expect((await get(server, '/en/cart', { cookie })).body).not.toContain('href="/en/checkout"')
    await server.app.close()
  })

  it('shows a page of its own in maintenance, without the frame that cannot be read', async () => {
    const server = await startSampleServer()
    server.answer('store.store.current', () => refuse('store_maintenance'))
    const answer = await get(server, '/ar')
    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('نعود قريبًا')
    expect(problemsOf(answer.body, 'ar')).toEqual([])
    await server.app.close()
  })

  it('tells nothing of a failure but its reference', async () => {
    const server = await startSampleServer()
    server.answer('store.product.list', () => {
      throw new Error('relation "product" does not exist')
    })
    const answer = await get(server, '/en/products')
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('relation')
    expect(answer.body).toMatch(/req_[0-9a-z]{26}/)
    await server.app.close()
  })

  it('does not tell whether an order exists', async () => {
    const server = await startSampleServer()
    server.answer('store.order.track', () => refuse('not_found'))
    const answer = await post(server, '/en/orders/track', { number: 'd-1', email: 'x@y.test' })
    expect(answer.statusCode).toBe(404)
    expect(answer.body).toContain('No order has this number and this e-mail address')
    expect(server.calls.at(-1)?.id).toBeDefined()
    await server.app.close()
  })

  it('prints what is shown as money the same way the API counts it', async () => {
    const server = await startSampleServer()
    server.answer('store.payment.challenge.get', () => ({
      id: 'c',
      status: 'pending',
      amount: { ...sar(1250), currency: 'KWD' },
      order_number: 'x',
      expires_at: '2026-11-22T12:15:00.000Z',
    }))
    expect((await get(server, '/en/checkout/verify/c')).body).toContain('KWD\u00a01.250')
    await server.app.close()
  })
})
