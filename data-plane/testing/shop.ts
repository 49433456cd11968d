import { type ApiError, type Client, DomainError, type ErrorCode, newId } from '@cityos/contract'
import { RequestContext } from '@cityos/http'
import { sql } from 'kysely'
import { addCartLine, completeCart, createCart, updateCart } from '../core/cart/contract.ts'
import { LedgerQuery } from '../core/ledger/ledger.query.ts'
import { Database } from '../platform/db/index.ts'
import type { TestPlane } from './plane.ts'

export const address = { name: 'Noura Al-Harbi', phone: '+966501234567', line1: 'Olaya Street 12', city: 'Riyadh', country: 'SA' }

export interface TestProduct {
  variantId: string
  itemId: string
  levelId: string
}

let counter = 0

/** A vendor that sells. @returns its id */
export async function addVendor(plane: TestPlane): Promise<string> {
  const id = newId('ven')
  counter += 1
  const name = JSON.stringify({ en: `Vendor ${counter}`, ar: `بائع ${counter}` })
  await sql`INSERT INTO vendor (id, handle, name, legal_name, kind, status, tier, verticals, vat_no)
    VALUES (${id}, ${`vendor-${counter}`}, ${name}::jsonb, 'Vendor', 'company', 'active', 'pro', '{catalogue}', '300000000000003')`.execute(
    database(plane).read,
  )
  return id
}

/**
 * A published product with one variant.
 * @param stock units of its own, or the product whose stock it is sold from too
 * @param amount minor units of SAR
 */
export async function addProduct(plane: TestPlane, vendorId: string, stock: number | TestProduct, amount = 11_500): Promise<TestProduct> {
  counter += 1
  const number = counter
  const ids = {
    product: newId('prd'),
    variant: newId('var'),
    price: newId('prc'),
    item: typeof stock === 'number' ? newId('inv') : stock.itemId,
    level: typeof stock === 'number' ? newId('lvl') : stock.levelId,
    location: `loc_${vendorId}`,
  }
  const title = JSON.stringify({ en: `Product ${number}`, ar: `منتج ${number}` })
  await database(plane).transaction(async (tx) => {
    await sql`INSERT INTO stock_location (id, handle, name, vendor_id, is_default) VALUES (${ids.location}, ${ids.location}, '{"en":"Main"}', ${vendorId}, true) ON CONFLICT DO NOTHING`.execute(
      tx,
    )
    await sql`INSERT INTO product (id, handle, vendor_id, kind, title, status, tax_class) VALUES (${ids.product}, ${`product-${number}`}, ${vendorId}, 'physical', ${title}::jsonb, 'published', 'standard')`.execute(
      tx,
    )
    await sql`INSERT INTO variant (id, product_id, vendor_id, sku, option_key, inventory_item_id, position) VALUES (${ids.variant}, ${ids.product}, ${vendorId}, ${`SKU-${number}`}, '', ${ids.item}, 0)`.execute(
      tx,
    )
    await sql`INSERT INTO variant_price (id, variant_id, currency_code, amount) VALUES (${ids.price}, ${ids.variant}, 'SAR', ${amount})`.execute(
      tx,
    )
    await sql`INSERT INTO search_document (ref, kind, visible, handle, title, vendor_id, terms, published_at, updated_at)
      VALUES (${ids.product}, 'product', true, ${`product-${number}`}, ${title}::jsonb, ${vendorId}, to_tsvector('simple', ''), now(), now())`.execute(
      tx,
    )
    if (typeof stock !== 'number') return
    await sql`INSERT INTO inventory_item (id, variant_id, vendor_id, sku) VALUES (${ids.item}, ${ids.variant}, ${vendorId}, ${`SKU-${number}`})`.execute(
      tx,
    )
    await sql`INSERT INTO inventory_level (id, inventory_item_id, location_id, on_hand) VALUES (${ids.level}, ${ids.item}, ${ids.location}, ${stock})`.execute(
      tx,
    )
  })
  return { variantId: ids.variant, itemId: ids.item, levelId: ids.level }
}

export function database(plane: TestPlane): Database {
  return plane.app.get(Database, { strict: false })
}

export interface Shopper {
  call: Client
  cartId: string
  token: string
}

/** A guest with a cart that only has to be paid. */
export async function shopperWith(
  plane: TestPlane,
  lines: readonly { product: TestProduct; quantity: number }[],
  headers: Record<string, string> = {},
): Promise<Shopper> {
  const cart = await plane.client(headers)(createCart, { body: {} })
  const call = plane.client({ ...headers, 'x-cart-token': cart.token })
  for (const { product, quantity } of lines) {
    await call(addCartLine, {
      params: { id: cart.id },
      body: { kind: 'catalogue.product', choice: { variant_id: product.variantId }, quantity },
    })
  }
  await call(updateCart, { params: { id: cart.id }, body: { email: 'noura@example.test', shipping_address: address } })
  return { call, cartId: cart.id, token: cart.token }
}

export async function buy(
  shopper: Shopper,
  total: number,
  payment: { method: 'cash_on_delivery' | 'bank_transfer' | 'sandbox'; token?: string },
  key = newId('key'),
) {
  return shopper.call(
    completeCart,
    { params: { id: shopper.cartId }, body: { payment, expected_total: { amount: total, currency: 'SAR' } } },
    { idempotencyKey: key },
  )
}

export const card = (token = 'tok_ok') => ({ method: 'sandbox' as const, token })

/** The stable code a call is refused with; `null` when it is not refused. */
export async function codeOf(call: Promise<unknown>): Promise<ErrorCode | null> {
  try {
    await call
    return null
  } catch (error) {
    if ((error as ApiError).name !== 'ApiError') throw error
    return (error as ApiError).code
  }
}

/** What the books and the stock say about each other; every test that moves money ends with it. */
export async function balance(plane: TestPlane): Promise<{ balanced: boolean; overselling: number; holds: number; orphans: number }> {
  const verified = await plane.app.get(LedgerQuery, { strict: false }).verify()
  const { rows } = await sql<{ overselling: number; holds: number; orphans: number }>`SELECT
    (SELECT count(*) FROM inventory_level l WHERE l.reserved <> (SELECT coalesce(sum(r.quantity), 0) FROM stock_reservation r
      WHERE r.inventory_level_id = l.id AND r.status IN ('held', 'allocated'))) AS overselling,
    (SELECT count(*) FROM hold WHERE status = 'active') AS holds,
    (SELECT count(*) FROM payment p WHERE p.captured_amount <> (SELECT coalesce(sum(e.amount), 0) FROM ledger_txn t
      JOIN ledger_entry e ON e.txn_id = t.id JOIN ledger_account a ON a.id = e.account_id
      WHERE t.idempotency_ref LIKE 'sale:' || p.id || ':%' AND a.kind = 'asset')) AS orphans`.execute(database(plane).read)
  return {
    balanced: verified.balanced,
    overselling: Number(rows[0]?.overselling),
    holds: Number(rows[0]?.holds),
    orphans: Number(rows[0]?.orphans),
  }
}

export const inBalance = { balanced: true, overselling: 0, holds: 0, orphans: 0 }

export async function stockOf(plane: TestPlane, product: TestProduct): Promise<{ on_hand: number; reserved: number }> {
  return database(plane)
    .read.selectFrom('inventory_level')
    .select(['on_hand', 'reserved'])
    .where('id', '=', product.levelId)
    .executeTakeFirstOrThrow()
}

/** Vendor staff as the vendor API sees them after sign-in. */
export function vendorContext(vendorId: string): RequestContext {
  return new RequestContext({
    actor: { kind: 'vendor', userId: `vus_${vendorId}`, vendorId, role: 'owner', sessionId: 'ses_test' },
    surface: 'vendor',
  })
}

export function staffContext(): RequestContext {
  const actor = {
    kind: 'staff',
    sub: 'usr_test',
    email: 'finance@example.test',
    name: 'Finance',
    sid: 'sid_test',
    grants: [],
    expiresAt: new Date('2100-01-01'),
  } as const
  return new RequestContext({ actor: { ...actor, grants: [] }, surface: 'admin' })
}

/** A service of the plane, for what the tests ask of it beside HTTP. */
export function service<T>(plane: TestPlane, type: new (...args: never[]) => T): T {
  return plane.app.get(type as new (...args: unknown[]) => T, { strict: false })
}

/** The same for a service that is called directly. */
export async function refusal(call: Promise<unknown>): Promise<ErrorCode | null> {
  try {
    await call
    return null
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    return error.code
  }
}

/** Polls until something holds; the pauses are left to what is waited for. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('it did not happen in 30 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
