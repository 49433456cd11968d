import { z } from 'zod'

/**
 * Upper bounds, milliseconds, of the buckets of `latency`; the last bucket has no bound, so that there is one count more
 * than there are bounds.
 */
export const latencyBoundsMs = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 70, 100, 150, 200, 300, 400, 500, 700, 1000, 1500, 2000, 3000, 5000, 10_000, 30_000,
] as const

/** The bucket a time falls into. */
export function latencyBucket(milliseconds: number): number {
  const index = latencyBoundsMs.findIndex((bound) => milliseconds <= bound)
  return index < 0 ? latencyBoundsMs.length : index
}

/** Whether a request completes a cart. */
export function completesCart(method: string, path: string): boolean {
  return method === 'POST' && /^\/v1\/store\/carts\/[^/]+\/complete$/.test(path)
}

/** Requests of people, cumulative since whoever counts began. */
export const TrafficCounts = z.object({
  requests: z.int(),
  /** Answers of 500 and above, and requests that got none. */
  errors: z.int(),
  /** Requests that complete a cart. */
  checkouts: z.int(),
  /** Those among them that are errors too. */
  failedCheckouts: z.int(),
  /** Requests by the time to the answer, one count per bucket of `latencyBoundsMs` and one for what is above. */
  latency: z.array(z.int()),
})
export type TrafficCounts = z.infer<typeof TrafficCounts>

export function noTraffic(): TrafficCounts {
  return { requests: 0, errors: 0, checkouts: 0, failedCheckouts: 0, latency: latencyBoundsMs.map(() => 0).concat(0) }
}

/** What one process of a tenant has answered: `/internal/traffic`. */
export const PlaneTraffic = TrafficCounts.extend({
  release: z.string(),
  /** Names this process: counts of two of them cannot be subtracted from each other. */
  epoch: z.string(),
})
export type PlaneTraffic = z.infer<typeof PlaneTraffic>
