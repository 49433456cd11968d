import type { ControlPlaneBinding } from '@cityos/contract'
import type { Log } from '@cityos/http'
import type { DomainSettings } from './domain/domain.settings.ts'

export const SETTINGS = Symbol('control-plane:settings')

/** What the process was handed at its start, plus what follows from it. */
export interface Settings {
  binding: ControlPlaneBinding
  log: Log
  /** Version of the running release. */
  version: string
  startedAt: Date
  /** Folder with the operator console's build; null where none is shipped. */
  consoleDir: string | null
  /** `SMTP_URL`; null: mails go to a folder of this machine. */
  smtpUrl: string | null
  domains: DomainSettings
}

/** Host of the operator console and the platform API: `cityos.localhost`. */
export function platformHost(settings: Pick<Settings, 'binding'>): string {
  return `cityos.${settings.binding.public.base_domain}`
}

/** Origin of a host as a browser reaches it through the gateway: `http://souq.localhost:8080`. */
export function publicOrigin(settings: Pick<Settings, 'binding'>, host: string): string {
  const { scheme, port } = settings.binding.public
  const usual = scheme === 'https' ? 443 : 80
  return `${scheme}://${host}${port === null || port === usual ? '' : `:${port}`}`
}

/** Issuer of staff tokens. */
export function issuer(settings: Pick<Settings, 'binding'>): string {
  return publicOrigin(settings, platformHost(settings))
}
