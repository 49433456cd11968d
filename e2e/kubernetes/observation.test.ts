import { readFileSync } from 'node:fs'
import { Cell, newId } from '@cityos/contract'
import { kubeConfigOf, namespaceOf, tenantOf } from '@cityos/provisioning/kubernetes'
import type { CellWatch } from '@cityos/provisioning/kubernetes/clusters'
import { KubernetesClusters, type ObjectRef } from '@cityos/provisioning/kubernetes/observation'
import { CoreV1Api, KubernetesObjectApi, NetworkingV1Api, PatchStrategy } from '@kubernetes/client-node'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { openCluster } from './cluster/cluster.ts'

/** What the control plane sees of a tenant's namespace, on a real API server; no node is needed. */

const cluster = openCluster()
const cell = Cell.parse({
  name: 'test-1',
  region: 'test',
  access: { kubeconfig: readFileSync(cluster.kubeconfig, 'utf8'), database_url: 'postgres://nowhere/postgres' },
  cluster: {
    image: { repository: 'localhost/cityos' },
    files: { storage_class: 'none' },
    gateway: { parents: [{ name: 'cityos', namespace: 'gateway' }], namespace: 'gateway' },
    database: { host: '172.31.1.2', cidrs: ['172.31.1.2/32'] },
    control_plane: { origin: 'http://172.31.0.1:8080' },
  },
})
const config = kubeConfigOf(cell)
const [core, network] = [config.makeApiClient(CoreV1Api), config.makeApiClient(NetworkingV1Api)]
const objects = KubernetesObjectApi.makeApiClient(config)

const id = newId('tnt')
const namespace = namespaceOf(id)
const labels = { 'cityos.dev/tenant': id }
const made: ObjectRef[] = [
  { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: namespace },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace, name: 'deny' },
  { apiVersion: 'v1', kind: 'ResourceQuota', namespace, name: 'tenant' },
]
const clusters = new KubernetesClusters({
  cells: { of: async () => cell, named: async () => cell, all: async () => [cell] },
  driver: { objects: async () => made, repair: async () => [], wakeDue: async () => [], checkDatabase: async () => undefined },
  kubeConfigOf,
  namespaceOf,
  tenantOf,
  now: () => new Date('2026-11-23T12:00:00Z'),
})
let watch: CellWatch
let heard: string[] = []

beforeAll(async () => {
  await core.createNamespace({ body: { metadata: { name: namespace, labels } } })
  await putPolicy()
  const hard = { pods: '1', 'count/configmaps': '50' }
  await put({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'tenant', namespace, labels }, spec: { hard } })
  const note = (tenantId: string) => heard.push(tenantId)
  watch = clusters.watch(cell, { listed: note, heard: note, answered: () => undefined, databaseAnswered: () => undefined })
  watch.start()
  await vi.waitFor(() => expect(heard).toContain(id), 20_000)
})
afterAll(async () => {
  await watch.stop()
  await core.deleteNamespace({ name: namespace }).catch(() => undefined)
})
beforeEach(() => {
  heard = []
})

const codes = async () => (await clusters.observe(id)).findings.map(({ code, object }) => `${code} ${object}`)
/** As the driver's Pulumi makes things: by server-side apply, under its own name. */
const put = (object: object) => objects.patch(object, undefined, undefined, 'pulumi-kubernetes-test', true, PatchStrategy.ServerSideApply)
const putPolicy = () =>
  put({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny', namespace, labels },
    spec: { podSelector: {}, policyTypes: ['Ingress'] },
  })

it('nothing is wrong with what is as it was made', async () => {
  await vi.waitFor(
    async () => expect((await clusters.observe(id)).quota).toContainEqual({ resource: 'pods', used: '0', hard: '1' }),
    10_000,
  )
  expect(await codes()).toEqual([])
})

it('a policy that was deleted is heard of within a second, and is missing', async () => {
  const deleted = performance.now()
  await network.deleteNamespacedNetworkPolicy({ namespace, name: 'deny' })
  await vi.waitFor(() => expect(heard).toContain(id), { timeout: 20_000, interval: 10 })
  expect(performance.now() - deleted).toBeLessThan(1_000)
  expect(await codes()).toEqual(['object_missing NetworkPolicy/deny'])
  await putPolicy()
  expect(await codes()).toEqual([])
})

it('a policy that a person has changed is named with who did', async () => {
  const change = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny', namespace },
    spec: { ingress: [{}] },
  }
  await objects.patch(change as object, undefined, undefined, 'kubectl-edit', undefined, PatchStrategy.MergePatch)
  const { findings } = await clusters.observe(id)
  expect(findings).toMatchObject([{ code: 'object_changed', object: 'NetworkPolicy/deny', message: 'it was changed by kubectl-edit' }])
  await network.deleteNamespacedNetworkPolicy({ namespace, name: 'deny' })
  await putPolicy()
})

it('a pod that no node takes is told with the scheduler’s words, and its logs are not there yet', async () => {
  const container = { name: 'web', image: 'localhost/none:1' }
  const body = {
    metadata: { name: 'web-1', labels },
    spec: { containers: [container], nodeSelector: { 'kubernetes.io/hostname': 'nowhere' } },
  }
  await core.createNamespacedPod({ namespace, body })
  await vi.waitFor(async () => expect(await codes()).toContain('pod_unschedulable Pod/web-1'), 20_000)
  expect((await clusters.observe(id)).pods).toMatchObject([{ name: 'web-1', phase: 'Pending', ready: false, reason: 'Unschedulable' }])
  await expect(clusters.podLogs(id, 'web-2', { lines: 10, previous: false })).rejects.toMatchObject({ code: 'not_found' })
})

it('a quota that refuses the next pod is full', async () => {
  const template = { metadata: { labels: { app: 'more' } }, spec: { containers: [{ name: 'more', image: 'localhost/none:1' }] } }
  const set = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'more', namespace },
    spec: { replicas: 1, selector: { matchLabels: { app: 'more' } }, template },
  }
  await objects.create(set as object)
  await vi.waitFor(async () => expect(await codes()).toContain('quota_full ResourceQuota/tenant'), 20_000)
})

it('a namespace that cannot end names the finalizer that holds it', async () => {
  const held = { metadata: { name: 'held', labels, finalizers: ['example.com/hold'] } }
  await core.createNamespacedConfigMap({ namespace, body: held })
  await core.deleteNamespace({ name: namespace })
  await vi.waitFor(
    async () => {
      const found = (await clusters.observe(id)).findings.find(({ code }) => code === 'namespace_terminating')
      expect(found?.message).toContain('example.com/hold')
    },
    { timeout: 30_000, interval: 250 },
  )
  const free = [{ op: 'remove', path: '/metadata/finalizers' }]
  await core.patchNamespacedConfigMap({ namespace, name: 'held', body: free })
  await vi.waitFor(async () => expect(await codes()).toContain(`object_missing Namespace/${namespace}`), { timeout: 30_000, interval: 250 })
})
