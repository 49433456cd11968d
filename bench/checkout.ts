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

/**
 * A full checkout of five calls, one after the other, each on another product: the first `count` of a process that has
 * just started, in which V8 compiles what it runs, and then the cheapest of three more rounds, which is what a process
 * costs that has been selling for a minute; on a busy machine the cheapest is the least disturbed.
 */
export async function measureCheckout(platform: Platform, host: string, count: number): Promise<Figure[]> {
  const shop = platform.shop(host)
  const { items } = await shop(listProducts, { query: { limit: 100, in_stock: 'true' } })
  const variants = items.flatMap((product) => product.variants.map((variant) => variant.id))
  const { dataPlane, postgres } = await platform.pids(host)
  const round = async (): Promise<Round> => {
    const before = [cpuMs(dataPlane), cpuMsOfTree(postgres)] as const
    const times: number[] = []
    for (let index = 0; index < count; index += 1) {
      const start = performance.now()
      await buy(shop, variants[index % variants.length]!)
      times.push(performance.now() - start)
    }
    return { plane: (cpuMs(dataPlane) - before[0]) / count, database: (cpuMsOfTree(postgres) - before[1]) / count, times }
  }
  const first = await round()
  const later: Round[] = []
  for (let index = 0; index < 3; index += 1) later.push(await round())
  const least = later.sort((a, b) => a.plane + a.database - (b.plane + b.database))[0]!
  const group = 'full checkout (5 calls)'
  return [...figuresOf(`${group}, first ${count}`, first), ...figuresOf(`${group}, least of 3 × ${count} after them`, least, 20)]
}

interface Round {
  plane: number
  database: number
  times: number[]
}

function figuresOf(group: string, { plane, database, times }: Round, aim?: number): Figure[] {
  return [
    { group, name: 'data plane', value: plane, unit: 'ms CPU' },
    { group, name: 'Postgres', value: database, unit: 'ms CPU' },
    { group, name: 'data plane + Postgres', value: plane + database, unit: 'ms CPU', aim },
    { group, name: 'p50 of all five', value: percentile(times, 0.5), unit: 'ms' },
    { group, name: 'p95 of all five', value: percentile(times, 0.95), unit: 'ms' },
  ]
}
