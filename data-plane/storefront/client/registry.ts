import type { ComponentType } from 'react'

/** Islands by the name the server writes; each is loaded when a page needs it. */
// biome-ignore lint/suspicious/noExplicitAny: props come as JSON from the server, typed where the island is written
export const registry: Record<string, () => Promise<ComponentType<any>>> = {
  'search-box': async () => (await import('../islands/search-box.tsx')).SearchBox,
  'purchase-box': async () => (await import('../islands/purchase-box.tsx')).PurchaseBox,
}
