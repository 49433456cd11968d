import type { ComponentType } from 'react'

// biome-ignore lint/suspicious/noExplicitAny: props come as JSON from the server, typed where the island is written
type Island = ComponentType<any>

/** Islands of the verticals: `booking/slot-picker` is the default export of `verticals/booking/storefront/islands/slot-picker.tsx`. */
const ofVerticals = import.meta.glob<Island>('../../verticals/*/storefront/islands/*.tsx', { import: 'default' })

/** Islands by the name the server writes; each is loaded when a page needs it. */
const own: Record<string, () => Promise<Island>> = {
  'search-box': async () => (await import('../islands/search-box.tsx')).SearchBox,
  'purchase-box': async () => (await import('../islands/purchase-box.tsx')).PurchaseBox,
}

export function islandOf(name: string): (() => Promise<Island>) | undefined {
  const [vertical, file] = name.split('/')
  return file ? ofVerticals[`../../verticals/${vertical}/storefront/islands/${file}.tsx`] : own[name]
}
