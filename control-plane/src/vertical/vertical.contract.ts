import { I18nText, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'

export const Vertical = z.object({
  code: z.string(),
  name: I18nText,
  /** How many tenants have it switched on. */
  tenants: z.int(),
})
export type Vertical = z.infer<typeof Vertical>

export const listVerticals = listEndpoint({
  id: 'vertical.list',
  method: 'GET',
  path: '/api/v1/verticals',
  summary: 'Verticals a tenant may switch on',
  access: staff('read', 'vertical'),
  response: Vertical,
})
