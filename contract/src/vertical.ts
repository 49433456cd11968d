import type { I18nText } from './locale.ts'

/** A vertical of the platform (docs/spec/README.md): what a tenant may have switched on. */
export interface VerticalName {
  code: string
  name: Required<I18nText>
}

const vertical = (code: string, en: string, fr: string, ar: string): VerticalName => ({ code, name: { en, fr, ar } })

/** All verticals the platform knows: the catalogue, then the order of docs/spec/README.md. Which of them a release carries is the release's affair. */
export const verticals: readonly VerticalName[] = [
  vertical('catalogue', 'Shop', 'Boutique', 'متجر'),
  vertical('restaurant', 'Restaurants', 'Restaurants', 'مطاعم'),
  vertical('booking', 'Bookings', 'Réservations', 'حجوزات'),
  vertical('event-ticketing', 'Events and tickets', 'Événements et billets', 'فعاليات وتذاكر'),
  vertical('auction', 'Auctions', 'Enchères', 'مزادات'),
  vertical('rental', 'Rentals', 'Locations', 'تأجير'),
  vertical('real-estate', 'Real estate', 'Immobilier', 'عقارات'),
  vertical('healthcare', 'Healthcare', 'Santé', 'رعاية صحية'),
  vertical('education', 'Education', 'Formation', 'تعليم'),
  vertical('freelance', 'Freelance', 'Indépendants', 'عمل حر'),
  vertical('crowdfunding', 'Crowdfunding', 'Financement participatif', 'تمويل جماعي'),
  vertical('automotive', 'Vehicles', 'Véhicules', 'مركبات'),
  vertical('classified', 'Classified ads', 'Petites annonces', 'إعلانات مبوبة'),
  vertical('affiliate', 'Affiliates', 'Affiliation', 'تسويق بالعمولة'),
  vertical('travel', 'Travel', 'Voyages', 'سفر'),
  vertical('charity', 'Charity', 'Dons', 'أعمال خيرية'),
  vertical('grocery', 'Groceries', 'Épicerie', 'بقالة'),
  vertical('parking', 'Parking', 'Stationnement', 'مواقف'),
  vertical('pet-service', 'Pet services', 'Services animaliers', 'خدمات الحيوانات الأليفة'),
  vertical('fitness', 'Fitness', 'Sport', 'لياقة'),
  vertical('legal', 'Legal services', 'Services juridiques', 'خدمات قانونية'),
  vertical('government', 'Government services', 'Services publics', 'خدمات حكومية'),
  vertical('utilities', 'Utilities', 'Eau et énergie', 'مرافق'),
  vertical('advertising', 'Advertising', 'Publicité', 'إعلان'),
  vertical('social-commerce', 'Social commerce', 'Commerce social', 'تجارة اجتماعية'),
  vertical('warranty', 'Warranties', 'Garanties', 'ضمانات'),
  vertical('financial-product', 'Financial products', 'Produits financiers', 'منتجات مالية'),
  vertical('insurance', 'Insurance', 'Assurance', 'تأمين'),
]

export const verticalCodes: readonly string[] = verticals.map((item) => item.code)

/** role → subject → actions: `{ owner: { restaurant: ['read', 'write'] } }`. */
export type Permissions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

/** Facts about a vertical: plain data, the same for server, storefront and console. At most ten keys, no functions. */
export interface VerticalManifest {
  /** Its code in the tenant document: `event-ticketing`. */
  readonly name: string
  /** What its tables, kinds and events begin with: `event` of `event_ticket`, `event.ticket`, `event.ticket.issued`. */
  readonly prefix: string
  readonly title: Required<I18nText>
  /** Verticals that have to be on for this one. */
  readonly dependsOn: readonly string[]
  /** Kinds of cart lines it sells: `event.ticket`. */
  readonly kinds: readonly string[]
  /** Its nouns as they stand in paths: `bookings`. */
  readonly resources: readonly string[]
  /**
   * What each role may do with its subjects, by the roles of the plane's abilities; what no line here allows is refused.
   * `super-admin` may everything `tenant-admin` may.
   */
  readonly permissions: { readonly staff: Permissions; readonly vendor: Permissions }
  /** Entries of the menus: path below the surface's root. */
  readonly navigation: readonly {
    readonly surface: 'store' | 'vendor' | 'admin'
    readonly path: string
    readonly title: Required<I18nText>
  }[]
}
