import type { Cell } from '@cityos/contract'

/** Where a driver learns which clusters there are, and which of them a tenant is in. Asked anew each time: cells change. */
export interface CellSource {
  /** @throws DomainError not_found when the tenant was given no cell */
  of(tenantId: string): Promise<Cell>
  /** @throws DomainError not_found */
  named(name: string): Promise<Cell>
  all(): Promise<Cell[]>
}
