import { ApiError, type Client, endpoint, listEndpoint, staff } from '@cityos/contract'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { createConsoleClient } from './call.ts'
import { createDataProvider, rowParameter } from './data-provider.ts'
import { ConsoleError, fieldFailures, toConsoleError } from './failure.ts'

const Row = z.object({ version: z.string() })
const list = listEndpoint({
  id: 'release.list',
  method: 'GET',
  path: '/api/v1/releases',
  summary: '',
  access: staff('read', 'release'),
  response: Row,
})
const read = endpoint({
  id: 'release.read',
  method: 'GET',
  path: '/api/v1/releases/{version}',
  summary: '',
  access: staff('read', 'release'),
  params: z.object({ version: z.string() }),
  response: Row,
})
const update = endpoint({
  id: 'release.update',
  method: 'PATCH',
  path: '/api/v1/releases/{version}',
  summary: '',
  access: staff('update', 'release'),
  params: z.object({ version: z.string() }),
  body: z.object({ note: z.string() }),
  response: Row,
})

const provider = (client: Client) => createDataProvider(client, { releases: { list, read, update, key: 'version' } })
const answering = (answer: unknown) => vi.fn(async () => answer) as unknown as Client & ReturnType<typeof vi.fn>

describe('the data provider', () => {
  it('turns page, sort and filter into limit, offset, order and query', async () => {
    const client = answering({ items: [{ version: '1' }], total: 41 })
    const result = await provider(client).getList('releases', {
      pagination: { page: 3, perPage: 20 },
      sort: { field: 'created_at', order: 'DESC' },
      filter: { q: 'x', status: 'yanked' },
    })
    expect(client.mock.calls[0]?.[1]).toEqual({
      params: undefined,
      query: { limit: 20, offset: 40, order: '-created_at', q: 'x', status: 'yanked' },
    })
    expect(result).toEqual({ data: [{ id: '1', version: '1' }], total: 41 })
  })

  it('never asks for more than the API allows, nor for an order nobody chose', async () => {
    const client = answering({ items: [], total: 0 })
    await provider(client).getList('releases', { pagination: { page: 1, perPage: 1000 }, sort: { field: '', order: 'ASC' }, filter: {} })
    expect(client.mock.calls[0]?.[1].query).toEqual({ limit: 100, offset: 0, order: undefined })
  })

  it('fills the placeholder of the path with the row’s id, whatever it is called', async () => {
    const client = answering({ version: '2' })
    expect(await provider(client).getOne('releases', { id: '2' })).toEqual({ data: { id: '2', version: '2' } })
    expect(client.mock.calls[0]?.[1]).toEqual({ params: { version: '2' } })
    expect(rowParameter({ ...read, path: '/v1/admin/vendors/{id}/users/{user_id}' })).toBe('user_id')
  })

  it('sends changes as they are and answers the new row', async () => {
    const client = answering({ version: '2', note: 'n' })
    const result = await provider(client).update('releases', { id: '2', data: { note: 'n' }, previousData: { id: '2' } })
    expect(client.mock.calls[0]?.[1]).toEqual({ params: { version: '2' }, body: { note: 'n' } })
    expect(result.data).toMatchObject({ id: '2', note: 'n' })
  })

  it('says which endpoint a screen lacks', async () => {
    await expect(provider(answering({})).delete('releases', { id: '2' })).rejects.toThrow('The resource releases has no remove endpoint')
  })
})

describe('failures', () => {
  it('keep code, status, request id, and the fields a form has to mark', () => {
    const details = {
      fields: [
        { field: 'phone', code: 'invalid_format', message: 'Invalid string: must match pattern /^x$/' },
        { path: 'body.name.en', message: 'Required' },
      ],
    }
    const error = toConsoleError(new ApiError(400, [{ code: 'invalid_request', message: 'm', details }], 'req_1')) as ConsoleError
    expect(error).toMatchObject({
      code: 'invalid_request',
      status: 400,
      requestId: 'req_1',
      message: 'error.invalid_request',
      body: { errors: { phone: 'error.field_phone', 'name.en': 'error.field' } },
    })
  })

  it('name the field of a business rule by its own code', () => {
    expect(fieldFailures(new ApiError(409, [{ code: 'slug_taken', message: 'm', field: 'slug' }]))).toEqual({ slug: 'error.slug_taken' })
    expect(fieldFailures(new ApiError(409, [{ code: 'slug_taken', message: 'm' }]))).toBeUndefined()
  })

  it('without fields leave the notice to react-admin (no body)', () => {
    expect((toConsoleError(new ApiError(503, [{ code: 'dependency_unavailable', message: 'm' }])) as ConsoleError).body).toBeNull()
  })

  it('a lost connection is a failure of its own; an aborted call is none', () => {
    expect(toConsoleError(new TypeError('fetch failed'))).toMatchObject({ code: 'network', status: 0 })
    expect(toConsoleError(new TypeError('fetch failed'))).toBeInstanceOf(ConsoleError)
    const aborted = new DOMException('stop', 'AbortError')
    expect(toConsoleError(aborted)).toBe(aborted)
  })
})

describe('the client', () => {
  const answer = (status: number, data: unknown) =>
    new Response(
      JSON.stringify(
        status < 400
          ? { data, meta: { request_id: 'r' }, errors: [] }
          : { data: null, meta: { request_id: 'r' }, errors: [{ code: 'unauthenticated', message: '' }] },
      ),
      { status },
    )

  it('renews the session once for all calls that noticed, and repeats each of them once', async () => {
    let fresh = false
    const renew = vi.fn(async () => {
      fresh = true
      return true
    })
    const send = vi.fn(async () => answer(fresh ? 200 : 401, { version: '1' }))
    const client = createConsoleClient({ renew, fetch: send as unknown as typeof fetch })
    const both = await Promise.all([client(read, { params: { version: '1' } }), client(read, { params: { version: '1' } })])
    expect(both).toEqual([{ version: '1' }, { version: '1' }])
    expect(renew).toHaveBeenCalledTimes(1)
    expect(send).toHaveBeenCalledTimes(4)
  })

  it('fails as unauthenticated when there is nothing to renew', async () => {
    const client = createConsoleClient({ renew: async () => false, fetch: (async () => answer(401, null)) as unknown as typeof fetch })
    await expect(client(read, { params: { version: '1' } })).rejects.toMatchObject({ status: 401, code: 'unauthenticated' })
  })
})
