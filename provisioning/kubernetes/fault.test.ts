import { ApiException } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { faultOf, faultOfRun } from './fault.ts'

const asked = { cell: 'riyadh-1', what: 'namespace tenant-1' }
const refused = (code: number, message: string) => faultOf(new ApiException(code, '', JSON.stringify({ message }), {}), asked)

describe('what a cluster refuses', () => {
  it('names the verb and the resource the platform has no right to', () => {
    const fault = refused(
      403,
      'networkpolicies.networking.k8s.io is forbidden: User "x" cannot list resource "networkpolicies" in API group "networking.k8s.io" in the namespace "tenant-1"',
    )
    expect(fault.code).toBe('cluster_forbidden')
    expect(fault.message).toContain('may not list networkpolicies.networking.k8s.io in tenant-1')
    expect(fault.details).toEqual({
      cell: 'riyadh-1',
      verb: 'list',
      resource: 'networkpolicies',
      group: 'networking.k8s.io',
      namespace: 'tenant-1',
    })
  })

  it('tells a full quota and a namespace that is being deleted from a missing right', () => {
    expect(refused(403, 'pods "web" is forbidden: exceeded quota: tenant, requested: pods=1, used: pods=4, limited: pods=4').code).toBe(
      'quota_exceeded',
    )
    expect(
      refused(403, 'configmaps "x" is forbidden: unable to create new content in namespace tenant-1 because it is being terminated').code,
    ).toBe('namespace_terminating')
  })

  it('names the operator that is missing', () => {
    const fault = faultOf(new ApiException(404, '', '{"message":"the server could not find the requested resource"}', {}), {
      cell: 'riyadh-1',
      what: 'clusters.postgresql.cnpg.io',
    })
    expect([fault.code, fault.details?.['operator']]).toEqual(['cluster_operator_missing', 'CloudNativePG'])
  })

  it('says that a cluster does not answer, and why', () => {
    const fault = faultOf(
      new TypeError('fetch failed', { cause: Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:6443'), { code: 'ECONNREFUSED' }) }),
      asked,
    )
    expect(fault.code).toBe('cluster_unreachable')
    expect(fault.message).toBe(
      'cell riyadh-1 does not answer (connect ECONNREFUSED 10.0.0.1:6443): is its API server up and reachable from the control plane?',
    )
    expect(refused(503, 'apiserver not ready').code).toBe('cluster_unreachable')
  })
})

describe('what Pulumi complains about in a run', () => {
  const fault = (said: string) => faultOfRun(said, asked, new Error(said))

  it.each([
    'no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1"',
    'failed to determine if the following GVK is namespaced: monitoring.coreos.com/v1, Kind=ServiceMonitor',
  ])('names the operator that is missing: %s', (said) => {
    expect([fault(said)?.code, fault(said)?.details?.['operator']]).toEqual(['cluster_operator_missing', 'the Prometheus operator'])
  })

  it('tells a missing right from a cluster that went away, and leaves what it does not know', () => {
    const refused = 'services is forbidden: User "x" cannot patch resource "services" in API group "" in the namespace "tenant-1"'
    expect(fault(refused)?.details).toMatchObject({ verb: 'patch', resource: 'services' })
    expect(fault('Get "https://10.0.0.1:6443/api": dial tcp 10.0.0.1:6443: connect: connection refused')?.code).toBe('cluster_unreachable')
    expect(fault('the object has been modified')).toBeNull()
  })
})
