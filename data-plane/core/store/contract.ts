import { anyone, endpoint, I18nText, Locale, listEndpoint, staff, ThemeTokens } from '@cityos/contract'
import { z } from 'zod'

export * from './key.contract.ts'
export * from './settings.contract.ts'

const ById = z.object({ id: z.string() })

export const StoreStatus = z.enum(['draft', 'live', 'maintenance', 'archived'])
export type StoreStatus = z.infer<typeof StoreStatus>
export const StoreKind = z.enum(['retail', 'marketplace', 'b2b', 'kiosk', 'super_app'])
export type StoreKind = z.infer<typeof StoreKind>
export const PolicyKind = z.enum(['returns', 'privacy', 'terms', 'shipping'])
export type PolicyKind = z.infer<typeof PolicyKind>

export const TenantView = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  status: z.string(),
  locales: z.array(Locale),
  default_locale: Locale,
  currencies: z.array(z.string()),
  default_currency: z.string(),
  timezone: z.string(),
  country: z.string(),
  verticals: z.array(z.string()),
  theme: ThemeTokens,
  /** Sandbox payment is offered here. */
  test: z.boolean(),
  /** Reads go on, nothing can be bought (a suspended tenant): show a banner. */
  read_only: z.boolean(),
  /** A copy that was not lifted yet: it can be read, and sells nothing. */
  quarantined: z.boolean(),
})
export type TenantView = z.infer<typeof TenantView>

export const getTenant = endpoint({
  id: 'store.tenant.get',
  method: 'GET',
  path: '/v1/store/tenant',
  summary: 'Branding, languages, currencies and verticals of the tenant behind this host',
  access: anyone,
  response: TenantView,
})

export const Contact = z.object({
  email: z.string().nullable().default(null),
  phone: z.string().nullable().default(null),
  address: I18nText.nullable().default(null),
})
export const Legal = z.object({
  legal_name: I18nText.nullable().default(null),
  cr_no: z.string().nullable().default(null),
  /** Saudi VAT number: 15 digits, first and last a 3 (`docs/spec/core.md`, store). */
  vat_no: z.string().nullable().default(null),
  vat_registered: z.boolean().default(false),
})

export const StoreView = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  tagline: z.string(),
  kind: StoreKind,
  status: StoreStatus,
  maintenance_message: z.string().nullable(),
  currencies: z.array(z.string()),
  default_currency: z.string(),
  locales: z.array(Locale),
  contact: z.object({ email: z.string().nullable(), phone: z.string().nullable(), address: z.string() }),
  legal: z.object({ legal_name: z.string(), cr_no: z.string().nullable(), vat_no: z.string().nullable() }),
  seo: z.object({ title: z.string(), description: z.string() }),
  policies: z.array(z.object({ kind: PolicyKind, version: z.int() })),
})
export type StoreView = z.infer<typeof StoreView>

export const getCurrentStore = endpoint({
  id: 'store.store.current',
  method: 'GET',
  path: '/v1/store/stores/current',
  summary: 'The store behind this host',
  access: anyone,
  response: StoreView,
  errors: ['store_maintenance'],
})

const NavigationTarget = z.object({
  /** `category`, `vendor`, `policy`: by handle; `page`: a path below the language, e.g. `/search`. */
  kind: z.enum(['category', 'vendor', 'policy', 'page']),
  ref: z.string().max(120),
})
export const NavigationView = z.object({
  header: z.array(NavigationTarget.extend({ label: z.string() })),
  footer: z.array(z.object({ label: z.string(), items: z.array(NavigationTarget.extend({ label: z.string() })) })),
})
export type NavigationView = z.infer<typeof NavigationView>

export const getNavigation = endpoint({
  id: 'store.navigation.get',
  method: 'GET',
  path: '/v1/store/navigation',
  summary: 'Header and footer links',
  access: anyone,
  response: NavigationView,
})

export const PolicyView = z.object({ kind: PolicyKind, version: z.int(), title: z.string(), body: z.string(), published_at: z.string() })
export type PolicyView = z.infer<typeof PolicyView>

export const getPolicy = endpoint({
  id: 'store.policy.get',
  method: 'GET',
  path: '/v1/store/policies/{kind}',
  summary: 'The published policy of a kind; `body` is plain text with blank lines between paragraphs',
  access: anyone,
  params: z.object({ kind: PolicyKind }),
  response: PolicyView,
})

export const ManagedStore = z.object({
  id: z.string(),
  handle: z.string(),
  name: I18nText,
  tagline: I18nText,
  kind: StoreKind,
  status: StoreStatus,
  is_default: z.boolean(),
  currencies: z.array(z.string()),
  default_currency: z.string(),
  locales: z.array(Locale),
  contact: Contact,
  legal: Legal,
  seo: z.object({ title: I18nText.optional(), description: I18nText.optional() }),
  maintenance_message: I18nText.nullable(),
  /** What going live still needs; empty when it may. */
  missing: z.array(z.string()),
  /** Transitions the caller may do now; each is `POST …/{id}/<action>`. */
  actions: z.array(z.enum(['publish', 'maintain', 'archive'])),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type ManagedStore = z.infer<typeof ManagedStore>

const storeFields = {
  name: I18nText,
  tagline: I18nText,
  kind: StoreKind,
  currencies: z.array(z.string().regex(/^[A-Z]{3}$/)).min(1),
  default_currency: z.string().regex(/^[A-Z]{3}$/),
  locales: z.array(Locale).min(1),
  contact: Contact,
  legal: Legal,
  seo: z.object({ title: I18nText.optional(), description: I18nText.optional() }),
  maintenance_message: I18nText.nullable(),
}
export const StorePatch = z.object(storeFields).partial()
export type StorePatch = z.infer<typeof StorePatch>

export const adminListStores = listEndpoint({
  id: 'admin.store.list',
  method: 'GET',
  path: '/v1/admin/stores',
  summary: 'Stores of the tenant',
  access: staff('read', 'store'),
  query: z.object({ status: StoreStatus.optional() }),
  response: ManagedStore,
})

export const StoreInput = z.object({
  handle: z
    .string()
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)
    .min(2)
    .max(60),
  name: I18nText,
  tagline: I18nText.default({}),
  kind: StoreKind.default('marketplace'),
  currencies: storeFields.currencies,
  default_currency: storeFields.default_currency,
  locales: storeFields.locales,
  is_default: z.boolean().default(false),
})
export type StoreInput = z.infer<typeof StoreInput>

export const adminCreateStore = endpoint({
  id: 'admin.store.create',
  method: 'POST',
  path: '/v1/admin/stores',
  summary: 'Adds a store as a draft',
  access: staff('write', 'store'),
  body: StoreInput,
  response: ManagedStore,
  status: 201,
  errors: ['already_exists', 'default_exists', 'currency_not_supported'],
})

export const adminGetStore = endpoint({
  id: 'admin.store.get',
  method: 'GET',
  path: '/v1/admin/stores/{id}',
  summary: 'One store',
  access: staff('read', 'store'),
  params: ById,
  response: ManagedStore,
})

export const adminUpdateStore = endpoint({
  id: 'admin.store.update',
  method: 'PATCH',
  path: '/v1/admin/stores/{id}',
  summary: 'Changes a store',
  access: staff('write', 'store'),
  params: ById,
  body: StorePatch,
  response: ManagedStore,
  errors: ['currency_not_supported', 'validation_failed', 'publish_requirements_missing'],
})

const storeVerb = (name: 'publish' | 'maintain' | 'archive', summary: string) =>
  endpoint({
    id: `admin.store.${name}`,
    method: 'POST',
    path: `/v1/admin/stores/{id}/${name}`,
    summary,
    access: staff('write', 'store'),
    params: ById,
    response: ManagedStore,
    errors: ['invalid_transition', 'publish_requirements_missing'],
  })
export const adminPublishStore = storeVerb('publish', 'Takes a store live (or ends its maintenance)')
export const adminMaintainStore = storeVerb('maintain', 'Closes a live store for maintenance')
export const adminArchiveStore = storeVerb('archive', 'Archives a store')

export const ManagedPolicy = z.object({
  id: z.string(),
  kind: PolicyKind,
  version: z.int(),
  title: I18nText,
  body: I18nText,
  published_at: z.string().nullable(),
  created_at: z.string(),
})
export type ManagedPolicy = z.infer<typeof ManagedPolicy>

export const adminListPolicies = listEndpoint({
  id: 'admin.policy.list',
  method: 'GET',
  path: '/v1/admin/policies',
  summary: 'All versions of the policies, newest first',
  access: staff('read', 'store'),
  query: z.object({ kind: PolicyKind.optional() }),
  response: ManagedPolicy,
})

export const adminPublishPolicy = endpoint({
  id: 'admin.policy.publish',
  method: 'POST',
  path: '/v1/admin/policies',
  summary: 'Publishes a new version of a policy; orders keep the version they were placed under',
  access: staff('write', 'store'),
  body: z.object({ kind: PolicyKind, title: I18nText, body: I18nText }),
  response: ManagedPolicy,
  status: 201,
  errors: ['validation_failed'],
})

export const ManagedNavigation = z.object({
  header: z.array(NavigationTarget.extend({ label: I18nText })).max(16),
  footer: z.array(z.object({ label: I18nText, items: z.array(NavigationTarget.extend({ label: I18nText })).max(16) })).max(6),
})
export type ManagedNavigation = z.infer<typeof ManagedNavigation>

export const adminGetNavigation = endpoint({
  id: 'admin.navigation.get',
  method: 'GET',
  path: '/v1/admin/navigation',
  summary: 'Header and footer links in all languages',
  access: staff('read', 'store'),
  response: ManagedNavigation,
})

export const adminSetNavigation = endpoint({
  id: 'admin.navigation.set',
  method: 'PUT',
  path: '/v1/admin/navigation',
  summary: 'Replaces header and footer links',
  access: staff('write', 'store'),
  body: ManagedNavigation,
  response: ManagedNavigation,
})
