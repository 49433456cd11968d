/** What a vendor did with its part of an order, one after the other. */
export type VendorStep = 'accept' | 'prepare' | 'fulfil' | 'cancel'

export interface SeedOrder {
  /** Number of the customer, from 1; a customer has one seeded order. */
  customer: number
  /** How long before the seeding it was placed: demo dashboards have a month to plot. */
  daysAgo: number
  payment: 'sandbox' | 'cash_on_delivery' | 'bank_transfer'
  lines: { product: string; variant?: Record<string, string>; quantity: number }[]
  /** By vendor; a vendor that is not named has not looked yet. */
  vendors?: Record<string, VendorStep[]>
}

/** Orders in every state a demo should show; the first goes over four vendors. */
export const orders: SeedOrder[] = [
  {
    customer: 1,
    daysAgo: 4,
    payment: 'sandbox',
    lines: [
      { product: 'sukkari-dates', variant: { weight: '1000g' }, quantity: 2 },
      { product: 'saudi-coffee-blond', variant: { weight: '500g' }, quantity: 1 },
      { product: 'majlis-bakhoor', quantity: 1 },
      { product: 'folding-camp-chair', variant: { color: 'olive' }, quantity: 4 },
    ],
    vendors: { 'dates-co-op': ['accept', 'prepare', 'fulfil'], 'najd-courtyard': ['accept', 'prepare'], 'barber-al-nakheel': ['accept'] },
  },
  {
    customer: 2,
    daysAgo: 27,
    payment: 'cash_on_delivery',
    lines: [{ product: 'ajwa-dates', variant: { weight: '1000g' }, quantity: 1 }],
    vendors: { 'dates-co-op': ['accept', 'prepare', 'fulfil'] },
  },
  {
    customer: 3,
    daysAgo: 23,
    payment: 'sandbox',
    lines: [{ product: 'galaxy-s25', variant: { color: 'black', storage: '256gb' }, quantity: 1 }],
    vendors: { 'mazad-house': ['accept', 'prepare', 'fulfil'] },
  },
  { customer: 4, daysAgo: 1, payment: 'bank_transfer', lines: [{ product: 'bismillah-print', variant: { frame: 'oak' }, quantity: 1 }] },
  {
    customer: 5,
    daysAgo: 3,
    payment: 'sandbox',
    lines: [
      { product: 'classic-white-thobe', variant: { size: '56' }, quantity: 2 },
      { product: 'red-shemagh', quantity: 1 },
    ],
    vendors: { 'najd-courtyard': ['accept', 'prepare'] },
  },
  {
    customer: 6,
    daysAgo: 19,
    payment: 'sandbox',
    lines: [{ product: 'four-season-tent', variant: { capacity: '4p' }, quantity: 1 }],
    vendors: { 'gear-rent-thumamah': ['cancel'] },
  },
  {
    customer: 7,
    daysAgo: 0,
    payment: 'sandbox',
    lines: [
      { product: 'cambodian-oud-chips', variant: { weight: '12g' }, quantity: 1 },
      { product: 'taif-rose-perfume', variant: { volume: '50ml' }, quantity: 1 },
    ],
  },
  {
    customer: 8,
    daysAgo: 0,
    payment: 'cash_on_delivery',
    lines: [
      { product: 'letters-of-light', quantity: 1 },
      { product: 'reed-pen-set', quantity: 2 },
    ],
  },
  {
    customer: 9,
    daysAgo: 2,
    payment: 'sandbox',
    lines: [{ product: 'grain-free-cat-food', variant: { weight: '5000g' }, quantity: 1 }],
    vendors: { 'paws-hittin': ['accept'] },
  },
  {
    customer: 10,
    daysAgo: 15,
    payment: 'sandbox',
    lines: [{ product: 'naskh-beginners-course', quantity: 1 }],
    vendors: { 'calligraphy-academy': ['accept', 'prepare', 'fulfil'] },
  },
  {
    customer: 11,
    daysAgo: 9,
    payment: 'cash_on_delivery',
    lines: [
      { product: 'kabsa-pot', variant: { diameter: '36cm' }, quantity: 1 },
      { product: 'sidr-honey', variant: { weight: '500g' }, quantity: 1 },
    ],
    vendors: { 'najd-courtyard': ['accept'], 'dates-co-op': ['cancel'] },
  },
  { customer: 12, daysAgo: 1, payment: 'sandbox', lines: [{ product: 'wireless-headphones', variant: { color: 'white' }, quantity: 1 }] },
]
