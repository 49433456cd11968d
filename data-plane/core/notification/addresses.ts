import type { Locale } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import { BINDING, type Binding } from '../../platform/binding/binding.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'

/** Web addresses of the tenant's own hosts, for readers who are not on a page of it. */
@Injectable()
export class Addresses {
  constructor(
    private readonly tenant: TenantContext,
    @Inject(BINDING) private readonly binding: Pick<Binding, 'public'>,
  ) {}

  /**
   * A page of the shop in a language.
   * @param path below `/{locale}`: `/orders/100042`
   * @param query left out where undefined
   */
  shop(locale: Locale, path: string, query: Readonly<Record<string, string | null | undefined>> = {}): string {
    const given = Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    const search = given.length > 0 ? `?${new URLSearchParams(given)}` : ''
    return `${this.#origin('')}/${locale}${path === '/' ? '' : path}${search}`
  }

  /** A screen of the vendors' dashboard: `/orders/sub_…/show`. */
  vendor(screen: string): string {
    return `${this.#origin('vendor.')}/#${screen}`
  }

  /** A file of the shop: what is absolute already stays as it is. */
  file(url: string): string {
    return URL.canParse(url) ? url : `${this.#origin('')}${url}`
  }

  #origin(prefix: string): string {
    const { scheme, port, base_domain: base } = this.binding.public
    const host = this.tenant.document.domains[0] ?? `${this.tenant.document.slug}.${base}`
    return `${scheme}://${prefix}${host}${port ? `:${port}` : ''}`
  }
}
