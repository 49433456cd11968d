import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from '@cityos/contract'
import { type Cell, type Operation, readCell, type Tenant } from '@cityos/control-plane/contract'
import { namespaceOf, stackOf } from '@cityos/provisioning/kubernetes'
import { BatchV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Databases, databaseName } from '../../provisioning/local/postgres/databases.ts'
import { agreeAsSecond } from '../second-operator.ts'
import { buy, type Way } from '../shopping.ts'
import { sql } from '../sql.ts'
import { openCluster } from './cluster/cluster.ts'
import { startPostgres } from './cluster/parts/postgres.ts'
import { type CellBeside, type ControlPlaneHere, controlPlaneHere } from './control-plane-here.ts'
import { removeTenants } from './platform.ts'
import { type ReleaseImages, releaseImages } from './release-image.ts'
import { knownRelease, visit } from './tenant-platform.ts'

// A tenant goes from cell to cell. The cells are on one API server: each has names and a Postgres of its own, and that is all
// that is told apart here; the driver has a client, a kubeconfig and a stack for each as if they were two clusters.

const cluster = openCluster()
const host = 'market.localhost'
let release: ReleaseImages
let here: ControlPlaneHere
let tenant: Tenant
/** A kubeconfig for an API server that is not there. */
let away: string
let cells: { 'here-1': CellBeside; 'here-2': CellBeside }

/** `fetch` that asks the cluster's gateway, whatever the host. */
const throughGateway: typeof fetch = async (input, init) => {
  const asked = new Request(input, init)
  const { address, port } = cluster.description.gateway!
  const url = new URL(asked.url)
  const body = asked.body ? Buffer.from(await asked.arrayBuffer()) : undefined
  const headers = { ...Object.fromEntries(asked.headers), host: url.host, ...(body ? { 'content-length': body.length } : {}) }
  const { method } = asked
  const signal = AbortSignal.timeout(10_000)
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ host: address, port, method, path: url.pathname + url.search, headers, agent: false, signal }, resolve)
    sent.once('error', reject)
    sent.end(body)
  })
  const parts: Buffer[] = []
  for await (const part of answer) parts.push(part as Buffer)
  const { statusCode = 500 } = answer
  return new Response(statusCode === 204 ? null : Buffer.concat(parts), { status: statusCode })
}

/** The shop as its customers reach it: through the gateway of the cluster. */
const shop: Way = {
  client: (at, headers = {}) => createClient({ origin: `http://${at}`, fetch: throughGateway, headers: () => headers }),
}

beforeAll(async () => {
  release = await releaseImages(cluster)
  const { folder, tools, kubeconfig } = cluster.description
  const surroundings = { folder, programs: tools, libraries: [], iptablesExtensions: '' }
  const second = await startPostgres(surroundings, { name: 'postgres-2', port: 5433 })
  cells = {
    'here-1': { name: 'here-1', prefix: 'tenant', postgres: cluster.description.postgres! },
    'here-2': { name: 'here-2', prefix: 'second', postgres: second },
  }
  away = readFileSync(kubeconfig, 'utf8').replaceAll(/:6443/g, ':6444')
  here = await controlPlaneHere(cluster, release, [knownRelease(release)], {
    beside: [
      cells['here-2'],
      { name: 'here-3', prefix: 'third', postgres: second, repository: 'nowhere/cityos' },
      { name: 'here-4', prefix: 'fourth', postgres: second, kubeconfig: away },
    ],
  })
  const args = ['tenant', 'create', 'market', '--name', 'Market', '--owner', 'owner@market.test', '--driver', 'kubernetes']
  tenant = await here.cityos.json<Tenant>([...args, '--region', 'test', '--seed', '--wait'])
  expect(tenant.cell).toBe('here-1')
  await served()
})
afterAll(async () => {
  process.stdout.write(`${here?.said().join('\n').slice(-4_000)}\n`)
  await here?.close()
  await removeTenants(cluster)
  const { folder } = cluster.description
  if (!existsSync(join(folder, 'processes', 'postgres-2.json'))) return
  await cluster.component('postgres-2').kill()
  rmSync(join(folder, 'postgres-2'), { recursive: true, force: true })
})

const served = () =>
  vi.waitFor(async () => expect((await visit(cluster, host, '/v1/store/products?limit=1')).status).toBe(200), {
    timeout: 60_000,
    interval: 250,
  })

const kube = () => {
  const config = new KubeConfig()
  config.loadFromFile(cluster.kubeconfig)
  return config
}

/** What a cell has of the tenant: namespace, volume claim, databases and logins; and the platform a stack of Pulumi. */
async function kept({ prefix, postgres }: Pick<CellBeside, 'prefix' | 'postgres'>, stack: string): Promise<string[]> {
  const core = kube().makeApiClient(CoreV1Api)
  const name = namespaceOf(tenant.id, { cluster: { namespace_prefix: prefix } })
  const { items } = await core.listNamespace()
  const claims = (await core.listPersistentVolumeClaimForAllNamespaces()).items.filter(({ metadata }) => metadata?.namespace === name)
  const server = new Databases(postgres.url)
  const there = await server.tenants()
  await server.close()
  const stacks = await sql<{ key: string }>(here.stateUrl, `SELECT key FROM pulumi_state WHERE key LIKE '%/stacks/%${stack}.json'`)
  return [
    ...items.flatMap(({ metadata }) => (metadata?.name === name ? ['namespace'] : [])),
    ...claims.map(() => 'volume'),
    ...[...there.databases, ...there.roles].filter((each) => each.includes(databaseName(tenant.id))).map((each) => each.slice(28)),
    ...stacks.map(() => 'stack'),
  ]
}
const whole = ['namespace', 'volume', '', '_app', '_own', 'stack']

/** What must not get lost: orders by number, and the ledger's accounts as their entries add up. */
async function books(cell: CellBeside): Promise<{ orders: string[]; balances: object[]; unbalanced: number }> {
  const url = Object.assign(new URL(cell.postgres.administratorUrl), { pathname: `/${databaseName(tenant.id)}` }).toString()
  const orders = await sql<{ number: string }>(url, 'SELECT number::text FROM "order" ORDER BY 1')
  const balances = await sql(
    url,
    'SELECT a.code, a.currency_code, sum(e.amount)::text AS sum FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id GROUP BY 1, 2 ORDER BY 1, 2',
  )
  const unbalanced = await sql(url, 'SELECT txn_id FROM ledger_entry GROUP BY txn_id, currency_code HAVING sum(amount) <> 0')
  return { orders: orders.map(({ number }) => number), balances, unbalanced: unbalanced.length }
}

/** A file only this account reads. @returns its path */
function secretFile(name: string, content: string): string {
  const file = join(here.archivesDir, '..', name)
  writeFileSync(file, content, { mode: 0o600 })
  return file
}

const ask = (cell: string) => here.cityos.json(['tenant', 'move', 'market', '--to-cell', cell, '--reason', 'room for it'])
const shown = (id: string) => here.cityos.json<Operation>(['operation', 'show', id])
const inCell = async () => (await here.cityos.json<Tenant>(['tenant', 'show', 'market'])).cell

it('a cell that does not answer, or is not there, is refused before anybody agrees', async () => {
  const session = await here.cityos.operator()
  await vi.waitFor(async () => expect((await session.call(readCell, { params: { name: 'here-4' } })).unreachable).not.toBeNull(), {
    timeout: 60_000,
    interval: 500,
  })
  await expect(ask('here-4')).rejects.toThrow(/cell here-4 does not take this tenant: it has not answered since/)
  await expect(ask('nowhere')).rejects.toThrow(/there is no cell "nowhere": use here-1, here-2, here-3, here-4/)
  await expect(ask('here-1')).rejects.toThrow(/market is in cell here-1 already/)
})

it('what fails before the tenant is taken over leaves it where it was, selling, and nothing in the other cell', async () => {
  await ask('here-3')
  await expect(agreeAsSecond(here.cityos, 'market')).rejects.toThrow(/nowhere\/cityos/)
  expect(await inCell()).toBe('here-1')
  expect((await buy(shop, host)).order.payment_status).toBe('paid')
  expect(await kept({ prefix: 'third', postgres: cells['here-2'].postgres }, stackOf(tenant.id, 'here-3'))).toEqual([])
  expect(await kept(cells['here-1'], stackOf(tenant.id, null))).toEqual(whole)
})

it('a tenant goes to another cell while customers buy: what was accepted is there, and nothing is left behind', async () => {
  const accepted: string[] = []
  const { orders: earlier } = await books(cells['here-1'])
  let moving = true
  const customers = (async () => {
    while (moving)
      await buy(shop, host).then(
        ({ order }) => accepted.push(order.number),
        () => undefined,
      )
  })()
  /** When somebody who only looks was not answered well. */
  const turnedAway: string[] = []
  const visitor = (async () => {
    while (moving) {
      const status = await visit(cluster, host, '/v1/store/products?limit=1').then(
        (answer) => answer.status,
        () => null,
      )
      if (status !== 200) turnedAway.push(new Date().toISOString())
      await delay(100)
    }
  })()
  await vi.waitFor(() => expect(accepted.length).toBeGreaterThan(1), { timeout: 60_000 })
  await ask('here-2')
  const { id } = await agreeAsSecond(here.cityos, 'market').finally(() => {
    moving = false
  })
  await Promise.all([customers, visitor])
  const moved = await shown(id)
  // Both cells are behind one gateway: it leads to the new one before what is in the old one goes.
  const finishing = moved.steps.find(({ name }) => name === 'finish')?.started_at ?? ''
  process.stdout.write(`${turnedAway.length} visits in vain, from ${turnedAway[0]} to ${turnedAway.at(-1)}\n`)
  expect(turnedAway.filter((at) => at >= finishing)).toEqual([])
  process.stdout.write(`${moved.steps.map((step) => `${step.finished_at} ${step.name}: ${step.message}`).join('\n')}\n`)
  expect(moved).toMatchObject({ kind: 'tenant-move', status: 'succeeded' })
  const { address } = cluster.description.gateway!
  expect(moved.steps.find(({ name }) => name === 'open')?.message).toContain(
    `DNS of ${host} has to lead to the gateway of here-2, ${address}`,
  )
  expect(await inCell()).toBe('here-2')
  const { orders, unbalanced } = await books(cells['here-2'])
  expect(orders).toEqual(expect.arrayContaining([...earlier, ...accepted]))
  expect(unbalanced).toBe(0)
  await served()
  expect((await buy(shop, host)).order.payment_status).toBe('paid')
  expect(await kept(cells['here-1'], stackOf(tenant.id, null))).toEqual([])
  expect(await kept(cells['here-2'], stackOf(tenant.id, 'here-2'))).toEqual(whole)
})

it('a control plane that is killed while the archive is loaded is followed by one that brings the tenant back', async () => {
  const before = await books(cells['here-2'])
  await ask('here-1')
  const agreed = agreeAsSecond(here.cityos, 'market').catch((error: Error) => error)
  const namespace = namespaceOf(tenant.id)
  const jobs = async () =>
    (await kube().makeApiClient(BatchV1Api).listNamespacedJob({ namespace })).items.map(({ metadata }) => metadata?.name)
  await vi.waitFor(async () => expect(await jobs()).toContain('archive-load'), { timeout: 120_000, interval: 50 })
  await here.replace()
  await agreed
  await vi.waitFor(
    async () => {
      const { operation_id, cell } = await here.cityos.json<Tenant>(['tenant', 'show', 'market'])
      expect({ operation_id, cell }).toEqual({ operation_id: null, cell: 'here-1' })
    },
    { timeout: 240_000, interval: 1_000 },
  )
  expect(await books(cells['here-1'])).toEqual(before)
  await served()
  expect((await buy(shop, host)).order.payment_status).toBe('paid')
  expect(await kept(cells['here-2'], stackOf(tenant.id, 'here-2'))).toEqual([])
  expect(await kept(cells['here-1'], stackOf(tenant.id, 'here-1'))).toEqual(whole)
})

it('a cell whose Postgres lets nobody in says so, until it is given a password that is accepted', async () => {
  const twin = here.binding.kubernetes!.cells.find(({ name }) => name === 'here-2')!
  const accepted = twin.access.database_url
  const database_url = Object.assign(new URL(accepted), { password: 'another' }).toString()
  const cell = {
    ...twin,
    name: 'here-5',
    cluster: { ...twin.cluster, namespace_prefix: 'fifth' },
    access: { ...twin.access, database_url },
  }
  await here.cityos.json(['cell', 'add', secretFile('cell.json', JSON.stringify(cell))])
  const unreachable = async () => (await here.cityos.json<Cell>(['cell', 'show', 'here-5'])).unreachable?.reason ?? null
  await expect
    .poll(unreachable, { timeout: 60_000, interval: 500 })
    .toMatch(/^the database of cell here-5 .* cannot be used: password authentication failed/)
  await expect(ask('here-5')).rejects.toThrow(/cell here-5 does not take this tenant: it has not answered since/)
  await here.cityos.json(['cell', 'renew', 'here-5', '--database-url-file', secretFile('database-url', accepted)])
  await expect.poll(unreachable, { timeout: 60_000, interval: 500 }).toBeNull()
})

it('a cell whose cluster is gone for good is taken off the platform, and the move that waited for it ends', async () => {
  await ask('here-5')
  await agreeAsSecond(here.cityos, 'market')
  expect(await inCell()).toBe('here-5')
  const fifth = { prefix: 'fifth', postgres: cells['here-2'].postgres }
  expect(await kept(fifth, stackOf(tenant.id, 'here-5'))).toEqual(whole)
  const before = await books(cells['here-2'])

  await ask('here-1')
  const agreed = agreeAsSecond(here.cityos, 'market')
  const { id } = await vi.waitFor(
    async () => {
      const { operation_id } = await here.cityos.json<Tenant>(['tenant', 'show', 'market'])
      const moving = await shown(operation_id ?? '')
      expect(moving.steps.find(({ name }) => name === 'swap')?.status).toBe('done')
      return moving
    },
    { timeout: 120_000, interval: 200 },
  )
  await here.cityos.json(['cell', 'renew', 'here-5', '--kubeconfig', secretFile('away.yaml', away)])
  await vi.waitFor(
    async () => {
      expect((await here.cityos.json<Cell>(['cell', 'show', 'here-5'])).unreachable).not.toBeNull()
      const { status, steps } = await shown(id)
      expect([status, steps.find((step) => step.status !== 'done')?.name]).toEqual(['waiting', 'finish'])
    },
    { timeout: 120_000, interval: 500 },
  )
  const remove = (...more: string[]) => here.cityos.json(['cell', 'remove', 'here-5', '--confirm', 'here-5', ...more])
  await expect(remove()).rejects.toThrow(
    /these have things in cell here-5, which does not answer; if it never will, say that it is gone: market/,
  )
  await remove('--gone')
  await agreed
  expect((await shown(id)).steps.find(({ name }) => name === 'finish')).toMatchObject({
    status: 'done',
    message: 'its former cell is gone, and what it had there with it',
  })
  expect((await here.cityos.json<{ name: string }[]>(['cell', 'list'])).map(({ name }) => name)).toEqual([
    'here-1',
    'here-2',
    'here-3',
    'here-4',
  ])
  expect(await books(cells['here-1'])).toEqual(before)
  // the cluster was not asked; the platform has forgotten it
  expect(await kept(fifth, stackOf(tenant.id, 'here-5'))).toEqual(whole.filter((each) => each !== 'stack'))
  // The gateway of the lost cluster is this one: its route goes, as it would have with the cluster.
  const lost = namespaceOf(tenant.id, { cluster: { namespace_prefix: fifth.prefix } })
  await kube().makeApiClient(CoreV1Api).deleteNamespace({ name: lost })
  await served()
  expect((await buy(shop, host)).order.payment_status).toBe('paid')
})
