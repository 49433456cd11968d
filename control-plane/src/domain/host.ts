import { isIP } from 'node:net'
import { domainToASCII, domainToUnicode } from 'node:url'
import { DomainError } from '@cityos/contract'
import { parse } from 'tldts'

const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/
/** Served beneath every host by itself (`admin.shop.example`). */
export const surfaces = ['api', 'admin', 'vendor'] as const

/**
 * The host somebody means, in ASCII and lower case: names in other scripts become punycode.
 * @param baseDomain the platform's own domain, whose hosts are given out with the tenants' addresses
 * @throws DomainError validation_failed that says what is wrong with it and what to write instead
 */
export function readHost(text: string, baseDomain: string): string {
  const typed = text.trim().replace(/\.$/, '')
  if (isIP(typed.replace(/^\[|\]$/g, ''))) throw refused('ip_address', `${typed} is an address of a machine: write the name of a domain`)
  if (/^[a-z]+:\/\/|[/:@?#\s]/i.test(typed)) {
    const meant = URL.canParse(typed) ? new URL(typed).hostname : typed.split(/[/:@?#\s]/)[0]
    throw refused('malformed', `write the host alone${meant ? `, such as ${meant}` : ''}: no scheme, port or path`)
  }
  if (typed.includes('*')) throw refused('malformed', 'a domain with * stands for many: claim each host by itself')
  const host = domainToASCII(typed)
  const labels = host.split('.')
  if (host === '' || host.length > 200 || labels.length < 2 || !labels.every((part) => label.test(part)))
    throw refused('malformed', `"${typed.slice(0, 80)}" is not a host: write a name such as shop.example.com`)
  if (isIP(host)) throw refused('ip_address', `${typed} is an address of a machine: write the name of a domain`)
  if (host === baseDomain || host.endsWith(`.${baseDomain}`))
    throw refused('reserved', `hosts under ${baseDomain} are given out by the platform: rename the tenant instead`)
  const known = parse(host, { allowPrivateDomains: true })
  if ((known.isIcann || known.isPrivate) && known.publicSuffix === host)
    throw refused('public_suffix', `${host} is not one owner's domain but a suffix under which many have theirs`)
  const served = surfaces.find((name) => host.startsWith(`${name}.`))
  if (served)
    throw refused('reserved', `${served}.… is served by itself once ${host.slice(served.length + 1)} is live: claim that one instead`)
  return host
}

/** The host as people write it. */
export function shownHost(host: string): string {
  return domainToUnicode(host) || host
}

function refused(reason: string, message: string): DomainError {
  return new DomainError('validation_failed', { field: 'host', message, details: { reason } })
}
