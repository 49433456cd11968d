import { endpoint, I18nText, listEndpoint, PolicyRules, patchOf, policyRules, staff } from '@cityos/contract'
import { z } from 'zod'

export const PolicyDomain = z.enum(['commerce', 'content', 'data', 'access'])
export type PolicyDomain = z.infer<typeof PolicyDomain>
export const PolicyStatus = z.enum(['draft', 'approved', 'active', 'superseded'])
export type PolicyStatus = z.infer<typeof PolicyStatus>
export const PolicyRuleName = z.enum(policyRules as [(typeof policyRules)[number], ...(typeof policyRules)[number][]])

/** What a policy governs: an authority and all below it, a place and all in it, or one tenant. */
export const PolicySubject = z.object({ kind: z.enum(['authority', 'node', 'tenant']), id: z.string(), code: z.string(), name: I18nText })
export type PolicySubject = z.infer<typeof PolicySubject>

export const Policy = z.object({
  id: z.string(),
  subject: PolicySubject,
  domain: PolicyDomain,
  name: I18nText,
  rules: PolicyRules,
  /** Counts per subject and domain. */
  version: z.int(),
  status: PolicyStatus,
  note: z.string().nullable(),
  effective_from: z.iso.datetime().nullable(),
  effective_until: z.iso.datetime().nullable(),
  /** Number of the governance change it came into force, or out of it, with. */
  revision: z.int().nullable(),
  created_by: z.string(),
  approved_by: z.string().nullable(),
  approved_at: z.iso.datetime().nullable(),
  activated_at: z.iso.datetime().nullable(),
  superseded_at: z.iso.datetime().nullable(),
  /** What the caller may ask for now: PATCH, DELETE, or `POST …/<action>`. */
  actions: z.array(z.enum(['change', 'remove', 'approve', 'activate', 'withdraw'])),
  row_version: z.int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})
export type Policy = z.infer<typeof Policy>

const PolicyText = z.object({
  name: I18nText.refine((name) => Boolean(name.en?.trim()), { message: 'a name in English is needed' }),
  rules: PolicyRules,
  note: z.string().max(2_000).nullable().default(null),
  /** Active from then on by itself once approved; null: when it is activated. */
  effective_from: z.iso.datetime().nullable().default(null),
  effective_until: z.iso.datetime().nullable().default(null),
})

export const PolicyInput = PolicyText.extend({
  subject: z.object({ kind: z.enum(['authority', 'node', 'tenant']), id: z.string().max(64) }),
  domain: PolicyDomain,
})
export type PolicyInput = z.infer<typeof PolicyInput>
export const PolicyChange = patchOf(PolicyText).extend({ row_version: z.int().optional() })
export type PolicyChange = z.infer<typeof PolicyChange>

/** Where a value comes from: one policy on the way down, and whether it narrowed what came from above. */
export const PolicySource = z.object({
  policy_id: z.string(),
  version: z.int(),
  subject: PolicySubject,
  value: z.unknown(),
  narrowed: z.boolean(),
})

export const EffectiveRule = z.object({
  rule: PolicyRuleName,
  domain: PolicyDomain,
  value: z.unknown(),
  /** Top to bottom. */
  sources: z.array(PolicySource),
  /** Set while an exception takes the rule's place: what would hold without it, and until when it holds. */
  exception: z.object({ id: z.string(), instead_of: z.unknown(), until: z.iso.datetime() }).nullable(),
})

export const EffectivePolicy = z.object({
  /** As of which governance change; every decision of a data plane names it. */
  version: z.int(),
  /** Whose policies were merged, top to bottom, also those without a policy. */
  chain: z.array(PolicySubject),
  rules: z.array(EffectiveRule),
})
export type EffectivePolicy = z.infer<typeof EffectivePolicy>

const ById = z.object({ id: z.string().max(64) })
const base = '/api/v1/policies'
const refusals = ['policy_widening', 'validation_failed', 'stale_version', 'invalid_transition'] as const

export const listPolicies = listEndpoint({
  id: 'policy.list',
  method: 'GET',
  path: base,
  summary: 'Policies the caller may see, newest first',
  access: staff('read', 'policy'),
  query: z.object({
    domain: PolicyDomain.optional(),
    status: PolicyStatus.optional(),
    authority_id: z.string().optional(),
    node_id: z.string().optional(),
    tenant_id: z.string().optional(),
  }),
  response: Policy,
})

export const readPolicy = endpoint({
  id: 'policy.read',
  method: 'GET',
  path: `${base}/{id}`,
  summary: 'One policy',
  access: staff('read', 'policy'),
  params: ById,
  response: Policy,
})

export const createPolicy = endpoint({
  id: 'policy.create',
  method: 'POST',
  path: base,
  summary: 'Drafts the next version of a policy; refused when it would widen what lies above',
  access: staff('create', 'policy'),
  body: PolicyInput,
  response: Policy,
  status: 201,
  errors: ['policy_widening', 'validation_failed'],
})

export const changePolicy = endpoint({
  id: 'policy.change',
  method: 'PATCH',
  path: `${base}/{id}`,
  summary: 'Changes a draft',
  access: staff('update', 'policy'),
  params: ById,
  body: PolicyChange,
  response: Policy,
  errors: refusals,
})

export const removePolicy = endpoint({
  id: 'policy.remove',
  method: 'DELETE',
  path: `${base}/{id}`,
  summary: 'Removes a draft',
  access: staff('delete', 'policy'),
  params: ById,
  response: z.object({ id: z.string() }),
  errors: ['invalid_transition'],
})

const verb = <const Id extends string>(name: Id, summary: string) =>
  endpoint({
    id: `policy.${name}`,
    method: 'POST',
    path: `${base}/{id}/${name}`,
    summary,
    access: staff('approve', 'policy'),
    params: ById,
    response: Policy,
    errors: refusals,
  })

export const approvePolicy = verb('approve', 'Approves a draft; one with a day in it comes into force by itself then')
export const activatePolicy = verb('activate', 'Puts an approved policy in force now; its predecessor is superseded')
export const withdrawPolicy = verb('withdraw', 'Takes an active policy out of force')

export const diffPolicy = endpoint({
  id: 'policy.diff',
  method: 'GET',
  path: `${base}/{id}/diff`,
  summary: 'What differs from another version, by default from the one in force',
  access: staff('read', 'policy'),
  params: ById,
  query: z.object({ against: z.string().optional() }),
  response: z.object({
    against: z.object({ id: z.string(), version: z.int(), status: PolicyStatus }).nullable(),
    rules: z.array(z.object({ rule: PolicyRuleName, before: z.unknown(), after: z.unknown() })),
  }),
})

export const simulatePolicy = endpoint({
  id: 'policy.simulate',
  method: 'POST',
  path: `${base}/{id}/simulate`,
  summary: 'What would hold for a tenant if this policy were in force',
  access: staff('read', 'policy'),
  params: ById,
  body: z.object({ tenant_id: z.string().max(64) }),
  response: z.object({
    /** Whether the tenant lies under the policy's subject at all. */
    applies: z.boolean(),
    /** Rules that would change for it. */
    changes: z.array(z.object({ rule: PolicyRuleName, before: z.unknown(), after: z.unknown() })),
    /** Verticals it has on that would go off. */
    verticals_off: z.array(z.string()),
    /** How many tenants the policy governs. */
    tenants: z.int(),
  }),
})

const effective = <const Id extends string>(id: Id, path: string, summary: string) =>
  endpoint({
    id,
    method: 'GET',
    path,
    summary,
    access: staff('read', 'policy'),
    params: ById,
    response: EffectivePolicy,
  })

export const readNodePolicy = effective(
  'node.policy',
  '/api/v1/nodes/{id}/policy',
  'What holds at a place, and where each value comes from',
)
export const readAuthorityPolicy = effective(
  'authority.policy',
  '/api/v1/authorities/{id}/policy',
  'What holds under an authority, and where each value comes from',
)
export const readTenantPolicy = effective(
  'tenant.policy',
  '/api/v1/tenants/{id}/policy',
  'What holds for a tenant, and where each value comes from',
)

export const PolicyException = z.object({
  id: z.string(),
  tenant_id: z.string(),
  rule: PolicyRuleName,
  /** Null: the rule does not apply. */
  value: z.unknown(),
  until: z.iso.datetime(),
  reason: z.string(),
  granted_by: z.string(),
  /** `ended`: taken back before its time. */
  status: z.enum(['live', 'expired', 'ended']),
  ended_at: z.iso.datetime().nullable(),
  revision: z.int(),
  actions: z.array(z.enum(['end'])),
  created_at: z.iso.datetime(),
})
export type PolicyException = z.infer<typeof PolicyException>

export const listPolicyExceptions = listEndpoint({
  id: 'policy_exception.list',
  method: 'GET',
  path: '/api/v1/policy-exceptions',
  summary: 'Exceptions tenants have been granted, newest first',
  access: staff('read', 'policy'),
  query: z.object({ tenant_id: z.string().optional(), rule: PolicyRuleName.optional() }),
  response: PolicyException,
})

export const grantPolicyException = endpoint({
  id: 'policy_exception.grant',
  method: 'POST',
  path: '/api/v1/policy-exceptions',
  summary: 'Sets a rule aside for one tenant until a moment',
  access: staff('approve', 'policy'),
  body: z.object({
    tenant_id: z.string().max(64),
    rule: PolicyRuleName,
    /** What holds instead; null: the rule does not apply. */
    value: z.unknown().default(null),
    until: z.iso.datetime(),
    reason: z.string().trim().min(5).max(500),
  }),
  response: PolicyException,
  status: 201,
  errors: ['already_exists', 'reason_required', 'validation_failed'],
})

export const endPolicyException = endpoint({
  id: 'policy_exception.end',
  method: 'POST',
  path: '/api/v1/policy-exceptions/{id}/end',
  summary: 'Takes an exception back before its time',
  access: staff('approve', 'policy'),
  params: ById,
  response: PolicyException,
  errors: ['invalid_transition'],
})
