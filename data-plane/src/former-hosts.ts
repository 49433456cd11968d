import { hostOf } from '@cityos/http'
import type { FastifyInstance } from 'fastify'
import type { TenantContext } from '../platform/tenant/tenant-context.ts'

/**
 * Pages asked for under an address the tenant has given up lead to the same page under its present one, for good (308).
 * The API goes on answering there until the address runs out, so that nothing that calls it breaks.
 */
export function leadToNewAddress(scope: FastifyInstance, tenant: TenantContext, at: { scheme: string; port: number | null }): void {
  scope.addHook('onRequest', async (request, reply) => {
    const { domains, former_domains: former = [] } = tenant.document
    if (former.length === 0 || (request.method !== 'GET' && request.method !== 'HEAD')) return
    const moved = movedHost(hostOf(request), former, domains)
    if (!moved) return
    const usual = at.scheme === 'https' ? 443 : 80
    const port = at.port === null || at.port === usual ? '' : `:${at.port}`
    return reply.redirect(`${at.scheme}://${moved}${port}${request.url}`, 308)
  })
}

/** `admin.old.city` → `admin.new.city`; null for a host that is not a former one. */
export function movedHost(host: string, former: readonly string[], domains: readonly string[]): string | null {
  const old = former.find((domain) => host === domain || host.endsWith(`.${domain}`))
  const present = domains.find((domain) => !former.includes(domain))
  return old && present ? host.slice(0, host.length - old.length) + present : null
}
