import { expect, test } from 'vitest'
import { z } from 'zod'
import { ApiError, anyone, createClient, endpoint, errorStatus, idPattern, listEndpoint, newId, slugPattern, urlOf } from './index.ts'

const show = endpoint({
  id: 'thing.show',
  method: 'GET',
  path: '/v1/things/{id}',
  summary: 'One thing',
  access: anyone,
  params: z.object({ id: z.string() }),
  response: z.object({ id: z.string() }),
})
const list = listEndpoint({
  id: 'thing.list',
  method: 'GET',
  path: '/v1/things',
  summary: 'Things',
  access: anyone,
  query: z.object({ colour: z.string().optional() }),
  response: z.object({ id: z.string() }),
})

test('paths are filled and encoded, empty query values are left out', () => {
  expect(urlOf(show, { params: { id: 'a/b' } })).toBe('/v1/things/a%2Fb')
  expect(urlOf(list, { query: { limit: 5, q: 'قهوة', colour: undefined } })).toBe(`/v1/things?limit=5&q=${encodeURIComponent('قهوة')}`)
})

test('a list takes paging with its defaults and refuses more than 100 rows', () => {
  expect(list.query.parse({ colour: 'red' })).toEqual({ limit: 20, offset: 0, colour: 'red' })
  expect(() => list.query.parse({ limit: 101 })).toThrow()
})

test('the client unwraps the envelope and throws the stable code', async () => {
  const answers = [
    new Response(JSON.stringify({ data: [{ id: 'x' }], meta: { request_id: 'r', total: 41 }, errors: [] })),
    new Response(JSON.stringify({ data: null, meta: { request_id: 'r2' }, errors: [{ code: 'slug_taken', message: 'Taken' }] }), {
      status: 409,
    }),
    new Response('<html>', { status: 503 }),
  ]
  const call = createClient({ origin: 'http://shop.localhost', fetch: async () => answers.shift()! })
  expect(await call(list, {})).toEqual({ items: [{ id: 'x' }], total: 41 })
  const refused = await call(show, { params: { id: 'x' } }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(ApiError)
  expect(refused).toMatchObject({ status: 409, code: 'slug_taken', requestId: 'r2' })
  expect(await call(show, { params: { id: 'x' } }).catch((error: unknown) => error)).toMatchObject({ status: 503 })
})

test('ids carry their prefix and sort by time of making', () => {
  const ids = Array.from({ length: 200 }, () => newId('ord'))
  expect(ids.every((id) => idPattern('ord').test(id))).toBe(true)
  expect([...ids].sort()).toEqual(ids)
})

test.each([
  ['souq', true],
  ['olaya-mall-2', true],
  ['ab', false],
  ['Souq', false],
  ['-souq', false],
  ['souq-', false],
  ['a--b', false],
  ['1souq', false],
  ['x'.repeat(41), false],
])('slug %s is a DNS label: %s', (slug, good) => {
  expect(slugPattern.test(slug)).toBe(good)
})

test('every status of the register is an error status', () => {
  for (const status of Object.values(errorStatus)) expect(status).toBeGreaterThanOrEqual(400)
})
