import { type Client, newId } from '@cityos/contract'
import type { Tenant } from '@cityos/control-plane/contract'
import { signUp, verify } from '@cityos/data-plane/contract'
import type { Browser } from 'playwright-core'
import { newVisitor, type Visitor } from './browser.ts'
import type { Platform } from './platform.ts'
import { hostOf, vendorOf, vendorPassword } from './tenants.ts'

export interface SignedIn {
  visitor: Visitor
  client: Client
}

/** A new customer of the shop, signed in in a browser of their own. */
export async function customerIn(browser: Browser, platform: Platform, tenant: Tenant): Promise<SignedIn & { email: string }> {
  const host = hostOf(tenant)
  const store = platform.client(host)
  const email = `${newId('cus').slice(-10)}@journeys.test`
  const asked = await store(signUp, { body: { email, password: 'a-long-password-1', name: 'Sara Al-Qahtani' } })
  const { token } = await store(verify, { body: { email, code: asked.code! } })
  const visitor = await newVisitor(browser)
  await visitor.context.addCookies([{ name: 'session', value: token, url: platform.origin(host) }])
  return { visitor, email, client: platform.client(host, { authorization: `Bearer ${token}` }) }
}

/** Staff of a vendor, signed in through the vendor console's own page. */
export async function vendorIn(
  browser: Browser,
  platform: Platform,
  tenant: Tenant,
  handle: string,
): Promise<SignedIn & { origin: string }> {
  const { client, email } = await vendorOf(platform, tenant, handle)
  const visitor = await newVisitor(browser)
  const origin = platform.origin(`vendor.${hostOf(tenant)}`)
  await visitor.page.goto(origin)
  await visitor.page.fill('input[type=email]', email)
  await visitor.page.fill('input[type=password]', vendorPassword)
  await visitor.page.click('button[type=submit]')
  await visitor.page.locator('a[role=menuitem]').first().waitFor({ state: 'attached' })
  return { visitor, client, origin }
}
