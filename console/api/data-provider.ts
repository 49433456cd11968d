import type { AnyEndpoint, Client } from '@cityos/contract'
import type { DataProvider, GetListParams, RaRecord } from 'react-admin'

/** Which operations of the public interface a resource's screens stand on. */
export interface ResourceEndpoints {
  list?: AnyEndpoint
  read?: AnyEndpoint
  create?: AnyEndpoint
  update?: AnyEndpoint
  remove?: AnyEndpoint
  /** Verbs: `POST …/{id}/<name>`. */
  actions?: Record<string, AnyEndpoint>
  /** The field that identifies a row where it is not `id` (a release's `version`, a plan's `code`). */
  key?: string
}

export type Endpoints = Record<string, ResourceEndpoints>

/** The last placeholder of a path: the one that names the row itself. */
export function rowParameter(endpoint: AnyEndpoint): string {
  return [...endpoint.path.matchAll(/\{(\w+)\}/g)].at(-1)?.[1] ?? 'id'
}

/**
 * react-admin's data provider over the endpoint contracts. Every row keeps its fields as the API names them; `id` is added
 * from the resource's key. Mutations are sent whole: the API validates, the screen shows what it says.
 */
export function createDataProvider(call: Client, endpoints: Endpoints): DataProvider {
  const need = (resource: string, kind: 'list' | 'read' | 'create' | 'update' | 'remove'): AnyEndpoint => {
    const found = endpoints[resource]?.[kind]
    if (!found) throw new Error(`The resource ${resource} has no ${kind} endpoint`)
    return found
  }
  const withId = (resource: string, row: Record<string, unknown>): RaRecord => ({
    ...row,
    id: row[endpoints[resource]?.key ?? 'id'] as string,
  })

  const listOf = async (resource: string, params: GetListParams & { signal?: AbortSignal }, extra: Record<string, unknown> = {}) => {
    const endpoint = need(resource, 'list')
    const { page, perPage } = params.pagination ?? { page: 1, perPage: 20 }
    const limit = Math.min(perPage, 100)
    const order = params.sort?.field ? `${params.sort.order === 'DESC' ? '-' : ''}${params.sort.field}` : undefined
    const query = { limit, offset: (page - 1) * limit, order, ...params.filter, ...extra }
    const result = (await call(endpoint, { params: params.meta?.params, query }, { signal: params.signal })) as {
      items: Record<string, unknown>[]
      total: number
    }
    return { data: result.items.map((row) => withId(resource, row)), total: result.total }
  }

  const readOne = async (resource: string, id: unknown, signal?: AbortSignal) => {
    // A short list without an endpoint for one row is the row's source itself.
    if (!endpoints[resource]?.read) {
      const rows = await listOf(resource, { pagination: { page: 1, perPage: 100 }, sort: { field: '', order: 'ASC' }, filter: {}, signal })
      const found = rows.data.find((row) => row.id === id)
      if (found) return found
    }
    const endpoint = need(resource, 'read')
    const row = (await call(endpoint, { params: { [rowParameter(endpoint)]: String(id) } }, { signal })) as Record<string, unknown>
    return withId(resource, row)
  }

  const change = async (resource: string, id: unknown, data: unknown) => {
    const endpoint = need(resource, 'update')
    const row = (await call(endpoint, { params: { [rowParameter(endpoint)]: String(id) }, body: data })) as Record<string, unknown>
    return withId(resource, row)
  }

  const erase = async (resource: string, id: unknown) => {
    const endpoint = need(resource, 'remove')
    await call(endpoint, { params: { [rowParameter(endpoint)]: String(id) } })
  }

  return {
    supportAbortSignal: true,
    getList: (resource, params) => listOf(resource, params) as never,
    getOne: async (resource, params) => ({ data: (await readOne(resource, params.id, params.signal)) as never }),
    getMany: async (resource, params) => ({
      data: (await Promise.all(params.ids.map((id) => readOne(resource, id, params.signal)))) as never,
    }),
    getManyReference: (resource, params) => listOf(resource, params, { [params.target]: params.id }) as never,
    create: async (resource, params) => ({
      data: withId(resource, (await call(need(resource, 'create'), { body: params.data })) as Record<string, unknown>) as never,
    }),
    update: async (resource, params) => ({ data: (await change(resource, params.id, params.data)) as never }),
    updateMany: async (resource, params) => {
      for (const id of params.ids) await change(resource, id, params.data)
      return { data: params.ids }
    },
    delete: async (resource, params) => {
      await erase(resource, params.id)
      return { data: (params.previousData ?? { id: params.id }) as never }
    },
    deleteMany: async (resource, params) => {
      for (const id of params.ids) await erase(resource, id)
      return { data: params.ids }
    },
  }
}
