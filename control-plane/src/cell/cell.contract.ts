import {
  CellAccess,
  CellCluster,
  CellPlace,
  databaseCapacity,
  endpoint,
  listEndpoint,
  namespaceCapacity,
  ResidencyZone,
  staff,
} from '@cityos/contract'
import { z } from 'zod'

/** A cluster with its Postgres, in which tenants are run. Its kubeconfig and its database's password are never shown. */
export const Cell = z.object({
  name: z.string(),
  region: z.string(),
  residency_zone: ResidencyZone.nullable(),
  plans: z.array(z.string()).nullable(),
  capacity: z.object({ databases: z.int(), namespaces: z.int() }),
  /** Tenants in it that are not deleted, those on their way in or out too. */
  tenants: z.int(),
  /** How many more it takes; 0 while it is closed. */
  room: z.int(),
  /** Takes new tenants. */
  open: z.boolean(),
  /** Comes with the installation; what its values say wins at every start of the control plane. */
  from_installation: z.boolean(),
  /** Null while its API server answers. */
  unreachable: z.object({ since: z.iso.datetime(), reason: z.string() }).nullable(),
  cluster: CellCluster,
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  actions: z.array(z.enum(['open', 'close', 'change', 'renew-access', 'remove'])),
})
export type Cell = z.infer<typeof Cell>

export const CreateCell = CellPlace.extend({ cluster: CellCluster, access: CellAccess })
export type CreateCell = z.infer<typeof CreateCell>

const byName = z.object({ name: z.string() })

export const listCells = listEndpoint({
  id: 'cell.list',
  method: 'GET',
  path: '/api/v1/cells',
  summary: 'Clusters tenants are run in, with how full they are',
  access: staff('read', 'cell'),
  query: z.object({ region: z.string().max(40).optional() }),
  response: Cell,
})

export const readCell = endpoint({
  id: 'cell.read',
  method: 'GET',
  path: '/api/v1/cells/{name}',
  summary: 'One cell',
  access: staff('read', 'cell'),
  params: byName,
  response: Cell,
})

export const createCell = endpoint({
  id: 'cell.create',
  method: 'POST',
  path: '/api/v1/cells',
  summary: 'Add a cluster; tenants of its region are placed in it from now on',
  access: staff('create', 'cell'),
  body: CreateCell,
  response: Cell,
  status: 201,
  errors: ['already_exists', 'validation_failed'],
})

/** What is left out stays. */
export const changeCell = endpoint({
  id: 'cell.change',
  method: 'PATCH',
  path: '/api/v1/cells/{name}',
  summary: 'Change how many tenants a cell takes, and of which plans; those in it stay',
  access: staff('update', 'cell'),
  params: byName,
  body: z.object({
    capacity: z
      .object({ databases: z.int().min(0).max(databaseCapacity.pooled), namespaces: z.int().min(0).max(namespaceCapacity) })
      .partial()
      .optional(),
    plans: CellPlace.shape.plans.unwrap().optional(),
  }),
  response: Cell,
  errors: ['invalid_transition', 'validation_failed'],
})

/** What is left out stays: a kubeconfig runs out, the password of a database is changed. */
export const renewCellAccess = endpoint({
  id: 'cell.renew_access',
  method: 'POST',
  path: '/api/v1/cells/{name}/renew-access',
  summary: 'Give the control plane another kubeconfig for a cluster, or another address of its Postgres',
  access: staff('operate', 'cell'),
  params: byName,
  body: z.object({
    kubeconfig: CellAccess.shape.kubeconfig.unwrap().optional(),
    database_url: CellAccess.shape.database_url.optional(),
  }),
  response: Cell,
  errors: ['invalid_transition', 'validation_failed'],
})

export const removeCell = endpoint({
  id: 'cell.remove',
  method: 'DELETE',
  path: '/api/v1/cells/{name}',
  summary: 'Take a cell without tenants off the platform; its cluster is not touched',
  access: staff('delete', 'cell'),
  params: byName,
  query: z.object({
    /** The cell's name, typed again. */
    confirm: z.string(),
    /** The cluster does not answer and never will: what tenants that have left still had there counts as gone with it. */
    gone: z.stringbool().default(false),
  }),
  response: z.object({ name: z.string() }),
  errors: ['invalid_transition', 'confirmation_required'],
})

const verb = <const Verb extends string>(name: Verb, summary: string) =>
  endpoint({
    id: `cell.${name}`,
    method: 'POST',
    path: `/api/v1/cells/{name}/${name}`,
    summary,
    access: staff('operate', 'cell'),
    params: byName,
    response: Cell,
    errors: ['invalid_transition'],
  })

export const openCell = verb('open', 'Place new tenants in a cell again')
export const closeCell = verb('close', 'Place no new tenants in a cell; those in it stay')
