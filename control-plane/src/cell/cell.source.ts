import { type Cell, CellAccess, CellCluster, type CellPlace, DomainError } from '@cityos/contract'
import type { CellSource } from '@cityos/provisioning/kubernetes/cells'
import type { cell } from '../../generated/client.ts'
import type { Registry } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'

/** Cells as drivers need them, with what is sealed; read anew each time, since any process may change them. */
export class RegistryCells implements CellSource {
  readonly #registry: Registry
  readonly #sealing: Sealing

  constructor(registry: Registry, sealing: Sealing) {
    this.#registry = registry
    this.#sealing = sealing
  }

  async of(tenantId: string): Promise<Cell> {
    const row = await this.#registry.db.tenant.findUnique({ where: { id: tenantId }, include: { in_cell: true } })
    if (row?.in_cell) return this.#open(row.in_cell)
    throw new DomainError('not_found', { message: `tenant ${tenantId} is in no cell` })
  }

  async named(name: string): Promise<Cell> {
    const row = await this.#registry.db.cell.findUnique({ where: { name } })
    if (row) return this.#open(row)
    throw new DomainError('not_found', { message: `there is no cell "${name}"` })
  }

  async all(): Promise<Cell[]> {
    const rows = await this.#registry.db.cell.findMany({ orderBy: { name: 'asc' } })
    return rows.map((row) => this.#open(row))
  }

  #open(row: cell): Cell {
    return {
      name: row.name,
      region: row.region,
      residency_zone: row.residency_zone as CellPlace['residency_zone'],
      plans: row.plans.length > 0 ? row.plans : null,
      capacity: { databases: row.databases, namespaces: row.namespaces },
      cluster: CellCluster.parse(row.cluster),
      access: CellAccess.parse(JSON.parse(this.#sealing.open('cell', row.access_sealed))),
    }
  }
}
