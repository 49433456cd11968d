import type { Cell } from '@cityos/contract'
import { json } from '../registry/registry.ts'
import type { Sealing } from '../registry/sealing.ts'

/** From a cell to its columns; what lets somebody in is sealed. */
export function columnsOf(cell: Cell, sealing: Sealing) {
  return {
    region: cell.region,
    residency_zone: cell.residency_zone,
    plans: cell.plans ?? [],
    databases: cell.capacity.databases,
    namespaces: cell.capacity.namespaces,
    cluster: json(cell.cluster),
    access_sealed: sealing.seal('cell', JSON.stringify(cell.access)),
  }
}
