import { defineLifecycle } from '../../platform/lifecycle/lifecycle.ts'

/** `guest → registered → verified`, and locked for either (commerce.md, customer). */
export const customerLifecycle = defineLifecycle({
  entity: 'customer',
  table: 'customer',
  states: ['guest', 'registered', 'verified', 'locked', 'anonymised'],
  transitions: [
    { name: 'lock', from: ['registered', 'verified'], to: 'locked', by: ['staff'], event: 'customer.customer.locked' },
    {
      name: 'unlock',
      from: ['locked'],
      to: 'verified',
      by: ['staff'],
      event: 'customer.customer.unlocked',
    },
  ],
})
