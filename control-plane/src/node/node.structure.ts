import { DomainError, newId } from '@cityos/contract'
import type { node } from '../../generated/client.ts'
import { json, jsonNull, type Tx } from '../registry/registry.ts'
import { boundaryTolerance, boxOf, checkBoundary, overhang } from './geometry.ts'
import type { Boundary, NodeChange, NodeInput, NodeType } from './node.contract.ts'
import { nodeTypes } from './node.contract.ts'
import { pathUnder } from './node.paths.ts'

/**
 * The shape of the tree, kept whole by one lock: whoever moves or removes holds it alone, whoever adds or changes shares
 * it. A path is thus never built from one that is about to be rewritten.
 */
export async function lockStructure(tx: Tx, hold: 'alone' | 'shared'): Promise<void> {
  if (hold === 'alone') await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('cityos node structure'))`
  else await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(hashtext('cityos node structure'))`
}

/** Locks nodes in ascending order of id (K3, docs/spec/00-conventions.md) and returns those there are. */
export async function lockNodes(tx: Tx, ids: readonly string[]): Promise<Map<string, node>> {
  const wanted = [...new Set(ids)].sort()
  await tx.$queryRaw`SELECT id FROM node WHERE id = ANY(${wanted}) ORDER BY id FOR UPDATE`
  const rows = await tx.node.findMany({ where: { id: { in: wanted } } })
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * A place lies directly under one of the level above; a zone that says so holds assets too.
 * @throws DomainError invalid_parent_type
 */
export function checkParentType(type: NodeType, parent: { type: string; holds_assets: boolean } | null): void {
  const above = nodeTypes[nodeTypes.indexOf(type) - 1]
  if ((parent?.type ?? undefined) === above) return
  if (type === 'ASSET' && parent?.type === 'ZONE' && parent.holds_assets) return
  const message = above
    ? `a ${type} lies under a ${above}, not under ${parent ? `a ${parent.type}` : 'nothing'}`
    : 'a CITY lies under nothing'
  throw new DomainError('invalid_parent_type', { field: 'parent_id', message, details: { type, parent_type: above ?? null } })
}

/** @throws DomainError geometry_invalid when it reaches more than 50 m beyond its parent */
export function checkWithinParent(boundary: Boundary | null, parent: { code: string; boundary: unknown } | null): void {
  if (!boundary || !parent?.boundary) return
  const metres = overhang(boundary, parent.boundary as Boundary)
  if (metres <= boundaryTolerance) return
  throw new DomainError('geometry_invalid', {
    field: 'boundary',
    message: `the boundary reaches ${Math.round(metres)} m beyond ${parent.code}; ${boundaryTolerance} m are allowed`,
    details: { reason: 'outside_parent', metres: Math.round(metres), tolerance: boundaryTolerance },
  })
}

/** Columns of a boundary: the area and its box. */
function boundaryColumns(boundary: Boundary | null) {
  if (!boundary) return { boundary: jsonNull, min_lat: null, min_lng: null, max_lat: null, max_lng: null }
  return { boundary: json(boundary), ...boxOf(boundary) }
}

/** Adds a node under a parent the caller has locked. @throws DomainError invalid_parent_type | geometry_invalid | validation_failed */
export async function insertNode(tx: Tx, input: NodeInput, parent: node | null, now: Date): Promise<string> {
  checkParentType(input.type, parent)
  if (input.boundary) checkBoundary(input.boundary)
  checkWithinParent(input.boundary, parent)
  checkHolder(input.type, input.holds_assets)
  if (parent && parent.status === 'inactive' && input.status === 'active') {
    throw new DomainError('validation_failed', { field: 'status', message: `${parent.code} is inactive: what lies in it cannot be active` })
  }
  const id = newId('nod')
  await tx.node.create({
    data: {
      id,
      code: input.code,
      type: input.type,
      name: json(input.name),
      parent_id: input.parent_id,
      path: pathUnder(parent, id),
      status: input.status,
      holds_assets: input.holds_assets,
      lat: input.location?.lat ?? null,
      lng: input.location?.lng ?? null,
      ...boundaryColumns(input.boundary),
      attributes: json(input.attributes),
      created_at: now,
      updated_at: now,
    },
  })
  return id
}

/** Changes a node the caller has locked. @throws DomainError geometry_invalid | node_not_empty | validation_failed */
export async function updateNode(tx: Tx, before: node, change: NodeChange, now: Date): Promise<void> {
  const { boundary, location } = change
  const parent = before.parent_id ? await tx.node.findUnique({ where: { id: before.parent_id } }) : null
  if (boundary) {
    checkBoundary(boundary)
    checkWithinParent(boundary, parent)
    await checkChildrenWithin(tx, before, boundary)
  }
  if (change.holds_assets !== undefined) checkHolder(before.type as NodeType, change.holds_assets)
  if (change.holds_assets === false) await requireNone(tx, { parent_id: before.id, type: 'ASSET' }, 'assets lie directly in it')
  if (change.status && change.status !== 'active' && before.status === 'active') {
    await requireNone(tx, { parent_id: before.id, status: 'active' }, 'places in it are active')
  }
  if (change.status === 'active' && parent?.status === 'inactive') {
    throw new DomainError('validation_failed', { field: 'status', message: `${parent.code} is inactive: what lies in it cannot be active` })
  }
  await tx.node.update({
    where: { id: before.id },
    data: {
      ...(change.code === undefined ? {} : { code: change.code }),
      ...(change.name === undefined ? {} : { name: json(change.name) }),
      ...(change.status === undefined ? {} : { status: change.status }),
      ...(change.holds_assets === undefined ? {} : { holds_assets: change.holds_assets }),
      ...(change.attributes === undefined ? {} : { attributes: json(change.attributes) }),
      ...(location === undefined ? {} : { lat: location?.lat ?? null, lng: location?.lng ?? null }),
      ...(boundary === undefined ? {} : boundaryColumns(boundary)),
      version: { increment: 1 },
      updated_at: now,
    },
  })
}

/**
 * Hangs a node with everything in it under another parent; both parents and the node are locked by the caller, who holds
 * the structure alone. @throws DomainError node_cycle | invalid_parent_type | geometry_invalid
 */
export async function relocate(tx: Tx, row: node, parent: node, now: Date): Promise<void> {
  if (parent.path.startsWith(row.path)) {
    throw new DomainError('node_cycle', { field: 'parent_id', message: `${parent.code} lies in ${row.code} itself` })
  }
  checkParentType(row.type as NodeType, parent)
  checkWithinParent(row.boundary as Boundary | null, parent)
  const path = pathUnder(parent, row.id)
  await tx.$executeRaw`UPDATE node SET path = ${path} || substr(path, ${row.path.length + 1}::int) WHERE path LIKE ${`${row.path}%`}`
  await tx.node.update({ where: { id: row.id }, data: { parent_id: parent.id, version: { increment: 1 }, updated_at: now } })
}

/** @throws DomainError node_not_empty naming what is in it */
export async function requireEmpty(tx: Tx, id: string): Promise<void> {
  const children = await tx.node.count({ where: { parent_id: id } })
  const tenants = await tx.tenant.count({ where: { node_id: id, deleted_at: null } })
  const policies = await tx.policy.count({ where: { node_id: id } })
  const stores = await tx.hierarchy_entry.count({ where: { kind: 'store', attributes: { path: ['node_id'], equals: id } } })
  const found = Object.entries({ children, tenants, policies, stores }).filter(([, count]) => count > 0)
  if (found.length > 0) throw new DomainError('node_not_empty', { details: Object.fromEntries(found) })
}

function checkHolder(type: NodeType, holds: boolean): void {
  if (!holds || type === 'ZONE') return
  throw new DomainError('validation_failed', { field: 'holds_assets', message: 'only a zone can hold assets without a facility' })
}

async function checkChildrenWithin(tx: Tx, row: node, boundary: Boundary): Promise<void> {
  const children = await tx.node.findMany({ where: { parent_id: row.id, min_lat: { not: null } }, select: { code: true, boundary: true } })
  for (const child of children) {
    const metres = overhang(child.boundary as Boundary, boundary)
    if (metres <= boundaryTolerance) continue
    throw new DomainError('geometry_invalid', {
      field: 'boundary',
      message: `${child.code} would reach ${Math.round(metres)} m beyond it`,
      details: { reason: 'child_outside', child: child.code, metres: Math.round(metres), tolerance: boundaryTolerance },
    })
  }
}

async function requireNone(tx: Tx, where: { parent_id: string; type?: string; status?: string }, message: string): Promise<void> {
  const children = await tx.node.count({ where })
  if (children > 0) throw new DomainError('node_not_empty', { message: `${children} ${message}`, details: { children } })
}
