import { DomainError, type Output, type VerticalManifest } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { Database } from '../../platform/db/index.ts'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import type { listAdminVerticals, listStoreVerticals, Vertical } from './contract.ts'

/** Which verticals are on: the tenant document says, the registered manifests say what this release has the code for. */
@Injectable()
export class Verticals {
  readonly #manifests = new Map<string, VerticalManifest>()
  readonly #byKind = new Map<string, string>()

  constructor(
    private readonly tenant: TenantContext,
    private readonly database: Database,
  ) {}

  /**
   * Called once per vertical of this release, at boot.
   * @throws Error when a name or a kind is registered twice
   */
  register(manifest: VerticalManifest): void {
    if (this.#manifests.has(manifest.name)) throw new Error(`vertical ${manifest.name} is registered twice`)
    this.#manifests.set(manifest.name, manifest)
    for (const kind of manifest.kinds) {
      if (this.#byKind.has(kind)) throw new Error(`kind ${kind} belongs to ${this.#byKind.get(kind)} already`)
      this.#byKind.set(kind, manifest.name)
    }
  }

  isOn(name: string): boolean {
    return this.tenant.document.verticals.includes(name)
  }

  /** The vertical that sells a kind of line, as its manifest says; undefined for a kind of no vertical. */
  verticalOf(kind: string): string | undefined {
    return this.#byKind.get(kind)
  }

  isKindOn(kind: string): boolean {
    const vertical = this.verticalOf(kind)
    return vertical !== undefined && this.isOn(vertical)
  }

  /**
   * Tells when a vertical is switched on or off in the tenant document of this running tenant. Recurring timers rest while
   * it is off: re-arm them when it comes on. Timers of what was sold go on.
   */
  onChange(name: string, changed: (on: boolean) => void): void {
    this.tenant.onChange((document, before) => {
      const on = document.verticals.includes(name)
      if (on !== before.verticals.includes(name)) changed(on)
    })
  }

  enabled(): Output<typeof listStoreVerticals> {
    return this.all()
      .filter((vertical) => vertical.enabled && vertical.installed)
      .map(({ name, kinds }) => ({ name, kinds }))
  }

  async list(query: { limit: number; offset: number }): Promise<Output<typeof listAdminVerticals>> {
    const open = await this.openVerticals()
    const all = this.all().map((vertical) => ({ ...vertical, open: open.has(vertical.name) }))
    return { items: all.slice(query.offset, query.offset + query.limit), total: all.length }
  }

  async get(name: string): Promise<Vertical> {
    const found = this.all().find((vertical) => vertical.name === name)
    if (!found) throw new DomainError('not_found')
    return { ...found, open: (await this.openVerticals()).has(name) }
  }

  /** Verticals with sold lines that are not finished. */
  private async openVerticals(): Promise<Set<string>> {
    const rows = await this.database.read.selectFrom('order_line').select('vertical').distinct().where('quantity_open', '>', 0).execute()
    return new Set(rows.map((row) => row.vertical))
  }

  private all(): Omit<Vertical, 'open'>[] {
    const names = new Set([...this.tenant.document.verticals, ...this.#manifests.keys()])
    return [...names].sort().map((name) => {
      const manifest = this.#manifests.get(name)
      return { name, enabled: this.isOn(name), installed: manifest !== undefined, kinds: [...(manifest?.kinds ?? [])].sort() }
    })
  }
}
