import { defineLifecycle } from '../../platform/lifecycle/lifecycle.ts'

/** A review counts while it is published. */
export const reviewLifecycle = defineLifecycle({
  entity: 'review',
  table: 'review',
  states: ['published', 'hidden'],
  transitions: [
    { name: 'hide', from: ['published'], to: 'hidden', by: ['staff'], event: 'review.review.hidden' },
    { name: 'show', from: ['hidden'], to: 'published', by: ['staff'], event: 'review.review.shown' },
  ],
})
