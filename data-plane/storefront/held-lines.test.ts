import { createElement } from 'react'
import { describe, expect, it } from 'vitest'
import { get } from './router.ts'
import { problemsOf } from './testing/page-checks.ts'
import { sampleCart, sampleId, sampleOrder, sar } from './testing/sample-data.ts'
import { startSampleServer } from './testing/sample-server.ts'
import type { VerticalStorefront } from './vertical-storefront.ts'
import { page } from './visit.ts'

const cookie = `cart=${sampleId('cart', 1)}.secret`
const headers = { host: 'souq.localhost:8080', cookie }

const laundry: VerticalStorefront = {
  name: 'laundry',
  title: { en: 'Laundry' },
  icon: 'clock',
  mine: { en: 'My washing' },
  open: { en: 'Open the washing' },
  routes: [get('/laundry', () => page('Laundry', createElement('h1', null, 'Laundry')))],
  ownPath: ({ entitlement }, { token, href }) => href(`/account/laundry/${entitlement.id}`, { token }),
  lineHelp: (line, visit) => (line.error ? { problem: 'Say which wash.', href: visit.href('/laundry'), label: 'Choose the wash' } : null),
}

/** A cart with one line that is held (or was), made of parts, half of it paid later. */
function cartWith(state: 'held' | 'expired', locale: 'en' | 'ar' = 'en') {
  const [line] = sampleCart(locale).lines
  if (!line) throw new Error('the sample cart is empty')
  return sampleCart(locale, {
    requires_shipping: false,
    lines: [
      {
        ...line,
        kind: 'laundry.load',
        vertical: 'laundry',
        quantity: 1,
        delivery: 'none',
        hold: { expires_at: '2026-11-22T12:09:41.000Z', state },
        deposit: sar(2000),
        total: sar(9000),
        parts: [
          { kind: 'item', title: 'Two shirts', quantity: 2, amount: sar(8000) },
          { kind: 'fee', title: '', quantity: 1, amount: sar(1000) },
        ],
        error: state === 'expired' ? { code: 'hold_expired', message: 'Too late.' } : null,
      },
    ],
    totals: { subtotal: sar(9000), shipping: sar(0), discount: sar(0), tax: sar(1174), total: sar(9000), due_now: sar(2000) },
  })
}

const start = async (state: 'held' | 'expired') => {
  const server = await startSampleServer({ tenant: { verticals: ['catalogue', 'laundry'] }, verticals: [laundry] })
  server.answer('store.cart.get', (_, locale) => cartWith(state, locale === 'ar' ? 'ar' : 'en'))
  return server
}

describe('a held line', () => {
  it.each(['en', 'ar'] as const)('says how long it stays, what it is made of and what is due now, in %s', async (locale) => {
    const server = await start('held')
    const { body } = await server.app.inject({ method: 'GET', url: `/${locale}/cart`, headers })
    expect(problemsOf(body, locale)).toEqual([])
    expect(body).toContain('data-held="581000"')
    expect(body).toContain('9:41')
    if (locale === 'en') {
      expect(body).toContain('Two shirts')
      expect(body).toContain('Service fee')
      expect(body).toContain('SAR\u00a020.00 now, SAR\u00a070.00 later')
      expect(body).toContain('To pay now')
    }
    await server.app.close()
  })

  it('is paid with what is due now; nothing is asked about delivery', async () => {
    const server = await start('held')
    const { body } = await server.app.inject({ method: 'GET', url: '/en/checkout', headers })
    expect(problemsOf(body, 'en')).toEqual([])
    expect(body).toContain('Pay SAR\u00a020.00')
    expect(body).toContain('name="name"')
    expect(body).not.toContain('name="line1"')
    expect(body).toContain('data-held=')
    await server.app.close()
  })

  it('can be held again when the time has run out', async () => {
    const server = await start('expired')
    const { body } = await server.app.inject({ method: 'GET', url: '/en/cart', headers })
    expect(problemsOf(body, 'en')).toEqual([])
    expect(body).toContain('The time ended')
    const action = /action="(\/en\/cart\/lines\/[^"]+\/hold)"/.exec(body)?.[1] ?? ''
    server.answer('store.cart.line.hold', () => cartWith('held'))
    const again = await server.app.inject({
      method: 'POST',
      url: action,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      payload: '',
    })
    expect([again.statusCode, again.headers.location]).toEqual([303, '/en/cart'])
    expect(server.calls.some((call) => call.id === 'store.cart.line.hold')).toBe(true)
    await server.app.close()
  })

  it('says in its vertical’s words what is wrong and where it is put right', async () => {
    const server = await start('held')
    server.answer('store.cart.get', () => {
      const cart = cartWith('held')
      return {
        ...cart,
        lines: cart.lines.map((line) => ({ ...line, error: { code: 'validation_failed', message: 'This breaks a rule.' } })),
      }
    })
    const { body } = await server.app.inject({ method: 'GET', url: '/en/cart', headers })
    expect(body).toContain('Say which wash.')
    expect(body).not.toContain('This breaks a rule.')
    expect(body).toContain('href="/en/laundry">Choose the wash')
    await server.app.close()
  })
})

describe('an order of several kinds', () => {
  it('leads to what each line became, with a guest’s token, and shows each charge', async () => {
    const server = await start('held')
    server.answer('store.order.get', (_, locale) => {
      const order = sampleOrder(locale)
      const payment = (capture_mode: string, amount: number, captured: number, status: string) => ({
        id: sampleId('pay', amount),
        vendor_id: order.sub_orders[0]?.vendor.id ?? '',
        provider: 'sandbox',
        method: 'sandbox',
        capture_mode,
        status,
        amount: sar(amount),
        authorized: sar(amount),
        captured: sar(captured),
        refunded: sar(0),
      })
      return {
        ...order,
        payments: [payment('deposit', 9000, 2000, 'partially_captured'), payment('on_accept', 5000, 0, 'authorized')],
        sub_orders: order.sub_orders.map((part, index) => ({
          ...part,
          lines: part.lines.map((line) =>
            index === 0 ? { ...line, vertical: 'laundry', entitlement: { type: 'wash', id: 'wsh_1' } } : line,
          ),
        })),
      }
    })
    const { body } = await server.app.inject({ method: 'GET', url: '/en/orders/D-1042?token=guest', headers })
    expect(problemsOf(body, 'en')).toEqual([])
    expect(body).toContain('href="/en/account/laundry/wsh_1?token=guest"')
    expect(body).toContain('Charged when the vendor accepts')
    expect(body).toContain('SAR\u00a020.00')
    expect(body).toContain('of SAR\u00a090.00')
    await server.app.close()
  })
})
