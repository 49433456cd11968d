import { z } from 'zod'
import { I18nText, Locale } from './locale.ts'
import { ResidencyZone, TenantPolicy } from './policy.ts'

export const reservedSlugs = ['cityos', 'admin', 'api', 'vendor', 'www', 'internal', 'static'] as const

/** Lower-case letters, digits and single hyphens, 3 to 40, starting with a letter: a DNS label. */
export const slugPattern = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){2,39}$/

export const TenantStatus = z.enum(['provisioning', 'trial', 'active', 'past_due', 'suspended', 'closing', 'closed', 'failed'])
export type TenantStatus = z.infer<typeof TenantStatus>

export const TenantRuntime = z.enum(['starting', 'running', 'asleep', 'crashed'])
export type TenantRuntime = z.infer<typeof TenantRuntime>

export const DriverName = z.enum(['local', 'kubernetes'])
export type DriverName = z.infer<typeof DriverName>

/** A brand colour and what follows from it; the storefront computes accessible shades (ux guide §3). */
export const ThemeTokens = z.object({
  brand: z.string().regex(/^#[0-9a-f]{6}$/),
  radius: z.enum(['none', 'small', 'medium', 'large']).default('medium'),
  logo_url: z.string().nullable().default(null),
})
export type ThemeTokens = z.infer<typeof ThemeTokens>

/**
 * The desired state of a tenant as its data plane sees it: written by the control plane, read-only in the data plane.
 * `version` grows by one with every change; an older document never replaces a newer one.
 */
export const TenantDocument = z.object({
  id: z.string(),
  version: z.int(),
  slug: z.string(),
  name: I18nText,
  status: TenantStatus,
  plan: z.string(),
  verticals: z.array(z.string()),
  locales: z.array(Locale).min(1),
  default_locale: Locale,
  currencies: z.array(z.string()).min(1),
  default_currency: z.string(),
  timezone: z.string(),
  country: z.string(),
  theme: ThemeTokens,
  release: z.string(),
  /** Public hosts without port, most canonical first: `souq.localhost`, custom domains. */
  domains: z.array(z.string()),
  /** Those of them that the tenant has given up: their pages lead to the first one. */
  former_domains: z.array(z.string()).optional(),
  /** Sandbox payments and clock control are allowed only where this is true or the base domain is `localhost`. */
  test: z.boolean(),
  /** Copies start quarantined: no workers, timers, outbox or outside credentials until lifted (design §3). */
  quarantined: z.boolean(),
  /** Nothing may be written for a moment: it is being moved, or put back to an earlier backup. */
  read_only: z.boolean().default(false),
  limits: z.record(z.string(), z.int()),
  /** What authorities, places and the platform rule for it, merged; absent or null: nothing is ruled. */
  policy: TenantPolicy.nullish(),
  /** Where its data lies. */
  residency_zone: ResidencyZone.nullish(),
})
export type TenantDocument = z.infer<typeof TenantDocument>
