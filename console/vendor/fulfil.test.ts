import { fulfilVendorOrder, type VendorOrder } from '@cityos/data-plane/contract'
import { describe, expect, it } from 'vitest'
import { handoverFailure, handoverLines } from './fulfil.ts'
import { boardFilter } from './order-filter.ts'
import { roleSees } from './vendor-session.ts'

const order = {
  lines: [
    { id: 'a', quantity_open: 3 },
    { id: 'b', quantity_open: 1 },
    { id: 'done', quantity_open: 0 },
  ],
} as VendorOrder

describe('handing over', () => {
  it('everything: no lines are sent, the server takes its own count', () => {
    expect(handoverLines(order, {})).toBeUndefined()
    expect(handoverFailure(order, {})).toBeNull()
  })

  it('in part: only lines with units, in the shape the endpoint declares', () => {
    const lines = handoverLines(order, { a: 2, b: 0 })
    expect(lines).toEqual([{ line_id: 'a', quantity: 2 }])
    expect(fulfilVendorOrder.body.safeParse({ lines }).success).toBe(true)
  })

  it('more than open, nothing at all, or half a unit: said before it is sent', () => {
    expect(handoverFailure(order, { a: 4 })).toBe('error.quantity_exceeds_open')
    expect(handoverFailure(order, { a: 0, b: 0 })).toBe('vendor.nothing_to_hand_over')
    expect(handoverFailure(order, { a: 1.5 })).toBe('vendor.whole_units')
  })
})

describe('the order board', () => {
  it('takes its filter from the address and ignores what it does not know', () => {
    const search = (filter: unknown) => `?filter=${encodeURIComponent(JSON.stringify(filter))}`
    expect(boardFilter(search({ status: 'preparing' }))).toEqual({ status: 'preparing' })
    expect(boardFilter(search({ late: true }))).toEqual({ late: true })
    expect(boardFilter(search({ status: 'nonsense' }))).toEqual({})
    expect(boardFilter('')).toEqual({})
  })

  it('shows a courier orders only, and the team to owners and managers', () => {
    expect(['orders', 'products', 'stock', 'team'].filter((resource) => roleSees('courier', resource))).toEqual(['orders'])
    expect(roleSees('staff', 'team')).toBe(false)
    expect(roleSees('manager', 'team')).toBe(true)
    expect(roleSees('unknown', 'orders')).toBe(false)
  })
})
