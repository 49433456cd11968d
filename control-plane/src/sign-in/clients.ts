import { DomainError, platformAudience } from '@cityos/contract'
import { originOf } from '../domain/domain.view.ts'
import type { Db } from '../registry/registry.ts'
import { issuer, type Settings } from '../settings.ts'

export const outOfBand = 'urn:ietf:wg:oauth:2.0:oob'

/**
 * Checks that a client may get codes for an audience at an address. Nothing is redirected to an address that is not on
 * this list.
 * @param audience `cityos` or `tenant:<id>`
 * @throws DomainError invalid_request
 */
export async function checkClient(
  db: Db,
  settings: Settings,
  client: { id: string; redirectUri: string; audience: string },
): Promise<void> {
  const allowed = await redirectUris(db, settings, client.id, client.audience)
  if (allowed === 'loopback') {
    if (client.redirectUri === outOfBand || isLoopback(client.redirectUri)) return
  } else if (allowed.includes(client.redirectUri)) return
  throw new DomainError('invalid_request', {
    field: 'redirect_uri',
    message: `${client.redirectUri.slice(0, 200)} is not an address of client ${client.id}`,
  })
}

async function redirectUris(db: Db, settings: Settings, clientId: string, audience: string): Promise<string[] | 'loopback'> {
  const tenantId = audience.startsWith('tenant:') ? audience.slice('tenant:'.length) : null
  if (audience !== platformAudience && tenantId === null)
    throw new DomainError('invalid_request', { field: 'resource', message: 'resource is "cityos" or "tenant:<id>"' })
  switch (clientId) {
    case 'cli':
      return 'loopback'
    case 'operator-console':
      if (tenantId !== null)
        throw new DomainError('invalid_request', { field: 'resource', message: 'the operator console is for "cityos"' })
      return [`${issuer(settings)}/auth/callback`]
    // no program at all: a sign-in for the pages of the issuer itself
    case 'account':
      return tenantId === null ? [`${issuer(settings)}/oauth/account`] : []
    case 'tenant-console': {
      if (tenantId === null)
        throw new DomainError('invalid_request', { field: 'resource', message: 'a tenant console is for "tenant:<id>"' })
      const [domains, owned] = await Promise.all([
        db.tenant_domain.findMany({ where: { tenant_id: tenantId, verified_at: { not: null } } }),
        db.custom_domain.findMany({ where: { tenant_id: tenantId, ended_at: null }, select: { certificate_hosts: true } }),
      ])
      const secure = new Set(owned.flatMap((domain) => domain.certificate_hosts))
      return domains.map(({ host }) => `${originOf(settings, `admin.${host}`, secure.has(`admin.${host}`))}/auth/callback`)
    }
    default:
      throw new DomainError('invalid_request', { field: 'client_id', message: `there is no client "${clientId.slice(0, 60)}"` })
  }
}

/** A program on the caller's own machine (RFC 8252, 7.3): any port of the loopback address. */
function isLoopback(uri: string): boolean {
  if (!URL.canParse(uri)) return false
  const { protocol, hostname } = new URL(uri)
  return protocol === 'http:' && (hostname === '127.0.0.1' || hostname === '[::1]')
}
