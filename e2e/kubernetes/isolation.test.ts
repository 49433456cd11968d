import { PlaneTraffic } from '@cityos/contract'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { podClient } from '../../provisioning/kubernetes/plane-client.ts'
import { sql } from '../sql.ts'
import { openCluster } from './cluster/cluster.ts'
import { layout } from './cluster/layout.ts'
import { Hands } from './helm.ts'
import { releaseImages } from './release-image.ts'
import { askGateway, type HandTenant, installTenant, removeTenant, upgrade } from './tenant-by-hand.ts'

// Two tenants by the chart alone, as real pods: served through a real gateway, and walled off from each other on the wire.

const cluster = openCluster()
const hands = new Hands(cluster)
let shop: HandTenant
let market: HandTenant
const { outside, node, apiServer } = layout

beforeAll(async () => {
  const images = await releaseImages(cluster)
  ;[shop, market] = [await installTenant(cluster, hands, images, 'shop'), await installTenant(cluster, hands, images, 'market')]
})
afterAll(async () => {
  for (const tenant of [shop, market]) if (tenant) await removeTenant(cluster, hands, tenant)
})

type Target = [name: string, address: string, port: number]

/** Tries a TCP connection to each target from inside of a pod. @returns `open`, or why not, by name */
async function reach(tenant: HandTenant, role: 'web' | 'worker', targets: Target[]): Promise<Record<string, string>> {
  const program = `
    const { connect } = require('node:net')
    const tryOne = ([name, host, port]) => new Promise((resolve) => {
      const socket = connect({ host, port, timeout: 3000 })
      const end = (result) => { socket.destroy(); resolve([name, result]) }
      socket.once('connect', () => end('open')).once('timeout', () => end('no answer')).once('error', (error) => end(error.code))
    })
    Promise.all(JSON.parse(process.argv[1]).map(tryOne)).then((all) => console.log(JSON.stringify(Object.fromEntries(all))))`
  const deployment = role === 'web' ? `deployment/web-${tenant.suffix}` : 'deployment/worker'
  const answer = await hands.kubectl(
    '--namespace',
    tenant.namespace,
    'exec',
    deployment,
    '--',
    'node',
    '-e',
    program,
    JSON.stringify(targets),
  )
  return JSON.parse(answer) as Record<string, string>
}

async function podAddress(tenant: HandTenant): Promise<string> {
  const jsonpath = 'jsonpath={.items[0].status.podIP}'
  return hands.kubectl('--namespace', tenant.namespace, 'get', 'pods', '--selector', 'cityos.dev/role=web', '--output', jsonpath)
}

/** What a tenant’s pod has no business with. */
async function forbidden(): Promise<Target[]> {
  return [
    ['the other tenant’s pod', await podAddress(market), 8080],
    ['the other tenant’s service', `web-${market.suffix}.${market.namespace}.svc.cluster.local`, 8080],
    ['the API server', apiServer.serviceAddress, 443],
    ['the API server by its own address', node.address, apiServer.port],
    ['the kubelet', node.address, 10_250],
    ['the metadata address', outside.metadata.address, outside.metadata.port],
    ['a host outside', outside.host.address, outside.host.port],
  ]
}

it('serves the storefront through the gateway, and its consoles’ doors, but nothing of the platform’s own', async () => {
  const page = await askGateway(cluster, shop.host, '/en')
  expect([page.status, page.body.includes('<title>')]).toEqual([200, true])
  expect((await askGateway(cluster, `admin.${shop.host}`, '/')).body).toContain('<!doctype html>')
  expect((await askGateway(cluster, market.host, '/v1/store/products')).status).toBe(200)
  expect((await askGateway(cluster, 'nobody.k8s.localhost', '/')).status).toBe(404)
  for (const path of ['/internal/health', '/internal/traffic', '/metrics'])
    expect((await askGateway(cluster, shop.host, path)).status, path).toBeGreaterThanOrEqual(400)
})

it('passes its own test', async () => {
  expect(await hands.helm(['test', 'data-plane', '--namespace', shop.namespace, '--timeout', '60s'])).toContain('Succeeded')
})

it('counts the requests of people in its web pod, and leaves the lease to the worker', async () => {
  const asked = { tenantId: shop.id, planeKey: shop.binding.secrets.plane_key, address: { host: await podAddress(shop), port: 8080 } }
  const traffic = PlaneTraffic.parse(await podClient.ask(asked, 'GET', '/internal/traffic', { timeoutMs: 5_000, now: new Date() }))
  expect(traffic).toMatchObject({ errors: 0, release: shop.binding.tenant.release })
  expect(traffic.requests).toBeGreaterThan(0)
  expect(await sql(shop.binding.database.url, 'SELECT name FROM lease')).toEqual([{ name: 'tenant' }])
})

it('reaches its database, and nothing it has no business with', { retry: 0 }, async () => {
  const { host, port } = cluster.description.postgres!
  const targets = await forbidden()
  for (const role of ['web', 'worker'] as const) {
    const found = await reach(shop, role, [['its database', host, port], ...targets])
    expect(found['its database'], role).toBe('open')
    // A name that is not found would keep it out as well.
    expect(found['the other tenant’s service'], role).toBe('no answer')
    expect(
      Object.entries(found).filter(([name, result]) => name !== 'its database' && result === 'open'),
      role,
    ).toEqual([])
  }
})

it('does not get into another tenant’s database with its own login', async () => {
  const address = new URL(shop.binding.database.url)
  address.pathname = new URL(market.binding.database.url).pathname
  const stranger = new pg.Client(address.toString())
  await expect(stranger.connect()).rejects.toMatchObject({ code: '42501' })
})

it('reaches a host outside once that is allowed', async () => {
  const allowed = [{ cidr: `${outside.host.address}/32`, port: outside.host.port }]
  await upgrade(hands, shop, { ...shop.values, egress: { allowed } })
  const targets: Target[] = [['a host outside', outside.host.address, outside.host.port]]
  await expect.poll(() => reach(shop, 'web', targets), { timeout: 60_000, interval: 500 }).toEqual({ 'a host outside': 'open' })
})

it('is held back by its policies and by nothing else: without them the same attempts succeed', { retry: 0 }, async () => {
  const targets = await forbidden()
  for (const { namespace } of [shop, market]) await hands.kubectl('--namespace', namespace, 'delete', 'networkpolicy', '--all')
  const open = Object.fromEntries(targets.map(([name]) => [name, 'open']))
  await expect.poll(() => reach(shop, 'web', targets), { timeout: 60_000, interval: 500 }).toEqual(open)
  // What was taken away by hand comes back with the chart.
  for (const tenant of [shop, market]) await upgrade(hands, tenant, tenant.values)
  await expect
    .poll(async () => Object.values(await reach(shop, 'web', targets)).filter((result) => result === 'open'), {
      timeout: 60_000,
      interval: 500,
    })
    .toEqual([])
})
