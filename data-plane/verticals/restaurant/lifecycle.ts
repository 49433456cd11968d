import { DomainError } from '@cityos/contract'
import { defineLifecycle } from '../../platform/lifecycle/lifecycle.ts'
import { FoodOrderStatus } from './food-order.contract.ts'
import { TableReservationStatus } from './table.contract.ts'
import { RestaurantStatus } from './venue.contract.ts'

/** docs/spec/restaurant.md, States. `held` is a claim at checkout that is not paid yet. */
export const foodOrderLifecycle = defineLifecycle({
  entity: 'food_order',
  table: 'restaurant_food_order',
  states: ['held', ...FoodOrderStatus.options],
  transitions: [
    { name: 'place', from: ['held'], to: 'placed', by: ['system', 'customer', 'guest', 'staff'], event: 'restaurant.food_order.placed' },
    { name: 'accept', from: ['placed'], to: 'accepted', by: ['vendor', 'system'], event: 'restaurant.food_order.accepted' },
    { name: 'reject', from: ['placed'], to: 'rejected', by: ['vendor'], event: 'restaurant.food_order.rejected' },
    { name: 'auto-reject', from: ['placed'], to: 'auto_rejected', by: ['system'], event: 'restaurant.food_order.auto_rejected' },
    { name: 'prepare', from: ['accepted'], to: 'preparing', by: ['vendor'], event: 'restaurant.food_order.preparing' },
    { name: 'ready', from: ['preparing'], to: 'ready', by: ['vendor'], event: 'restaurant.food_order.ready' },
    {
      name: 'dispatch',
      from: ['ready'],
      to: 'out_for_delivery',
      by: ['vendor'],
      event: 'restaurant.food_order.out_for_delivery',
      guard: (row) => only(row.service === 'delivery', row.status),
    },
    { name: 'deliver', from: ['out_for_delivery'], to: 'delivered', by: ['vendor'], event: 'restaurant.food_order.delivered' },
    {
      name: 'pick-up',
      from: ['ready'],
      to: 'picked_up',
      by: ['vendor'],
      event: 'restaurant.food_order.picked_up',
      guard: (row) => only(row.service !== 'delivery', row.status),
    },
    {
      name: 'fail-delivery',
      from: ['out_for_delivery'],
      to: 'delivery_failed',
      by: ['vendor'],
      event: 'restaurant.food_order.delivery_failed',
    },
    {
      name: 'cancel',
      from: ['placed', 'accepted'],
      to: 'cancelled',
      by: ['customer', 'guest'],
      event: 'restaurant.food_order.cancelled',
    },
    {
      name: 'vendor-cancel',
      from: ['accepted', 'preparing'],
      to: 'vendor_cancelled',
      by: ['vendor'],
      event: 'restaurant.food_order.vendor_cancelled',
    },
    {
      name: 'end',
      from: ['placed', 'accepted', 'preparing', 'ready', 'out_for_delivery'],
      to: 'cancelled',
      by: ['staff', 'system'],
      event: 'restaurant.food_order.cancelled',
    },
  ],
})

function only(allowed: boolean, status: string): void {
  if (!allowed) throw new DomainError('invalid_transition', { details: { entity: 'food_order', status } })
}

export const tableReservationLifecycle = defineLifecycle({
  entity: 'table_reservation',
  table: 'restaurant_table_reservation',
  states: ['held', ...TableReservationStatus.options],
  transitions: [
    {
      name: 'request',
      from: ['held'],
      to: 'requested',
      by: ['system', 'customer', 'guest', 'staff'],
      event: 'restaurant.table_reservation.requested',
    },
    { name: 'confirm', from: ['requested'], to: 'confirmed', by: ['vendor', 'system'], event: 'restaurant.table_reservation.confirmed' },
    { name: 'seat', from: ['confirmed'], to: 'seated', by: ['vendor'], event: 'restaurant.table_reservation.seated' },
    { name: 'complete', from: ['seated'], to: 'completed', by: ['vendor'], event: 'restaurant.table_reservation.completed' },
    {
      name: 'cancel',
      from: ['requested', 'confirmed'],
      to: 'cancelled',
      by: ['customer', 'guest', 'vendor', 'staff', 'system'],
      event: 'restaurant.table_reservation.cancelled',
    },
    { name: 'no-show', from: ['confirmed'], to: 'no_show', by: ['system'], event: 'restaurant.table_reservation.no_show' },
  ],
})

export const restaurantLifecycle = defineLifecycle({
  entity: 'restaurant',
  table: 'restaurant',
  states: RestaurantStatus.options,
  transitions: [
    { name: 'submit', from: ['draft', 'rejected'], to: 'in_review', by: ['vendor'], event: 'restaurant.restaurant.submitted' },
    { name: 'approve', from: ['in_review'], to: 'active', by: ['staff'], event: 'restaurant.restaurant.approved' },
    { name: 'reject', from: ['in_review'], to: 'rejected', by: ['staff'], event: 'restaurant.restaurant.rejected' },
    { name: 'force-close', from: ['active'], to: 'closed', by: ['staff'], event: 'restaurant.restaurant.force_closed' },
    { name: 'reopen', from: ['closed'], to: 'active', by: ['staff'], event: 'restaurant.restaurant.reopened' },
  ],
})
