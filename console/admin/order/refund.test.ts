import type { AdminOrder } from '@cityos/data-plane/contract'
import { refundOrder } from '@cityos/data-plane/contract'
import { describe, expect, it } from 'vitest'
import { lineLeft, refundFailure, refundRequest, refundTotal } from './refund.ts'

const sar = (amount: number) => ({ amount, currency: 'SAR' })
const part = {
  id: 'sub_1',
  lines: [
    { id: 'a', total: sar(10_000), refunded: sar(4000) },
    { id: 'b', total: sar(2500), refunded: sar(0) },
  ],
} as AdminOrder['sub_orders'][number]
const order = { currency: 'SAR', refundable: [{ sub_order_id: 'sub_1', amount: sar(10_000), shipping: sar(1500) }] } as AdminOrder
const draft = { whole: false, lines: {}, shipping: null, reason: 'broken' }

describe('refund preview', () => {
  it('everything that is left is what the server says, not what the page adds up', () => {
    expect(refundTotal(order, part, { ...draft, whole: true })).toBe(10_000)
  })

  it('part by part: the sum of the lines and shipping', () => {
    expect(refundTotal(order, part, { ...draft, lines: { a: sar(1000), b: null }, shipping: sar(500) })).toBe(1500)
  })

  it('a line gives back at most what it has not given yet', () => {
    expect(lineLeft(part.lines[0] as never)).toBe(6000)
    expect(refundFailure(order, part, { ...draft, lines: { a: sar(6001) } })).toBe('refund.too_much')
    expect(refundFailure(order, part, { ...draft, lines: { a: sar(6000) } })).toBeNull()
  })

  it('wants an amount, no more shipping than was paid, and a reason', () => {
    expect(refundFailure(order, part, draft)).toBe('refund.nothing')
    expect(refundFailure(order, part, { ...draft, shipping: sar(1501) })).toBe('refund.too_much')
    expect(refundFailure(order, part, { ...draft, whole: true, reason: ' ' })).toBe('error.reason_required')
  })

  it('sends only lines with an amount, in the shape the endpoint declares', () => {
    const body = refundRequest(part, { ...draft, lines: { a: sar(1000), b: sar(0) }, reason: ' broken ' })
    expect(body).toEqual({ sub_order_id: 'sub_1', reason: 'broken', lines: [{ line_id: 'a', amount: sar(1000) }] })
    expect(refundOrder.body.safeParse(body).success).toBe(true)
    expect(refundRequest(part, { ...draft, whole: true })).toEqual({ sub_order_id: 'sub_1', reason: 'broken' })
  })
})
