/** Pinned: objects and events are read in this version's shapes, whatever the account's default is. */
export const stripeVersion = '2026-10-28.endive'

export type StripeMode = 'test' | 'live'

export interface StripeSettings {
  secretKey: string
  /** Null: events are refused until it is set. */
  webhookSecret: string | null
  /** Objects of one mode do not exist in the other. */
  mode: StripeMode
  /** Another address than the provider's own, for tests. */
  origin: string | null
}

/** Null without `STRIPE_SECRET_KEY`: invoices are then paid by bank transfer. */
export function stripeSettings(environment: NodeJS.ProcessEnv = process.env): StripeSettings | null {
  const secretKey = environment['STRIPE_SECRET_KEY']
  if (!secretKey) return null
  return {
    secretKey,
    webhookSecret: environment['STRIPE_WEBHOOK_SECRET'] ?? null,
    mode: /^[sr]k_live_/.test(secretKey) ? 'live' : 'test',
    origin: environment['STRIPE_API_ORIGIN'] ?? null,
  }
}
