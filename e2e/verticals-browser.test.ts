import type { Tenant } from '@cityos/control-plane/contract'
import {
  getEvent,
  getKitchenOrder,
  getMyBooking,
  getMyFoodOrder,
  getMyOrder,
  getRating,
  listCheckinLists,
  listCheckins,
  verifyLedger,
} from '@cityos/data-plane/contract'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityProblems, expectNoSidewaysScroll, hasBrowser, launchBrowser, type Visitor } from './browser.ts'
import { minutesAfter, moveClock } from './clock.ts'
import { act } from './console-actions.ts'
import { eventually } from './eventually.ts'
import { customerIn, vendorIn } from './people.ts'
import { sharedPlatform } from './shared.ts'
import { adminOf, ensureTenant, hostOf } from './tenants.ts'

// What people do with the three verticals, each from the first page to the last, through the shop and the consoles.

const platform = sharedPlatform()
let browser: Browser
let tenant: Tenant
let shop: string
const visitors: Visitor[] = []

/** A weekday at one in the afternoon in Riyadh, when everything is open; days after it are later tests'. */
const noon = (() => {
  const day = new Date()
  day.setUTCDate(day.getUTCDate() + 1 + ((2 - (day.getUTCDay() + 1) + 7) % 7))
  day.setUTCHours(10, 0, 0, 0)
  return day
})()

describe.runIf(hasBrowser)('journeys', () => {
  beforeAll(async () => {
    tenant = await ensureTenant(platform, 'journeys')
    shop = platform.origin(hostOf(tenant))
    browser = await launchBrowser()
  })
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor.context.close()
  })
  afterAll(() => browser?.close())

  const customer = async () => keep(await customerIn(browser, platform, tenant))
  const vendor = async (handle: string) => keep(await vendorIn(browser, platform, tenant, handle))
  function keep<T extends { visitor: Visitor }>(person: T): T {
    visitors.push(person.visitor)
    return person
  }

  /** From the checkout page to the order's, with a card. */
  async function payByCard(page: Page, email: string): Promise<string> {
    await page.waitForURL(/\/checkout/)
    if ((await page.locator('input[name=email]').count()) > 0) await page.fill('input[name=email]', email)
    if ((await page.locator('input[name=phone]').count()) > 0) await page.fill('input[name=phone]', '+966501234567')
    if ((await page.locator('input[name=name]').count()) > 0) await page.fill('input[name=name]', 'Sara Al-Qahtani')
    await page.check('input[name=payment][value="sandbox:tok_ok"]')
    await page.locator('[data-pay]').first().click()
    await page.waitForURL(/\/orders\//)
    await expectNoSidewaysScroll(page)
    const number = /Order (\d{6,})/.exec((await page.locator('main').textContent()) ?? '')?.[1]
    expect(number, 'the confirmation names the order').toBeDefined()
    return number!
  }

  /** A dish to take away, in the basket, and on to the checkout. */
  async function orderFries(page: Page): Promise<void> {
    await page.goto(`${shop}/en/restaurant/olaya-burger-co?service=pickup`)
    await page.getByRole('link', { name: /Fries/ }).first().click()
    const dish = page.locator('form[action$="/basket"]').last()
    await dish.locator('button[data-primary]').waitFor()
    const added = page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().includes('/basket'))
    await dish.locator('button[data-primary]').click()
    expect((await added).status()).toBeLessThan(400)
    await page.goto(`${shop}/en/restaurant/olaya-burger-co/basket`)
    await page.locator('a[href$="/checkout"], button[data-primary]').first().click()
  }

  const noComplaints = async (...people: { visitor: Visitor }[]) => {
    for (const { visitor } of people) expect([...(await accessibilityProblems(visitor.page)), ...visitor.complaints]).toEqual([])
  }

  const booksBalance = async () => expect(await (await adminOf(platform, tenant))(verifyLedger)).toMatchObject({ balanced: true })

  test('a meal: order → accept → prepare → ready → picked up', async () => {
    await moveClock(platform, tenant, noon)
    const guest = await customer()
    const { page } = guest.visitor
    await orderFries(page)
    await payByCard(page, guest.email)
    await page.getByRole('link', { name: 'Follow it' }).first().click()
    await page.waitForURL(/\/account\/restaurant\//)
    const id = new URL(page.url()).pathname.split('/').at(-1)!
    const kitchen = await vendor('olaya-burger-co')
    const status = async () => (await kitchen.client(getKitchenOrder, { params: { id } })).status
    await kitchen.visitor.page.goto(`${kitchen.origin}/#/restaurant-orders/${id}/show`)
    for (const [button, state] of [
      [/^Accept/, 'accepted'],
      [/^(Prepare|Start)/, 'preparing'],
      [/^(Ready|Mark ready)/, 'ready'],
      [/^(Pick|Hand|Picked)/, 'picked_up'],
    ] as const) {
      await act(kitchen.visitor.page, button)
      await eventually(async () => (await status()) === state, `the meal is ${state}`)
    }
    expect((await guest.client(getMyFoodOrder, { params: { id } })).status).toBe('picked_up')
    await page.reload()
    await noComplaints(guest, kitchen)
    await booksBalance()
  })

  test('a meal nobody accepts in time is taken back, and the card is let go', async () => {
    await moveClock(platform, tenant, minutesAfter(noon, 60))
    const guest = await customer()
    const { page } = guest.visitor
    await orderFries(page)
    const number = await payByCard(page, guest.email)
    await page.getByRole('link', { name: 'Follow it' }).first().click()
    await page.waitForURL(/\/account\/restaurant\//)
    const id = new URL(page.url()).pathname.split('/').at(-1)!
    const kitchen = await vendor('olaya-burger-co')
    const { accept_by: acceptBy } = await kitchen.client(getKitchenOrder, { params: { id } })
    await moveClock(platform, tenant, minutesAfter(acceptBy!, 1))
    await eventually(async () => (await guest.client(getMyFoodOrder, { params: { id } })).status === 'auto_rejected', 'it is taken back')
    const order = await guest.client(getMyOrder, { params: { no: number } })
    expect(order.payments.map((payment) => [payment.status, payment.captured.amount])).toEqual([['voided', 0]])
    await page.reload()
    expect(await page.locator('main').textContent()).toMatch(/did not (accept|answer)|not accepted/i)
    await noComplaints(guest)
    await booksBalance()
  })

  test('a booking: asked for → confirmed → checked in → completed → reviewed', async () => {
    await moveClock(platform, tenant, minutesAfter(noon, 120))
    const guest = await customer()
    const { page } = guest.visitor
    await page.goto(`${shop}/en/booking/photography-studio-kafd`)
    await page.locator('a[href*="/book?start="]').first().click()
    await page.waitForURL(/\/book\?start=/)
    await page.fill('input[name=name]', 'Sara Al-Qahtani')
    for (const answer of await page.locator('[name^="answer."]').all()) {
      const kind = await answer.evaluate((field) => (field as unknown as { type: string }).type)
      if (kind === 'checkbox') await answer.check()
      else if (kind === 'select-one') await answer.selectOption({ index: 1 })
      else await answer.fill('A portrait of two')
    }
    await page.locator('button[type=submit][value=pay]').click()
    await payByCard(page, guest.email)
    await page.getByRole('link', { name: 'Open the booking' }).first().click()
    await page.waitForURL(/\/account\/booking\//)
    const id = new URL(page.url()).pathname.split('/').at(-1)!
    const booking = () => guest.client(getMyBooking, { params: { id } })
    const is = (status: string) => eventually(async () => (await booking()).status === status, `the booking is ${status}`)
    expect((await booking()).status).toBe('pending_confirmation')
    const studio = await vendor('kafd-studio')
    const record = `${studio.origin}/#/bookings/${id}/show`
    await studio.visitor.page.goto(record)
    await act(studio.visitor.page, 'Confirm')
    await is('confirmed')
    await noComplaints(studio)
    const { start, offering } = await booking()
    await moveClock(platform, tenant, minutesAfter(start, -10))
    // their session of half a day has run out meanwhile
    const later = await vendor('kafd-studio')
    await later.visitor.page.goto(record)
    for (const [button, status] of [
      ['Check in', 'checked_in'],
      ['Start', 'in_progress'],
      ['Complete', 'completed'],
    ] as const) {
      await act(later.visitor.page, button)
      await is(status)
    }
    await page.reload()
    await noComplaints(guest, later)
    await page.locator('a[href*="/reviews/"]').first().click()
    await page.locator('label:has(input[name=rating][value="5"])').click()
    await page.fill('textarea[name=text]', 'Good light, kind people.')
    await page.locator('form[action*="/reviews/"] button[data-primary]').click()
    await page.getByText('Good light, kind people.').first().waitFor()
    expect(await platform.client(hostOf(tenant))(getRating, { params: { type: 'service_offering', id: offering.id } })).toMatchObject({
      count: 1,
    })
    await later.visitor.page.goto(`${later.origin}/#/reviews`)
    await later.visitor.page.getByRole('button', { name: 'Reply' }).first().click()
    const reply = later.visitor.page.getByRole('dialog')
    await reply.locator('textarea').first().fill('Come again soon, Sara.')
    await reply.getByRole('button', { name: 'Reply' }).click()
    await reply.waitFor({ state: 'detached' })
    await page.goto(`${shop}/en/booking/photography-studio-kafd`)
    await page.getByText('Come again soon, Sara.').waitFor()
    await noComplaints(guest, later)
    await booksBalance()
  })

  test('an event: seats chosen → paid → ticket with its code → let in once, a second scan is refused', async () => {
    const concert = await platform.client(hostOf(tenant))(getEvent, { params: { handle: 'winter-boulevard-concert' } })
    await moveClock(platform, tenant, minutesAfter(concert.starts_at, -24 * 60))
    const guest = await customer()
    const { page } = guest.visitor
    await page.goto(`${shop}/en/event-ticketing/winter-boulevard-concert`)
    await page.selectOption('#best-category', 'gold')
    await page.getByRole('button', { name: 'Find seats' }).click()
    await page.getByRole('button', { name: /^Take them for/ }).click()
    const number = await payByCard(page, guest.email)
    await page.getByRole('link', { name: 'Show the tickets' }).first().click()
    await page.waitForURL(/of-order/)
    const tickets = page.locator('[data-ticket]')
    expect(await tickets.count()).toBe(2)
    const picture = tickets.first().locator('img.qr')
    expect(await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBeGreaterThan(100)
    const code = ((await tickets.first().locator('.qr-ground bdi').textContent()) ?? '').trim()
    expect(code.length).toBeGreaterThan(5)
    await noComplaints(guest)
    await moveClock(platform, tenant, minutesAfter(concert.starts_at, -45))
    const door = await vendor('kafd-events')
    const { items: lists } = await door.client(listCheckinLists, { query: { limit: 50 } })
    const list = lists.find((each) => each.event.id === concert.id)!
    const { page: scanner } = door.visitor
    await scanner.goto(`${door.origin}/#/scan/${list.id}`)
    const type = async () => {
      await scanner.locator('form input').first().fill(code)
      await scanner.locator('form input').first().press('Enter')
    }
    await type()
    await scanner
      .getByText(/Welcome|Let in|May go in|Valid/i)
      .first()
      .waitFor()
    await type()
    await scanner
      .getByText(/already|Was here|used/i)
      .first()
      .waitFor()
    const { items: entered } = await door.client(listCheckins, { params: { id: list.id }, query: {} })
    expect(entered.map((row) => row.result).sort()).toEqual(['already_used', 'ok'])
    expect((await guest.client(getMyOrder, { params: { no: number } })).payment_status).toBe('paid')
    await noComplaints(door)
    await booksBalance()
  })
})
