import type { Binding } from '@cityos/contract'
import type { HttpSettings, Log } from '@cityos/http'
import type { TenantContext } from '../platform/tenant/tenant-context.ts'
import { surfaceOf } from './access/hosts.ts'

/** What the wiring asks while it runs, but is made of things that exist only after it: filled by `serve`. */
export interface LateSettings {
  allowsOrigin: (origin: string) => Promise<boolean>
  onAnswered: NonNullable<HttpSettings['onAnswered']>
}

export function httpSettings(binding: Binding, tenant: TenantContext, log: Log, late: LateSettings): HttpSettings {
  return {
    service: 'data-plane',
    log,
    locales: () => ({ supported: tenant.document.locales, fallback: tenant.document.default_locale }),
    surfaceOf: (host, path) => surfaceOf(host, pathOf(path), tenant.document.domains),
    allowsOrigin: async (origin, host) => {
      if (!URL.canParse(origin)) return false
      const from = new URL(origin).hostname
      // Another door of this tenant (its consoles) may read the shop's API; cookies never come along.
      if (from !== host && surfaceOf(from, '/', tenant.document.domains) !== null) return true
      return late.allowsOrigin(origin)
    },
    secure: binding.public.scheme === 'https',
    checkAnswers: process.env['CITYOS_CHECK_ANSWERS'] === '1',
    onAnswered: (ctx) => late.onAnswered(ctx),
    openApi: { title: 'Dakkah CityOS, one tenant', version: tenant.release, path: '/v1/openapi.json' },
    redisUrl: process.env['REDIS_URL'] || undefined,
    keyPrefix: binding.tenant.id,
  }
}

function pathOf(url: string): string {
  const question = url.indexOf('?')
  return question < 0 ? url : url.slice(0, question)
}
