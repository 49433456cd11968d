import { z } from 'zod'

/** The ten staff roles and the two platform duties (docs/spec/core.md, tenant). */
export const StaffRole = z.enum([
  'super-admin',
  'tenant-admin',
  'compliance-officer',
  'auditor',
  'city-manager',
  'district-manager',
  'zone-operator',
  'facility-operator',
  'asset-technician',
  'viewer',
  'sre',
  'finance',
])
export type StaffRole = z.infer<typeof StaffRole>

/** A role on one tenant (or, with `tenant_id` null, city-wide), limited to node subtrees; an empty list grants no node. */
export const Grant = z.object({
  role: StaffRole,
  tenant_id: z.string().nullable(),
  nodes: z.array(z.string()),
  /** Paths of those nodes when the token was issued: planes decide by prefix without asking anybody. */
  paths: z.array(z.string()).optional(),
  /** Takes away what the role would give there; a denial wins over every other grant. */
  deny: z.boolean().optional(),
  /** Only what the role may read. */
  read_only: z.boolean().optional(),
})
export type Grant = z.infer<typeof Grant>

/** The audience of tokens for the control plane's own API. */
export const platformAudience = 'cityos'
/** The audience of tokens for one tenant's data plane. */
export const tenantAudience = (tenantId: string): string => `tenant:${tenantId}`

/** Claims of a staff access token: signed by the control plane (EdDSA), verified offline by every plane, 15 minutes. */
export const StaffClaims = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  sid: z.string(),
  jti: z.string(),
  iat: z.int(),
  exp: z.int(),
  email: z.string(),
  name: z.string(),
  /** Only the grants that count for this audience. */
  grants: z.array(Grant),
  /** Who really acts, while `sub` is the one in whose name (RFC 8693, 4.1): support access to a tenant. */
  act: z.object({ sub: z.string(), name: z.string() }).optional(),
  /** The support access this token was issued for, and how long it lasts. */
  support: z.object({ id: z.string(), until: z.iso.datetime(), read_only: z.boolean() }).optional(),
})
export type StaffClaims = z.infer<typeof StaffClaims>

/** Claims of a plane-to-plane token: 60 seconds, signed (HS256) with the tenant's plane key. */
export const PlaneClaims = z.object({
  iss: z.enum(['control-plane', 'data-plane', 'node']),
  aud: z.enum(['control-plane', 'data-plane', 'node']),
  tenant_id: z.string(),
  iat: z.int(),
  exp: z.int(),
})
export type PlaneClaims = z.infer<typeof PlaneClaims>
