import type { VerticalManifest } from '@cityos/contract'

/** Facts about this vertical; plain data, browsers read it too. Nouns, states and rules: README.md. */
export const manifest = {
  name: 'restaurant',
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
      'city-manager': [
        [['read'], ['restaurant', 'food_order', 'table_reservation']],
        [['approve'], ['restaurant']],
      ],
      'compliance-officer': [
        [['read'], ['restaurant', 'food_order', 'table_reservation']],
        [['approve'], ['restaurant']],
      ],
      auditor: [[['read'], ['restaurant', 'food_order', 'table_reservation']]],
      finance: [
        [['read'], ['restaurant', 'food_order']],
        [['refund'], ['food_order']],
      ],
      viewer: [[['read'], ['restaurant']]],
    },
    vendor: {
      owner: [
        [['read', 'write'], ['restaurant']],
        [['read', 'accept', 'prepare', 'fulfil', 'cancel'], ['food_order']],
        [['read', 'accept', 'fulfil', 'cancel'], ['table_reservation']],
      ],
      manager: [
        [['read', 'write'], ['restaurant']],
        [['read', 'accept', 'prepare', 'fulfil', 'cancel'], ['food_order']],
        [['read', 'accept', 'fulfil', 'cancel'], ['table_reservation']],
      ],
      staff: [
        [['read'], ['restaurant']],
        [['read', 'accept', 'prepare', 'fulfil'], ['food_order']],
        [['read', 'accept', 'fulfil'], ['table_reservation']],
      ],
      finance: [[['read'], ['restaurant', 'food_order']]],
      courier: [[['read', 'fulfil'], ['food_order']]],
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
