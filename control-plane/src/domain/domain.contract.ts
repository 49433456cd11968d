import { endpoint, listEndpoint, staff } from '@cityos/contract'
import { z } from 'zod'

export const DomainStatus = z.enum(['claimed', 'verified', 'live', 'failing', 'lost', 'removed'])
export type DomainStatus = z.infer<typeof DomainStatus>

/** A record the owner sets at whoever hosts the domain's DNS. */
export const DnsRecord = z.object({
  type: z.enum(['TXT', 'CNAME', 'A', 'AAAA']),
  name: z.string(),
  value: z.string(),
  /** `proof`: that the domain is theirs; `traffic`: where visitors go; `surface`: consoles and API beneath it. */
  purpose: z.enum(['proof', 'traffic', 'surface']),
})
export type DnsRecord = z.infer<typeof DnsRecord>

export const CustomDomain = z.object({
  id: z.string(),
  tenant_id: z.string(),
  /** In ASCII, as DNS has it. */
  host: z.string(),
  /** As people write it. */
  display_host: z.string(),
  status: DomainStatus,
  /** The tenant's first address: links in mails lead there. */
  canonical: z.boolean(),
  /** Where it is reached now; null before its proof. */
  url: z.string().nullable(),
  records: z.array(DnsRecord),
  /** What is wrong, in plain words; null when nothing is. */
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  verified_at: z.iso.datetime().nullable(),
  checked_at: z.iso.datetime().nullable(),
  /** Since when its proof is missing, and when it is released for that. */
  failing_since: z.iso.datetime().nullable(),
  released_at: z.iso.datetime().nullable(),
  /** False where this platform issues no certificates: the domain is served over plain HTTP. */
  certificates: z.boolean(),
  certificate: z
    .object({
      hosts: z.array(z.string()),
      not_before: z.iso.datetime(),
      not_after: z.iso.datetime(),
      issuer: z.string(),
      /** SHA-256 of the certificate, hexadecimal with colons. */
      fingerprint: z.string(),
    })
    .nullable(),
  next_check_at: z.iso.datetime().nullable(),
  /** What the caller may do with it now: `POST …/{host}/verify`, `POST …/{host}/canonical`, DELETE. */
  actions: z.array(z.enum(['verify', 'canonical', 'remove'])),
  created_at: z.iso.datetime(),
})
export type CustomDomain = z.infer<typeof CustomDomain>

const ofTenant = z.object({ id: z.string() })
const ofDomain = z.object({ id: z.string(), host: z.string().max(253) })

export const listDomains = listEndpoint({
  id: 'domain.list',
  method: 'GET',
  path: '/api/v1/tenants/{id}/domains',
  summary: 'Domains of its own that a tenant has, newest first',
  access: staff('read', 'domain'),
  params: ofTenant,
  query: z.object({ status: DomainStatus.optional() }),
  response: CustomDomain,
})

export const claimDomain = endpoint({
  id: 'domain.claim',
  method: 'POST',
  path: '/api/v1/tenants/{id}/domains',
  summary: 'Claim a domain; answers with the DNS records its owner has to set',
  access: staff('create', 'domain'),
  params: ofTenant,
  body: z.object({ host: z.string().trim().min(1).max(300) }),
  response: CustomDomain,
  status: 201,
  errors: ['domain_in_use', 'already_exists', 'quota_exceeded', 'validation_failed', 'invalid_transition'],
})

export const readDomain = endpoint({
  id: 'domain.read',
  method: 'GET',
  path: '/api/v1/tenants/{id}/domains/{host}',
  summary: 'One domain with its records and its certificate',
  access: staff('read', 'domain'),
  params: ofDomain,
  response: CustomDomain,
})

export const verifyDomain = endpoint({
  id: 'domain.verify',
  method: 'POST',
  path: '/api/v1/tenants/{id}/domains/{host}/verify',
  summary: 'Ask DNS for the proof now instead of waiting for the next look',
  access: staff('operate', 'domain'),
  params: ofDomain,
  response: CustomDomain,
  errors: ['domain_in_use', 'invalid_transition', 'dependency_unavailable'],
})

export const makeDomainCanonical = endpoint({
  id: 'domain.canonical',
  method: 'POST',
  path: '/api/v1/tenants/{id}/domains/{host}/canonical',
  summary: "Make a live domain the tenant's first address",
  access: staff('update', 'domain'),
  params: ofDomain,
  response: CustomDomain,
  errors: ['invalid_transition'],
})

export const removeDomain = endpoint({
  id: 'domain.remove',
  method: 'DELETE',
  path: '/api/v1/tenants/{id}/domains/{host}',
  summary: 'Give a domain up: it leads nowhere here at once, and others may claim it',
  access: staff('delete', 'domain'),
  params: ofDomain,
  response: CustomDomain,
})
