import { isDeepStrictEqual } from 'node:util'
import { DomainError, type Input } from '@cityos/contract'
import type { Tx } from '../registry/registry.ts'
import type { Boundary, importNodes, NodeChange, Point } from './node.contract.ts'
import { insertNode, updateNode } from './node.structure.ts'

type Feature = Input<typeof importNodes>['body']['features'][number]

/**
 * Writes the places of a GeoJSON collection, found again by their code: what is new is added, what differs is changed,
 * what is the same stays. @throws DomainError of the first feature that is refused, with its index
 */
export async function importFeatures(
  tx: Tx,
  features: readonly Feature[],
  now: Date,
  require: (action: 'create' | 'update', path: string) => void,
): Promise<{ created: number; changed: number; unchanged: number }> {
  const counts = { created: 0, changed: 0, unchanged: 0 }
  for (const [index, feature] of features.entries()) {
    try {
      counts[await importFeature(tx, feature, now, require)] += 1
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      const { code } = feature.properties
      throw new DomainError(error.code, {
        field: `features.${index}`,
        message: `${code}: ${error.message}`,
        details: { ...error.details, index, code },
        cause: error,
      })
    }
  }
  return counts
}

async function importFeature(
  tx: Tx,
  { properties, geometry }: Feature,
  now: Date,
  require: (action: 'create' | 'update', path: string) => void,
): Promise<'created' | 'changed' | 'unchanged'> {
  const { code, type, name } = properties
  const parent = properties.parent === null ? null : await tx.node.findUnique({ where: { code: properties.parent } })
  if (properties.parent !== null && !parent) {
    throw new DomainError('validation_failed', { field: 'parent', message: `there is no place ${properties.parent}` })
  }
  const boundary = geometry && geometry.type !== 'Point' ? (geometry as Boundary) : null
  const location: Point | null = geometry?.type === 'Point' ? { lng: geometry.coordinates[0], lat: geometry.coordinates[1] } : null
  const known = await tx.node.findUnique({ where: { code } })
  if (!known) {
    require('create', parent?.path ?? '')
    const parent_id = parent?.id ?? null
    await insertNode(
      tx,
      { code, type, name, parent_id, status: 'active', holds_assets: false, location, boundary, attributes: {} },
      parent,
      now,
    )
    return 'created'
  }
  if (known.type !== type || known.parent_id !== (parent?.id ?? null)) {
    throw new DomainError('invalid_parent_type', {
      field: 'parent',
      message: 'it is there already, of another type or in another place: move it first',
      details: { type: known.type },
    })
  }
  const change: NodeChange = {
    ...(isDeepStrictEqual(known.name, name) ? {} : { name }),
    ...(boundary && !isDeepStrictEqual(known.boundary, boundary) ? { boundary } : {}),
    ...(location && (known.lat !== location.lat || known.lng !== location.lng) ? { location } : {}),
  }
  if (Object.keys(change).length === 0) return 'unchanged'
  require('update', known.path)
  await updateNode(tx, known, change, now)
  return 'changed'
}
