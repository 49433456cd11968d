import { defineLifecycle } from '../../platform/lifecycle/lifecycle.ts'

/** Places on their way from the checkout to their use. */
export const samplePlaceLifecycle = defineLifecycle({
  entity: 'sample_place',
  table: 'sample_place',
  states: ['held', 'valid', 'used', 'cancelled', 'released'],
  transitions: [
    { name: 'confirm', from: ['held'], to: 'valid', by: ['system', 'staff'], event: 'sample.place.confirmed' },
    {
      name: 'release',
      from: ['held'],
      to: 'released',
      by: ['system', 'guest', 'customer', 'staff'],
      event: 'sample.place.released',
    },
    { name: 'use', from: ['valid'], to: 'used', by: ['vendor'], event: 'sample.place.used' },
    {
      name: 'cancel',
      from: ['valid'],
      to: 'cancelled',
      by: ['customer', 'guest', 'vendor', 'staff', 'system'],
      event: 'sample.place.cancelled',
    },
  ],
})
