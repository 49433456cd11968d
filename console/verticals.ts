import type { VerticalConsole } from './shell/verticals.ts'

/** Where each vertical's screens come from: one entry for each, loaded only where the vertical is on. */
export const verticalConsoles: Record<string, VerticalConsole> = {
  booking: {
    admin: () => import('../data-plane/verticals/booking/console/admin.tsx'),
    vendor: () => import('../data-plane/verticals/booking/console/vendor.tsx'),
    texts: (locale) => import(`../data-plane/verticals/booking/console/i18n/${locale}.json`),
  },
  restaurant: {
    admin: () => import('../data-plane/verticals/restaurant/console/admin.tsx'),
    vendor: () => import('../data-plane/verticals/restaurant/console/vendor.tsx'),
    texts: (locale) => import(`../data-plane/verticals/restaurant/console/i18n/${locale}.json`),
  },
}
