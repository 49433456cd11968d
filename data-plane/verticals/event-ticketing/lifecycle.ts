import { DomainError } from '@cityos/contract'
import { defineLifecycle } from '../../platform/lifecycle/lifecycle.ts'
import { EventStatus, TicketStatus } from './shapes.ts'

const preFinished = ['draft', 'submitted', 'approved', 'on_sale', 'sold_out', 'closed', 'postponed'] as const

/**
 * docs/spec/event-ticketing.md, States. Two ways the spec leaves open: `return` sends a submitted event back with a
 * reason, and `resume` goes on with a postponed one, which would have no way out but cancelling otherwise.
 */
export const eventLifecycle = defineLifecycle({
  entity: 'event',
  table: 'event_event',
  states: EventStatus.options,
  transitions: [
    { name: 'submit', from: ['draft'], to: 'submitted', by: ['vendor'], event: 'event.event.submitted' },
    { name: 'return', from: ['submitted'], to: 'draft', by: ['staff'], event: 'event.event.returned' },
    { name: 'approve', from: ['submitted'], to: 'approved', by: ['staff', 'system'], event: 'event.event.approved' },
    {
      name: 'start-sale',
      from: ['approved'],
      to: 'on_sale',
      by: ['vendor', 'system'],
      event: 'event.event.on_sale',
      guard: (row) => {
        if (row.sales_frozen_at) throw new DomainError('invalid_transition', { details: { reason: 'sales_frozen' } })
      },
    },
    { name: 'sell-out', from: ['on_sale'], to: 'sold_out', by: ['system'], event: 'event.event.sold_out' },
    { name: 'reopen', from: ['sold_out'], to: 'on_sale', by: ['system'], event: 'event.event.reopened' },
    { name: 'close', from: ['on_sale', 'sold_out'], to: 'closed', by: ['system'], event: 'event.event.closed' },
    { name: 'finish', from: ['closed', 'postponed'], to: 'finished', by: ['system'], event: 'event.event.finished' },
    {
      name: 'postpone',
      from: preFinished.filter((state) => state !== 'draft'),
      to: 'postponed',
      by: ['vendor', 'staff'],
      event: 'event.event.postponed',
    },
    { name: 'resume', from: ['postponed'], to: 'on_sale', by: ['vendor'], event: 'event.event.resumed' },
    { name: 'cancel', from: preFinished, to: 'cancelled', by: ['vendor', 'staff'], event: 'event.event.cancelled' },
  ],
})

/**
 * `pending` from the cart until the order is confirmed; a hold that ends deletes the row. A transferred ticket is dead:
 * its successor is a row of its own with a secret of its own.
 */
export const ticketLifecycle = defineLifecycle({
  entity: 'ticket',
  table: 'event_ticket',
  states: TicketStatus.options,
  transitions: [
    { name: 'issue', from: ['pending'], to: 'valid', by: ['system', 'customer', 'guest', 'staff'], event: 'event.ticket.issued' },
    { name: 'check-in', from: ['valid', 'checked_in'], to: 'checked_in', by: ['vendor'], event: 'event.ticket.checked_in' },
    {
      name: 'transfer',
      from: ['valid'],
      to: 'transferred',
      by: ['customer'],
      event: 'event.ticket.transferred',
      guard: (row) => {
        if (row.entries > 0) throw new DomainError('transfer_not_allowed', { details: { reason: 'used' } })
      },
    },
    {
      name: 'refund',
      from: ['valid', 'checked_in', 'blocked', 'expired'],
      to: 'refunded',
      by: ['customer', 'guest', 'vendor', 'staff', 'system'],
      event: 'event.ticket.refunded',
      guard: (row, { ctx }) => {
        const self = ctx.actor.kind === 'customer' || ctx.actor.kind === 'guest'
        if (self && (row.status !== 'valid' || row.entries > 0))
          throw new DomainError('cancellation_not_allowed', { details: { status: row.status } })
      },
    },
    {
      name: 'cancel',
      from: ['valid'],
      to: 'cancelled',
      by: ['system', 'staff', 'vendor', 'customer', 'guest'],
      event: 'event.ticket.cancelled',
    },
    { name: 'block', from: ['valid'], to: 'blocked', by: ['staff'], event: 'event.ticket.blocked' },
    { name: 'unblock', from: ['blocked'], to: 'valid', by: ['staff'], event: 'event.ticket.unblocked' },
    { name: 'expire', from: ['valid'], to: 'expired', by: ['system'], event: 'event.ticket.expired' },
  ],
})

export const waitingLifecycle = defineLifecycle({
  entity: 'waiting_list_entry',
  table: 'event_waiting_entry',
  states: ['waiting', 'offered', 'redeemed', 'expired', 'left'],
  transitions: [
    { name: 'offer', from: ['waiting'], to: 'offered', by: ['system'], event: 'event.waiting_list_entry.offered' },
    {
      name: 'redeem',
      from: ['offered'],
      to: 'redeemed',
      by: ['system', 'customer', 'guest', 'staff'],
      event: 'event.waiting_list_entry.redeemed',
    },
    { name: 'expire', from: ['waiting', 'offered'], to: 'expired', by: ['system'], event: 'event.waiting_list_entry.expired' },
    { name: 'leave', from: ['waiting', 'offered'], to: 'left', by: ['customer', 'guest'], event: 'event.waiting_list_entry.left' },
  ],
})
