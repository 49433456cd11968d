import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, request as plainRequest, type Server } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { CertificateStore } from '../node/certificates.ts'
import { writeAtomically } from '../node/storage.ts'
import { CertificateTable } from './certificate-table.ts'
import { Gateway } from './gateway.ts'
import { RouteTable } from './route-table.ts'
import type { Routes } from './routes.ts'
import { Waker } from './waker.ts'

const dir = mkdtempSync(join(tmpdir(), 'cityos-tls-'))
const host = 'shop.example.com'
const store = new CertificateStore(join(dir, 'certificates'), randomBytes(32))
const errors: unknown[] = []
let plane: Server
let operator: Server
let gateway: Gateway
let port: number
let tlsPort: number

/** A certificate of its own for a host, as an authority would give it. */
function certificateFor(...hosts: string[]): { chain: string; key: string } {
  const key = join(dir, 'made.key')
  const chain = join(dir, 'made.pem')
  const names = ['-subj', '/CN=test', '-addext', `subjectAltName=${hosts.map((name) => `DNS:${name}`).join(',')}`]
  const made = spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '30',
    '-keyout',
    key,
    '-out',
    chain,
    ...names,
  ])
  expect(made.status).toBe(0)
  return { chain: readFileSync(chain, 'utf8'), key: readFileSync(key, 'utf8') }
}

function put(...hosts: string[]): string {
  const made = certificateFor(...hosts)
  store.put({ tenantId: 'tnt_shop', host: hosts[0]!, hosts, ...made })
  return made.chain
}

interface Said {
  status: number
  text: string
  headers: Record<string, string | string[] | undefined>
}

function overTls(name: string, ca: string, options: RequestOptions = {}): Promise<Said> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: tlsPort,
        servername: name,
        ca,
        headers: { host: `${name}:${tlsPort}` },
        path: '/hello',
        agent: false,
        ...options,
      },
      (answer) => {
        let text = ''
        answer.on('data', (part: Buffer) => {
          text += part.toString()
        })
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }))
        answer.once('error', reject)
      },
    )
    outgoing.once('error', reject)
    outgoing.end()
  })
}

function plain(name: string, path: string, method = 'GET'): Promise<Said> {
  return new Promise((resolve, reject) => {
    const outgoing = plainRequest({ host: '127.0.0.1', port, method, path, headers: { host: name }, agent: false }, (answer) => {
      let text = ''
      answer.on('data', (part: Buffer) => {
        text += part.toString()
      })
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }))
    })
    outgoing.once('error', reject)
    outgoing.end()
  })
}

const listen = (server: Server, socket: string) => new Promise<void>((resolve) => server.listen(join(dir, socket), resolve))

beforeAll(async () => {
  plane = createServer((incoming, outgoing) => {
    // half an answer, which is finished when somebody asks for it
    if (incoming.url === '/slow') {
      outgoing.write('first ')
      plane.once('finish-slow', () => outgoing.end('last'))
      return
    }
    outgoing.end(JSON.stringify({ proto: incoming.headers['x-forwarded-proto'], host: incoming.headers['x-forwarded-host'] }))
  })
  operator = createServer((incoming, outgoing) => outgoing.end(`operator ${incoming.url} ${incoming.headers.host}`))
  await listen(plane, 'plane.sock')
  await listen(operator, 'operator.sock')
  const routes: Routes = {
    operator: { host: 'cityos.localhost', socket: join(dir, 'operator.sock') },
    tenants: [
      {
        tenant_id: 'tnt_shop',
        hosts: ['shop.localhost', host],
        name: { en: 'Shop' },
        default_locale: 'en',
        status: 'active',
        runtime: 'running',
        socket: join(dir, 'plane.sock'),
      },
    ],
  }
  writeAtomically(join(dir, 'routes.json'), JSON.stringify(routes), false)
  const note = (error: unknown) => errors.push(error)
  const table = new CertificateTable(store, 443, note)
  gateway = new Gateway(new RouteTable(join(dir, 'routes.json'), note), new Waker(join(dir, 'node.sock'), 300, note), note, table)
  await new Promise<void>((resolve) => gateway.server.listen(0, '127.0.0.1', resolve))
  await new Promise<void>((resolve) => gateway.secureServer!.listen(0, '127.0.0.1', resolve))
  port = (gateway.server.address() as AddressInfo).port
  tlsPort = (gateway.secureServer!.address() as AddressInfo).port
})

afterAll(() => {
  for (const server of [gateway?.server, gateway?.secureServer, plane, operator]) {
    server?.closeAllConnections()
    server?.close()
  }
  rmSync(dir, { recursive: true, force: true })
})

test('serves a host over TLS as soon as it has a certificate, and sends plain requests there', async () => {
  expect((await plain(host, '/hello')).status).toBe(200)
  await expect(overTls(host, '')).rejects.toThrow()
  const ca = put(host, `admin.${host}`)
  await vi.waitUntil(async () => (await plain(host, '/hello')).status === 308)
  const said = await overTls(host, ca)
  expect(said.status).toBe(200)
  expect(JSON.parse(said.text)).toEqual({ proto: 'https', host: `${host}:${tlsPort}` })
  expect(said.headers['strict-transport-security']).toBe('max-age=31536000')
  expect((await overTls(`admin.${host}`, ca)).status).toBe(200)
  const moved = await plain(host, '/cart?a=1', 'POST')
  expect([moved.status, moved.headers['location']]).toEqual([308, `https://${host}/cart?a=1`])
  // not in the certificate: there is no https to send anybody to
  expect((await plain(`vendor.${host}`, '/hello')).status).toBe(200)
  const platform = await plain('shop.localhost', '/hello')
  expect([platform.status, platform.headers['strict-transport-security']]).toEqual([200, undefined])
})

test('gives no connection to a host without a certificate', async () => {
  await expect(overTls('other.example.com', '')).rejects.toThrow()
  expect((await plain('other.example.com', '/hello')).status).toBe(404)
})

test('hands what a certificate authority asks to the control plane, on every host and over plain HTTP', async () => {
  const path = '/.well-known/acme-challenge/LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0'
  for (const name of [host, 'not-here-yet.example.com']) expect((await plain(name, path)).text).toBe(`operator ${path} ${name}`)
  expect((await plain('not-here-yet.example.com', '/.well-known/acme-challenge/../secret')).status).toBe(404)
})

test('takes a new certificate without breaking the connections that are open', async () => {
  const former = put(host)
  await vi.waitUntil(async () => (await overTls(host, former).catch(() => null))?.status === 200)
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: former })
  const slow = overTls(host, former, { path: '/slow', agent })
  await vi.waitUntil(() => plane.listenerCount('finish-slow') > 0)
  const renewed = put(host)
  await vi.waitUntil(async () => (await overTls(host, renewed).catch(() => null))?.status === 200)
  plane.emit('finish-slow')
  expect((await slow).text).toBe('first last')
  const reused = await new Promise<boolean>((resolve, reject) => {
    const again = request({ host: '127.0.0.1', port: tlsPort, servername: host, agent, path: '/hello', headers: { host } }, (answer) => {
      resolve(again.reusedSocket && !(answer.socket as TLSSocket).destroyed)
      answer.resume()
    })
    again.once('error', reject)
    again.end()
  })
  expect(reused).toBe(true)
  agent.destroy()
})

test('a damaged certificate takes away its own host only, and keys are sealed on disk', async () => {
  const ca = put('second.example.com')
  put('broken.example.com')
  const file = join(store.folder, 'broken.example.com.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).not.toContain('PRIVATE KEY')
  const before = errors.length
  writeAtomically(file, readFileSync(file, 'utf8').replace('"key":"v1.', '"key":"v1.AAAA'))
  await vi.waitUntil(() => errors.length > before)
  expect((await overTls('second.example.com', ca)).status).toBe(404)
  await expect(overTls('broken.example.com', ca)).rejects.toThrow()
})

test('a certificate that is removed ends https for its host', async () => {
  const ca = put(host)
  await vi.waitUntil(async () => (await overTls(host, ca).catch(() => null))?.status === 200)
  store.remove('tnt_another', host)
  expect(store.list().some((item) => item.name === host)).toBe(true)
  store.remove('tnt_shop', host)
  await vi.waitUntil(async () => (await plain(host, '/hello')).status === 200)
})
