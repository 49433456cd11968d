import type { Locale } from '@cityos/contract'
import type { Log } from './log.ts'
import type { RequestContext, Surface } from './request-context.ts'

export const HTTP_SETTINGS = Symbol('cityos:http-settings')

/** What differs between the planes, as plain functions; values may change while the process runs (tenant document). */
export interface HttpSettings {
  service: 'data-plane' | 'control-plane'
  log: Log
  /** Languages to choose from by `Accept-Language`, and the one taken when none fits. */
  locales(): { supported: readonly Locale[]; fallback: Locale }
  /** Which front door a host is; null for a host that is not ours (404 unknown_host). */
  surfaceOf(host: string, path: string): Surface | null
  /** Foreign origins that may read answers (CORS), e.g. declared by publishable keys; own hosts need not be listed. */
  allowsOrigin(origin: string, host: string): boolean | Promise<boolean>
  /** Whether browsers reach us by https: cookies are Secure and HSTS is sent. */
  secure: boolean
  /** Check every answer against its declared schema (tests). */
  checkAnswers?: boolean
  /** Called when a request has been answered (idle clock, usage). */
  onAnswered?(ctx: RequestContext): void
  /** Title of the OpenAPI document and its path, e.g. `/v1/openapi.json`. */
  openApi: { title: string; version: string; path: string }
  /** Redis for what processes share (rate limits); in process without it. */
  redisUrl?: string | undefined
  /** Prefix of shared keys: the tenant's id, or `cityos`. */
  keyPrefix: string
}
