import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepInside } from './inner-door.ts'

let instance: FastifyInstance

beforeAll(async () => {
  instance = fastify()
  keepInside(instance)
  for (const path of ['/internal/planes/:id/stream', '/metrics', '/health', '/api/v1/internal']) instance.get(path, () => 'here')
  await instance.ready()
})
afterAll(() => instance.close())

const ask = async (url: string, headers: Record<string, string> = {}) => (await instance.inject({ url, headers })).statusCode
const outside = { 'x-forwarded-for': '203.0.113.7' }

describe('what planes say to each other', () => {
  it.each([
    '/internal/planes/1/stream',
    '/metrics',
    '//internal/planes/1/stream',
    '/%69nternal/planes/1/stream',
    '/INTERNAL/planes/1/stream',
  ])('%s is not there for whoever comes through a gateway', async (url) => {
    expect(await ask(url, outside)).toBe(404)
  })

  it('is reached by pods, and the rest by everybody', async () => {
    expect(await ask('/internal/planes/1/stream')).toBe(200)
    expect(await ask('/metrics')).toBe(200)
    expect(await ask('/health', outside)).toBe(200)
    expect(await ask('/api/v1/internal', outside)).toBe(200)
  })
})
