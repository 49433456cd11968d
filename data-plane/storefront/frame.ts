import { type CategoryNode, listCategories } from '../core/catalogue/contract.ts'
import { getCurrentStore, getNavigation, type NavigationView, type StoreView } from '../core/store/contract.ts'
import { type Notice, notices, type Visit } from './visit.ts'

/** What stands around every page. */
export interface Frame {
  store: StoreView
  navigation: NavigationView
  categories: CategoryNode[]
  /** Units in the visitor's cart, as the last cart page counted them. */
  cartCount: number
  notice: Notice | null
}

/** Reads the frame; a notice is shown once and forgotten. */
export async function loadFrame(visit: Visit): Promise<Frame> {
  const [store, navigation, categories] = await Promise.all([
    visit.call(getCurrentStore),
    visit.call(getNavigation),
    visit.hasCatalogue ? visit.call(listCategories) : [],
  ])
  return { store, navigation, categories, cartCount: cartCount(visit), notice: takeNotice(visit) }
}

/** The number on the bag comes from a cookie: a page does not price a cart it does not show. */
export function cartCount(visit: Visit): number {
  const count = Number(visit.cookie('cart_count'))
  return Number.isInteger(count) && count > 0 && count < 10_000 ? count : 0
}

export function setCartCount(visit: Visit, count: number): void {
  visit.ctx.cookies.set('cart_count', String(count), { maxAge: 30 * 86_400 })
}

function takeNotice(visit: Visit): Notice | null {
  const found = notices.find((notice) => notice === visit.cookie('notice'))
  if (found) visit.ctx.cookies.clear('notice')
  return found ?? null
}
