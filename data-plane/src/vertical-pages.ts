import type { VerticalStorefront } from '../storefront/vertical-storefront.ts'

/** Shop pages of the verticals this release has, in the order menus show them. */
export const verticalPages: readonly VerticalStorefront[] = []
