import { DomainError, type Output } from '@cityos/contract'
import { Injectable } from '@nestjs/common'
import { TenantContext } from '../../platform/tenant/tenant-context.ts'
import type { listAdminVerticals, listStoreVerticals, Vertical } from './contract.ts'
import { Purchasables, verticalOf } from './purchasable.ts'

/** Which verticals are on: the tenant document says, this release says what it has the code for. */
@Injectable()
export class Verticals {
  constructor(
    private readonly tenant: TenantContext,
    private readonly purchasables: Purchasables,
  ) {}

  isOn(name: string): boolean {
    return this.tenant.document.verticals.includes(name)
  }

  isKindOn(kind: string): boolean {
    return this.isOn(verticalOf(kind))
  }

  enabled(): Output<typeof listStoreVerticals> {
    return this.all()
      .filter((vertical) => vertical.enabled && vertical.installed)
      .map(({ name, kinds }) => ({ name, kinds }))
  }

  list(query: { limit: number; offset: number }): Output<typeof listAdminVerticals> {
    const all = this.all()
    return { items: all.slice(query.offset, query.offset + query.limit), total: all.length }
  }

  get(name: string): Vertical {
    const found = this.all().find((vertical) => vertical.name === name)
    if (!found) throw new DomainError('not_found')
    return found
  }

  private all(): Vertical[] {
    const kinds = this.purchasables.kinds()
    const names = new Set([...this.tenant.document.verticals, ...kinds.map(verticalOf)])
    return [...names].sort().map((name) => {
      const own = kinds.filter((kind) => verticalOf(kind) === name)
      return { name, enabled: this.isOn(name), installed: own.length > 0, kinds: own }
    })
  }
}
