import { type Binding, rulesAt, type TenantDocument, verticalDenial } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import { BINDING } from '../binding/binding.ts'

/** The tenant this process serves: its current document, written by the control plane, read-only here. */
@Injectable()
export class TenantContext {
  /** What this process is a build of; the document names the release the tenant is to have, which may be another one. */
  readonly release: string
  #document: TenantDocument
  readonly #listeners = new Set<(document: TenantDocument, before: TenantDocument) => void>()

  readonly #baseDomain: string

  constructor(@Inject(BINDING) binding: Binding) {
    this.#document = underPolicy(binding.tenant)
    this.release = binding.tenant.release
    this.#baseDomain = binding.public.base_domain
  }

  get document(): TenantDocument {
    return this.#document
  }

  get id(): string {
    return this.#document.id
  }

  /** Sandbox payments and clock control: test tenants, and everything on the base domain `localhost` (design §10). */
  get sandboxAllowed(): boolean {
    return this.#document.test || this.#baseDomain === 'localhost'
  }

  /**
   * Takes a newer document; an older or equal one changes nothing.
   * @returns whether it was newer
   */
  replace(next: TenantDocument): boolean {
    if (next.id !== this.#document.id) throw new Error('document of another tenant')
    if (next.version <= this.#document.version) return false
    const before = this.#document
    this.#document = underPolicy(next)
    for (const listener of this.#listeners) listener(this.#document, before)
    return true
  }

  onChange(listener: (document: TenantDocument, before: TenantDocument) => void): void {
    this.#listeners.add(listener)
  }
}

/**
 * A vertical that the tenant's policy denies is not on, whatever is desired. Exemptions count as long as they stand in the
 * document; to the minute they end at the checkout (`Governance`).
 */
function underPolicy(document: TenantDocument): TenantDocument {
  if (!document.policy) return document
  const rules = rulesAt(document.policy, new Date(0))
  const verticals = document.verticals.filter((name) => verticalDenial(rules, name, document.residency_zone) === null)
  return verticals.length === document.verticals.length ? document : { ...document, verticals }
}
