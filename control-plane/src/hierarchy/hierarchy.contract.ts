import { Locale, ResidencyZone } from '@cityos/contract'
import { z } from 'zod'
import { hierarchyNoun } from './hierarchy.noun.ts'

const lower = /^[a-z][a-z0-9-]{1,62}$/

export const countries = hierarchyNoun({
  kind: 'country',
  path: 'countries',
  called: ['a country', 'countries'],
  code: /^[A-Z]{2}$/,
  parent: null,
  ownership: 'city',
  own: z.object({
    currency: z.string().regex(/^[A-Z]{3}$/),
    default_locale: Locale,
    timezone: z.string().max(64),
    residency_zone: ResidencyZone,
    dial_code: z.string().regex(/^\+\d{1,4}$/),
  }),
})

/** Top to bottom; each lies directly under one of the level above. */
export const authorityLevels = ['platform', 'country', 'region', 'city'] as const

export const authorities = hierarchyNoun({
  kind: 'authority',
  path: 'authorities',
  called: ['a governance authority', 'governance authorities'],
  code: lower,
  parent: 'authority',
  parentOptional: true,
  ownership: 'city',
  own: z.object({
    level: z.enum(authorityLevels),
    /** ISO 3166 code of its country; the platform has none. */
    country: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .nullable(),
    residency_zone: ResidencyZone.nullable(),
    /** The place it governs with all in it; null: none of its own. */
    node_id: z.string().max(64).nullable(),
  }),
})

export const scopes = hierarchyNoun({
  kind: 'scope',
  path: 'scopes',
  called: ['a scope', 'scopes'],
  code: lower,
  parent: null,
  ownership: 'city',
  own: z.object({}),
})

export const categories = hierarchyNoun({
  kind: 'category',
  path: 'categories',
  called: ['a category', 'categories'],
  code: lower,
  parent: 'scope',
  ownership: 'city',
  own: z.object({
    /** Vertical that trades in it; null: none in particular. */
    vertical: z.string().max(40).nullable(),
  }),
})

export const subcategories = hierarchyNoun({
  kind: 'subcategory',
  path: 'subcategories',
  called: ['a subcategory', 'subcategories'],
  code: lower,
  parent: 'category',
  ownership: 'city',
  own: z.object({}),
})

export const storeKinds = ['retail', 'marketplace', 'b2b', 'kiosk', 'super_app'] as const

export const stores = hierarchyNoun({
  kind: 'store',
  path: 'stores',
  called: ['a store', 'stores'],
  code: lower,
  parent: null,
  ownership: 'tenant',
  own: z.object({
    store_kind: z.enum(storeKinds),
    /** Subcategory it belongs to in the city's directory. */
    subcategory_id: z.string().max(64).nullable(),
    /** Where it is. */
    node_id: z.string().max(64).nullable(),
  }),
})

export const portalKinds = ['public', 'tenant_admin', 'vendor', 'b2b', 'city_partner', 'operator'] as const

export const portals = hierarchyNoun({
  kind: 'portal',
  path: 'portals',
  called: ['a portal', 'portals'],
  code: lower,
  parent: null,
  ownership: 'either',
  own: z.object({
    portal_kind: z.enum(portalKinds),
    base_path: z
      .string()
      .max(120)
      .regex(/^\/[a-z0-9/_-]*$/),
    /** Roles that may enter; empty: everybody. */
    allowed_roles: z.array(z.string().max(40)).max(30),
    features: z.array(z.string().regex(/^[a-z][a-z0-9_]{1,39}$/)).max(60),
  }),
})

/** In the order of dependency: each kind needs at most those before it. */
export const hierarchyNouns = [countries, authorities, scopes, categories, subcategories, stores, portals] as const
