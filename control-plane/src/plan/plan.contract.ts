import { I18nText, listEndpoint, Money, staff } from '@cityos/contract'
import { z } from 'zod'

export const Plan = z.object({
  code: z.string(),
  name: I18nText,
  description: I18nText,
  price: Money,
  interval: z.enum(['month', 'year']),
  trial_days: z.int(),
  /** Limits by name: `products`, `vendors`, `staff`, `storage_mb`, `verticals`, `locales`; a missing one is unlimited. */
  limits: z.record(z.string(), z.int()),
  default: z.boolean(),
})
export type Plan = z.infer<typeof Plan>

export const listPlans = listEndpoint({
  id: 'plan.list',
  method: 'GET',
  path: '/api/v1/plans',
  summary: 'Plans a tenant may be on',
  access: staff('read', 'plan'),
  response: Plan,
})
