import { defineLifecycle } from '../../../platform/lifecycle/lifecycle.ts'

/** docs/spec/commerce.md, catalogue. What publishing needs is checked before the transition (publish-rules.ts). */
export const productLifecycle = defineLifecycle({
  entity: 'product',
  table: 'product',
  states: ['draft', 'pending_review', 'rejected', 'published', 'unpublished', 'archived'],
  transitions: [
    { name: 'submit', from: ['draft'], to: 'pending_review', by: ['vendor', 'staff'], event: 'catalogue.product.submitted' },
    { name: 'approve', from: ['pending_review'], to: 'published', by: ['staff'], event: 'catalogue.product.published' },
    { name: 'reject', from: ['pending_review'], to: 'rejected', by: ['staff'], event: 'catalogue.product.rejected' },
    { name: 'revise', from: ['rejected'], to: 'draft', by: ['vendor', 'staff'], event: 'catalogue.product.revised' },
    // Straight from draft: staff, and vendors whose tier is trusted (settings, `catalogue.vendor_publish_tiers`).
    {
      name: 'publish',
      from: ['draft', 'unpublished'],
      to: 'published',
      by: ['vendor', 'staff', 'system'],
      event: 'catalogue.product.published',
    },
    { name: 'unpublish', from: ['published'], to: 'unpublished', by: ['vendor', 'staff'], event: 'catalogue.product.unpublished' },
    {
      name: 'archive',
      from: ['draft', 'rejected', 'unpublished'],
      to: 'archived',
      by: ['vendor', 'staff'],
      event: 'catalogue.product.archived',
    },
  ],
})
