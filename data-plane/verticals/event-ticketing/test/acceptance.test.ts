import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPlane, type TestPlane } from '../../../testing/plane.ts'
import { balance, inBalance } from '../../../testing/shop.ts'
import { buyTickets, eventOnSale, quotaDrift, refusal, ticketsOf, verticals } from './fixture.ts'

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane({}, verticals)
})
afterAll(() => plane?.stop())

describe('event-ticketing, acceptance', { retry: 0 }, () => {
  it('buys a ticket at once', async () => {
    const { types } = await eventOnSale(plane, {
      types: { normal: { amount: 10_000 } },
      quotas: { total: { size: 10, types: ['normal'] } },
    })
    const { order } = await buyTickets(plane, [{ ticket_type_id: types['normal']!, quantity: 2 }])
    expect(order.total).toEqual({ amount: 20_000, currency: 'SAR' })
    expect(await ticketsOf(plane, types['normal']!)).toEqual({ valid: 2 })
    expect(await quotaDrift(plane)).toBe(0)
    expect(await balance(plane)).toEqual(inBalance)
  })

  it('② add-on alone → 422 parent_ticket_required', async () => {
    const { types } = await eventOnSale(plane, {
      types: { normal: { amount: 10_000 }, workshop: { amount: 5000, kind: 'add_on', requires_parent: ['normal'] } },
      quotas: { total: { size: 10, types: ['normal'] }, workshop: { size: 3, types: ['workshop'] } },
    })
    expect((await refusal(buyTickets(plane, [{ ticket_type_id: types['workshop']! }]))).code).toBe('parent_ticket_required')
    const { order } = await buyTickets(plane, [{ ticket_type_id: types['normal']! }, { ticket_type_id: types['workshop']! }])
    expect(order.total.amount).toBe(15_000)
  })
})
