import { endpoint, I18nText, listEndpoint, patchOf, staff } from '@cityos/contract'
import { z } from 'zod'

/** Top to bottom; each lies directly under one of the level above. */
export const nodeTypes = ['CITY', 'DISTRICT', 'ZONE', 'FACILITY', 'ASSET'] as const
export const NodeType = z.enum(nodeTypes)
export type NodeType = z.infer<typeof NodeType>
export const NodeStatus = z.enum(['active', 'inactive', 'maintenance'])

const Longitude = z.number().min(-180).max(180)
const Latitude = z.number().min(-90).max(90)
/** GeoJSON: longitude before latitude. */
const Position = z.tuple([Longitude, Latitude])
const Ring = z.array(Position).min(4).max(5_000)
export const Boundary = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Polygon'), coordinates: z.array(Ring).min(1).max(50) }),
  z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(Ring).min(1).max(50)).min(1).max(50) }),
])
export type Boundary = z.infer<typeof Boundary>

export const Point = z.object({ lat: Latitude, lng: Longitude })
export type Point = z.infer<typeof Point>

const Attributes = z.record(z.string().max(60), z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))

export const NodeRow = z.object({
  id: z.string(),
  code: z.string(),
  type: NodeType,
  name: I18nText,
  parent_id: z.string().nullable(),
  /** ULIDs of its ancestors and itself, joined by dots. */
  path: z.string(),
  status: NodeStatus,
  holds_assets: z.boolean(),
  location: Point.nullable(),
  has_boundary: z.boolean(),
  /** Nodes directly below it; tenants at it; tenants at it or anywhere below. */
  children: z.int(),
  tenants: z.int(),
  tenants_below: z.int(),
  attributes: Attributes,
  /** What the caller may do with it: PATCH, `POST …/move`, DELETE, or add a node under it. */
  actions: z.array(z.enum(['change', 'move', 'remove', 'add'])),
  version: z.int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})
export type NodeRow = z.infer<typeof NodeRow>

const Crumb = z.object({ id: z.string(), code: z.string(), type: NodeType, name: I18nText })
export const NodeDetail = NodeRow.extend({
  boundary: Boundary.nullable(),
  /** From the city down to its parent. */
  breadcrumbs: z.array(Crumb),
})
export type NodeDetail = z.infer<typeof NodeDetail>

export const NodeInput = z.object({
  code: z.string().regex(/^[A-Z0-9][A-Z0-9-]{1,39}$/, 'capitals, digits and hyphens, such as RUH-OLAYA'),
  type: NodeType,
  name: I18nText.refine((name) => Boolean(name.en?.trim()), { message: 'a name in English is needed' }),
  parent_id: z.string().max(64).nullable().default(null),
  status: NodeStatus.default('active'),
  holds_assets: z.boolean().default(false),
  location: Point.nullable().default(null),
  boundary: Boundary.nullable().default(null),
  attributes: Attributes.default({}),
})
export type NodeInput = z.infer<typeof NodeInput>

/** Type and parent have verbs of their own, or none. */
export const NodeChange = patchOf(NodeInput.omit({ type: true, parent_id: true })).extend({ version: z.int().optional() })
export type NodeChange = z.infer<typeof NodeChange>

const ById = z.object({ id: z.string().max(64) })
const base = '/api/v1/nodes'

export const listNodes = listEndpoint({
  id: 'node.list',
  method: 'GET',
  path: base,
  summary: 'Places of the city',
  access: staff('read', 'node'),
  query: z.object({
    type: NodeType.optional(),
    status: NodeStatus.optional(),
    parent_id: z.string().optional(),
    /** Only this node and what lies in it. */
    within: z.string().optional(),
  }),
  response: NodeRow,
})

export const readNodeTree = endpoint({
  id: 'node.tree',
  method: 'GET',
  path: `${base}/tree`,
  summary: 'The tree from a node down, parents before children, with counts',
  access: staff('read', 'node'),
  query: z.object({ root: z.string().optional(), depth: z.coerce.number().int().min(1).max(5).default(5) }),
  response: z.object({ nodes: z.array(NodeRow) }),
})

export const readNodeMap = endpoint({
  id: 'node.map',
  method: 'GET',
  path: `${base}/geojson`,
  summary: 'Boundaries and points as a GeoJSON feature collection',
  access: staff('read', 'node'),
  query: z.object({ type: NodeType.optional(), within: z.string().optional() }),
  response: z.object({
    type: z.literal('FeatureCollection'),
    features: z.array(
      z.object({
        type: z.literal('Feature'),
        id: z.string(),
        geometry: z.union([Boundary, z.object({ type: z.literal('Point'), coordinates: Position })]),
        properties: z.object({
          code: z.string(),
          type: NodeType,
          name: I18nText,
          parent_id: z.string().nullable(),
          status: NodeStatus,
          tenants_below: z.int(),
        }),
      }),
    ),
  }),
})

export const nearNodes = endpoint({
  id: 'node.near',
  method: 'GET',
  path: `${base}/near`,
  summary: 'Places around a point, nearest first',
  access: staff('read', 'node'),
  query: z.object({
    lat: z.coerce.number().min(-90).max(90),
    lng: z.coerce.number().min(-180).max(180),
    radius_m: z.coerce.number().min(1).max(50_000).default(2_000),
    type: NodeType.optional(),
    limit: z.coerce.number().int().min(1).max(100).default(20),
  }),
  response: z.object({ nodes: z.array(NodeRow.extend({ distance_m: z.int() })) }),
})

export const resolveNode = endpoint({
  id: 'node.resolve',
  method: 'GET',
  path: `${base}/resolve`,
  summary: 'The city, district and zone a point lies in',
  access: staff('read', 'node'),
  query: z.object({ lat: z.coerce.number().min(-90).max(90), lng: z.coerce.number().min(-180).max(180) }),
  response: z.object({ nodes: z.array(Crumb), district: Crumb.nullable() }),
  errors: ['outside_city'],
})

export const readNode = endpoint({
  id: 'node.read',
  method: 'GET',
  path: `${base}/{id}`,
  summary: 'One place with its boundary',
  access: staff('read', 'node'),
  params: ById,
  response: NodeDetail,
})

export const createNode = endpoint({
  id: 'node.create',
  method: 'POST',
  path: base,
  summary: 'Adds a place under the one a level above',
  access: staff('create', 'node'),
  body: NodeInput,
  response: NodeDetail,
  status: 201,
  errors: ['already_exists', 'invalid_parent_type', 'geometry_invalid', 'validation_failed'],
})

export const changeNode = endpoint({
  id: 'node.change',
  method: 'PATCH',
  path: `${base}/{id}`,
  summary: 'Changes a place; what is left out stays',
  access: staff('update', 'node'),
  params: ById,
  body: NodeChange,
  response: NodeDetail,
  errors: ['already_exists', 'stale_version', 'geometry_invalid', 'node_not_empty', 'validation_failed'],
})

export const moveNode = endpoint({
  id: 'node.move',
  method: 'POST',
  path: `${base}/{id}/move`,
  summary: 'Moves a place with everything in it under another parent',
  access: staff('update', 'node'),
  params: ById,
  body: z.object({ parent_id: z.string().max(64), version: z.int().optional() }),
  response: NodeDetail,
  errors: ['node_cycle', 'invalid_parent_type', 'geometry_invalid', 'stale_version'],
})

export const removeNode = endpoint({
  id: 'node.remove',
  method: 'DELETE',
  path: `${base}/{id}`,
  summary: 'Removes an empty place',
  access: staff('delete', 'node'),
  params: ById,
  response: z.object({ id: z.string() }),
  errors: ['node_not_empty'],
})

export const importNodes = endpoint({
  id: 'node.import',
  method: 'POST',
  path: `${base}/import`,
  summary: 'Adds or changes places from a GeoJSON feature collection: all of them, or none',
  access: staff('create', 'node'),
  body: z.object({
    /** Only say what would happen. */
    dry_run: z.boolean().default(false),
    type: z.literal('FeatureCollection'),
    features: z
      .array(
        z.object({
          type: z.literal('Feature'),
          geometry: z.union([Boundary, z.object({ type: z.literal('Point'), coordinates: Position })]).nullable(),
          properties: z.object({
            code: z.string(),
            type: NodeType,
            name: I18nText,
            /** Code of the place it lies in: one there is, or an earlier feature. */
            parent: z.string().nullable().default(null),
          }),
        }),
      )
      .min(1)
      .max(1_000),
  }),
  response: z.object({ created: z.int(), changed: z.int(), unchanged: z.int() }),
  errors: ['already_exists', 'invalid_parent_type', 'geometry_invalid', 'validation_failed'],
})
