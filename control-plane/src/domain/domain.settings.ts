import { readFileSync } from 'node:fs'

/** How this platform proves domains and gets certificates; all of it comes from the environment. */
export interface DomainSettings {
  /** `CITYOS_ACME_DIRECTORY`; null: custom domains are served without certificates of their own. */
  acmeDirectory: string | null
  /** `CITYOS_ACME_CA_FILE`: PEM of a private certificate authority's own root; null for public ones. */
  acmeCa: string | null
  /** `CITYOS_ACME_EMAIL`: whom the certificate authority writes to. */
  acmeEmail: string | null
  /** `CITYOS_DNS_SERVER` (`address` or `address:port`); null: the machine's resolvers. */
  dnsServer: string | null
  /** `CITYOS_PUBLIC_ADDRESSES`, comma-separated: what owners put into A and AAAA records. */
  addresses: string[]
  /** `CITYOS_TLS_PORT`: where the gateway answers https; null: it does not. */
  tlsPort: number | null
}

export function readDomainSettings(environment: Record<string, string | undefined>): DomainSettings {
  const caFile = environment['CITYOS_ACME_CA_FILE']
  const tlsPort = environment['CITYOS_TLS_PORT']
  return {
    acmeDirectory: environment['CITYOS_ACME_DIRECTORY'] || null,
    acmeCa: caFile ? readFileSync(caFile, 'utf8') : null,
    acmeEmail: environment['CITYOS_ACME_EMAIL'] || null,
    dnsServer: environment['CITYOS_DNS_SERVER'] || null,
    addresses: (environment['CITYOS_PUBLIC_ADDRESSES'] ?? '')
      .split(',')
      .map((address) => address.trim())
      .filter(Boolean),
    tlsPort: tlsPort ? Number(tlsPort) : null,
  }
}

/** Whether domains get certificates: somebody issues them, and the gateway has a door for them. */
export function issuesCertificates(settings: DomainSettings): boolean {
  return settings.acmeDirectory !== null && settings.tlsPort !== null
}
