import { readTenant } from '@cityos/control-plane/contract'
import { getVendorOrder } from '@cityos/data-plane/contract'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityProblems, desktop, hasBrowser, launchBrowser, newVisitor, phone } from './browser.ts'
import { act } from './console-actions.ts'
import { signInStaff, visitPages } from './console-pages.ts'
import { eventually } from './eventually.ts'
import { sharedPlatform } from './shared.ts'
import { buy } from './shopping.ts'
import { ensureTenant, hostOf, vendorOf, vendorPassword } from './tenants.ts'

const platform = sharedPlatform()
let browser: Browser

async function menuLinks(page: Page): Promise<(string | null)[]> {
  const menu = page.locator('a[role=menuitem]')
  return [...new Set(await menu.evaluateAll((items) => items.map((item) => (item as unknown as { href: string }).href)))]
}

describe.runIf(hasBrowser)('consoles in a browser', () => {
  beforeAll(async () => {
    await ensureTenant(platform, 'consoles')
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  test('the operator signs in, creates a tenant with the wizard, watches the steps and opens its storefront', async () => {
    const visitor = await newVisitor(browser)
    const { page } = visitor
    await signInStaff(platform, page, platform.reached.origin)
    await page.goto(`${platform.reached.origin}/#/tenants/create`)
    await page.fill('input[name=name_en]', 'Wizard Market')
    await page.fill('input[name=name_ar]', 'سوق الساحر')
    expect(await page.inputValue('input[name=slug]')).toBe('wizard-market')
    const next = page.locator('form button[type=submit]')
    await next.click()
    await page.fill('input[name=owner]', 'owner@wizard.test')
    await page.locator('input[name=plan]').last().check()
    await next.click()
    await page.locator('fieldset input[type=checkbox]').first().check()
    await next.click()
    await page.locator('input[type=radio][value=seed]').check()
    await next.click()
    expect(await accessibilityProblems(page)).toEqual([])
    await next.click()
    await page.waitForURL(/operations\/.+\/show/)
    await eventually(async () => (await page.locator('main ol li').count()) > 4, 'the steps are shown')
    const { call } = await platform.operator()
    await eventually(async () => (await call(readTenant, { params: { id: 'wizard-market' } })).status === 'active', 'it is active')
    await page.getByText('Succeeded').first().waitFor()
    await page.goto(platform.origin('wizard-market.localhost'))
    expect(await page.locator('main a[href*="/products/"]').count()).toBeGreaterThan(0)
    expect(visitor.complaints).toEqual([])
    await visitor.context.close()
  })

  test('a taken address is told while typing', async () => {
    const visitor = await newVisitor(browser)
    const { page } = visitor
    await signInStaff(platform, page, platform.reached.origin)
    await page.goto(`${platform.reached.origin}/#/tenants/create`)
    await page.fill('input[name=name_en]', 'Dakkah')
    await page.locator('input[name=slug][aria-invalid=true]').waitFor()
    await visitor.context.close()
  })

  test.each([
    ['a desktop', desktop],
    ['a phone', phone],
  ])('on %s every page of the operator console is accessible and complains about nothing', async (_, options) => {
    const wide = await newVisitor(browser)
    await signInStaff(platform, wide.page, platform.reached.origin)
    const links = await menuLinks(wide.page)
    expect(links.length).toBeGreaterThanOrEqual(5)
    const visitor = await newVisitor(browser, { ...options, storageState: await wide.context.storageState() })
    await visitor.page.goto(platform.reached.origin)
    const { call } = await platform.operator()
    const tenant = await call(readTenant, { params: { id: 'consoles' } })
    await visitPages(visitor, [...links, `/#/tenants/${tenant.id}/show`])
    expect(visitor.complaints).toEqual([])
    await visitor.context.close()
    await wide.context.close()
  })

  test('the vendor signs in, accepts and fulfils the part of an order', async () => {
    const tenant = await ensureTenant(platform, 'consoles')
    const { order, products } = await buy(platform, hostOf(tenant))
    const { client, email } = await vendorOf(platform, tenant, products[0]!.vendor.handle)
    const visitor = await newVisitor(browser)
    const { page } = visitor
    await page.goto(platform.origin(`vendor.${hostOf(tenant)}`))
    await page.fill('input[type=email]', email)
    await page.fill('input[type=password]', vendorPassword)
    await page.click('button[type=submit]')
    await page.locator('a[role=menuitem]').first().waitFor({ state: 'attached' })
    const links = await menuLinks(page)
    const part = order.sub_orders[0]!
    await page.goto(`${platform.origin(`vendor.${hostOf(tenant)}`)}/#/orders/${part.id}/show`)
    await act(page, /^Accept/)
    const status = async () => (await client(getVendorOrder, { params: { id: part.id } })).status
    await eventually(async () => (await status()) === 'accepted', 'it is accepted')
    await act(page, /Fulfil|Ship|Hand over/)
    await eventually(async () => (await status()) === 'fulfilled', 'it is fulfilled')
    await visitPages(visitor, links)
    expect(visitor.complaints).toEqual([])
    await visitor.context.close()
  })

  test('the tenant admin signs in on the tenant’s own host and sees the order', async () => {
    const tenant = await ensureTenant(platform, 'consoles')
    const { order } = await buy(platform, hostOf(tenant), { email: 'seen@consoles.test' })
    const visitor = await newVisitor(browser)
    const { page } = visitor
    const origin = platform.origin(`admin.${hostOf(tenant)}`)
    await signInStaff(platform, page, origin)
    const links = await menuLinks(page)
    await page.goto(`${origin}/#/orders/${order.id}/show`)
    await page.getByText(order.number).first().waitFor()
    await visitPages(visitor, links)
    expect(visitor.complaints).toEqual([])
    await visitor.context.close()
  })

  test('in Arabic the console is mirrored', async () => {
    const visitor = await newVisitor(browser, { ...desktop, locale: 'ar-SA' })
    await visitor.page.goto(platform.reached.origin)
    await expect.poll(() => visitor.page.getAttribute('html', 'dir')).toBe('rtl')
    await visitor.context.close()
  })
})
