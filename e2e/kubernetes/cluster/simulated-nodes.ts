import type { Cluster } from './cluster.ts'
import { Component } from './process.ts'

const annotation = 'kwok.x-k8s.io/node'
/** Only pods that tolerate this are put on simulated nodes. */
export const simulatedTaint = { key: 'cityos.dev/simulated', value: 'true', effect: 'NoSchedule' } as const

/**
 * Adds nodes whose pods exist in the API server only: they become ready and end without any process. For thousands of tenants on a
 * small machine. The nodes stay until the cluster ends.
 */
export async function addSimulatedNodes(cluster: Cluster, count: number): Promise<void> {
  Component.start(cluster.description.folder, 'kwok', {
    program: 'kwok',
    arguments: [
      `--kubeconfig=${cluster.kubeconfig}`,
      '--manage-all-nodes=false',
      `--manage-nodes-with-annotation-selector=${annotation}=fake`,
      '--node-ip=10.0.0.1',
      '--cidr=10.0.0.1/16',
      '--node-lease-duration-seconds=40',
      '--server-address=127.0.0.1:10247',
    ],
    environment: cluster.environment(),
  })
  await cluster.apply(Array.from({ length: count }, (_, index) => node(`simulated-${index + 1}`)))
  await cluster.kubectl(['wait', '--for=condition=Ready', 'node', '--selector=type=simulated', '--timeout=60s'])
}

function node(name: string): object {
  const size = { cpu: '64', memory: '512Gi', pods: '4000' }
  const labels = { type: 'simulated', 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, annotations: { [annotation]: 'fake' } },
    spec: { taints: [simulatedTaint] },
    status: { allocatable: size, capacity: size },
  }
}
