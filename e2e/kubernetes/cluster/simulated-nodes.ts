import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Cluster } from './cluster.ts'
import { layout } from './layout.ts'
import { Component } from './process.ts'

const run = promisify(execFile)
const annotation = 'kwok.x-k8s.io/node'
/** Only pods that tolerate this are put on simulated nodes. */
export const simulatedTaint = { key: 'cityos.dev/simulated', value: 'true', effect: 'NoSchedule' } as const
/** What tells a simulated node from a real one. */
export const simulatedLabel = { 'cityos.dev/simulated': 'true' } as const
/** Volumes that exist in the API server only. */
export const simulatedStorage = 'simulated-files'

/**
 * Adds nodes whose pods exist in the API server only: they become ready at once and end without any process. For thousands of
 * tenants on a small machine. Their addresses lead to the machine itself, where whoever plays the pods listens.
 */
export async function addSimulatedNodes(cluster: Cluster, count: number): Promise<void> {
  const settings = join(cluster.description.folder, 'kwok.json')
  writeFileSync(settings, stages.map((stage) => JSON.stringify(stage)).join('\n---\n'))
  await run('ip', ['route', 'replace', 'local', layout.simulated.pods, 'dev', 'lo'])
  Component.start(cluster.description.folder, 'kwok', {
    program: 'kwok',
    arguments: [
      `--config=${settings}`,
      `--kubeconfig=${cluster.kubeconfig}`,
      '--manage-all-nodes=false',
      `--manage-nodes-with-annotation-selector=${annotation}=fake`,
      `--node-ip=${layout.simulated.nodes}`,
      `--cidr=${layout.simulated.pods}`,
      '--node-lease-duration-seconds=40',
      '--server-address=127.0.0.1:10247',
    ],
    environment: cluster.environment(),
  })
  await cluster.apply([storageClass, ...nodesOf(count)])
  await cluster.kubectl(['wait', '--for=condition=Ready', 'node', '--selector', 'cityos.dev/simulated', '--timeout=60s'])
}

/** Takes them away again, with whatever pods are left on them. */
export async function removeSimulatedNodes(cluster: Cluster): Promise<void> {
  await cluster.kubectl(['delete', 'node', '--selector', 'cityos.dev/simulated', '--ignore-not-found'])
  await cluster.kubectl(['delete', 'persistentvolume', '--selector', 'cityos.dev/simulated', '--ignore-not-found'])
  await Component.open(cluster.description.folder, 'kwok').kill('SIGTERM')
  await run('ip', ['route', 'del', 'local', layout.simulated.pods, 'dev', 'lo'])
}

/** Volumes for tenants on simulated nodes: one claim takes one. */
export async function addSimulatedVolumes(cluster: Cluster, names: readonly string[]): Promise<void> {
  await cluster.apply(names.map(volume))
}

function nodesOf(count: number): object[] {
  return Array.from({ length: count }, (_, index) => node(`simulated-${index + 1}`))
}

function node(name: string): object {
  const size = { cpu: '640', memory: '4Ti', pods: '4000' }
  const labels = { ...simulatedLabel, 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, annotations: { [annotation]: 'fake' } },
    spec: { taints: [simulatedTaint] },
    status: { allocatable: size, capacity: size },
  }
}

const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: simulatedStorage },
  provisioner: 'kubernetes.io/no-provisioner',
  reclaimPolicy: 'Retain',
  volumeBindingMode: 'Immediate',
}

const volume = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `simulated-${name}`, labels: simulatedLabel },
  spec: {
    storageClassName: simulatedStorage,
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    hostPath: { path: '/var/empty' },
  },
})

/** A stage of kwok: what becomes of a pod that `expressions` select. */
const stage = (name: string, matchExpressions: object[], next: object): object => ({
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'Stage',
  metadata: { name },
  spec: { resourceRef: { apiGroup: 'v1', kind: 'Pod' }, selector: { matchExpressions }, next },
})
const isEnding = (operator: 'Exists' | 'DoesNotExist') => ({ key: '.metadata.deletionTimestamp', operator })

/**
 * Pods run as soon as they have a node, and are gone as soon as somebody deletes them. Those of Jobs run like the others until
 * they are taken away: what they are there for is done by whoever plays them.
 */
const stages = [
  stage('runs', [isEnding('DoesNotExist'), { key: '.status.podIP', operator: 'DoesNotExist' }], {
    statusTemplate: `
{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}
conditions:
{{ range $type := list "Initialized" "ContainersReady" "Ready" }}
- { type: {{ $type | Quote }}, status: "True", lastTransitionTime: {{ $now | Quote }} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- { name: {{ .name | Quote }}, image: {{ .image | Quote }}, ready: true, started: true, restartCount: 0, state: { running: { startedAt: {{ $now | Quote }} } } }
{{ end }}
`,
  }),
  stage('ends', [isEnding('Exists')], { finalizers: { empty: true }, delete: true }),
]
