import { addCartLine, type Cart, createCart, getCart } from '../core/cart/contract.ts'
import { setCartCount } from './frame.ts'
import { type Attempt, attempt, orNull, type Visit } from './visit.ts'

/** Id of the cart this visitor carries: the cookie reads `<cart_id>.<secret>`. */
export function cartIdOf(visit: Visit): string | null {
  const cookie = visit.cookie('cart')
  const dot = cookie?.indexOf('.') ?? -1
  return cookie && dot > 0 ? cookie.slice(0, dot) : null
}

const live = new Set<Cart['status']>(['open', 'completing'])

/** The visitor's cart, priced now; null when there is none (or it was bought). A signed-in customer's own is found without a cookie. */
export async function currentCart(visit: Visit): Promise<Cart | null> {
  const id = cartIdOf(visit)
  const known = id ? await orNull(visit.call(getCart, { params: { id } })) : null
  if (known && live.has(known.status)) return remember(visit, known)
  if (visit.signedIn) return remember(visit, await visit.call(createCart, { body: { locale: visit.locale } }))
  setCartCount(visit, 0)
  return null
}

export interface LineToAdd {
  kind: string
  choice: Record<string, unknown>
  quantity: number
}

/** Puts a line into the visitor's cart; opens one when there is none, or when the old one was bought meanwhile. */
export async function addToCart(visit: Visit, line: LineToAdd): Promise<Attempt<Cart>> {
  const id = cartIdOf(visit)
  if (id) {
    const added = await attempt(visit.call(addCartLine, { params: { id }, body: line }))
    if (added.ok) return { ok: true, value: remember(visit, added.value) }
    if (added.error.status !== 404 && added.error.code !== 'invalid_transition') return added
  }
  const opened = await attempt(visit.call(createCart, { body: { locale: visit.locale, lines: [line] } }))
  return opened.ok ? { ok: true, value: remember(visit, opened.value) } : opened
}

export function remember<C extends Cart>(visit: Visit, cart: C): C {
  setCartCount(visit, cart.count)
  return cart
}
