import type { I18nText, PolicyRules } from '@cityos/contract'
import type { Boundary, NodeType, Point } from '../node/node.contract.ts'

const text = (en: string, fr: string, ar: string): I18nText => ({ en, fr, ar })

interface SeededEntry {
  kind: string
  code: string
  name: I18nText
  /** `kind:code` of an entry before it. */
  parent?: string
  attributes: Record<string, unknown>
}

const country = (code: string, name: I18nText, currency: string, timezone: string, dial_code: string): SeededEntry => ({
  kind: 'country',
  code,
  name,
  attributes: { currency, default_locale: 'ar', timezone, residency_zone: 'GCC', dial_code },
})
const authority = (code: string, level: string, name: I18nText, parent: string | null, governs: string | null): SeededEntry => ({
  kind: 'authority',
  code,
  name,
  ...(parent ? { parent: `authority:${parent}` } : {}),
  attributes: { level, country: level === 'platform' ? null : 'SA', residency_zone: level === 'platform' ? null : 'GCC', governs },
})
const scope = (code: string, name: I18nText): SeededEntry => ({ kind: 'scope', code, name, attributes: {} })
const category = (code: string, scoped: string, name: I18nText, vertical: string | null): SeededEntry => ({
  kind: 'category',
  code,
  name,
  parent: `scope:${scoped}`,
  attributes: { vertical },
})
const subcategory = (code: string, under: string, name: I18nText): SeededEntry => ({
  kind: 'subcategory',
  code,
  name,
  parent: `category:${under}`,
  attributes: {},
})
const portal = (code: string, name: I18nText, base_path: string, allowed_roles: string[], features: string[]): SeededEntry => ({
  kind: 'portal',
  code: code.replace('_', '-'),
  name,
  attributes: { portal_kind: code, base_path, allowed_roles, features },
})

/** Those a parent of another comes before it. */
export const entries: readonly SeededEntry[] = [
  country('SA', text('Saudi Arabia', 'Arabie saoudite', 'المملكة العربية السعودية'), 'SAR', 'Asia/Riyadh', '+966'),
  country('AE', text('United Arab Emirates', 'Émirats arabes unis', 'الإمارات العربية المتحدة'), 'AED', 'Asia/Dubai', '+971'),
  country('KW', text('Kuwait', 'Koweït', 'الكويت'), 'KWD', 'Asia/Kuwait', '+965'),
  country('QA', text('Qatar', 'Qatar', 'قطر'), 'QAR', 'Asia/Qatar', '+974'),
  country('BH', text('Bahrain', 'Bahreïn', 'البحرين'), 'BHD', 'Asia/Bahrain', '+973'),
  country('OM', text('Oman', 'Oman', 'عُمان'), 'OMR', 'Asia/Muscat', '+968'),

  authority('cityos', 'platform', text('Dakkah CityOS', 'Dakkah CityOS', 'دكة سيتي أو إس'), null, null),
  authority('ksa', 'country', text('Kingdom of Saudi Arabia', 'Royaume d’Arabie saoudite', 'المملكة العربية السعودية'), 'cityos', null),
  authority('riyadh-region', 'region', text('Riyadh Region', 'Région de Riyad', 'منطقة الرياض'), 'ksa', null),
  authority('riyadh', 'city', text('City of Riyadh', 'Ville de Riyad', 'مدينة الرياض'), 'riyadh-region', 'RUH'),

  scope('commerce', text('Commerce', 'Commerce', 'التجارة')),
  scope('services', text('Services', 'Services', 'الخدمات')),
  scope('lifestyle', text('Lifestyle', 'Art de vivre', 'نمط الحياة')),
  scope('community', text('Community', 'Vie locale', 'المجتمع')),

  category('shopping', 'commerce', text('Shopping', 'Achats', 'التسوق'), 'catalogue'),
  category('groceries', 'commerce', text('Groceries', 'Épicerie', 'البقالة'), 'grocery'),
  category('appointments', 'services', text('Appointments', 'Rendez-vous', 'المواعيد'), 'booking'),
  category('health', 'services', text('Health', 'Santé', 'الصحة'), 'healthcare'),
  category('eating-out', 'lifestyle', text('Eating out', 'Restaurants', 'المطاعم'), 'restaurant'),
  category('events', 'lifestyle', text('Events', 'Événements', 'الفعاليات'), 'event-ticketing'),
  category('public-services', 'community', text('Public services', 'Services publics', 'الخدمات العامة'), 'government'),
  category('giving', 'community', text('Giving', 'Dons', 'العطاء'), 'charity'),

  subcategory('fashion', 'shopping', text('Fashion', 'Mode', 'الأزياء')),
  subcategory('home', 'shopping', text('Home and living', 'Maison', 'المنزل')),
  subcategory('fresh', 'groceries', text('Fresh food', 'Produits frais', 'الأغذية الطازجة')),
  subcategory('beauty', 'appointments', text('Beauty', 'Beauté', 'التجميل')),
  subcategory('clinics', 'health', text('Clinics', 'Cliniques', 'العيادات')),
  subcategory('najdi-kitchen', 'eating-out', text('Najdi kitchen', 'Cuisine du Najd', 'المطبخ النجدي')),
  subcategory('coffee', 'eating-out', text('Coffee', 'Cafés', 'القهوة')),
  subcategory('concerts', 'events', text('Concerts', 'Concerts', 'الحفلات')),
  subcategory('permits', 'public-services', text('Permits', 'Autorisations', 'التصاريح')),

  portal('public', text('Shop', 'Boutique', 'المتجر'), '/', [], ['browse', 'checkout', 'account']),
  portal(
    'tenant_admin',
    text('Tenant administration', 'Administration', 'إدارة المستأجر'),
    '/admin',
    ['tenant-admin'],
    ['catalogue', 'orders', 'settings'],
  ),
  portal(
    'vendor',
    text('Vendor desk', 'Espace vendeur', 'مكتب البائع'),
    '/vendor',
    ['owner', 'manager', 'staff'],
    ['orders', 'products', 'payouts'],
  ),
  portal('b2b', text('Business', 'Entreprises', 'الأعمال'), '/business', [], ['quotes', 'approvals', 'invoices']),
  portal('city_partner', text('City partners', 'Partenaires de la ville', 'شركاء المدينة'), '/partners', ['viewer'], ['reports']),
  portal(
    'operator',
    text('Operators', 'Exploitation', 'المشغلون'),
    '/operator',
    ['super-admin', 'city-manager', 'sre'],
    ['tenants', 'fleet', 'audit'],
  ),
]

interface SeededNode {
  code: string
  type: NodeType
  name: I18nText
  parent: string | null
  location?: Point
  boundary?: Boundary
}

/** A rectangle; surveyed boundaries come by GeoJSON import. */
function area(south: number, west: number, north: number, east: number): Boundary {
  const corners: [number, number][] = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ]
  return { type: 'Polygon', coordinates: [corners] }
}

export const nodes: readonly SeededNode[] = [
  {
    code: 'RUH',
    type: 'CITY',
    name: text('Riyadh', 'Riyad', 'الرياض'),
    parent: null,
    location: { lat: 24.7136, lng: 46.6753 },
    boundary: area(24.4, 46.35, 25.05, 47.1),
  },
  {
    code: 'RUH-OLAYA',
    type: 'DISTRICT',
    name: text('Al Olaya', 'Al Olaya', 'العليا'),
    parent: 'RUH',
    boundary: area(24.68, 46.665, 24.712, 46.695),
  },
  {
    code: 'RUH-MALQA',
    type: 'DISTRICT',
    name: text('Al Malqa', 'Al Malqa', 'الملقا'),
    parent: 'RUH',
    boundary: area(24.795, 46.59, 24.83, 46.64),
  },
  {
    code: 'RUH-HITTIN',
    type: 'DISTRICT',
    name: text('Hittin', 'Hittin', 'حطين'),
    parent: 'RUH',
    boundary: area(24.755, 46.58, 24.79, 46.615),
  },
  { code: 'RUH-KAFD', type: 'DISTRICT', name: text('KAFD', 'KAFD', 'كافد'), parent: 'RUH', boundary: area(24.755, 46.63, 24.772, 46.652) },
  {
    code: 'RUH-DIRIYAH',
    type: 'DISTRICT',
    name: text('Diriyah', 'Diriyah', 'الدرعية'),
    parent: 'RUH',
    boundary: area(24.715, 46.55, 24.75, 46.59),
  },
  {
    code: 'RUH-NAKHEEL',
    type: 'DISTRICT',
    name: text('Al Nakheel', 'Al Nakheel', 'النخيل'),
    parent: 'RUH',
    boundary: area(24.73, 46.61, 24.752, 46.645),
  },
  {
    code: 'RUH-OLAYA-KFR',
    type: 'ZONE',
    name: text('King Fahad Road', 'Route du roi Fahd', 'طريق الملك فهد'),
    parent: 'RUH-OLAYA',
    boundary: area(24.685, 46.67, 24.705, 46.685),
  },
  {
    code: 'RUH-KAFD-CORE',
    type: 'ZONE',
    name: text('KAFD core', 'Cœur de KAFD', 'قلب كافد'),
    parent: 'RUH-KAFD',
    boundary: area(24.758, 46.634, 24.768, 46.648),
  },
  {
    code: 'RUH-OLAYA-MALL',
    type: 'FACILITY',
    name: text('Olaya Mall', 'Olaya Mall', 'العليا مول'),
    parent: 'RUH-OLAYA-KFR',
    location: { lat: 24.694, lng: 46.678 },
  },
  {
    code: 'RUH-KAFD-P2',
    type: 'FACILITY',
    name: text('KAFD car park P2', 'Parking P2 de KAFD', 'موقف كافد P2'),
    parent: 'RUH-KAFD-CORE',
    location: { lat: 24.7627, lng: 46.6403 },
  },
  {
    code: 'RUH-OLAYA-KIOSK-12',
    type: 'ASSET',
    name: text('Kiosk 12', 'Kiosque 12', 'الكشك 12'),
    parent: 'RUH-OLAYA-MALL',
    location: { lat: 24.6941, lng: 46.6782 },
  },
  {
    code: 'RUH-KAFD-SCREEN-12',
    type: 'ASSET',
    name: text('Screen 12', 'Écran 12', 'الشاشة 12'),
    parent: 'RUH-KAFD-P2',
    location: { lat: 24.7628, lng: 46.6404 },
  },
]

const everyDay = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

/** Proposals that a city confirms or replaces by its own next version. */
export const policies: readonly { authority: string; domain: string; name: I18nText; rules: PolicyRules }[] = [
  {
    authority: 'ksa',
    domain: 'commerce',
    name: text('Trade, Kingdom of Saudi Arabia', 'Commerce, Arabie saoudite', 'التجارة، المملكة العربية السعودية'),
    // statutory withdrawal: 00-conventions, cancellation policy
    rules: { max_cash_on_delivery_amount: { SAR: 1_000_000 }, min_return_days: 7 },
  },
  {
    authority: 'ksa',
    domain: 'content',
    name: text('What may be sold and advertised', 'Ce qui peut être vendu et annoncé', 'ما يجوز بيعه والإعلان عنه'),
    rules: {
      categories_denied: ['alcohol', 'gambling'],
      advertising_denied: ['alcohol', 'gambling', 'tobacco'],
      required_disclosures: ['privacy', 'returns', 'terms'],
    },
  },
  {
    authority: 'ksa',
    domain: 'data',
    name: text('Where health data lies', 'Où se trouvent les données de santé', 'مكان بيانات الصحة'),
    rules: { health_residency: ['GCC'] },
  },
  {
    authority: 'ksa',
    domain: 'access',
    name: text('Ages', 'Âges', 'الأعمار'),
    rules: { age_restricted_categories: { tobacco: 18 } },
  },
  {
    authority: 'riyadh',
    domain: 'commerce',
    name: text('Trading hours of Riyadh', 'Heures d’ouverture de Riyad', 'ساعات العمل في الرياض'),
    // round the clock since 2019; places and tenants narrow it
    rules: { trading_hours: [{ days: [...everyDay], from: '00:00', to: '24:00' }] },
  },
  {
    authority: 'riyadh',
    domain: 'content',
    name: text('Fireworks', 'Feux d’artifice', 'الألعاب النارية'),
    rules: { categories_denied: ['fireworks'] },
  },
]
