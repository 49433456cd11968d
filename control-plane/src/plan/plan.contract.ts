import { endpoint, I18nText, listEndpoint, Money, patchOf, staff } from '@cityos/contract'
import { z } from 'zod'
import { Metered } from '../billing/metered.ts'

/** What a plan can limit; a missing one is unlimited. */
export const limitNames = ['verticals', 'products', 'staff', 'vendors', 'orders_month', 'storage_mb', 'domains', 'locales'] as const

export const PlanLimits = z.partialRecord(z.enum(limitNames), z.int().min(0))

const code = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,39}$/)
  .describe('Lower-case letters, digits and hyphens')

export const Plan = z.object({
  code: z.string(),
  name: I18nText,
  description: I18nText,
  price: Money,
  interval: z.enum(['month', 'year']),
  trial_days: z.int(),
  /** Limits by name: `verticals`, `products`, `staff`, `vendors`, `orders_month`, `storage_mb`, `domains`; a missing one is unlimited. */
  limits: z.record(z.string(), z.int()),
  /** Prices of use beyond what is included. */
  metered: Metered,
  default: z.boolean(),
  position: z.int(),
  /** Grows with every change of its terms; subscriptions keep the version they moved to. */
  version: z.int(),
  archived: z.boolean(),
  /** Tenants on it now, at any version. */
  subscriptions: z.int(),
  actions: z.array(z.enum(['change', 'archive', 'offer'])),
})
export type Plan = z.infer<typeof Plan>

const terms = z.object({
  name: I18nText,
  description: I18nText,
  price: Money.extend({ amount: z.int().min(0) }),
  interval: z.enum(['month', 'year']),
  trial_days: z.int().min(0).max(365),
  limits: PlanLimits,
  metered: Metered,
  position: z.int().min(0).max(10_000),
})
export const CreatePlan = terms
  .partial({ description: true, trial_days: true, limits: true, metered: true, position: true, interval: true })
  .extend({ code })
export type CreatePlan = z.infer<typeof CreatePlan>
export const ChangePlan = patchOf(terms)
export type ChangePlan = z.infer<typeof ChangePlan>

const byCode = z.object({ code: z.string() })

export const listPlans = listEndpoint({
  id: 'plan.list',
  method: 'GET',
  path: '/api/v1/plans',
  summary: 'Plans a tenant may be on',
  access: staff('read', 'plan'),
  query: z.object({
    /** Also those that are no longer offered. */
    archived: z.stringbool().default(false),
  }),
  response: Plan,
})

export const readPlan = endpoint({
  id: 'plan.read',
  method: 'GET',
  path: '/api/v1/plans/{code}',
  summary: 'One plan',
  access: staff('read', 'plan'),
  params: byCode,
  response: Plan,
})

export const createPlan = endpoint({
  id: 'plan.create',
  method: 'POST',
  path: '/api/v1/plans',
  summary: 'A new plan',
  access: staff('create', 'plan'),
  body: CreatePlan,
  response: Plan,
  status: 201,
  errors: ['already_exists', 'validation_failed'],
})

export const changePlan = endpoint({
  id: 'plan.change',
  method: 'PATCH',
  path: '/api/v1/plans/{code}',
  summary: 'Change a plan: whoever is on it keeps its terms until they move',
  access: staff('update', 'plan'),
  params: byCode,
  body: ChangePlan,
  response: Plan,
  errors: ['validation_failed'],
})

const verb = <const Verb extends string>(name: Verb, summary: string) =>
  endpoint({
    id: `plan.${name}`,
    method: 'POST',
    path: `/api/v1/plans/{code}/${name}`,
    summary,
    access: staff('update', 'plan'),
    params: byCode,
    response: Plan,
    errors: ['invalid_transition'],
  })

export const archivePlan = verb('archive', 'Offer a plan no longer; whoever is on it stays on it')
export const offerPlan = verb('offer', 'Offer an archived plan again')

export const AddOn = z.object({
  vertical: z.string(),
  name: I18nText,
  /** By the month, whatever the plan's interval. */
  price: Money,
  offered: z.boolean(),
  version: z.int(),
  /** Tenants that have it now. */
  subscriptions: z.int(),
  actions: z.array(z.enum(['change'])),
})
export type AddOn = z.infer<typeof AddOn>

export const listAddOns = listEndpoint({
  id: 'add_on.list',
  method: 'GET',
  path: '/api/v1/add-ons',
  summary: 'Verticals that can be taken beside a plan, with their price by the month',
  access: staff('read', 'plan'),
  query: z.object({ offered: z.stringbool().optional() }),
  response: AddOn,
})

export const changeAddOn = endpoint({
  id: 'add_on.change',
  method: 'PATCH',
  path: '/api/v1/add-ons/{vertical}',
  summary: 'Change the price of an add-on, or offer it no longer; whoever has it keeps its price',
  access: staff('update', 'plan'),
  params: z.object({ vertical: z.string() }),
  body: z.object({ price: Money.extend({ amount: z.int().min(0) }).optional(), offered: z.boolean().optional() }),
  response: AddOn,
  errors: ['validation_failed'],
})
