import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { locateData, readOperator } from '@cityos/cli/data-directory'
import { listProducts } from '@cityos/data-plane/contract'
import type { Browser, Page } from 'playwright-core'
import { consoleContent, desktop, launchBrowser, newVisitor, phone } from './browser.ts'
import { Platform } from './platform.ts'

// Takes the pictures of README and docs from a running platform: `node e2e/pictures.ts [--data DIR]`.

const data = locateData(process.argv.includes('--data') ? process.argv[process.argv.indexOf('--data') + 1] : undefined)
const operator = readOperator(data)
const platform = new Platform(Number(new URL(operator.origin).port), data.path)
const folder = join(import.meta.dirname, '../docs/pictures')
const shop = platform.origin('dakkah.localhost')

await mkdir(folder, { recursive: true })
const browser = await launchBrowser()
try {
  await storefront(browser)
  await consoles(browser)
} finally {
  await browser.close()
}

async function save(page: Page, name: string): Promise<void> {
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: join(folder, `${name}.png`) })
  process.stdout.write(`${name}.png\n`)
}

async function storefront(browser: Browser): Promise<void> {
  const [product] = (await platform.client('dakkah.localhost')(listProducts, { query: { limit: 1, in_stock: 'true' } })).items
  const wide = await newVisitor(browser, desktop)
  for (const [name, path] of [
    ['storefront', '/en'],
    ['storefront-ar', '/ar'],
    ['product', `/en/products/${product!.handle}`],
  ] as const) {
    await wide.page.goto(shop + path)
    await save(wide.page, name)
  }
  await wide.context.close()
  const narrow = await newVisitor(browser, phone)
  for (const [name, path] of [['phone-ar', `/ar/products/${product!.handle}`]] as const) {
    await narrow.page.goto(shop + path)
    await save(narrow.page, name)
  }
  await narrow.context.close()
}

async function consoles(browser: Browser): Promise<void> {
  const { page, context } = await newVisitor(browser, desktop)
  for (const [name, origin] of [
    ['operator-console', operator.origin],
    ['admin-console', platform.origin('admin.dakkah.localhost')],
  ] as const) {
    await page.goto(origin)
    await page.getByRole('button', { name: 'Sign in' }).click()
    const menu = page.locator('a[role=menuitem]').first()
    const password = page.locator('input[name=password]')
    await menu.or(password).waitFor()
    if (await password.isVisible()) {
      await page.fill('input[name=email]', operator.email)
      await password.fill(operator.password)
      await page.click('button[type=submit]')
    }
    await menu.waitFor()
    await page.goto(`${origin}/`)
    await consoleContent(page)
    await save(page, name)
  }
  await context.close()
}
