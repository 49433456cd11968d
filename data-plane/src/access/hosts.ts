import type { Surface } from '@cityos/http'

const prefixes = { 'admin.': 'admin', 'vendor.': 'vendor', 'api.': 'api' } as const

/**
 * Which front door a host is (design §9): a domain of the tenant itself is the shop; `admin.`, `vendor.` and `api.`
 * before it are its other doors. Health, metrics and the other plane's routes answer on any name, because their callers
 * come by the socket.
 * @returns null for a host that is not this tenant's
 */
export function surfaceOf(host: string, path: string, domains: readonly string[]): Surface | null {
  if (path.startsWith('/internal/') || path === '/health' || path === '/alive' || path === '/metrics') return 'internal'
  if (domains.includes(host)) return 'store'
  for (const [prefix, surface] of Object.entries(prefixes)) {
    if (host.startsWith(prefix) && domains.includes(host.slice(prefix.length))) return surface
  }
  return null
}
