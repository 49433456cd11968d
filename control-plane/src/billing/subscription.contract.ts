import { endpoint, I18nText, Money, patchOf, staff } from '@cityos/contract'
import { z } from 'zod'
import { Operation } from '../operation/operation.contract.ts'
import { Tenant } from '../tenant/tenant.contract.ts'

export const SubscriptionStatus = z.enum(['trialing', 'active', 'past_due', 'unpaid', 'cancelled'])

export const SubscriptionItem = z.object({
  id: z.string(),
  kind: z.enum(['plan', 'add_on']),
  /** The plan's code, or the add-on's vertical. */
  code: z.string(),
  name: I18nText,
  version: z.int(),
  /** A plan's for one of its periods, an add-on's for one month. */
  price: Money,
  started_at: z.iso.datetime(),
  /** Since when the add-on is off because it was not paid. */
  suspended_at: z.iso.datetime().nullable(),
})

export const BilledUsage = z.object({
  metric: z.enum(['orders', 'gmv_amount', 'storage_mb']),
  period_start: z.iso.datetime(),
  period_end: z.iso.datetime(),
  used: z.int(),
  /** Null: unlimited. */
  quota: z.int().nullable(),
  billed: z.int(),
})
export type BilledUsage = z.infer<typeof BilledUsage>

export const Subscription = z.object({
  tenant_id: z.string(),
  status: SubscriptionStatus,
  plan: z.string(),
  plan_version: z.int(),
  /** The plan's terms have changed since: `change` with the same plan moves to them. */
  has_newer_terms: z.boolean(),
  interval: z.enum(['month', 'year']),
  /** Day of the month on which periods begin, or the month's last. */
  anchor_day: z.int(),
  period: z.object({ no: z.int(), start: z.iso.datetime(), end: z.iso.datetime() }),
  trial_ends_at: z.iso.datetime().nullable(),
  ended_at: z.iso.datetime().nullable(),
  collection: z.enum(['offline', 'stripe']),
  terms_days: z.int(),
  /** Gross, used up by the next invoices. */
  credit: Money,
  /** Net, part of the next invoice: differences too small for an invoice of their own. */
  carried: Money,
  items: z.array(SubscriptionItem),
  /** Net, of one whole period, without use. */
  recurring: Money,
  limits: z.record(z.string(), z.int()),
  usage: z.array(BilledUsage),
  actions: z.array(z.enum(['change', 'portal', 'profile'])),
})
export type Subscription = z.infer<typeof Subscription>

/** What is wanted from now on; a plan alone, add-ons alone, or both. */
export const WantedTerms = z.object({
  plan: z.string().optional(),
  add: z.array(z.string()).max(40).default([]),
  remove: z.array(z.string()).max(40).default([]),
})
export type WantedTerms = z.infer<typeof WantedTerms>

const PreviewDocument = z.object({
  scope: z.string(),
  /** `carried`: too small for a document of its own, in the next invoice. */
  kind: z.enum(['invoice', 'credit_note', 'carried']),
  net: Money,
  tax: Money,
  total: Money,
  lines: z.array(z.object({ code: z.string(), net: Money, start: z.iso.datetime(), end: z.iso.datetime() })),
})

export const ChangePreview = z.object({
  /** Send it back as `prorated_at` within ten minutes: what was previewed is what is charged. */
  prorated_at: z.iso.datetime(),
  documents: z.array(PreviewDocument),
  /** Gross; negative when more goes back than is charged. */
  total: Money,
  verticals: z.array(z.string()),
  limits: z.record(z.string(), z.int()),
})
export type ChangePreview = z.infer<typeof ChangePreview>

const ofTenant = z.object({ id: z.string() })
const errors = [
  'unknown_plan',
  'unknown_vertical',
  'plan_below_usage',
  'quota_exceeded',
  'already_exists',
  'currency_mismatch',
  'invalid_transition',
  'validation_failed',
] as const

export const readSubscription = endpoint({
  id: 'subscription.read',
  method: 'GET',
  path: '/api/v1/tenants/{id}/subscription',
  summary: 'What a tenant pays for, its period, credit and use against the plan’s quota',
  access: staff('read', 'billing'),
  params: ofTenant,
  response: Subscription,
})

export const previewSubscription = endpoint({
  id: 'subscription.preview',
  method: 'POST',
  path: '/api/v1/tenants/{id}/subscription/preview',
  summary: 'What a change would cost now, to the second; nothing is changed',
  access: staff('read', 'billing'),
  params: ofTenant,
  body: WantedTerms,
  response: ChangePreview,
  errors,
})

export const changeSubscription = endpoint({
  id: 'subscription.change',
  method: 'POST',
  path: '/api/v1/tenants/{id}/subscription/change',
  summary: 'Another plan, the plan’s present terms, more or fewer add-ons',
  access: staff('update', 'billing'),
  params: ofTenant,
  body: WantedTerms.extend({
    /** From the preview. */
    prorated_at: z.iso.datetime().optional(),
    /** From the preview: refused with `price_changed` when it would come to something else. */
    expected_total: Money.optional(),
  }),
  response: z.object({ tenant: Tenant, operation: Operation }),
  status: 202,
  idempotencyKey: true,
  errors: [...errors, 'operation_in_progress', 'price_changed'],
})

export const BillingProfile = z.object({
  legal_name: z.string().trim().min(1).max(200),
  country: z.string().regex(/^[A-Z]{2}$/),
  vat_number: z.string().trim().min(4).max(40).nullable(),
  address: z.string().trim().max(200).nullable(),
  city: z.string().trim().max(100).nullable(),
  postal_code: z.string().trim().max(20).nullable(),
})
export type BillingProfile = z.infer<typeof BillingProfile>

export const readBillingProfile = endpoint({
  id: 'billing_profile.read',
  method: 'GET',
  path: '/api/v1/tenants/{id}/billing-profile',
  summary: 'To whom a tenant’s invoices are written',
  access: staff('read', 'billing'),
  params: ofTenant,
  response: BillingProfile,
})

export const changeBillingProfile = endpoint({
  id: 'billing_profile.change',
  method: 'PATCH',
  path: '/api/v1/tenants/{id}/billing-profile',
  summary: 'Change to whom later invoices are written; those that are issued stay',
  access: staff('update', 'billing'),
  params: ofTenant,
  body: patchOf(BillingProfile),
  response: BillingProfile,
  errors: ['validation_failed'],
})

export const openBillingPortal = endpoint({
  id: 'subscription.portal',
  method: 'POST',
  path: '/api/v1/tenants/{id}/subscription/portal',
  summary: 'A short-lived address of the payment provider’s portal: cards, invoices',
  access: staff('update', 'billing'),
  params: ofTenant,
  response: z.object({ url: z.string() }),
  errors: ['dependency_unavailable', 'invalid_transition'],
})
