import type { Page } from 'playwright-core'

/** Presses a button of a console's record, and the one of the dialog where the console asks once more before it sends anything. */
export async function act(page: Page, name: string | RegExp): Promise<void> {
  const dialog = page.getByRole('dialog')
  const sent = page.waitForRequest((request) => request.method() !== 'GET').then(() => false)
  const pressed = page
    .getByRole('button', { name, exact: typeof name === 'string' })
    .first()
    .click()
  const opened = pressed.then(() => dialog.waitFor()).then(() => true)
  const isAsked = await Promise.race([sent, opened])
  if (isAsked) await dialog.getByRole('button', { name }).last().click()
}
