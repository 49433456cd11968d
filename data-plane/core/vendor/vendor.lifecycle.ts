import { DomainError } from '@cityos/contract'
import { defineLifecycle } from '../../platform/lifecycle/lifecycle.ts'

/** docs/spec/core.md, vendor. Taking a right away needs a reason. */
export const vendorLifecycle = defineLifecycle({
  entity: 'vendor',
  table: 'vendor',
  states: [
    'applied',
    'documents-pending',
    'in-review',
    'rejected',
    'approved',
    'active',
    'vacation',
    'restricted',
    'suspended',
    'terminated',
  ],
  transitions: [
    { name: 'request-documents', from: ['applied'], to: 'documents-pending', by: ['staff'], event: 'vendor.vendor.documents_requested' },
    { name: 'review', from: ['applied', 'documents-pending'], to: 'in-review', by: ['staff'], event: 'vendor.vendor.in_review' },
    { name: 'approve', from: ['in-review'], to: 'approved', by: ['staff'], event: 'vendor.vendor.approved' },
    { name: 'reject', from: ['in-review'], to: 'rejected', by: ['staff'], event: 'vendor.vendor.rejected' },
    { name: 'activate', from: ['approved'], to: 'active', by: ['staff', 'system'], event: 'vendor.vendor.activated' },
    { name: 'pause', from: ['active'], to: 'vacation', by: ['vendor'], event: 'vendor.vendor.paused' },
    { name: 'resume', from: ['vacation'], to: 'active', by: ['vendor', 'system'], event: 'vendor.vendor.resumed' },
    { name: 'restrict', from: ['active', 'vacation'], to: 'restricted', by: ['staff', 'system'], event: 'vendor.vendor.restricted' },
    {
      name: 'suspend',
      from: ['active', 'vacation', 'restricted'],
      to: 'suspended',
      by: ['staff', 'system'],
      event: 'vendor.vendor.suspended',
    },
    { name: 'reinstate', from: ['restricted', 'suspended'], to: 'active', by: ['staff'], event: 'vendor.vendor.reinstated' },
    { name: 'terminate', from: ['suspended'], to: 'terminated', by: ['staff'], event: 'vendor.vendor.terminated' },
  ],
})

const needReason = new Set(['reject', 'restrict', 'suspend', 'terminate'])

/** @throws DomainError reason_required */
export function requireReason(name: string, reason: string | undefined): void {
  if (needReason.has(name) && !reason) throw new DomainError('reason_required', { field: 'reason' })
}
