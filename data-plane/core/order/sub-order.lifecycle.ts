import { DomainError } from '@cityos/contract'
import { defineLifecycle } from '../../platform/lifecycle/lifecycle.ts'

/** Timer that completes a fulfilled part when its return window has passed. */
export const completeTimer = 'sub_order.complete'

/**
 * One vendor's part of an order (commerce.md, order):
 * placed → confirmed → accepted → preparing → partially_fulfilled → fulfilled → completed; placed → expired;
 * confirmed | accepted | preparing → cancelled. The order's own status follows from these, by a trigger. Where verticals
 * lead the lines, the part follows them (`follow_…`): nobody accepts or fulfils it as a whole.
 */
export const subOrderLifecycle = defineLifecycle({
  entity: 'sub_order',
  table: 'sub_order',
  states: ['placed', 'confirmed', 'accepted', 'preparing', 'partially_fulfilled', 'fulfilled', 'completed', 'cancelled', 'expired'],
  transitions: [
    { name: 'confirm', from: ['placed'], to: 'confirmed', by: ['system', 'staff'], event: 'order.sub_order.confirmed' },
    { name: 'expire', from: ['placed'], to: 'expired', by: ['system'], event: 'order.sub_order.expired' },
    { name: 'accept', from: ['confirmed'], to: 'accepted', by: ['vendor'], event: 'order.sub_order.accepted', guard: guardLed },
    { name: 'prepare', from: ['accepted'], to: 'preparing', by: ['vendor'], event: 'order.sub_order.preparing', guard: guardLed },
    {
      name: 'fulfil',
      from: ['accepted', 'preparing', 'partially_fulfilled'],
      to: 'fulfilled',
      by: ['vendor'],
      event: 'order.sub_order.fulfilled',
      guard: guardLed,
    },
    {
      name: 'fulfil_part',
      from: ['accepted', 'preparing', 'partially_fulfilled'],
      to: 'partially_fulfilled',
      by: ['vendor'],
      event: 'order.sub_order.partially_fulfilled',
      guard: guardLed,
    },
    {
      name: 'cancel',
      from: ['placed', 'confirmed', 'accepted', 'preparing'],
      to: 'cancelled',
      by: ['customer', 'guest', 'vendor', 'staff', 'system'],
      event: 'order.sub_order.cancelled',
      guard: (row, { ctx }) => guardCancel(row, ctx.actor.kind),
    },
    {
      name: 'end_rest',
      from: ['partially_fulfilled'],
      to: 'fulfilled',
      by: ['vendor', 'staff'],
      event: 'order.sub_order.rest_cancelled',
    },
    { name: 'follow_accept', from: ['confirmed'], to: 'accepted', by: ['system'], event: 'order.sub_order.accepted' },
    {
      name: 'follow_part',
      from: ['confirmed', 'accepted', 'preparing'],
      to: 'partially_fulfilled',
      by: ['system'],
      event: 'order.sub_order.partially_fulfilled',
    },
    {
      name: 'follow_fulfil',
      from: ['confirmed', 'accepted', 'preparing', 'partially_fulfilled'],
      to: 'fulfilled',
      by: ['system'],
      event: 'order.sub_order.fulfilled',
    },
    {
      name: 'follow_cancel',
      from: ['confirmed', 'accepted', 'preparing'],
      to: 'cancelled',
      by: ['system'],
      event: 'order.sub_order.cancelled',
    },
    { name: 'complete', from: ['fulfilled'], to: 'completed', by: ['system'], event: 'order.sub_order.completed' },
  ],
})

/**
 * Until the vendor has accepted the customer may cancel, and what its vertical leads as long as the vertical's own rules
 * allow; a vendor sees and cancels only what is confirmed.
 */
function guardCancel({ status, led_by: ledBy }: { status: string; led_by: string }, actor: string): void {
  const customer = actor === 'customer' || actor === 'guest'
  const open = ledBy === 'own' ? ['placed', 'confirmed', 'accepted'] : ['placed', 'confirmed']
  const refused = customer ? !open.includes(status) : actor === 'vendor' && status === 'placed'
  if (refused) throw new DomainError('invalid_transition', { details: { entity: 'sub_order', transition: 'cancel', status } })
}

/** What its vertical leads has its buttons there. */
function guardLed({ status, led_by: ledBy }: { status: string; led_by: string }): void {
  if (ledBy === 'own') throw new DomainError('invalid_transition', { details: { entity: 'sub_order', status, led_by: ledBy } })
}
