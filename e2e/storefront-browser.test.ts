import { getProduct, listProducts } from '@cityos/data-plane/contract'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accessibilityProblems,
  desktop,
  expectNoSidewaysScroll,
  hasBrowser,
  launchBrowser,
  newVisitor,
  phone,
  type Visitor,
} from './browser.ts'
import { sharedPlatform } from './shared.ts'
import { productsOfDifferentVendors } from './shopping.ts'
import { ensureTenant } from './tenants.ts'

const platform = sharedPlatform()
const host = 'shopfront.localhost'
const origin = platform.origin(host)
let browser: Browser

describe.runIf(hasBrowser)('the storefront in a browser', () => {
  beforeAll(async () => {
    await ensureTenant(platform, 'shopfront')
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  async function addToCart(visitor: Visitor, handle: string): Promise<void> {
    const { page } = visitor
    await page.goto(`${origin}/en/products/${handle}`)
    const added = page.waitForResponse((response) => response.request().method() === 'POST' && response.url().includes('/cart/lines'))
    await page.locator('form[action$="/cart/lines"] button[data-primary]:visible').first().click()
    expect((await added).status()).toBeLessThan(400)
  }

  async function fillCheckout(visitor: Visitor, email: string): Promise<void> {
    const { page } = visitor
    await page.fill('input[name=email]', email)
    await page.fill('input[name=name]', 'Sara Al-Qahtani')
    await page.fill('input[name=phone]', '+966501234567')
    await page.fill('input[name=line1]', 'King Fahd Road 12')
    await page.fill('input[name=city]', 'Riyadh')
  }

  test.each([
    ['a desktop', desktop],
    ['a phone', phone],
  ])('on %s: browse, search, two vendors in one cart, pay, confirmation, order by mail and number', async (_, options) => {
    const visitor = await newVisitor(browser, options)
    const { page } = visitor
    const [one, two] = await productsOfDifferentVendors(platform.client(host), 2)
    await page.goto(origin)
    expect(new URL(page.url()).pathname).toMatch(/^\/(en|fr|ar)/)
    await page.goto(`${origin}/en/search?q=${encodeURIComponent(one!.title)}`)
    await page.locator(`a[href*="/products/${one!.handle}"]`).first().click()
    await page.waitForURL(`**/products/${one!.handle}*`)
    await addToCart(visitor, one!.handle)
    await addToCart(visitor, two!.handle)
    await page.goto(`${origin}/en/cart`)
    await expect.poll(() => page.locator('[data-cart]').textContent()).toContain(one!.vendor.name)
    expect(await page.locator('[data-cart]').textContent()).toContain(two!.vendor.name)
    await page.locator('a[href$="/checkout"]').first().click()
    await fillCheckout(visitor, 'shopper@browser.test')
    await page.check('input[name=payment][value="sandbox:tok_ok"]')
    await page.locator('[data-pay]').first().click()
    await page.waitForURL(/\/orders\//)
    const confirmation = (await page.locator('main').textContent()) ?? ''
    const number = /Order (\d{6,})/.exec(confirmation)?.[1]
    expect(number, confirmation).toBeDefined()
    expect(confirmation).toContain(one!.vendor.name)
    expect(confirmation).toContain(two!.vendor.name)
    await expectNoSidewaysScroll(page)
    expect(visitor.complaints).toEqual([])
    await visitor.context.close()
  })

  test('without JavaScript a shopper can buy too', async () => {
    const visitor = await newVisitor(browser, { ...desktop, javaScriptEnabled: false })
    const { page } = visitor
    const [product] = await productsOfDifferentVendors(platform.client(host), 1)
    await page.goto(`${origin}/en/products/${product!.handle}`)
    await page.locator('form[action$="/cart/lines"] button[data-primary]:visible').first().click()
    await page.goto(`${origin}/en/checkout`)
    await fillCheckout(visitor, 'noscript@browser.test')
    await page.check('input[name=payment][value="cash_on_delivery"]')
    await page.locator('[data-pay]').first().click()
    await page.waitForURL(/\/orders\//)
    await visitor.context.close()
  })

  test('a declined card keeps everything that was typed and says what to do', async () => {
    const visitor = await newVisitor(browser)
    const { page } = visitor
    const [product] = await productsOfDifferentVendors(platform.client(host), 1)
    await addToCart(visitor, product!.handle)
    await page.goto(`${origin}/en/checkout`)
    await fillCheckout(visitor, 'declined@browser.test')
    await page.check('input[name=payment][value="sandbox:tok_declined"]')
    await page.locator('[data-pay]').first().click()
    await page.locator('[role=alert]').first().waitFor()
    expect(await page.inputValue('input[name=line1]')).toBe('King Fahd Road 12')
    await visitor.context.close()
  })

  test('a missing field is named beside the field, and nothing is lost', async () => {
    const visitor = await newVisitor(browser, { ...desktop, javaScriptEnabled: false })
    const { page } = visitor
    const [product] = await productsOfDifferentVendors(platform.client(host), 1)
    await page.goto(`${origin}/en/products/${product!.handle}`)
    await page.locator('form[action$="/cart/lines"] button[data-primary]:visible').first().click()
    const cookies = await visitor.context.cookies(origin)
    const response = await platform.request(host, '/en/checkout', {
      method: 'POST',
      headers: { origin, 'sec-fetch-site': 'same-origin', cookie: cookies.map((cookie) => `${cookie.name}=${cookie.value}`).join('; ') },
      body: new URLSearchParams({
        email: 'not-an-address',
        name: 'Sara',
        phone: '+966501234567',
        line1: 'Street 1',
        city: '',
        payment: 'cash_on_delivery',
      }),
    })
    expect(response.status).toBe(422)
    const html = await response.text()
    expect(html).toContain('value="Street 1"')
    expect(html).toMatch(/aria-invalid="true"/)
    await visitor.context.close()
  })

  describe.each(['en', 'fr', 'ar'])('in %s', (locale) => {
    test.each([
      ['phone', phone],
      ['desktop', desktop],
    ])('on a %s every page passes the accessibility rules, fits, and complains about nothing', async (_, options) => {
      const visitor = await newVisitor(browser, options)
      const { page } = visitor
      const [product] = (await platform.client(host)(listProducts, { query: { limit: 1, in_stock: 'true' } })).items
      const detail = await platform.client(host)(getProduct, { params: { handle: product!.handle } })
      const paths = [
        '',
        '/products',
        `/categories/${detail.breadcrumb[0]!.handle}`,
        `/search?q=${encodeURIComponent(detail.title.slice(0, 4))}`,
        '/search?q=zzzzzzzz',
        `/products/${detail.handle}`,
        '/vendors',
        `/vendors/${detail.vendor.handle}`,
        `/compare?ids=${detail.id}`,
        '/cart',
        '/orders/track',
        '/account/sign-in',
        '/account/sign-up',
      ]
      const problems: string[] = []
      for (const path of paths) {
        const response = await page.goto(`${origin}/${locale}${path}`)
        expect([path, response!.status()]).toEqual([path, 200])
        expect(await page.getAttribute('html', 'dir')).toBe(locale === 'ar' ? 'rtl' : 'ltr')
        expect(await page.getAttribute('html', 'lang')).toContain(locale)
        await expectNoSidewaysScroll(page)
        problems.push(...(await accessibilityProblems(page)))
        const sizes = (await page.evaluate(
          '[...document.images].filter((image) => !image.getAttribute("width") || !image.getAttribute("height")).map((image) => image.src)',
        )) as string[]
        expect(sizes, 'pictures without a size').toEqual([])
        const foreign = (await page.evaluate(
          'performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => !name.startsWith(location.origin) && !name.startsWith("data:"))',
        )) as string[]
        expect(foreign, 'nothing comes from another host').toEqual([])
      }
      expect([...problems, ...visitor.complaints]).toEqual([])
      await visitor.context.close()
    })
  })

  test('Arabic is really mirrored: the logo is on the right, text starts at the right edge', async () => {
    const visitor = await newVisitor(browser)
    const edge = async (locale: string) => {
      await visitor.page.goto(`${origin}/${locale}`)
      const box = (await visitor.page.locator('header a[href]').first().boundingBox())!
      return box.x + box.width / 2
    }
    expect(await edge('en')).toBeLessThan(640)
    expect(await edge('ar')).toBeGreaterThan(640)
    await visitor.context.close()
  })

  test('an address that names nothing answers 404 with a page in the language asked for', async () => {
    const visitor = await newVisitor(browser)
    const response = await visitor.page.goto(`${origin}/ar/products/no-such-thing`)
    expect(response!.status()).toBe(404)
    expect(await visitor.page.locator('main').textContent()).toMatch(/[\u0600-\u06ff]/)
    expect(await accessibilityProblems(visitor.page)).toEqual([])
    await visitor.context.close()
  })
})
