import type { CoreV1Event, V1Pod } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { findingsOf } from './findings.ts'
import { quantity } from './quantity.ts'
import type { Seen } from './seen.ts'

const now = new Date('2026-11-23T12:00:00Z')
const nothing: Seen = { namespace: null, pods: [], events: [], quotas: [], claims: [], certificates: [], kept: [], missing: [] }
const look = (seen: Partial<Seen>) => findingsOf({ ...nothing, ...seen }, now)

/** As the API server writes them, which the client's types are stricter about. */
const pod = (status: object): V1Pod => ({ metadata: { name: 'web-1' }, status }) as V1Pod
const event = (reason: string, message: string, name = 'files'): CoreV1Event =>
  ({ metadata: {}, type: 'Warning', reason, message, involvedObject: { name } }) as CoreV1Event
const waiting = (reason: string, message: string) =>
  pod({
    containerStatuses: [
      {
        name: 'web',
        image: 'cityos:1',
        restartCount: 4,
        state: { waiting: { reason, message } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      },
    ],
  })

describe('what is found wrong with a tenant in its cluster', () => {
  it('nothing, while all is well', () => {
    expect(look({ pods: [pod({ phase: 'Running', containerStatuses: [{ state: { running: {} } }] })] })).toEqual([])
  })

  it('an object that is gone comes back by itself', () => {
    const ref = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'n', name: 'deny' }
    expect(look({ missing: [ref] })).toEqual([
      { code: 'object_missing', object: 'NetworkPolicy/deny', message: 'it is gone', repairable: true },
    ])
  })

  it('so does one that a person has changed; what parts of the cluster write is theirs', () => {
    const written = (manager: string, fieldsV1: object, subresource?: string) => ({
      kind: 'NetworkPolicy',
      metadata: {
        name: 'web',
        managedFields: [
          { manager: 'pulumi-kubernetes-1a2b', fieldsV1: { 'f:spec': {} } },
          { manager, fieldsV1, ...(subresource ? { subresource } : {}) },
        ],
      },
    })
    expect(look({ kept: [written('kubectl-edit', { 'f:spec': {} })] })).toMatchObject([
      { code: 'object_changed', message: 'it was changed by kubectl-edit', repairable: true },
    ])
    expect(look({ kept: [written('kube-controller-manager', { 'f:spec': {} })] })).toEqual([])
    expect(look({ kept: [written('kubectl-edit', { 'f:status': {} })] })).toEqual([])
    expect(look({ kept: [written('kubectl-annotate', { 'f:metadata': {} })] })).toEqual([])
    expect(look({ kept: [written('kubectl', { 'f:spec': {} }, 'scale')] })).toEqual([])
  })

  it('a crash loop says how often, and how it ended', () => {
    expect(look({ pods: [waiting('CrashLoopBackOff', 'back-off')] })).toEqual([
      { code: 'crash_loop', object: 'Pod/web-1', message: 'web has ended 4 times: OOMKilled, exit code 137', repairable: false },
    ])
  })

  it('a missing image and a missing secret name themselves', () => {
    expect(look({ pods: [waiting('ErrImagePull', 'not found')] })).toMatchObject([
      { code: 'image_missing', message: 'cityos:1: not found' },
    ])
    expect(look({ pods: [waiting('CreateContainerConfigError', 'secret "binding-1" not found')] })).toMatchObject([
      { code: 'config_missing', message: 'secret "binding-1" not found' },
    ])
  })

  it('a pod no node takes, and one a node gave up', () => {
    const unplaced = pod({
      conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available: insufficient memory' }],
    })
    const evicted = pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' })
    expect(look({ pods: [unplaced, evicted] }).map(({ code }) => code)).toEqual(['pod_unschedulable', 'pod_evicted'])
  })

  it('a volume that is waited for, but not one that waits for its first pod', () => {
    const claim = { metadata: { name: 'files' }, spec: { storageClassName: 'fast' }, status: { phase: 'Pending' } }
    expect(look({ claims: [claim], events: [event('WaitForFirstConsumer', 'waiting')] })).toEqual([])
    expect(look({ claims: [claim], events: [event('ProvisioningFailed', 'storageclass "fast" not found')] })).toMatchObject([
      { code: 'volume_pending', message: 'no volume of class fast yet: storageclass "fast" not found' },
    ])
  })

  it('a quota that refuses a pod, not one that is merely used up', () => {
    const quota = {
      metadata: { name: 'tenant' },
      status: { hard: { pods: '4', 'limits.memory': '1Gi' }, used: { pods: '4', 'limits.memory': '512Mi' } },
    }
    expect(look({ quotas: [quota] })).toEqual([])
    const refused = event('FailedCreate', 'pods "web-2" is forbidden: exceeded quota: tenant')
    expect(look({ quotas: [quota], events: [refused] })).toMatchObject([
      { code: 'quota_full', message: expect.stringContaining('pods 4 of 4') },
    ])
  })

  it('a certificate that runs out or cannot be got', () => {
    const certificate = (status: object) => ({ kind: 'Certificate', metadata: { name: 'souq' }, status })
    const ready = { type: 'Ready', status: 'True' }
    expect(look({ certificates: [certificate({ notAfter: '2027-01-23T12:00:00Z', conditions: [ready] })] })).toEqual([])
    expect(look({ certificates: [certificate({ notAfter: '2026-11-30T12:00:00Z', conditions: [ready] })] })).toMatchObject([
      { code: 'certificate_expiring', message: 'it runs out in 7 days and was not renewed' },
    ])
    const failed = { type: 'Ready', status: 'False', reason: 'Failed', message: 'no DNS record' }
    expect(look({ certificates: [certificate({ conditions: [failed] })] })).toMatchObject([
      { code: 'certificate_not_ready', message: 'no DNS record' },
    ])
  })

  it('a namespace that does not end names what holds it up', () => {
    const namespace = {
      metadata: { name: 'tenant-1', deletionTimestamp: now },
      status: {
        conditions: [{ type: 'NamespaceFinalizersRemaining', status: 'True', message: 'example.com/hold in 1 resource instances' }],
      },
    }
    expect(look({ namespace })).toMatchObject([
      { code: 'namespace_terminating', message: 'it is being deleted and waits: example.com/hold in 1 resource instances' },
    ])
  })
})

describe('quantities', () => {
  it('are read as Kubernetes writes them', () => {
    expect(['250m', '1', '1Gi', '1e3', '1.5k', '128974848'].map(quantity)).toEqual([0.25, 1, 2 ** 30, 1000, 1500, 128974848])
    expect(quantity('a lot')).toBeNaN()
  })
})
