import { readOperator } from '@cityos/cli/data-directory'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { accessibilityProblems, consoleContent, expectNoSidewaysScroll, type Visitor } from './browser.ts'
import type { Platform } from './platform.ts'

/** Signs the local operator in through the sign-in page; ends on the console that sent the browser there. */
export async function signInStaff(platform: Platform, page: Page, origin: string): Promise<void> {
  await page.goto(origin)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(/oauth/)
  const operator = readOperator(platform.data)
  await page.fill('input[name=email]', operator.email)
  await page.fill('input[name=password]', operator.password)
  await page.click('button[type=submit]')
  await page.waitForURL((url) => url.origin === origin && !url.pathname.startsWith('/oauth'))
  await page.locator('a[role=menuitem]').first().waitFor({ state: 'attached' })
}

/** Visits pages of a console: each loads, fits, is accessible and complains about nothing. */
export async function visitPages(visitor: Visitor, links: (string | null)[]): Promise<void> {
  const problems: string[] = []
  for (const link of links) {
    if (!link) continue
    await visitor.page.goto(new URL(link, visitor.page.url()).href)
    await consoleContent(visitor.page)
    await visitor.page.waitForLoadState('networkidle')
    await expectNoSidewaysScroll(visitor.page)
    problems.push(...(await accessibilityProblems(visitor.page)))
  }
  expect([...problems, ...visitor.complaints]).toEqual([])
}
