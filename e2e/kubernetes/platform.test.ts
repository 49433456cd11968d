import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
}, 300_000)
afterAll(async () => {
  await platform?.remove()
  rmSync(folder, { recursive: true, force: true })
}, 180_000)

const leader = () => platform.registry<{ owner: string }>('SELECT owner FROM runner_lease').then(([row]) => row?.owner.split(':')[0] ?? '')
const pods = async () => (await core.listNamespacedPod({ namespace: platform.namespace })).items
const ready = async () =>
  (await pods()).filter(({ status }) => status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True')).length

describe('the platform on a cluster', () => {
  it('runs twice, answers through the gateway, and one of the two leads', async () => {
    expect(await ready()).toBe(2)
    expect((await visit(cluster, 'cityos.localhost', '/health')).status).toBe(200)
    expect((await visit(cluster, 'cityos.localhost', '/')).body).toContain('<html')
    await vi.waitFor(async () => expect((await pods()).map(({ metadata }) => metadata?.name)).toContain(await leader()), 10_000)
  })

  it('keeps what planes say to each other from whoever comes through the gateway', async () => {
    const { status, body } = await visit(cluster, 'cityos.localhost', '/internal/planes/tnt_x/stream')
    expect(status).toBeGreaterThanOrEqual(404)
    expect(body).not.toContain('unauthenticated')
    expect((await visit(cluster, 'cityos.localhost', '/metrics')).status).toBe(404)
  })

  it('a second installation changes nothing', { timeout: 120_000 }, async () => {
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

  it('is reached through the gateway, and its page shows its pods and their logs', { timeout: 240_000 }, async () => {
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

  it('has a network policy back that somebody deleted', { timeout: 60_000 }, async () => {
    const namespace = namespaceOf(id)
    const before = (await network.readNamespacedNetworkPolicy({ namespace, name: 'deny' })).metadata?.uid
    await network.deleteNamespacedNetworkPolicy({ namespace, name: 'deny' })
    await vi.waitFor(
      async () => {
        const { metadata } = await network.readNamespacedNetworkPolicy({ namespace, name: 'deny' })
        expect(metadata?.uid).not.toBe(before)
      },
      { timeout: 30_000, interval: 250 },
    )
    await vi.waitFor(async () => expect((await seen()).findings).toEqual([]), { timeout: 10_000, interval: 500 })
  })

  it('has one of each kind back that somebody deleted', { timeout: 120_000 }, async () => {
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
      timeout: 50_000,
      interval: 500,
    })
  })

  it('has a network policy as it was that somebody opened', { timeout: 60_000 }, async () => {
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
      timeout: 30_000,
      interval: 250,
    })
  })

  it('tells of a pod no node can take, until it is gone', { timeout: 60_000 }, async () => {
    const namespace = namespaceOf(id)
    await core.createNamespacedPod({ namespace, body: forNoNode(id) })
    const alerts = () => platform.ask<{ title: string }[]>('GET', '/api/v1/alerts?status=unresolved&kind=tenant-cluster')
    await vi.waitFor(async () => expect((await alerts()).map(({ title }) => title).join()).toContain('Pod/nowhere'), {
      timeout: 15_000,
      interval: 250,
    })
    await core.deleteNamespacedPod({ namespace, name: 'nowhere' })
    await vi.waitFor(async () => expect(await alerts()).toEqual([]), { timeout: 15_000, interval: 250 })
  })
})

describe('when the leader is killed', () => {
  it('the other replica takes over within seconds, and nobody is turned away meanwhile', { timeout: 120_000 }, async () => {
    const before = await leader()
    const statuses: number[] = []
    let over = false
    const visiting = (async () => {
      while (!over) statuses.push((await visit(cluster, 'bazaar.localhost', '/health').catch(() => ({ status: 0 }))).status)
    })()
    const killed = performance.now()
    await core.deleteNamespacedPod({ namespace: platform.namespace, name: before, gracePeriodSeconds: 0 })
    await vi.waitFor(async () => expect(await leader()).not.toBe(before), { timeout: 10_000, interval: 50 })
    expect(performance.now() - killed).toBeLessThan(6_000)
    await vi.waitFor(async () => expect(await ready()).toBe(2), { timeout: 90_000, interval: 500 })
    over = true
    await visiting
    expect(new Set(statuses)).toEqual(new Set([200]))
  })
})

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
