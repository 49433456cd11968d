import { type Locale, reservedSlugs, slugPattern } from '@cityos/contract'

/** What the wizard has gathered so far: the answers as the form keeps them. */
export interface TenantDraft {
  name_en: string
  name_fr: string
  name_ar: string
  slug: string
  owner: string
  plan: string
  verticals: string[]
  locales: Locale[]
  default_locale: Locale
  currency: string
  country: string
  timezone: string
  /** Region of a cluster; empty: whatever the platform does without being told. */
  cluster_region: string
  seed: boolean
}

export const wizardSteps = ['identity', 'owner', 'verticals', 'region', 'review'] as const
export type WizardStep = (typeof wizardSteps)[number]

export const emptyDraft: TenantDraft = {
  name_en: '',
  name_fr: '',
  name_ar: '',
  slug: '',
  owner: '',
  plan: 'standard',
  verticals: [],
  locales: ['en', 'fr', 'ar'],
  default_locale: 'ar',
  currency: 'SAR',
  country: 'SA',
  timezone: 'Asia/Riyadh',
  cluster_region: '',
  seed: false,
}

/** Which step asks for a field of the API: where the wizard goes back to when the server refuses one. */
export const stepOfField: Record<string, WizardStep> = {
  name: 'identity',
  slug: 'identity',
  owner: 'owner',
  plan: 'owner',
  verticals: 'verticals',
  locales: 'region',
  default_locale: 'region',
  currency: 'region',
  currencies: 'region',
  country: 'region',
  timezone: 'region',
  driver: 'region',
  region: 'region',
  seed: 'region',
}

export type DraftFailures = Partial<Record<keyof TenantDraft, string>>

const email = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/

/** Proposes an address from a name: `Souq Al Zal!` → `souq-al-zal`; empty when nothing Latin is left. */
export function slugFromName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  return slugPattern.test(plain) ? plain : ''
}

/** i18n key of what is wrong with an address, before the server is asked; null when its shape is right. */
export function slugFailure(slug: string): string | null {
  if (!slug) return 'ra.validation.required'
  if ((reservedSlugs as readonly string[]).includes(slug)) return 'error.slug_reserved'
  return slugPattern.test(slug) ? null : 'error.slug_malformed'
}

/** What a step still lacks, as field → i18n key; the review lacks what any step lacks. */
export function draftFailures(step: WizardStep, draft: TenantDraft): DraftFailures {
  const failures: DraftFailures = {}
  const all = step === 'review'
  if (all || step === 'identity') {
    if (!draft.name_en.trim()) failures.name_en = 'ra.validation.required'
    const slug = slugFailure(draft.slug)
    if (slug) failures.slug = slug
  }
  if (all || step === 'owner') {
    if (!email.test(draft.owner.trim())) failures.owner = draft.owner.trim() ? 'wizard.owner_format' : 'ra.validation.required'
    if (!draft.plan) failures.plan = 'ra.validation.required'
  }
  if (all || step === 'region') {
    if (draft.locales.length === 0) failures.locales = 'wizard.one_language'
    else if (!draft.locales.includes(draft.default_locale)) failures.default_locale = 'wizard.default_language'
    if (!/^[A-Z]{3}$/.test(draft.currency)) failures.currency = 'wizard.currency_format'
  }
  return failures
}

/** The body of `POST /api/v1/tenants`. */
export function toRequest(draft: TenantDraft) {
  const name = { en: draft.name_en.trim(), fr: draft.name_fr.trim() || undefined, ar: draft.name_ar.trim() || undefined }
  return {
    slug: draft.slug,
    name: name.fr || name.ar ? name : name.en,
    owner: draft.owner.trim(),
    plan: draft.plan,
    verticals: draft.verticals,
    locales: draft.locales,
    default_locale: draft.default_locale,
    currency: draft.currency,
    country: draft.country,
    timezone: draft.timezone,
    ...(draft.cluster_region === '' ? {} : { driver: 'kubernetes' as const, region: draft.cluster_region }),
    seed: draft.seed,
  }
}
