import { describe, expect, it } from 'vitest'
import type { Quote } from '../vertical/purchasable.ts'
import { type LineToPrice, methodsFor, priceCart, quantityError, type Rate } from './pricing.ts'

const quote = (over: Partial<Quote> = {}): Quote => ({
  vertical: 'catalogue',
  vendor: { id: 'ven_a', handle: 'a', name: { en: 'A' } },
  title: { en: 'Thobe' },
  subtitle: null,
  sku: null,
  picture: null,
  path: null,
  currency: 'SAR',
  unitAmount: 11_500,
  compareAtAmount: null,
  taxClass: 'standard',
  taxBps: 1500,
  captureMode: 'now',
  delivery: 'shipping',
  weightGrams: 0,
  quantity: { min: 1, max: null, step: 1, available: 10 },
  resourceId: 'stock_1',
  reference: { type: 'variant', id: 'var_1' },
  withdrawalExemptReason: null,
  cancellationTiers: null,
  startsAt: null,
  categoryIds: [],
  parts: [],
  depositAmount: null,
  cashAccepted: true,
  ...over,
})
const now = new Date('2026-11-22T12:00:00Z')
const line = (id: string, quantity: number): LineToPrice => ({
  id,
  kind: 'catalogue.product',
  choice: {},
  quantity,
  addedAmount: 0,
  heldUntil: null,
})
const rate: Rate = {
  id: 'rate_1',
  vendorId: null,
  name: { en: 'Standard' },
  amount: 2000,
  freeAboveAmount: 30_000,
  taxBps: 1500,
  minDays: 1,
  maxDays: 3,
}

describe('the price of a cart', () => {
  it('A5: prices include VAT; 115.00 has 15.00 inside, shipping too', () => {
    const cart = priceCart('SAR', [line('a', 2)], [{ ok: true, quote: quote() }], [rate], {}, now)
    expect(cart).toMatchObject({ subtotalAmount: 23_000, shippingAmount: 2000, totalAmount: 25_000, taxAmount: 3000 + 261 })
  })

  it('ships free from the threshold on, per vendor', () => {
    const other = quote({ vendor: { id: 'ven_b', handle: 'b', name: { en: 'B' } }, resourceId: 'stock_2' })
    const cart = priceCart(
      'SAR',
      [line('a', 3), line('b', 1)],
      [
        { ok: true, quote: quote() },
        { ok: true, quote: other },
      ],
      [rate],
      {},
      now,
    )
    expect(cart.vendors.map((vendor) => vendor.shipping?.amount)).toEqual([0, 2000])
  })

  it('a vendor with own rates does not offer those of the house; the choice counts', () => {
    const own: Rate[] = [
      { ...rate, id: 'own_1', vendorId: 'ven_a', amount: 1000, freeAboveAmount: null },
      { ...rate, id: 'own_2', vendorId: 'ven_a', amount: 4500, freeAboveAmount: null },
    ]
    const cart = priceCart('SAR', [line('a', 1)], [{ ok: true, quote: quote() }], [rate, ...own], { ven_a: 'own_2' }, now)
    expect(cart.vendors[0]!.options.map((option) => option.id)).toEqual(['own_1', 'own_2'])
    expect(cart.shippingAmount).toBe(4500)
  })

  it('two lines that share a resource share what is available (medusa#16502)', () => {
    const answers = [
      { ok: true as const, quote: quote() },
      { ok: true as const, quote: quote() },
    ]
    const fine = priceCart('SAR', [line('a', 5), line('b', 5)], answers, [rate], {}, now)
    expect(fine.lines.map((priced) => priced.error)).toEqual([null, null])
    const tooMany = priceCart('SAR', [line('a', 5), line('b', 6)], answers, [rate], {}, now)
    expect(tooMany.lines.map((priced) => priced.error?.code)).toEqual(['insufficient_stock', 'insufficient_stock'])
  })

  it('what is gone costs nothing and says so', () => {
    const cart = priceCart('SAR', [line('a', 1)], [{ ok: false, code: 'unavailable', title: { en: 'Gone' } }], [rate], {}, now)
    expect(cart.totalAmount).toBe(0)
    expect(cart.lines[0]!.error).toEqual({ code: 'unavailable' })
  })

  it('what is not shipped costs no shipping', () => {
    const cart = priceCart('SAR', [line('a', 1)], [{ ok: true, quote: quote({ delivery: 'digital' }) }], [rate], {}, now)
    expect(cart).toMatchObject({ shippingAmount: 0, requiresShipping: false })
  })
})

describe('what verticals add to a price', () => {
  const part = (kind: 'item' | 'tip' | 'fee', amount: number, taxBps: number, commissionable: boolean) => ({
    kind,
    title: { en: kind },
    quantity: 1,
    amount,
    taxBps,
    commissionable,
  })
  const priced = (over: Partial<Quote>, quantity = 1, heldUntil: Date | null = null) =>
    priceCart('SAR', [{ ...line('a', quantity), heldUntil }], [{ ok: true, quote: quote({ delivery: 'none', ...over }) }], [], {}, now)

  it('parts have their own VAT, and commission only where it is due', () => {
    const parts = [part('item', 11_500, 1500, true), part('fee', 1150, 1500, false), part('tip', 500, 0, false)]
    const cart = priced({ unitAmount: 13_150, parts }, 2)
    expect(cart.lines[0]).toMatchObject({ totalAmount: 26_300, taxAmount: 3300, commissionableAmount: 23_000 })
  })

  it('a deposit is due now, the rest later; what is deferred is not due at all', () => {
    expect(priced({ captureMode: 'deposit', depositAmount: 3000 }, 2)).toMatchObject({ totalAmount: 23_000, dueNowAmount: 6000 })
    expect(priced({ captureMode: 'deferred' }).dueNowAmount).toBe(0)
    expect(priced({}).dueNowAmount).toBe(11_500)
  })

  it('what a line holds is its own: sold out for others is no error, a hold that ran out is', () => {
    const soldOut = { quantity: { min: 1, max: null, step: 1, available: 0 } }
    const until = (milliseconds: number) => new Date(now.getTime() + milliseconds)
    expect(priced(soldOut, 1, until(1)).lines[0]!.error).toBeNull()
    expect(priced(soldOut, 1, until(0)).lines[0]!.error?.code).toBe('hold_expired')
    expect(priced(soldOut).lines[0]!.error?.code).toBe('insufficient_stock')
  })

  it('what is blocked is priced and says why', () => {
    const cart = priced({ blocked: { code: 'minimum_order_not_met', details: { missing_amount: 700 } } })
    expect([cart.totalAmount, cart.lines[0]!.error?.code]).toEqual([11_500, 'minimum_order_not_met'])
  })

  it('cash only where every line takes it; nothing to pay asks for nothing', () => {
    const offered = ['sandbox', 'cash_on_delivery', 'bank_transfer'] as const
    expect(methodsFor(priced({}), offered)).toEqual(offered)
    expect(methodsFor(priced({ cashAccepted: false }), offered)).toEqual(['sandbox', 'bank_transfer'])
    expect(methodsFor(priced({ unitAmount: 0 }), offered)).toEqual(['none'])
  })
})

describe('quantity rules', () => {
  const rules = { min: 2, max: 8, step: 2, available: 6 }
  it.each([
    [1, 'quantity_below_min'],
    [10, 'quantity_above_max'],
    [3, 'quantity_step'],
    [8, 'insufficient_stock'],
    [4, undefined],
  ])('%i of min 2, max 8, step 2, 6 left → %s', (quantity, code) => {
    expect(quantityError(quantity, rules, quantity)?.code).toBe(code)
  })
})
