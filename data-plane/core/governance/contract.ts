import { anyone, endpoint, PolicyRules, ResidencyZone, staff } from '@cityos/contract'
import { z } from 'zod'

/** What the city's policies allow this shop; `rules` holds only what is ruled. */
export const Governed = z.object({
  /** Number of the governance change it is as of; refusals name it. */
  version: z.int(),
  /** Whether orders are taken at this moment. */
  open_now: z.boolean(),
  /** Of the trading hours. */
  timezone: z.string(),
  residency_zone: ResidencyZone.nullable(),
  rules: PolicyRules,
})

export const getStoreGovernance = endpoint({
  id: 'store.governance.get',
  method: 'GET',
  path: '/v1/store/governance',
  summary: 'What policies of the city allow here, as far as it concerns shoppers',
  access: anyone,
  response: Governed.extend({
    rules: PolicyRules.omit({ residency: true, health_residency: true, verticals_allowed: true, verticals_denied: true }),
  }),
})

export const getAdminGovernance = endpoint({
  id: 'admin.governance.get',
  method: 'GET',
  path: '/v1/admin/governance',
  summary: 'Everything policies of the city rule for this tenant, and the exemptions it has',
  access: staff('read', 'settings'),
  response: Governed.extend({ exemptions: z.array(z.object({ rule: z.string(), value: z.unknown(), until: z.iso.datetime() })) }),
})
