import { type Client, newId } from '@cityos/contract'
import { completeCart, createCart, listProducts, listShippingOptions, updateCart } from '@cityos/data-plane/contract'
import type { Platform } from './platform.ts'
import { cpuMs, cpuMsOfTree } from './proc.ts'
import { type Figure, percentile } from './report.ts'

export const address = {
  name: 'Layla Al Harbi',
  phone: '+966501234567',
  line1: 'King Fahd Road 12',
  city: 'Riyadh',
  postal_code: '12211',
  country: 'SA',
}

/**
 * Buys one unit as a guest: cart → address → shipping → payment → order.
 * @returns the order's number
 */
export async function buy(shop: Client, variantId: string): Promise<string> {
  const cart = await shop(createCart, { body: { lines: [{ kind: 'catalogue.product', choice: { variant_id: variantId }, quantity: 1 }] } })
  const headers = { 'x-cart-token': cart.token }
  const params = { id: cart.id }
  await shop(
    updateCart,
    { params, body: { email: `${newId('bench')}@example.test`, phone: address.phone, shipping_address: address } },
    { headers },
  )
  const options = await shop(listShippingOptions, { params }, { headers })
  const ready = await shop(
    updateCart,
    { params, body: { shipping_options: cheapestPerVendor(options).map(({ vendor_id, id }) => ({ vendor_id, option_id: id })) } },
    { headers },
  )
  const body = { payment: { method: 'sandbox' as const, token: 'tok_ok' }, expected_total: ready.totals.total }
  const { order } = await shop(completeCart, { params, body }, { headers })
  return order.number
}

function cheapestPerVendor<T extends { vendor_id: string; price: { amount: number } }>(options: readonly T[]): T[] {
  const cheapest = new Map<string, T>()
  for (const option of options) {
    const known = cheapest.get(option.vendor_id)
    if (!known || option.price.amount < known.price.amount) cheapest.set(option.vendor_id, option)
  }
  return [...cheapest.values()]
}

/** A full checkout of five calls, `count` times one after the other, each on another product. */
export async function measureCheckout(platform: Platform, host: string, count: number): Promise<Figure[]> {
  const shop = platform.shop(host)
  const { items } = await shop(listProducts, { query: { limit: 100, in_stock: 'true' } })
  const variants = items.flatMap((product) => product.variants.map((variant) => variant.id))
  for (const variant of variants.slice(0, 10)) await buy(shop, variant)
  const { dataPlane, postgres } = await platform.pids(host)
  const before = [cpuMs(dataPlane), cpuMsOfTree(postgres)] as const
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const start = performance.now()
    await buy(shop, variants[index % variants.length]!)
    times.push(performance.now() - start)
  }
  const plane = (cpuMs(dataPlane) - before[0]) / count
  const database = (cpuMsOfTree(postgres) - before[1]) / count
  const group = 'full checkout (5 calls)'
  return [
    { group, name: 'data plane', value: plane, unit: 'ms CPU' },
    { group, name: 'Postgres', value: database, unit: 'ms CPU' },
    { group, name: 'data plane + Postgres', value: plane + database, unit: 'ms CPU', aim: 20 },
    { group, name: 'p50 of all five', value: percentile(times, 0.5), unit: 'ms' },
    { group, name: 'p95 of all five', value: percentile(times, 0.95), unit: 'ms' },
  ]
}
