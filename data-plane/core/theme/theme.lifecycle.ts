import { defineLifecycle } from '../../platform/lifecycle/lifecycle.ts'

/** docs/spec/infrastructure.md, white-label. What publishing needs is checked by the service before the transition. */
export const themeLifecycle = defineLifecycle({
  entity: 'theme',
  table: 'brand_theme',
  states: ['draft', 'preview', 'published', 'archived'],
  transitions: [
    { name: 'preview', from: ['draft', 'preview'], to: 'preview', by: ['staff'], event: 'theme.theme.previewed' },
    { name: 'publish', from: ['draft', 'preview', 'archived'], to: 'published', by: ['staff', 'system'], event: 'theme.theme.published' },
    { name: 'archive', from: ['draft', 'preview', 'published'], to: 'archived', by: ['staff', 'system'], event: 'theme.theme.archived' },
  ],
})
