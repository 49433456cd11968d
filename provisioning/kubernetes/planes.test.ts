import { noTraffic } from '@cityos/contract'
import { expect, it } from 'vitest'
import { addedUp, isReadyPod } from './planes.ts'
import { isReady } from './rollout-wait.ts'

const counted = (release: string, epoch: string, requests: number) => ({
  ...noTraffic(),
  release,
  epoch,
  requests,
  latency: noTraffic().latency.with(3, requests),
})

it('requests are added up by tenant and release, and other pods make another epoch', () => {
  const heard = [
    { tenantId: 'tnt_a', counted: counted('1', 'x', 3) },
    { tenantId: 'tnt_a', counted: counted('1', 'y', 4) },
    { tenantId: 'tnt_a', counted: counted('2', 'z', 5) },
    { tenantId: 'tnt_b', counted: counted('1', 'w', 6) },
  ]
  const samples = addedUp(heard)
  expect(samples.map(({ tenantId, release, requests }) => [tenantId, release, requests])).toEqual([
    ['tnt_a', '1', 7],
    ['tnt_a', '2', 5],
    ['tnt_b', '1', 6],
  ])
  expect(samples[0]?.latency[3]).toBe(7)
  expect(samples[1]?.epoch).toBe('z')
  expect(addedUp(heard.slice(0, 2).reverse())[0]?.epoch).toBe(samples[0]?.epoch)
  expect(addedUp(heard.slice(0, 1))[0]?.epoch).not.toBe(samples[0]?.epoch)
})

it('a deployment is ready when the pods of its present template are, and no others are left', () => {
  const deployment = (status: object) => ({ metadata: { generation: 3 }, spec: { replicas: 2, selector: {}, template: {} }, status })
  expect(isReady(deployment({ observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }))).toBe(true)
  expect(isReady(deployment({ observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }))).toBe(false)
  expect(isReady(deployment({ observedGeneration: 3, replicas: 3, updatedReplicas: 2, availableReplicas: 3 }))).toBe(false)
  expect(isReady(deployment({ observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 1 }))).toBe(false)
})

it('a pod that is ending is asked nothing any more', () => {
  const status = { conditions: [{ type: 'Ready', status: 'True' }] }
  expect(isReadyPod({ status })).toBe(true)
  expect(isReadyPod({ status, metadata: { deletionTimestamp: new Date(0) } })).toBe(false)
  expect(isReadyPod({ status: { conditions: [{ type: 'Ready', status: 'False' }] } })).toBe(false)
})
