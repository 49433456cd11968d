import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KubeConfig } from '@kubernetes/client-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ClusterObserver } from './observer.ts'
import type { ObjectRef } from './seen.ts'

const namespace = 'tenant-1'
const now = new Date('2026-11-23T12:00:00Z')
const resources = [
  { name: 'namespaces', kind: 'Namespace', namespaced: false },
  { name: 'resourcequotas', kind: 'ResourceQuota', namespaced: true },
  { name: 'secrets', kind: 'Secret', namespaced: true },
]
const made: ObjectRef[] = [
  { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: namespace },
  { apiVersion: 'v1', kind: 'ResourceQuota', namespace, name: 'tenant' },
  { apiVersion: 'v1', kind: 'Secret', namespace, name: 'binding' },
]

let server: Server
let observer: ClusterObserver
let asked: { path: string; accept: string | undefined }[]
/** What there is, by path; what is not named is an empty list. */
let answers: Record<string, object>

beforeEach(async () => {
  asked = []
  answers = {
    '/api/v1': { kind: 'APIResourceList', apiVersion: 'v1', resources },
    [`/api/v1/namespaces/${namespace}`]: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    [`/api/v1/namespaces/${namespace}/resourcequotas`]: { items: [{ metadata: { name: 'tenant' } }] },
  }
  server = createServer(({ url, headers }, response) => {
    const { pathname: path } = new URL(url ?? '', 'http://server')
    asked.push({ path, accept: headers.accept })
    const metadata = headers.accept?.includes('as=PartialObjectMetadataList') ?? false
    const empty = metadata ? { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadataList', items: null } : { items: [] }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answers[path] ?? empty))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const config = new KubeConfig()
  const { port } = server.address() as AddressInfo
  config.loadFromClusterAndUser({ name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true }, { name: 'u' })
  observer = new ClusterObserver(config, 'test-1')
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

describe('a look at a tenant', () => {
  it('asks for everything once, and for no content of a secret', async () => {
    answers[`/api/v1/namespaces/${namespace}/secrets`] = {
      apiVersion: 'meta.k8s.io/v1',
      kind: 'PartialObjectMetadataList',
      items: [{ metadata: { name: 'binding' } }],
    }
    expect((await observer.observe(namespace, made, now)).findings).toEqual([])
    expect(asked.map(({ path }) => path).toSorted()).toEqual([...new Set(asked.map(({ path }) => path))].toSorted())
    const secrets = asked.find(({ path }) => path.endsWith('/secrets'))
    expect(secrets?.accept).toBe('application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io')
  })

  it('misses what the cluster has nothing of', async () => {
    const { findings } = await observer.observe(namespace, made, now)
    expect(findings).toMatchObject([{ code: 'object_missing', object: 'Secret/binding', repairable: true }])
  })

  it('names who has changed what it read for itself', async () => {
    const managedFields = [{ manager: 'kubectl-edit', fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': {} } }]
    answers[`/api/v1/namespaces/${namespace}/resourcequotas`] = { items: [{ metadata: { name: 'tenant', managedFields } }] }
    const { findings } = await observer.observe(namespace, made, now)
    expect(findings).toContainEqual(expect.objectContaining({ code: 'object_changed', object: 'ResourceQuota/tenant' }))
  })
})
