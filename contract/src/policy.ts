import { z } from 'zod'

/** Where data may lie (docs/spec/infrastructure.md, region-zone). */
export const residencyZones = ['GCC', 'EU', 'MENA', 'APAC', 'AMERICAS', 'GLOBAL'] as const
export const ResidencyZone = z.enum(residencyZones)
export type ResidencyZone = z.infer<typeof ResidencyZone>

export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export const Weekday = z.enum(weekdays)
export type Weekday = z.infer<typeof Weekday>

/** `HH:MM` of a day, `24:00` its end. */
export const TimeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time such as 08:30, at most 24:00')

/** Open from `from` until `to` on each of these days; hours past midnight are a window of the next day. */
export const TradingWindow = z
  .object({ days: z.array(Weekday).min(1), from: TimeOfDay, to: TimeOfDay })
  .refine((window) => window.from < window.to, { message: 'a window ends after it begins; what goes past midnight is a second window' })
export type TradingWindow = z.infer<typeof TradingWindow>

/** Currency → amount in minor units. */
const Amounts = z.record(z.string().regex(/^[A-Z]{3}$/), z.int().min(0))
const Codes = z.array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/)).max(500)

/** Everything a policy can rule. What is left out is not ruled: whatever lies above decides. */
export const PolicyRules = z
  .object({
    /** Only these verticals may be on. */
    verticals_allowed: Codes,
    /** These may never be on. */
    verticals_denied: Codes,
    /** Greatest total of one order, by currency. */
    max_order_amount: Amounts,
    /** Cash on delivery: whether at all, and up to which total. */
    cash_on_delivery: z.boolean(),
    max_cash_on_delivery_amount: Amounts,
    /** Whether somebody without an account may buy. */
    guest_checkout: z.boolean(),
    /** When orders are taken, in the tenant's time zone; an empty list: never. */
    trading_hours: z.array(TradingWindow).max(50),
    /** Days in which goods can be given back, at least. */
    min_return_days: z.int().min(0).max(365),
    /** Categories nothing may be published in. */
    categories_denied: Codes,
    /** Category → age from which it may be bought. */
    age_restricted_categories: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/), z.int().min(1).max(120)),
    /** Advertising of these categories is forbidden. */
    advertising_denied: Codes,
    /** Texts a shop must publish: `returns`, `privacy`, `terms` … */
    required_disclosures: Codes,
    /** Where this tenant's data may lie. */
    residency: z.array(ResidencyZone).max(6),
    /** Where health data may lie. */
    health_residency: z.array(ResidencyZone).max(6),
    /** Age from which somebody may buy anything here. */
    age_limit: z.int().min(1).max(120),
  })
  .partial()
  .strict()
export type PolicyRules = z.infer<typeof PolicyRules>
export type PolicyRule = keyof PolicyRules
export const policyRules = Object.keys(PolicyRules.shape) as PolicyRule[]

/** A rule set aside for one tenant until a moment; `value` null: it does not apply until then. */
export const PolicyExemption = z.object({
  rule: z.enum(policyRules as [PolicyRule, ...PolicyRule[]]),
  value: z.unknown(),
  until: z.iso.datetime(),
})
export type PolicyExemption = z.infer<typeof PolicyExemption>

/**
 * What governs one tenant, as its data plane receives it: the merge of every policy above it. `version` is the number of
 * the governance change it is as of; every decision names it. An exemption ends by the clock of whoever decides.
 */
export const TenantPolicy = PolicyRules.extend({ version: z.int(), exemptions: z.array(PolicyExemption).default([]) }).strip()
export type TenantPolicy = z.infer<typeof TenantPolicy>

/** The rules in force at a moment. */
export function rulesAt(policy: TenantPolicy, now: Date): PolicyRules {
  const { version: _version, exemptions, ...rules } = policy
  const live = exemptions.filter((exemption) => new Date(exemption.until) > now)
  if (live.length === 0) return rules
  const changed: Record<string, unknown> = { ...rules }
  for (const { rule, value } of live) {
    if (value === null || value === undefined) delete changed[rule]
    else changed[rule] = value
  }
  return PolicyRules.parse(changed)
}

/** Verticals that keep health data: they are on only where such data may lie. */
export const healthVerticals: readonly string[] = ['healthcare']

/** Why a vertical may not be on under these rules; null when it may. @param zone where the tenant's data lies; unknown counts as elsewhere */
export function verticalDenial(rules: PolicyRules, vertical: string, zone: ResidencyZone | null | undefined): PolicyRule | null {
  if (rules.verticals_denied?.includes(vertical)) return 'verticals_denied'
  if (rules.verticals_allowed && !rules.verticals_allowed.includes(vertical)) return 'verticals_allowed'
  if (!rules.health_residency || !healthVerticals.includes(vertical)) return null
  return zone && rules.health_residency.includes(zone) ? null : 'health_residency'
}
