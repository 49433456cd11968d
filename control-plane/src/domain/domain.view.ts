import type { custom_domain } from '../../generated/client.ts'
import { publicOrigin, type Settings } from '../settings.ts'
import { type Ability, allows } from '../staff/ability.ts'
import type { CustomDomain, DnsRecord, DomainStatus } from './domain.contract.ts'
import { issuesCertificates } from './domain.settings.ts'
import { shownHost, surfaces } from './host.ts'

/** Hours without proof after which a domain is released. */
export const graceHours = 72

/** Where its owner proves a domain. */
export const proofName = (host: string): string => `_cityos.${host}`
export const proofValue = (token: string): string => `cityos-domain=${token}`

/** The records to set. The top of a zone takes no CNAME: it gets the platform's addresses where they are known. */
export function recordsOf(row: Pick<custom_domain, 'host' | 'txt_token'>, slug: string, settings: Settings): DnsRecord[] {
  const { base_domain } = settings.binding.public
  const target = `${slug}.${base_domain}`
  const addresses = settings.domains.addresses.length > 0 || base_domain !== 'localhost' ? settings.domains.addresses : ['127.0.0.1']
  return [
    { type: 'TXT', name: proofName(row.host), value: proofValue(row.txt_token), purpose: 'proof' },
    { type: 'CNAME', name: row.host, value: target, purpose: 'traffic' },
    ...addresses.map((value): DnsRecord => ({ type: value.includes(':') ? 'AAAA' : 'A', name: row.host, value, purpose: 'traffic' })),
    ...surfaces.map((name): DnsRecord => ({ type: 'CNAME', name: `${name}.${row.host}`, value: target, purpose: 'surface' })),
  ]
}

export function viewDomain(row: custom_domain, slug: string, from: { settings: Settings; ability: Ability }): CustomDomain {
  const status = row.status as DomainStatus
  const routed = ['verified', 'live', 'failing'].includes(status)
  const may = (action: 'operate' | 'update' | 'delete') => allows(from.ability, action, 'domain', { tenant_id: row.tenant_id })
  const actions: CustomDomain['actions'] = []
  if ((routed || status === 'claimed') && may('operate')) actions.push('verify')
  if (status === 'live' && !row.canonical && may('update')) actions.push('canonical')
  if ((routed || status === 'claimed') && may('delete')) actions.push('remove')
  return {
    id: row.id,
    tenant_id: row.tenant_id,
    host: row.host,
    display_host: shownHost(row.host),
    status,
    canonical: row.canonical,
    url: routed ? originOf(from.settings, row.host, row.certificate_hosts.includes(row.host)) : null,
    records: recordsOf(row, slug, from.settings),
    failure: row.failure as CustomDomain['failure'],
    verified_at: row.verified_at?.toISOString() ?? null,
    checked_at: row.checked_at?.toISOString() ?? null,
    failing_since: row.failing_since?.toISOString() ?? null,
    released_at: row.failing_since ? new Date(row.failing_since.getTime() + graceHours * 3_600_000).toISOString() : null,
    certificates: issuesCertificates(from.settings.domains),
    certificate:
      row.certificate_not_before && row.certificate_not_after
        ? {
            hosts: row.certificate_hosts,
            not_before: row.certificate_not_before.toISOString(),
            not_after: row.certificate_not_after.toISOString(),
            issuer: row.certificate_issuer ?? '',
            fingerprint: row.certificate_fingerprint ?? '',
          }
        : null,
    next_check_at: row.next_at?.toISOString() ?? null,
    actions,
    created_at: row.created_at.toISOString(),
  }
}

/** Origin of a custom host as a browser reaches it. @param secure whether the gateway has a certificate for it */
export function originOf(settings: Settings, host: string, secure: boolean): string {
  const { tlsPort } = settings.domains
  if (!secure || tlsPort === null) return publicOrigin(settings, host)
  return `https://${host}${tlsPort === 443 ? '' : `:${tlsPort}`}`
}
