import { anyone, createClient, customer, DomainError, endpoint, type Input, listEndpoint, Money, staff } from '@cityos/contract'
import { Controller, Module } from '@nestjs/common'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  type Actor,
  ApiCaller,
  Authenticator,
  Authorizer,
  type Credentials,
  createLog,
  createPlaneApp,
  guest,
  Handle,
  HttpModule,
  type HttpSettings,
  RequestContext,
} from './index.ts'

const listThings = listEndpoint({
  id: 'thing.list',
  method: 'GET',
  path: '/v1/store/things',
  summary: 'Things',
  access: anyone,
  query: z.object({ colour: z.string().optional() }),
  response: z.object({ id: z.string(), price: Money }),
})
const getThing = endpoint({
  id: 'thing.get',
  method: 'GET',
  path: '/v1/store/things/{id}',
  summary: 'A thing',
  access: anyone,
  params: z.object({ id: z.string() }),
  response: z.object({ id: z.string() }),
})
const makeThing = endpoint({
  id: 'thing.make',
  method: 'POST',
  path: '/v1/store/things',
  summary: 'Make',
  access: customer,
  status: 201,
  body: z.object({ name: z.string().min(2), size: z.int() }),
  response: z.object({ name: z.string(), by: z.string() }),
})
const signIn = endpoint({
  id: 'auth.sign_in',
  method: 'POST',
  path: '/v1/store/auth/sign-in',
  summary: 'Sign in',
  access: anyone,
  rateLimit: { perAddress: 10, perAccount: 3, accountField: 'email', windowSeconds: 60 },
  body: z.object({ email: z.string() }),
  response: z.object({ ok: z.boolean() }),
})
const adminThings = endpoint({
  id: 'admin.thing.wipe',
  method: 'POST',
  path: '/v1/admin/things/wipe',
  summary: 'Wipe',
  access: staff('delete', 'thing'),
  idempotencyKey: true,
  response: z.object({ wiped: z.boolean() }),
})

@Controller()
class ThingController {
  @Handle(listThings)
  list(_ctx: RequestContext, input: Input<typeof listThings>) {
    return {
      items: Array.from({ length: input.query.limit }, (_, index) => ({
        id: `t${index + input.query.offset}`,
        price: { amount: 100, currency: 'SAR' },
      })),
      total: 57,
    }
  }

  @Handle(getThing)
  get(_ctx: RequestContext, input: Input<typeof getThing>) {
    if (input.params.id === 'bug') throw new Error('secret connection string')
    if (input.params.id === 'pg') throw Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' })
    if (input.params.id === 'none') throw new DomainError('not_found')
    return { id: input.params.id }
  }

  @Handle(makeThing)
  make(ctx: RequestContext, input: Input<typeof makeThing>) {
    ctx.cookies.set('seen', 'yes')
    return { name: input.body.name, by: ctx.actor.kind === 'customer' ? ctx.actor.id : '' }
  }

  @Handle(signIn)
  signIn() {
    return { ok: true }
  }

  @Handle(adminThings)
  wipe() {
    return { wiped: true }
  }
}

class BearerAuthenticator extends Authenticator {
  authenticate({ bearer, cookies }: Credentials): Actor {
    const token = bearer ?? cookies.get('session')
    if (!token) return guest
    if (token === 'cus') return { kind: 'customer', id: 'cus_1', sessionId: 's' }
    if (token === 'viewer') return { kind: 'staff', sub: 'u', email: '', name: '', sid: 's', grants: [], expiresAt: new Date(0) }
    throw new DomainError('unauthenticated')
  }
}

class DenyingAuthorizer extends Authorizer {
  protected can(): boolean {
    return false
  }
}

const log = createLog('test', {}, { write: () => {} })
const settings: HttpSettings = {
  service: 'data-plane',
  log,
  locales: () => ({ supported: ['en', 'ar'], fallback: 'en' }),
  surfaceOf: (host) => (host === 'souq.localhost' ? 'store' : null),
  allowsOrigin: (origin) => origin === 'https://partner.test',
  secure: false,
  checkAnswers: true,
  openApi: { title: 'Test', version: '1', path: '/v1/openapi.json' },
  keyPrefix: 'ten_test',
}

@Module({
  imports: [HttpModule.forPlane({ settings, authenticator: BearerAuthenticator, authorizer: DenyingAuthorizer })],
  controllers: [ThingController],
})
class TestModule {}

let app: NestFastifyApplication
beforeAll(async () => {
  app = await createPlaneApp(TestModule, { log })
})
afterAll(() => app.close())

const send = (
  method: 'GET' | 'POST' | 'OPTIONS',
  url: string,
  options: { headers?: Record<string, string>; payload?: object | string } = {},
) => app.inject({ method, url, payload: options.payload, headers: { host: 'souq.localhost:8080', ...options.headers } })

describe('the envelope', () => {
  it('wraps a page with offset, limit and total', async () => {
    const answer = await send('GET', '/v1/store/things?limit=2&offset=4')
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({
      data: [expect.objectContaining({ id: 't4' }), expect.anything()],
      meta: { request_id: expect.stringMatching(/^req_/), offset: 4, limit: 2, total: 57 },
      errors: [],
    })
  })

  it('names the fields that do not parse', async () => {
    const answer = await send('POST', '/v1/store/things', { payload: { name: 'x' }, headers: { authorization: 'Bearer cus' } })
    expect(answer.statusCode).toBe(400)
    const [error] = answer.json().errors
    expect(error.code).toBe('invalid_request')
    expect(error.details.fields.map((entry: { field: string }) => entry.field)).toEqual(['name', 'size'])
  })

  it.each([
    ['{"name":', 400],
    ['[1', 400],
  ])('answers unparseable JSON %s with 400', async (payload, status) => {
    const answer = await send('POST', '/v1/store/things', { payload, headers: { 'content-type': 'application/json' } })
    expect(answer.statusCode).toBe(status)
    expect(answer.json().errors[0].code).toBe('invalid_request')
  })

  it('never leaks an unexpected error, and says when the database is away', async () => {
    const bug = await send('GET', '/v1/store/things/bug')
    expect([bug.statusCode, bug.json().errors[0].code]).toEqual([500, 'internal_error'])
    expect(bug.body).not.toContain('secret')
    const away = await send('GET', '/v1/store/things/pg')
    expect([away.statusCode, away.json().errors[0].code, away.headers['retry-after']]).toEqual([503, 'dependency_unavailable', '2'])
  })

  it('speaks the language of the caller', async () => {
    const answer = await send('GET', '/v1/store/things/none', { headers: { 'accept-language': 'ar-SA,en;q=0.5' } })
    expect(answer.json().errors[0].message).toBe('لم يتم العثور على هذا العنصر.')
    expect(answer.headers['content-language']).toBe('ar')
  })

  it('answers 404 for unknown paths and unknown hosts', async () => {
    expect((await send('GET', '/v1/store/nothing')).json().errors[0].code).toBe('not_found')
    expect((await send('GET', '/v1/store/things', { headers: { host: 'other.localhost' } })).json().errors[0].code).toBe('unknown_host')
  })
})

describe('who may do what', () => {
  it('refuses guests with 401, the wrong role with 403, a bad token with 401', async () => {
    expect((await send('POST', '/v1/store/things', { payload: {} })).statusCode).toBe(401)
    expect((await send('POST', '/v1/admin/things/wipe', { headers: { authorization: 'Bearer viewer' } })).statusCode).toBe(403)
    expect((await send('POST', '/v1/admin/things/wipe', { headers: { authorization: 'Bearer cus' } })).statusCode).toBe(403)
    expect((await send('GET', '/v1/store/things', { headers: { authorization: 'Bearer nonsense' } })).statusCode).toBe(401)
  })

  it('refuses a cookie request that another site sent', async () => {
    const payload = { name: 'ring', size: 3 }
    const cookie = 'session=cus'
    expect((await send('POST', '/v1/store/things', { payload, headers: { cookie, origin: 'http://evil.test' } })).statusCode).toBe(403)
    expect((await send('POST', '/v1/store/things', { payload, headers: { cookie, 'sec-fetch-site': 'cross-site' } })).statusCode).toBe(403)
    const own = await send('POST', '/v1/store/things', { payload, headers: { cookie, origin: 'http://souq.localhost:8080' } })
    expect(own.statusCode).toBe(201)
    expect(own.headers['set-cookie']).toEqual(['seen=yes; Path=/; HttpOnly; SameSite=Lax'])
  })

  it('answers CORS for declared origins only', async () => {
    const headers = { 'access-control-request-method': 'POST' }
    const declared = await send('OPTIONS', '/v1/store/things', { headers: { ...headers, origin: 'https://partner.test' } })
    expect(declared.headers['access-control-allow-origin']).toBe('https://partner.test')
    const foreign = await send('OPTIONS', '/v1/store/things', { headers: { ...headers, origin: 'https://evil.test' } })
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined()
  })

  it('limits sign-in per account and per address', async () => {
    const attempt = (email: string, address: string) =>
      send('POST', '/v1/store/auth/sign-in', { payload: { email }, headers: { 'x-forwarded-for': address } })
    for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) expect((await attempt('A@x.test', address)).statusCode).toBe(200)
    const fourth = await attempt('a@x.test ', '10.0.0.4')
    expect([fourth.statusCode, fourth.json().errors[0].code]).toEqual([429, 'rate_limited'])
    expect(Number(fourth.headers['retry-after'])).toBeGreaterThan(0)
    const statuses = await Promise.all(Array.from({ length: 11 }, (_, index) => attempt(`b${index}@x.test`, '10.0.0.9')))
    expect(statuses.filter((answer) => answer.statusCode === 429)).toHaveLength(1)
  })
})

describe('the other ways in', () => {
  it('answers the typed client and the in-process caller alike', async () => {
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.getHttpServer().address() as { port: number }
    const viaHttp = createClient({
      origin: `http://127.0.0.1:${port}`,
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init?.headers, host: 'souq.localhost' } }),
    })
    const inProcess = app.get(ApiCaller)
    const ctx = new RequestContext({ host: 'souq.localhost', surface: 'store' })
    await expect(inProcess.call(getThing, { params: { id: 'none' } }, ctx)).rejects.toMatchObject({ status: 404, code: 'not_found' })
    await expect(viaHttp(getThing, { params: { id: 'none' } })).rejects.toMatchObject({ status: 404 })
    await expect(inProcess.call(makeThing, { body: { name: 'ring', size: 1 } }, ctx)).rejects.toMatchObject({ status: 401 })
    expect(await inProcess.call(listThings, { query: { limit: 1 } }, ctx)).toMatchObject({ total: 57, items: [{ id: 't0' }] })
  })

  it('publishes every operation in OpenAPI', async () => {
    const document = (await send('GET', '/v1/openapi.json')).json()
    expect(Object.keys(document.paths).sort()).toEqual([
      '/v1/admin/things/wipe',
      '/v1/store/auth/sign-in',
      '/v1/store/things',
      '/v1/store/things/{id}',
    ])
    expect(document.paths['/v1/admin/things/wipe'].post['x-access']).toEqual({ who: 'staff', action: 'delete', subject: 'thing' })
  })
})
