import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { findBrowser } from '@cityos/cli/test-requirements'
import type { AxeResults } from 'axe-core'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** False on a machine without a browser: the suites that need one are skipped, and `./cityos test` has said what to install. */
export const hasBrowser = findBrowser() !== null

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findBrowser()!, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

export const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
export const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 900 } }

/** A visitor with an own cookie jar; what the pages complain about is collected. */
export interface Visitor {
  page: Page
  context: BrowserContext
  /** Console errors, exceptions and failed requests of this origin so far. */
  complaints: string[]
}

export async function newVisitor(browser: Browser, options: BrowserContextOptions = desktop): Promise<Visitor> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    // A failed request has its own line below, with its address.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(`${page.url()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
  page.on('response', (response) => {
    const asksWhoIsThere = response.status() === 401 && /\/auth\/session$|\/vendor\/me$/.test(new URL(response.url()).pathname)
    if (response.status() >= 400 && !response.request().isNavigationRequest() && !asksWhoIsThere) {
      complaints.push(`${page.url()}: ${response.url()} answered ${response.status()}`)
    }
  })
  return { page, context, complaints }
}

/** What breaks the rules of WCAG 2.2 A and AA on the page as it is now; must be empty. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // By the protocol, not a script tag: the pages' own security policy would rightly refuse that.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe)
  // Naming every element that keeps the rules takes most of the time, so only those that break one are.
  const violations = (await page.evaluate(`axe.run(document, {
    runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
    resultTypes: ['violations'],
  }).then((results) => results.violations)`)) as AxeResults['violations']
  return violations.map((rule) => {
    const where = rule.nodes.map((node) => node.target.join(' ')).slice(0, 3)
    return `${page.url()}: ${rule.id}: ${where.join(' | ')}`
  })
}

/** Nothing hangs over the side at this width. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [content, window] = (await page.evaluate('[document.documentElement.scrollWidth, document.documentElement.clientWidth]')) as [
    number,
    number,
  ]
  expect(content, `${page.url()} is ${content} px wide in a window of ${window}`).toBeLessThanOrEqual(window)
}

/** Waits until a console's page shows its content: text, and nothing that says "loading" (a bar with a value says how full something is). */
export async function consoleContent(page: Page): Promise<void> {
  await eventually(
    () =>
      page.evaluate(`(() => {
        const content = document.querySelector('#main-content')
        return content !== null && content.textContent.trim().length > 15 && content.querySelector('[role=progressbar]:not([aria-valuenow]), .MuiSkeleton-root') === null
      })()`),
    `${page.url()} shows its content`,
  )
}
