import type { I18nText } from '@cityos/contract'
import type { ReactNode } from 'react'
import type { CartLine } from '../core/cart/contract.ts'
import type { IconName } from './components/icon.tsx'
import type { Route } from './router.ts'
import type { Visit } from './visit.ts'

export interface LineHelp {
  /** Instead of the message of the line's error; absent: that one is plain enough. */
  problem?: string
  /** With the language. */
  href: string
  label: string
}

export interface SoldLine {
  id: string
  kind: string
  entitlement: { type: string; id: string }
}

/**
 * What a vertical brings to the shop. Its pages live in `verticals/<name>/storefront/`; `data-plane/src/vertical-pages.ts`
 * lists them. All of it follows the tenant document at once: switched off, the pages answer 404 and nothing leads there.
 */
export interface VerticalStorefront {
  /** Code in the tenant document, and the first segment of its addresses: `/{locale}/booking`. */
  name: string
  /** In menus and on the tiles of the home page. */
  title: I18nText
  icon: IconName
  /** Of the customer's own things in the account menu: "Bookings". */
  mine: I18nText
  /** On the button that leads from an order to what was bought: "Open the booking". */
  open: I18nText
  /** Address of what an order line became, with its language; guests come with the order's token. */
  ownPath?(line: SoldLine, order: { number: string; token: string | undefined; href: Visit['href'] }): string | null
  /** Where a cart line is changed or put right, and what its problem means in this vertical's words. */
  lineHelp?(line: CartLine, visit: Visit): LineHelp | null
  /** Patterns below `/{locale}`; every one starts with `/<name>` or `/account/<name>`. */
  routes: readonly Route[]
  /** A section of the home page; null when there is nothing to show now. */
  home?(visit: Visit): Promise<ReactNode>
  /** Paths below the locale for search engines, lists and details. */
  sitemap?(visit: Visit): Promise<string[]>
}

/**
 * Routes of all verticals, each knowing whose it is.
 * @throws Error when a vertical reaches outside its own addresses
 */
export function verticalRoutes(verticals: readonly VerticalStorefront[]): Route[] {
  return verticals.flatMap(({ name, routes }) =>
    routes.map((route) => {
      const own = [`/${name}`, `/account/${name}`].some((start) => route.pattern === start || route.pattern.startsWith(`${start}/`))
      if (!own) throw new Error(`${name} brings a page at ${route.pattern}`)
      return { ...route, vertical: name }
    }),
  )
}

/** Whether a page may be shown now: what was bought before stays within reach after its vertical was switched off. */
export function isServed(route: Pick<Route, 'vertical' | 'afterOff'>, enabled: readonly string[]): boolean {
  return route.vertical === undefined || route.afterOff === true || enabled.includes(route.vertical)
}
