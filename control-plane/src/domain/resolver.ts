import { Resolver } from 'node:dns/promises'
import { Inject, Injectable } from '@nestjs/common'
import { SETTINGS, type Settings } from '../settings.ts'

/** What DNS says now. `unreachable`: nobody answered, which proves nothing. */
export type Lookup = { state: 'found'; values: string[] } | { state: 'absent' } | { state: 'unreachable'; reason: string }

const absent = new Set(['ENOTFOUND', 'ENODATA', 'NXDOMAIN'])

/** DNS, asked directly and without a cache: what was changed a moment ago counts. */
@Injectable()
export class DomainResolver {
  readonly #resolver: Resolver

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.#resolver = new Resolver({ timeout: 2_000, tries: 2 })
    const { dnsServer } = settings.domains
    if (dnsServer) this.#resolver.setServers([dnsServer])
  }

  /** Texts of a name; those in parts are put together. */
  text(name: string): Promise<Lookup> {
    return this.#ask(async () => (await this.#resolver.resolveTxt(name)).map((parts) => parts.join('')))
  }

  /** Whether a name leads anywhere at all (A or AAAA, through CNAMEs). */
  async addresses(name: string): Promise<Lookup> {
    const four = await this.#ask(() => this.#resolver.resolve4(name))
    return four.state === 'found' ? four : this.#ask(() => this.#resolver.resolve6(name))
  }

  async #ask(question: () => Promise<string[]>): Promise<Lookup> {
    try {
      return { state: 'found', values: await question() }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      return absent.has(code ?? '') ? { state: 'absent' } : { state: 'unreachable', reason: code ?? message }
    }
  }
}
