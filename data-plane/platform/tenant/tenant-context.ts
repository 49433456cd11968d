import type { Binding, TenantDocument } from '@cityos/contract'
import { Inject, Injectable } from '@nestjs/common'
import { BINDING } from '../binding/binding.ts'

/** The tenant this process serves: its current document, written by the control plane, read-only here. */
@Injectable()
export class TenantContext {
  #document: TenantDocument
  readonly #listeners = new Set<(document: TenantDocument, before: TenantDocument) => void>()

  readonly #baseDomain: string

  constructor(@Inject(BINDING) binding: Binding) {
    this.#document = binding.tenant
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
    this.#document = next
    for (const listener of this.#listeners) listener(next, before)
    return true
  }

  onChange(listener: (document: TenantDocument, before: TenantDocument) => void): void {
    this.#listeners.add(listener)
  }
}
