import type { Client, Money } from '@cityos/contract'
import type { Address, Cart, Order, ProductCard } from '@cityos/data-plane/contract'
import { completeCart, createCart, getCart, listProducts, listShippingOptions, updateCart } from '@cityos/data-plane/contract'
import type { Platform } from './platform.ts'

export const address: Address = {
  name: 'Sara Al-Qahtani',
  phone: '+966501234567',
  line1: 'King Fahd Road 12',
  line2: null,
  district: 'Al Olaya',
  city: 'Riyadh',
  region: null,
  postal_code: '12211',
  country: 'SA',
  national_address: null,
}

/** Whatever leads a client to a tenant's host. */
export type Way = Pick<Platform, 'client'>

export interface OpenCart {
  cart: Cart
  token: string
  /** Carries the cart's token. */
  client: Client
}

/** One sellable product of each of `count` different vendors. */
export async function productsOfDifferentVendors(client: Client, count: number): Promise<ProductCard[]> {
  const page = await client(listProducts, { query: { limit: 100, in_stock: 'true' } })
  const byVendor = new Map<string, ProductCard>()
  for (const product of page.items) {
    if (product.kind === 'physical' && firstVariant(product, false))
      byVendor.set(product.vendor.id, byVendor.get(product.vendor.id) ?? product)
  }
  if (byVendor.size < count) throw new Error(`only ${byVendor.size} vendors sell something`)
  return [...byVendor.values()].slice(0, count)
}

export function firstVariant(product: ProductCard): string
export function firstVariant(product: ProductCard, required: false): string | null
export function firstVariant(product: ProductCard, required = true): string | null {
  const variant = product.variants.find((each) => each.availability !== 'out' && each.price !== null && each.minimum_quantity === 1)
  if (!variant && required) throw new Error(`${product.handle} has no sellable variant`)
  return variant?.id ?? null
}

/** A guest's cart with these variants, one of each. */
export async function openCart(platform: Way, host: string, variantIds: string[], headers: Record<string, string> = {}): Promise<OpenCart> {
  const opened = await platform.client(host, headers)(createCart, {
    body: { lines: variantIds.map((variant_id) => ({ kind: 'catalogue.product', choice: { variant_id }, quantity: 1 })) },
  })
  const { token, ...cart } = opened
  return { cart, token, client: platform.client(host, { ...headers, 'x-cart-token': token }) }
}

/** Contact, address and the first shipping option of every vendor. */
export async function prepareCart({ client, cart }: OpenCart, email: string): Promise<Cart> {
  const params = { id: cart.id }
  await client(updateCart, { params, body: { email, phone: address.phone, shipping_address: address } })
  const options = await client(listShippingOptions, { params })
  const perVendor = new Map(options.map((option) => [option.vendor_id, option.id] as const).reverse())
  return client(updateCart, {
    params,
    body: { shipping_options: [...perVendor].map(([vendor_id, option_id]) => ({ vendor_id, option_id })) },
  })
}

export type Method = 'cash_on_delivery' | 'bank_transfer' | 'sandbox'

export async function pay(
  open: OpenCart,
  method: Method,
  options: { token?: string; idempotencyKey?: string; expected?: Money } = {},
): Promise<{ order: Order; token: string }> {
  const expected_total = options.expected ?? (await open.client(getCart, { params: { id: open.cart.id } })).totals.total
  return open.client(
    completeCart,
    {
      params: { id: open.cart.id },
      body: { payment: { method, token: options.token ?? (method === 'sandbox' ? 'tok_ok' : undefined) }, expected_total },
    },
    { idempotencyKey: options.idempotencyKey },
  )
}

/** The whole way of a guest: products of `vendors` vendors, cart, address, shipping, payment, order. */
export async function buy(
  platform: Way,
  host: string,
  options: { vendors?: number; email?: string; method?: Method; headers?: Record<string, string> } = {},
) {
  const products = await productsOfDifferentVendors(platform.client(host), options.vendors ?? 1)
  const open = await openCart(
    platform,
    host,
    products.map((product) => firstVariant(product)),
    options.headers,
  )
  await prepareCart(open, options.email ?? 'guest@example.test')
  return { products, open, ...(await pay(open, options.method ?? 'sandbox')) }
}
