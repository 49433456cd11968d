import type { Db } from '../registry/registry.ts'

/**
 * Paths of nodes: the ULIDs from the city down to the node, joined by dots (`01jd….01jd…`). They are all of one length, so
 * that whatever begins with a node's path is that node or lies in it.
 * @returns by node id; ids that are no node are left out
 */
export async function nodePathsOf(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.node.findMany({ where: { id: { in: [...new Set(ids)] } }, select: { id: true, path: true } })
  return new Map(rows.map((row) => [row.id, row.path]))
}

/** The path of a node below `parent` (null: a city). @param id as made by `newId('nod')` */
export function pathUnder(parent: { path: string } | null, id: string): string {
  const own = id.slice(id.indexOf('_') + 1)
  return parent ? `${parent.path}.${own}` : own
}

/** Ids of a path's nodes, from the city down to the node itself. */
export function idsOfPath(path: string): string[] {
  return path.split('.').map((part) => `nod_${part}`)
}
