import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { DomainError } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { seconds } from '../../../platform/clock/clock.ts'
import { TenantContext } from '../../../platform/tenant/tenant-context.ts'

const mostBytes = 5 * 1024 * 1024
const mostRedirects = 3

/** Addresses that belong to this machine or this network: a calendar never lies there. */
const inside = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  inside.addSubnet(network, bits, 'ipv4')
}
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
] as const) {
  inside.addSubnet(network, bits, 'ipv6')
}

/** Fetches iCalendar files from addresses that vendors gave: public hosts over https only, small, in time. */
@Injectable()
export class OutsideCalendars {
  constructor(private readonly tenant: TenantContext) {}

  /** @throws DomainError url_not_allowed */
  async requireAllowed(address: string): Promise<URL> {
    const url = URL.parse(address.replace(/^webcal:/i, 'https:'))
    const refused = new DomainError('url_not_allowed', { field: 'url' })
    if (!url || url.username || url.password) throw refused
    // A test tenant may read a calendar of its own machine.
    if (this.tenant.document.test && ['127.0.0.1', 'localhost'].includes(url.hostname) && url.protocol === 'http:') return url
    if (url.protocol !== 'https:') throw refused
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const addresses = isIP(host) ? [host] : (await lookup(host, { all: true }).catch(() => [])).map((entry) => entry.address)
    if (addresses.length === 0 || addresses.some((ip) => inside.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4'))) throw refused
    return url
  }

  /**
   * The text behind an address.
   * @throws DomainError url_not_allowed | dependency_unavailable {reason}
   */
  async fetch(address: string): Promise<string> {
    let url = await this.requireAllowed(address)
    const signal = AbortSignal.timeout(seconds(10))
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      const answer = await fetch(url, { redirect: 'manual', signal, headers: { accept: 'text/calendar, text/plain;q=0.5' } }).catch(
        (error: Error) => {
          throw new DomainError('dependency_unavailable', { details: { reason: 'not_reached' }, cause: error })
        },
      )
      const next = answer.headers.get('location')
      if (answer.status >= 300 && answer.status < 400 && next) {
        url = await this.requireAllowed(new URL(next, url).toString())
        continue
      }
      if (!answer.ok) throw new DomainError('dependency_unavailable', { details: { reason: `status_${answer.status}` } })
      return readText(answer)
    }
    throw new DomainError('dependency_unavailable', { details: { reason: 'too_many_redirects' } })
  }
}

async function readText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    size += chunk.length
    if (size > mostBytes) throw new DomainError('dependency_unavailable', { details: { reason: 'too_large' } })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
