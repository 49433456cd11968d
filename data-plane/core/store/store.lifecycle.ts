import { defineLifecycle } from '../../platform/lifecycle/lifecycle.ts'

/** docs/spec/core.md, store. What going live needs is checked by the service before the transition. */
export const storeLifecycle = defineLifecycle({
  entity: 'store',
  table: 'store',
  states: ['draft', 'live', 'maintenance', 'archived'],
  transitions: [
    { name: 'publish', from: ['draft', 'maintenance'], to: 'live', by: ['staff', 'system'], event: 'store.store.published' },
    { name: 'maintain', from: ['live'], to: 'maintenance', by: ['staff', 'system'], event: 'store.store.closed_for_maintenance' },
    { name: 'archive', from: ['draft', 'maintenance'], to: 'archived', by: ['staff'], event: 'store.store.archived' },
  ],
})
