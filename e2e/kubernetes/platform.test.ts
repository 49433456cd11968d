import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ClusterObservation } from '@cityos/contract'
import { namespaceOf } from '@cityos/provisioning/kubernetes'
import { CoreV1Api, KubeConfig, KubernetesObjectApi, NetworkingV1Api, PatchStrategy } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openCluster } from './cluster/cluster.ts'
import { type Installed, install } from './platform.ts'
import { releaseImages } from './release-image.ts'
import { visit } from './tenant-platform.ts'

const cluster = openCluster()
const config = new KubeConfig()
config.loadFromFile(cluster.kubeconfig)
const core = config.makeApiClient(CoreV1Api)
const objects = KubernetesObjectApi.makeApiClient(config)
const network = config.makeApiClient(NetworkingV1Api)

let platform: Installed
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cityos-platform-'))
  platform = await install(cluster, await releaseImages(cluster), folder)
})
afterAll(async () => {
  await platform?.remove()
  rmSync(folder, { recursive: true, force: true })
})

const leader = () => platform.registry<{ owner: string }>('SELECT owner FROM runner_lease').then(([row]) => row?.owner.split(':')[0] ?? '')
const pods = async () => (await core.listNamespacedPod({ namespace: platform.namespace })).items
const ready = async () =>
  (await pods()).filter(({ status }) => status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True')).length

describe('the platform on a cluster', () => {
  it('runs twice, answers through the gateway, and one of the two leads', async () => {
    expect(await ready()).toBe(2)
    expect((await visit(cluster, 'cityos.localhost', '/health')).status).toBe(200)
    expect((await visit(cluster, 'cityos.localhost', '/')).body).toContain('<html')
    await vi.waitFor(async () => expect((await pods()).map(({ metadata }) => metadata?.name)).toContain(await leader()), 60_000)
  })

  it('keeps what planes say to each other from whoever comes through the gateway', async () => {
    const { status, body } = await visit(cluster, 'cityos.localhost', '/internal/planes/tnt_x/stream')
    expect(status).toBeGreaterThanOrEqual(404)
    expect(body).not.toContain('unauthenticated')
    expect((await visit(cluster, 'cityos.localhost', '/metrics')).status).toBe(404)
  })

  it('a second installation changes nothing', async () => {
    const changes = await platform.up()
    expect(Object.keys(changes)).toEqual(['same'])
  })

  it('knows the cell that came with it, and the first operator', async () => {
    const cells = await platform.ask<{ name: string; tenants: number; unreachable: object | null }[]>('GET', '/api/v1/cells')
    expect(cells).toMatchObject([{ name: 'test-1', tenants: 0, unreachable: null }])
  })
})

describe('a tenant made by a control plane in a pod', () => {
  let id: string
  const seen = async () => (await platform.ask<{ observation: ClusterObservation }>('GET', '/api/v1/tenants/bazaar/cluster')).observation

  it('is reached through the gateway, and its page shows its pods and their logs', async () => {
    const started = await platform.ask<{ tenant: { id: string; cell: string }; operation: { id: string } }>('POST', '/api/v1/tenants', {
      slug: 'bazaar',
      name: 'Bazaar',
      owner: 'owner@bazaar.test',
      driver: 'kubernetes',
      region: 'test',
      seed: true,
    })
    id = started.tenant.id
    expect(started.tenant.cell).toBe('test-1')
    await vi.waitFor(
      async () => {
        const operation = await platform.ask<{ status: string; failure: object | null }>(
          'GET',
          `/api/v1/operations/${started.operation.id}`,
        )
        expect(operation.failure).toBeNull()
        expect(operation.status).toBe('succeeded')
      },
      { timeout: 200_000, interval: 500 },
    )
    expect((await visit(cluster, 'bazaar.localhost', '/en')).status).toBe(200)
    const observation = await seen()
    expect(observation.pods.map(({ role, ready: isReady }) => ({ role, ready: isReady }))).toEqual(
      expect.arrayContaining([
        { role: 'web', ready: true },
        { role: 'worker', ready: true },
      ]),
    )
    expect(observation.findings).toEqual([])
    expect(observation.quota.length).toBeGreaterThan(0)
    const web = observation.pods.find(({ role }) => role === 'web')!
    const { lines } = await platform.ask<{ lines: string[] }>('GET', `/api/v1/tenants/bazaar/pods/${web.name}/logs`)
    expect(lines.length).toBeGreaterThan(0)
  })

  it('has a network policy back that somebody deleted', async () => {
    const namespace = namespaceOf(id)
    const before = (await network.readNamespacedNetworkPolicy({ namespace, name: 'deny' })).metadata?.uid
    await network.deleteNamespacedNetworkPolicy({ namespace, name: 'deny' })
    await vi.waitFor(
      async () => {
        const { metadata } = await network.readNamespacedNetworkPolicy({ namespace, name: 'deny' })
        expect(metadata?.uid).not.toBe(before)
      },
      { timeout: 60_000, interval: 250 },
    )
    await vi.waitFor(async () => expect((await seen()).findings).toEqual([]), { timeout: 60_000, interval: 500 })
  })

  it('has one of each kind back that somebody deleted', async () => {
    const namespace = namespaceOf(id)
    const taken = await oneOfEachKind(namespace)
    expect(taken.map(({ kind }) => kind).sort()).toEqual(expect.arrayContaining(['Deployment', 'HTTPRoute', 'NetworkPolicy', 'Service']))
    for (const { apiVersion, kind, metadata } of taken)
      await objects.delete({ apiVersion, kind, metadata: { name: metadata.name, namespace } })
    await vi.waitFor(
      async () => {
        for (const { apiVersion, kind, metadata } of taken) {
          const back = await objects.read({ apiVersion, kind, metadata: { name: metadata.name, namespace } })
          expect([kind, back.metadata?.uid]).not.toEqual([kind, metadata.uid])
        }
      },
      { timeout: 60_000, interval: 500 },
    )
    await vi.waitFor(async () => expect((await visit(cluster, 'bazaar.localhost', '/en')).status).toBe(200), {
      timeout: 60_000,
      interval: 500,
    })
  })

  it('has a network policy as it was that somebody opened', async () => {
    const place = { namespace: namespaceOf(id), name: 'deny' }
    const before = (await network.readNamespacedNetworkPolicy(place)).spec
    const opened = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: place,
      spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] },
    }
    await objects.patch(opened, undefined, undefined, 'kubectl-edit', undefined, PatchStrategy.MergePatch)
    expect((await network.readNamespacedNetworkPolicy(place)).spec).not.toEqual(before)
    await vi.waitFor(async () => expect((await network.readNamespacedNetworkPolicy(place)).spec).toEqual(before), {
      timeout: 60_000,
      interval: 250,
    })
  })

  it('tells of a pod no node can take, until it is gone', async () => {
    const namespace = namespaceOf(id)
    await core.createNamespacedPod({ namespace, body: forNoNode(id) })
    const alerts = () => platform.ask<{ title: string }[]>('GET', '/api/v1/alerts?status=unresolved&kind=tenant-cluster')
    await vi.waitFor(async () => expect((await alerts()).map(({ title }) => title).join()).toContain('Pod/nowhere'), {
      timeout: 60_000,
      interval: 250,
    })
    await core.deleteNamespacedPod({ namespace, name: 'nowhere' })
    await vi.waitFor(async () => expect(await alerts()).toEqual([]), { timeout: 60_000, interval: 250 })
  })
})

/** An operation as far as it is looked at here. */
interface Seen {
  status: string
  failure: { message: string } | null
  steps: { name: string; status: string; attempts: number; message: string | null }[]
}

/** A tenant is asked for; its operation can be looked at, and waited for. */
async function creating(slug: string) {
  const asked = { slug, name: slug, owner: `owner@${slug}.test`, driver: 'kubernetes', region: 'test', seed: false }
  const { tenant, operation } = await platform.ask<{ tenant: { id: string }; operation: { id: string } }>('POST', '/api/v1/tenants', asked)
  const read = () => platform.ask<Seen>('GET', `/api/v1/operations/${operation.id}`)
  return {
    id: tenant.id,
    read,
    deploying: async () => (await read()).steps.find(({ name }) => name === 'deploy')!,
    ended: (status: string, timeout: number) =>
      vi.waitFor(async () => expect(await read()).toMatchObject({ status }), { timeout, interval: 500 }),
    cancel: () => platform.ask('POST', `/api/v1/operations/${operation.id}/cancel`),
  }
}

/** What is left of a tenant: its namespace, databases and roles, and what Pulumi remembers. */
async function leftOf(id: string): Promise<string[]> {
  const ulid = id.replace('tnt_', '').toLowerCase()
  const { items } = await core.listNamespace({ labelSelector: `cityos.dev/tenant=${id}` })
  const [databases, roles, stacks] = await Promise.all([
    platform.registry<{ name: string }>(`SELECT datname AS name FROM pg_database WHERE datname ILIKE '%${ulid}%'`),
    platform.registry<{ name: string }>(`SELECT rolname AS name FROM pg_roles WHERE rolname ILIKE '%${ulid}%'`),
    platform.state<{ name: string }>(
      `SELECT key AS name FROM pulumi_state WHERE key LIKE '%/stacks/%${namespaceOf(id)}.json' OR key LIKE '%/locks/%${namespaceOf(id)}%'`,
    ),
  ])
  return [...items.map(({ metadata }) => metadata?.name ?? ''), ...[...databases, ...roles, ...stacks].map(({ name }) => name)]
}

describe('when the leader is killed', () => {
  it('while it makes a tenant, the other replica takes over within seconds and ends it; no shopper is turned away', async ({
    annotate,
  }) => {
    const before = await leader()
    const statuses: number[] = []
    let over = false
    const visiting = (async () => {
      while (!over) {
        statuses.push((await visit(cluster, 'bazaar.localhost', '/health').catch(() => ({ status: 0 }))).status)
        await delay(50)
      }
    })()
    const tenant = await creating('souq')
    await vi.waitFor(async () => expect((await tenant.deploying()).status).toBe('running'), { timeout: 60_000, interval: 100 })
    const killed = performance.now()
    await killControlPlane(before)
    await vi.waitFor(async () => expect(await leader()).not.toBe(before), { timeout: 60_000, interval: 50 })
    const tookOver = performance.now() - killed
    await annotate(`another leader after ${Math.round(tookOver)} ms`)
    await tenant.ended('succeeded', 150_000)
    expect((await visit(cluster, 'souq.localhost', '/health')).status).toBe(200)
    await vi.waitFor(async () => expect(await ready()).toBe(2), { timeout: 90_000, interval: 500 })
    over = true
    await visiting
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  it('while it takes a tenant back that was cancelled, nothing is left of it, in the cluster or in any state', async () => {
    const tenant = await creating('gone')
    await vi.waitFor(async () => expect(await leftOf(tenant.id)).toContain(namespaceOf(tenant.id)), { timeout: 60_000, interval: 100 })
    await tenant.cancel()
    await vi.waitFor(async () => expect((await tenant.read()).status).toBe('undoing'), { timeout: 90_000, interval: 100 })
    expect(await leftOf(tenant.id)).not.toEqual([])
    await killControlPlane(await leader())
    await tenant.ended('cancelled', 150_000)
    expect(await leftOf(tenant.id)).toEqual([])
  })
})

describe.runIf(cluster.description.own)('while the cluster does not answer', () => {
  it('a tenant waits to be made, says why, can be cancelled, and goes on when the cluster is back', async () => {
    await vi.waitFor(async () => expect(await ready()).toBe(2), { timeout: 90_000, interval: 500 })
    const apiServer = cluster.component('kube-apiserver')
    await apiServer.kill()
    try {
      const [patient, impatient] = [await creating('patient'), await creating('impatient')]
      for (const { deploying } of [patient, impatient])
        await vi.waitFor(
          async () =>
            expect(await deploying()).toMatchObject({ status: 'failed', message: expect.stringContaining('cell test-1 does not answer') }),
          { timeout: 60_000, interval: 250 },
        )
      expect((await visit(cluster, 'bazaar.localhost', '/en')).status).toBe(200)
      await impatient.cancel()
      await impatient.ended('cancelled', 60_000)
      // Five attempts are all that other faults get.
      await vi.waitFor(async () => expect((await patient.deploying()).attempts).toBeGreaterThan(5), { timeout: 90_000, interval: 500 })
      expect(await patient.read()).toMatchObject({ failure: null })
      apiServer.start()
      await patient.ended('succeeded', 150_000)
      expect(await leftOf(impatient.id)).toEqual([])
    } finally {
      if (!apiServer.isRunning()) apiServer.start()
    }
    // The gateway has to find the API server again before it hears of the route.
    const answer = async () => (await visit(cluster, 'patient.localhost', '/health')).status
    await vi.waitFor(async () => expect(await answer()).toBe(200), { timeout: 60_000, interval: 500 })
  })
})

/** Kills the process, as a lack of memory would: nothing is told to anybody. The pod starts another one by itself. */
async function killControlPlane(pod: string): Promise<void> {
  const program = `
    const { readdirSync, readFileSync } = require('node:fs')
    const isControlPlane = (pid) => { try { return readFileSync('/proc/' + pid + '/cmdline', 'utf8').includes('control-plane.mjs') } catch { return false } }
    for (const pid of readdirSync('/proc').filter((each) => Number(each) && Number(each) !== process.pid)) if (isControlPlane(pid)) process.kill(Number(pid), 'SIGKILL')`
  await cluster.kubectl(['--namespace', platform.namespace, 'exec', pod, '--', 'node', '--eval', program])
}

/** Kinds a tenant has that hold nothing which would be lost with them. */
const replaceable = [
  ['v1', 'Service'],
  ['v1', 'ServiceAccount'],
  ['v1', 'Secret'],
  ['v1', 'ResourceQuota'],
  ['v1', 'LimitRange'],
  ['apps/v1', 'Deployment'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
] as const

async function oneOfEachKind(namespace: string) {
  const found = await Promise.all(
    replaceable.map(async ([apiVersion, kind]) => {
      const { items } = await objects.list(apiVersion, kind, namespace, undefined, undefined, undefined, undefined, 'cityos.dev/tenant')
      const { name, uid } = items[0]?.metadata ?? {}
      return name ? [{ apiVersion, kind, metadata: { name, namespace, uid: uid ?? '' } }] : []
    }),
  )
  return found.flat()
}

/** A pod that keeps all the rules of the namespace and wants a node there is none of. */
function forNoNode(tenantId: string) {
  return {
    metadata: { name: 'nowhere', labels: { 'cityos.dev/tenant': tenantId } },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
      nodeSelector: { 'kubernetes.io/hostname': 'nowhere' },
      containers: [
        {
          name: 'shell',
          image: 'localhost/shell:1',
          imagePullPolicy: 'Never',
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '10m', memory: '16Mi' } },
        },
      ],
    },
  }
}
