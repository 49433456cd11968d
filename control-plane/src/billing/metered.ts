import { applyRate } from '@cityos/contract'
import { z } from 'zod'

export const metrics = ['orders', 'gmv_amount', 'storage_mb'] as const
export type Metric = (typeof metrics)[number]

/** The limit of a plan that is a metric's quota. */
export const quotaOf: Readonly<Record<Metric, string | null>> = { orders: 'orders_month', gmv_amount: null, storage_mb: 'storage_mb' }

/** What use costs beyond what a plan includes; a metric that is not named costs nothing. */
export const Metered = z.object({
  /** Orders beyond `included`, each at `unit_amount`. */
  orders: z.object({ included: z.int().min(0), unit_amount: z.int().min(0) }).optional(),
  /** Sales beyond `included` (minor units), `bps` of them. */
  gmv_amount: z.object({ included: z.int().min(0), bps: z.int().min(0).max(10_000) }).optional(),
  /** Peak of the period beyond `included` MB, each begun 1024 MB at `unit_amount`. */
  storage_mb: z.object({ included: z.int().min(0), unit_amount: z.int().min(0) }).optional(),
})
export type Metered = z.infer<typeof Metered>

/** Price of `used` of a metric, net. */
export function priceOfUse(metered: Metered, metric: Metric, used: number): { quantity: number; unit: number; amount: number } {
  if (metric === 'gmv_amount') {
    const terms = metered.gmv_amount
    const beyond = Math.max(0, used - (terms?.included ?? 0))
    return { quantity: beyond, unit: 0, amount: applyRate(beyond, terms?.bps ?? 0) }
  }
  const terms = metered[metric]
  const beyond = Math.max(0, used - (terms?.included ?? 0))
  const quantity = metric === 'storage_mb' ? Math.ceil(beyond / 1024) : beyond
  const unit = terms?.unit_amount ?? 0
  return { quantity, unit, amount: quantity * unit }
}
