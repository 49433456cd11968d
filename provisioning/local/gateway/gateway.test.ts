import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { latencyBoundsMs } from '../../upgrade.ts'
import { Child } from '../node/child.ts'
import { writeAtomically } from '../node/storage.ts'
import { type Answer, document } from '../testing/platform.ts'
import { writeTestRelease } from '../testing/release.ts'
import { Gateway } from './gateway.ts'
import { RouteTable } from './route-table.ts'
import type { Routes, TenantRoute } from './routes.ts'
import { Waker } from './waker.ts'

const dir = mkdtempSync(join(tmpdir(), 'cityos-gateway-'))
const routesFile = join(dir, 'routes.json')
const errors: unknown[] = []
let plane: Child
let node: Server
let gateway: Gateway
let port: number
const woken: string[] = []
let atTheDoor = 0

const awake = route('awake', { runtime: 'running', socket: join(dir, 'plane.sock') })

function route(slug: string, changes: Partial<TenantRoute>): TenantRoute {
  return {
    tenant_id: `tnt_${slug}`,
    hosts: [`${slug}.localhost`],
    name: { en: `Shop <${slug}>`, ar: 'متجر' },
    default_locale: 'en',
    status: 'active',
    runtime: 'absent',
    socket: null,
    ...changes,
  }
}

function publish(tenants: TenantRoute[]): void {
  const routes: Routes = { operator: { host: 'cityos.localhost', socket: join(dir, 'nobody.sock') }, tenants }
  writeAtomically(routesFile, JSON.stringify(routes), false)
}

const standard = [
  awake,
  route('asleep', { runtime: 'asleep' }),
  route('stubborn', { runtime: 'asleep' }),
  route('new', { status: 'provisioning' }),
  route('broken', { status: 'failed' }),
  route('closed', { status: 'closed' }),
  route('gone', { runtime: 'running', socket: join(dir, 'gone.sock') }),
  route('crashed', { runtime: 'crashed' }),
  { ...route('custom', { runtime: 'running', socket: join(dir, 'plane.sock') }), hosts: ['custom.localhost', 'shop.example.com'] },
]

beforeAll(async () => {
  const release = writeTestRelease(join(dir, 'release'))
  plane = await Child.launch({
    args: [join(release.dir, 'data-plane.mjs')],
    logFile: join(dir, 'plane.log'),
    environment: { PATH: process.env['PATH'] ?? '' },
  })
  plane.bind({
    tenant: document('tnt_awake', 'awake', release.version),
    listen: { socket: join(dir, 'plane.sock') },
    supervisor: { socket: join(dir, 'node.sock') },
  })
  while ((await plane.next(10_000)).ready !== 'bound');
  node = createServer((incoming, response) => {
    const id = incoming.url!.split('/')[2]!
    woken.push(id)
    // "stubborn" is never answered: the gateway has to give up by itself.
    if (id === 'tnt_stubborn') return
    const found = id === 'tnt_crashed' ? { socket: null, message: 'still crashing' } : { socket: join(dir, 'plane.sock'), message: null }
    // The sleeper takes as long as it takes until ten requests are at the door.
    const answer = (): unknown => (id === 'tnt_asleep' && atTheDoor < 10 ? setImmediate(answer) : response.end(JSON.stringify(found)))
    answer()
  })
  await new Promise<void>((resolve) => node.listen(join(dir, 'node.sock'), resolve))
  publish(standard)
  const note = (error: unknown) => errors.push(error)
  gateway = new Gateway(new RouteTable(routesFile, note), new Waker(join(dir, 'node.sock'), 300, note), note)
  await new Promise<void>((resolve) => gateway.server.listen(0, '127.0.0.1', resolve))
  gateway.server.on('request', (incoming) => {
    if (incoming.headers.host === 'asleep.localhost' && incoming.method === 'POST') atTheDoor += 1
  })
  port = (gateway.server.address() as AddressInfo).port
})

afterAll(async () => {
  gateway?.server.closeAllConnections()
  gateway?.server.close()
  node?.closeAllConnections()
  node?.close()
  await plane?.stop()
  rmSync(dir, { recursive: true, force: true })
})

function ask(
  host: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: Buffer | string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers: { host, ...options.headers }, agent: false },
      (incoming) => {
        let text = ''
        incoming.on('data', (chunk: Buffer) => {
          text += chunk
        })
        incoming.on('error', reject)
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode!,
            headers: incoming.headers,
            text,
            json: incoming.headers['content-type']?.includes('json') && text ? JSON.parse(text) : null,
          }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(options.body)
  })
}

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

test.each([
  'awake.localhost',
  'AWAKE.localhost:8080',
  'admin.awake.localhost',
  'vendor.awake.localhost',
  'api.awake.localhost',
  'shop.example.com',
  'admin.shop.example.com',
])('%s leads to its tenant, with the host as it was asked', async (host) => {
  const answer = await ask(host, '/pid?a=1&b=%2F')
  expect(answer.status).toBe(200)
  expect(answer.json.data).toMatchObject({ host, url: '/pid?a=1&b=%2F' })
})

test('says who asks, and does not believe a client that says so itself', async () => {
  const { headers } = (
    await ask('awake.localhost', '/pid', {
      headers: { 'x-forwarded-for': '8.8.8.8', 'x-forwarded-proto': 'https', 'X-Custom': 'Kept', cookie: 'a=1; b=2' },
    })
  ).json.data
  expect(headers).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'awake.localhost',
    'x-custom': 'Kept',
    cookie: 'a=1; b=2',
  })
  expect(headers['x-request-id']).toMatch(/^req_/)
  const own = (await ask('awake.localhost', '/pid', { headers: { 'x-request-id': 'my-own-request-1' } })).json.data.headers
  expect(own['x-request-id']).toBe('my-own-request-1')
})

test('an unknown host is 404 with the code unknown_host', async () => {
  const answer = await ask('nowhere.localhost', '/v1/store/products')
  expect(answer.status).toBe(404)
  expect(answer.json).toMatchObject({ data: null, errors: [{ code: 'unknown_host' }] })
  expect(answer.json.meta.request_id).toBe(answer.headers['x-request-id'])
})

test('a page for people is in their language, mirrored for Arabic, and escapes what they typed', async () => {
  const arabic = await ask('nowhere.localhost', '/', { headers: { ...html, 'accept-language': 'de, ar;q=0.9, en;q=0.1' } })
  expect(arabic.text).toContain('<html lang="ar" dir="rtl">')
  const french = await ask('nowhere.localhost', '/', { headers: { ...html, 'accept-language': 'fr-CA' } })
  expect(french.text).toContain('<html lang="fr" dir="ltr">')
  // The address says more than the browser's settings.
  const path = await ask('broken.localhost', '/ar/products', { headers: { ...html, 'accept-language': 'fr' } })
  expect(path.text).toContain('متجر')
  const escaped = await ask('broken.localhost', '/', { headers: html })
  expect(escaped.text).toContain('Shop &#60;broken&#62;')
  expect(escaped.text).not.toContain('<broken>')
})

test.each([
  ['closed.localhost', 404, 'not_found'],
  ['broken.localhost', 503, 'dependency_unavailable'],
  ['new.localhost', 503, 'tenant_starting'],
  ['crashed.localhost', 503, 'tenant_starting'],
  ['stubborn.localhost', 503, 'tenant_waking'],
  ['cityos.localhost', 503, 'dependency_unavailable'],
])('%s is answered by the gateway itself: %i %s', async (host, status, code) => {
  const answer = await ask(host, '/v1/store/products')
  expect(answer.status).toBe(status)
  expect(answer.json.errors[0].code).toBe(code)
  const page = await ask(host, '/en', { headers: html })
  expect(page.status).toBe(status)
  expect(page.text).toContain('<h1>')
  expect(page.text.includes('http-equiv="refresh"')).toBe(
    ['tenant_starting', 'tenant_waking'].includes(code) || host === 'cityos.localhost',
  )
})

test('a request for a sleeper wakes it and waits; its health is told without waking', async () => {
  woken.length = 0
  const health = await ask('asleep.localhost', '/health')
  expect(health.json.data).toEqual({ status: 'ok', runtime: 'asleep' })
  expect(woken).toEqual([])
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => ask('asleep.localhost', '/upload', { method: 'POST', body: 'x'.repeat(1000) })),
  )
  expect(answers.map((answer) => answer.json.data.size)).toEqual(Array.from({ length: 10 }, () => 1000))
  expect(woken).toEqual(['tnt_asleep'])
})

test('when the connection is refused, the tenant is woken and the request sent once more, body and all', async () => {
  woken.length = 0
  const answer = await ask('gone.localhost', '/upload', { method: 'POST', body: 'y'.repeat(5000) })
  expect(answer.json.data.size).toBe(5000)
  expect(woken).toEqual(['tnt_gone'])
})

test.each([
  '/internal/health',
  '/internal',
  '//internal/health',
  '/%69nternal/health',
  '/INTERNAL/health',
  '/x/../internal/health',
  '/%2e%2e/internal',
  '/./internal/seed',
  '/\\internal/health',
  '/internal;x/health',
])('%s is not for the outside', async (path) => {
  const answer = await ask('awake.localhost', path)
  expect(answer.status).toBe(404)
  expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
})

test('an absolute request target does not lead round the host or into /internal', async () => {
  const { text } = await raw(`GET http://nowhere.localhost/internal/health HTTP/1.1\r\nHost: awake.localhost\r\nConnection: close\r\n\r\n`)
  expect(text).toContain('404 Not Found')
})

test('a large upload arrives whole', async () => {
  const body = randomBytes(8 * 1024 * 1024)
  const answer = await ask('awake.localhost', '/upload', { method: 'PUT', body })
  expect(answer.json.data).toEqual({ size: body.length, sha256: createHash('sha256').update(body).digest('hex') })
})

test('an upload that is refused before it was read gets that answer, however large it is', async () => {
  for (let round = 0; round < 5; round += 1) {
    const answer = await ask('awake.localhost', '/small', { method: 'POST', body: Buffer.alloc(20 * 1024 * 1024) })
    expect(answer.status).toBe(413)
    expect(answer.json.errors[0].code).toBe('file_too_large')
  }
})

test('a POST without a body is sent as such', async () => {
  const answer = await ask('awake.localhost', '/upload', { method: 'POST' })
  expect(answer.json.data.size).toBe(0)
})

test('events arrive one by one, while the stream is open', async () => {
  const events = await new Promise<string[]>((resolve, reject) => {
    const seen: string[] = []
    const outgoing = request(
      { host: '127.0.0.1', port, path: '/events', headers: { host: 'awake.localhost' }, agent: false },
      (incoming) => {
        expect(incoming.headers['content-type']).toBe('text/event-stream')
        const next = () => ask('awake.localhost', `/events/send?text=event${seen.length}`).catch(reject)
        incoming.on('data', (chunk: Buffer) => {
          seen.push(chunk.toString())
          if (seen.length < 3) return next()
          outgoing.destroy()
          resolve(seen)
        })
        // The headers came before any event: only now is the first one asked for.
        next()
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
  expect(events).toEqual(['data: event0\n\n', 'data: event1\n\n', 'data: event2\n\n'])
})

test('half an answer is not passed off as a whole one', async () => {
  await expect(ask('awake.localhost', '/half')).rejects.toThrow(/aborted|hang up|reset/i)
})

test('a websocket goes through in both directions', async () => {
  const key = randomBytes(16).toString('base64')
  const { text } = await raw(
    `GET /socket HTTP/1.1\r\nHost: awake.localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    (received, socket) => {
      if (received.endsWith('\r\n\r\n')) {
        const mask = Buffer.from([1, 2, 3, 4])
        const payload = Buffer.from('marhaba').map((byte, index) => byte ^ mask[index % 4]!)
        socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload]))
      }
      if (received.endsWith('marhaba')) socket.end()
    },
  )
  expect(text).toContain('101 Switching Protocols')
  expect(text.endsWith('marhaba')).toBe(true)
})

test('a websocket to nowhere is refused', async () => {
  const { text } = await raw('GET /socket HTTP/1.1\r\nHost: nowhere.localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  expect(text).toContain('404 Not Found')
})

test('a changed route counts for the very next request; a damaged file changes nothing', async () => {
  publish([...standard, { ...awake, tenant_id: 'tnt_fresh', hosts: ['fresh.localhost'] }])
  expect((await ask('fresh.localhost', '/pid')).status).toBe(200)
  writeFileSync(routesFile, '{"operator":')
  expect((await ask('other.localhost', '/pid')).status).toBe(404)
  expect((await ask('fresh.localhost', '/pid')).status).toBe(200)
  publish(standard)
  expect((await ask('fresh.localhost', '/pid')).status).toBe(404)
})

test('requests are counted by tenant and release: errors, checkouts, what got no answer, time to the first byte', async () => {
  const counted = { ...awake, tenant_id: 'tnt_counted', hosts: ['counted.localhost'], release: '1.0.0' }
  const gone = { ...route('lost', { runtime: 'crashed' }), tenant_id: 'tnt_crashed', hosts: ['lost.localhost'], release: '1.0.0' }
  publish([...standard, counted, gone])
  await ask('counted.localhost', '/pid')
  await ask('counted.localhost', '/health')
  await ask('counted.localhost', '/v1/store/carts/crt_1/complete', { method: 'POST' })
  await ask('counted.localhost', '/half').catch(() => undefined)
  await ask('lost.localhost', '/v1/store/carts/crt_1/complete', { method: 'POST' })
  const samples = new Map(gateway.traffic.samples().map((sample) => [sample.tenantId, sample]))
  expect(samples.get('tnt_counted')).toMatchObject({ release: '1.0.0', requests: 3, errors: 1, checkouts: 1, failedCheckouts: 0 })
  expect(samples.get('tnt_counted')!.latency.reduce((sum, count) => sum + count, 0)).toBe(3)
  expect(samples.get('tnt_counted')!.latency).toHaveLength(latencyBoundsMs.length + 1)
  expect(samples.get('tnt_crashed')).toMatchObject({ requests: 1, errors: 1, checkouts: 1, failedCheckouts: 1 })
  expect(samples.has('tnt_awake')).toBe(false)
  publish(standard)
})

test('a socket is settled when its last request is answered; event streams and websockets are not waited for', async () => {
  const { socket } = awake
  expect(await gateway.settle(socket!, 0)).toEqual({ requests: 0, streams: 0 })
  const stream = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/events', headers: { host: 'awake.localhost' }, agent: false }, resolve)
    sent.on('error', reject)
    sent.end()
  })
  const slow = ask('awake.localhost', '/held')
  const held = async () => (await ask('awake.localhost', '/held/count')).json.data
  while ((await held()) < 1);
  expect(await gateway.settle(socket!, 10)).toEqual({ requests: 1, streams: 1 })
  const settled = gateway.settle(socket!, 60_000)
  await ask('awake.localhost', '/held/answer')
  expect([(await slow).status, await settled]).toEqual([200, { requests: 0, streams: 1 }])
  stream.destroy()
})

function raw(
  text: string,
  onData: (received: string, socket: ReturnType<typeof connect>) => void = () => undefined,
): Promise<{ text: string }> {
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      onData(received, socket)
    })
    socket.on('error', reject)
    socket.on('close', () => resolve({ text: received }))
  })
}
