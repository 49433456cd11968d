import type { VerticalManifest } from '@cityos/contract'

/** Facts about this vertical; plain data, browsers read it too. Nouns, states and rules: README.md. */
export const manifest = {
  name: 'restaurant',
  prefix: 'restaurant',
  title: { en: 'Restaurants', fr: 'Restaurants', ar: 'مطاعم' },
  dependsOn: [],
  kinds: ['restaurant.meal', 'restaurant.table'],
  resources: [
    'restaurants',
    'restaurant-orders',
    'table-reservations',
    'menu-items',
    'menu-categories',
    'modifier-groups',
    'mealtimes',
    'opening-exceptions',
    'delivery-areas',
    'dining-tables',
  ],
  permissions: {
    staff: {
      'city-manager': { restaurant: ['read', 'approve'], food_order: ['read'], table_reservation: ['read'] },
      'compliance-officer': { restaurant: ['read', 'approve'], food_order: ['read'], table_reservation: ['read'] },
      auditor: { restaurant: ['read'], food_order: ['read'], table_reservation: ['read'] },
      finance: { restaurant: ['read'], food_order: ['read', 'refund', 'cancel'] },
      viewer: { restaurant: ['read'] },
    },
    vendor: {
      owner: {
        restaurant: ['read', 'write'],
        food_order: ['read', 'accept', 'prepare', 'fulfil', 'cancel'],
        table_reservation: ['read', 'accept', 'fulfil', 'cancel'],
      },
      manager: {
        restaurant: ['read', 'write'],
        food_order: ['read', 'accept', 'prepare', 'fulfil', 'cancel'],
        table_reservation: ['read', 'accept', 'fulfil', 'cancel'],
      },
      staff: {
        restaurant: ['read'],
        food_order: ['read', 'accept', 'prepare', 'fulfil'],
        table_reservation: ['read', 'accept', 'fulfil'],
      },
      finance: { restaurant: ['read'], food_order: ['read'] },
      courier: { food_order: ['read', 'fulfil'] },
    },
  },
  navigation: [
    { surface: 'store', path: 'restaurant', title: { en: 'Restaurants', fr: 'Restaurants', ar: 'مطاعم' } },
    { surface: 'vendor', path: 'restaurant-orders', title: { en: 'Kitchen', fr: 'Cuisine', ar: 'المطبخ' } },
    { surface: 'vendor', path: 'table-reservations', title: { en: 'Tables', fr: 'Tables', ar: 'الطاولات' } },
    { surface: 'vendor', path: 'menu-items', title: { en: 'Menu', fr: 'Carte', ar: 'القائمة' } },
    { surface: 'vendor', path: 'restaurants', title: { en: 'Restaurants', fr: 'Restaurants', ar: 'المطاعم' } },
    { surface: 'admin', path: 'restaurants', title: { en: 'Restaurants', fr: 'Restaurants', ar: 'المطاعم' } },
    { surface: 'admin', path: 'restaurant-orders', title: { en: 'Meals', fr: 'Repas', ar: 'الوجبات' } },
    {
      surface: 'admin',
      path: 'restaurant-sla',
      title: { en: 'Kitchen service levels', fr: 'Qualité de service', ar: 'مستوى خدمة المطابخ' },
    },
  ],
} as const satisfies VerticalManifest
