import { DomainError, type I18nText, type Output, type Page } from '@cityos/contract'
import type { RequestContext } from '@cityos/http'
import { Injectable } from '@nestjs/common'
import { type node, Prisma } from '../../generated/client.ts'
import { type Db, Registry } from '../registry/registry.ts'
import { Abilities, type Ability, allows, reachOf } from '../staff/ability.ts'
import { tenantsWithin } from '../staff/reach.sql.ts'
import { areaOf, boxAround, contains, distance } from './geometry.ts'
import type { Boundary, NodeDetail, NodeRow, NodeType, Point, readNodeMap } from './node.contract.ts'
import { nodeTypes } from './node.contract.ts'
import { idsOfPath } from './node.paths.ts'

type Row = Omit<node, 'boundary'>
type Counts = Map<string, { children: number; tenants: number; below: number }>
/** As much of a tree or map as one answer holds. */
const mostNodes = 5_000

const orders: Record<string, object> = {
  code: { code: 'asc' },
  '-code': { code: 'desc' },
  type: { type: 'asc' },
  created_at: { created_at: 'asc' },
  '-created_at': { created_at: 'desc' },
}

/** Reads the places of the city: all staff see all of them, what they may do with each differs. */
@Injectable()
export class NodeReader {
  constructor(
    private readonly registry: Registry,
    private readonly abilities: Abilities,
  ) {}

  async list(
    ctx: RequestContext,
    query: {
      limit: number
      offset: number
      order?: string | undefined
      q?: string | undefined
      type?: string | undefined
      status?: string | undefined
      parent_id?: string | undefined
      within?: string | undefined
    },
  ): Promise<Page<NodeRow>> {
    const text = query.q?.trim()
    const matching = { string_contains: text, mode: 'insensitive' as const }
    const where = {
      AND: [
        ...(query.type ? [{ type: query.type }] : []),
        ...(query.status ? [{ status: query.status }] : []),
        ...(query.parent_id ? [{ parent_id: query.parent_id }] : []),
        ...(query.within ? [{ path: { startsWith: (await this.#find(query.within)).path } }] : []),
        ...(text
          ? [
              {
                OR: [
                  { code: { contains: text, mode: 'insensitive' as const } },
                  ...['en', 'fr', 'ar'].map((locale) => ({ name: { path: [locale], ...matching } })),
                ],
              },
            ]
          : []),
      ],
    }
    const orderBy = [orders[query.order ?? 'code'] ?? { code: 'asc' }, { id: 'asc' as const }]
    const [rows, total] = await Promise.all([
      this.registry.db.node.findMany({ where, orderBy, take: query.limit, skip: query.offset, omit: { boundary: true } }),
      this.registry.db.node.count({ where }),
    ])
    return { items: await this.#views(ctx, rows), total }
  }

  /** Parents before their children, brothers by code. */
  async tree(ctx: RequestContext, query: { root?: string | undefined; depth: number }): Promise<{ nodes: NodeRow[] }> {
    const root = query.root ? await this.#find(query.root) : null
    const deepest = (root ? idsOfPath(root.path).length : 1) + query.depth - 1
    const rows = await this.registry.db.node.findMany({
      where: { ...(root ? { path: { startsWith: root.path } } : {}), type: { in: nodeTypes.slice(0, Math.min(deepest, 5)) as string[] } },
      omit: { boundary: true },
      orderBy: { code: 'asc' },
      take: mostNodes,
    })
    const nodes = await this.#views(ctx, rows)
    const level = (row: NodeRow) => nodeTypes.indexOf(row.type)
    return { nodes: nodes.sort((a, b) => level(a) - level(b)) }
  }

  async map(ctx: RequestContext, query: { type?: NodeType | undefined; within?: string | undefined }): Promise<Output<typeof readNodeMap>> {
    const within = query.within ? await this.#find(query.within) : null
    const rows = await this.registry.db.node.findMany({
      where: {
        ...(query.type ? { type: query.type } : {}),
        ...(within ? { path: { startsWith: within.path } } : {}),
        OR: [{ min_lat: { not: null } }, { lat: { not: null } }],
      },
      orderBy: { code: 'asc' },
      take: mostNodes,
    })
    const counts = await this.#counts(ctx, this.registry.db, [])
    const features = rows.map((row) => ({
      type: 'Feature' as const,
      id: row.id,
      geometry: (row.boundary as Boundary | null) ?? { type: 'Point' as const, coordinates: [row.lng!, row.lat!] as [number, number] },
      properties: {
        code: row.code,
        type: row.type as NodeType,
        name: row.name as I18nText,
        parent_id: row.parent_id,
        status: row.status as NodeRow['status'],
        tenants_below: counts.get(row.id)?.below ?? 0,
      },
    }))
    return { type: 'FeatureCollection', features }
  }

  /** By id or code. */
  async detail(ctx: RequestContext, idOrCode: string, db: Db = this.registry.db): Promise<NodeDetail> {
    const row = await this.#find(idOrCode, db)
    const [view] = await this.#views(ctx, [row], db)
    const above = await db.node.findMany({ where: { id: { in: idsOfPath(row.path).slice(0, -1) } }, omit: { boundary: true } })
    const crumbs = above.sort((a, b) => a.path.length - b.path.length).map(crumb)
    return { ...view!, boundary: row.boundary as Boundary | null, breadcrumbs: crumbs }
  }

  async near(
    ctx: RequestContext,
    query: Point & { radius_m: number; type?: NodeType | undefined; limit: number },
  ): Promise<{ nodes: (NodeRow & { distance_m: number })[] }> {
    const box = boxAround(query, query.radius_m)
    const found = await this.registry.db.$queryRaw<{ id: string; lat: number; lng: number }[]>`
      SELECT id, lat, lng FROM node
      WHERE point(lng, lat) <@ box(point(${box.min_lng}::float8, ${box.min_lat}::float8), point(${box.max_lng}::float8, ${box.max_lat}::float8))
        AND status = 'active' AND (${query.type ?? null}::text IS NULL OR type = ${query.type ?? null}::text)`
    const nearest = found
      .map((row) => ({ id: row.id, metres: distance(query, row) }))
      .filter((row) => row.metres <= query.radius_m)
      .sort((a, b) => a.metres - b.metres || a.id.localeCompare(b.id))
      .slice(0, query.limit)
    const rows = await this.registry.db.node.findMany({ where: { id: { in: nearest.map((row) => row.id) } }, omit: { boundary: true } })
    const views = new Map((await this.#views(ctx, rows)).map((view) => [view.id, view]))
    return { nodes: nearest.map(({ id, metres }) => ({ ...views.get(id)!, distance_m: Math.round(metres) })) }
  }

  /**
   * City, district, zone … a point lies in, top to bottom. On a border that two share: the smaller one, then the lower
   * code, so that a point has one answer. @throws DomainError outside_city
   */
  async resolve(point: Point): Promise<{ nodes: ReturnType<typeof crumb>[]; district: ReturnType<typeof crumb> | null }> {
    const boxed = await this.registry.db.node.findMany({
      where: {
        status: 'active',
        min_lat: { lte: point.lat },
        max_lat: { gte: point.lat },
        min_lng: { lte: point.lng },
        max_lng: { gte: point.lng },
      },
    })
    const holding = boxed
      .filter((row) => contains(row.boundary as Boundary, point))
      .map((row) => ({ row, area: areaOf(row.boundary as Boundary) }))
      .sort((a, b) => a.area - b.area || a.row.code.localeCompare(b.row.code))
    const chain: node[] = []
    for (const type of nodeTypes) {
      const parent = chain.at(-1)
      const next = holding.find(({ row }) => row.type === type && row.parent_id === (parent?.id ?? null))
      if (!next) break
      chain.push(next.row)
    }
    if (chain.length === 0) throw new DomainError('outside_city', { details: { ...point } })
    const nodes = chain.map(crumb)
    return { nodes, district: nodes.find((one) => one.type === 'DISTRICT') ?? null }
  }

  async #find(idOrCode: string, db: Db = this.registry.db): Promise<node> {
    const row = await db.node.findFirst({ where: { OR: [{ id: idOrCode }, { code: idOrCode }] } })
    if (!row) throw new DomainError('not_found')
    return row
  }

  async #views(ctx: RequestContext, rows: readonly Row[], db: Db = this.registry.db): Promise<NodeRow[]> {
    const counts = await this.#counts(
      ctx,
      db,
      rows.map((row) => row.id),
    )
    const ability = this.abilities.of(ctx.actor)
    return rows.map((row) => view(row, counts, ability))
  }

  /** Children of the nodes named; tenants of every node, as far as the caller may see them, added up along the paths. */
  async #counts(ctx: RequestContext, db: Db, ids: readonly string[]): Promise<Counts> {
    const children = await db.node.groupBy({ by: ['parent_id'], where: { parent_id: { in: [...ids] } }, _count: { _all: true } })
    const seen = tenantsWithin(reachOf(this.abilities.of(ctx.actor), 'read', 'tenant'), Prisma.sql`t.id`)
    const tenants = await db.$queryRaw<{ path: string; tenants: number }[]>`
      SELECT n.path, count(*)::int AS tenants FROM tenant t JOIN node n ON n.id = t.node_id WHERE t.deleted_at IS NULL AND ${seen} GROUP BY n.path`
    const counts: Counts = new Map()
    const of = (id: string) => {
      const known = counts.get(id) ?? { children: 0, tenants: 0, below: 0 }
      counts.set(id, known)
      return known
    }
    for (const row of children) of(row.parent_id!).children = row._count._all
    for (const row of tenants) {
      const chain = idsOfPath(row.path)
      of(chain.at(-1)!).tenants += row.tenants
      for (const id of chain) of(id).below += row.tenants
    }
    return counts
  }
}

function crumb(row: Row): { id: string; code: string; type: NodeType; name: I18nText } {
  return { id: row.id, code: row.code, type: row.type as NodeType, name: row.name as I18nText }
}

function view(row: Row, counts: Counts, ability: Ability): NodeRow {
  const own = counts.get(row.id)
  const may = (action: 'create' | 'update' | 'delete') => allows(ability, action, 'node', { node_path: row.path })
  const empty = !own || (own.children === 0 && own.tenants === 0)
  return {
    ...crumb(row),
    parent_id: row.parent_id,
    path: row.path,
    status: row.status as NodeRow['status'],
    holds_assets: row.holds_assets,
    location: row.lat === null || row.lng === null ? null : { lat: row.lat, lng: row.lng },
    has_boundary: row.min_lat !== null,
    children: own?.children ?? 0,
    tenants: own?.tenants ?? 0,
    tenants_below: own?.below ?? 0,
    attributes: row.attributes as NodeRow['attributes'],
    actions: [
      ...(may('update') ? (['change'] as const) : []),
      ...(may('update') && row.parent_id ? (['move'] as const) : []),
      ...(may('delete') && empty ? (['remove'] as const) : []),
      ...(may('create') && row.type !== 'ASSET' ? (['add'] as const) : []),
    ],
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
