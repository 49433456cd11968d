import { anyone, endpoint, listEndpoint, Money, staff } from '@cityos/contract'
import { z } from 'zod'

/** A picture with its size, so that nothing jumps while it loads; `alt` in the language asked for. */
export const Picture = z.object({ url: z.string(), width: z.int(), height: z.int(), alt: z.string() })
export type Picture = z.infer<typeof Picture>

/** What one unit's price is made of. `amount` is for `quantity` of it together; Σ = the unit price. */
export const PricePart = z.object({
  kind: z.enum(['item', 'option', 'fee', 'delivery', 'tip']),
  title: z.string(),
  quantity: z.int(),
  amount: Money,
})
export type PricePart = z.infer<typeof PricePart>

export const Vertical = z.object({
  name: z.string(),
  /** Switched on in the tenant document; a vertical that is off answers 404 on its routes. */
  enabled: z.boolean(),
  /** This release has the code for it; a vertical of the plan may come with a later release. */
  installed: z.boolean(),
  /** Something it sold is not finished yet: its screens for that stay, also when it is off. */
  open: z.boolean(),
  /** What it sells, as kinds of cart lines. */
  kinds: z.array(z.string()),
})
export type Vertical = z.infer<typeof Vertical>

export const listStoreVerticals = endpoint({
  id: 'store.vertical.list',
  method: 'GET',
  path: '/v1/store/verticals',
  summary: 'Verticals that are on here',
  access: anyone,
  response: z.array(z.object({ name: z.string(), kinds: z.array(z.string()) })),
})

export const listAdminVerticals = listEndpoint({
  id: 'admin.vertical.list',
  method: 'GET',
  path: '/v1/admin/verticals',
  summary: 'All verticals of this release and of the tenant document',
  access: staff('read', 'vertical'),
  response: Vertical,
})

export const getAdminVertical = endpoint({
  id: 'admin.vertical.get',
  method: 'GET',
  path: '/v1/admin/verticals/{name}',
  summary: 'One vertical',
  access: staff('read', 'vertical'),
  params: z.object({ name: z.string() }),
  response: Vertical,
})
