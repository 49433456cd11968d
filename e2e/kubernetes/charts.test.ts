import type { KubernetesObject, V1Deployment, V1NetworkPolicy, V1PodSpec, V2HorizontalPodAutoscaler } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCluster } from './cluster/cluster.ts'
import { type ChartName, chartDir, Hands, objectsOf, type Values } from './helm.ts'

// Both charts as helm renders them, and as the real API server takes them under the restricted Pod Security Standard. The
// operators' kinds are the operators' own definitions; the operators themselves do not run here.

const hands = new Hands(openCluster())
const namespace = 'chart-judged'
const resources = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } }
const labelled = { namespaceSelector: { 'kubernetes.io/metadata.name': 'somewhere' }, podSelector: null, cidrs: [] }
const release = (digit: number) => ({
  release: `0.${digit}.0+abc`,
  image: `cityos:0.${digit}.0-abc`,
  suffix: `r${digit}`,
  bindingHash: '1',
})

/** What every tenant has. */
const tenant: Values = {
  tenant: { id: 'tnt_01jd0000000000000000000000', slug: 'dakkah', plan: 'standard' },
  active: release(1),
  hosts: ['dakkah.city.example'],
  gateway: { parentRefs: [{ name: 'cityos', namespace: 'gateway', sectionName: 'web' }], peer: labelled },
  controlPlane: { port: 8080, peer: labelled },
  database: { mode: 'shared', port: 5432, peer: { namespaceSelector: null, podSelector: null, cidrs: ['10.1.0.4/32'] } },
}
const platform: Values = {
  image: { repository: 'cityos-control-plane', tag: '0.1.0-abc' },
  publicHost: 'cityos.city.example',
  gateway: { parentRefs: [{ name: 'cityos', namespace: 'gateway' }], peer: labelled },
  database: { peer: { namespaceSelector: null, podSelector: null, cidrs: ['10.1.0.4/32'] } },
}

const cases: Record<string, { chart: ChartName; values: Values; kinds: string[]; missing?: string[] }> = {
  'a tenant with what everyone has': {
    chart: 'data-plane',
    values: tenant,
    kinds: ['Deployment', 'HTTPRoute', 'NetworkPolicy', 'PersistentVolumeClaim', 'PodDisruptionBudget', 'Service', 'ServiceAccount'],
    missing: ['Certificate', 'Cluster', 'HorizontalPodAutoscaler', 'LimitRange', 'ResourceQuota', 'ScaledObject', 'ServiceMonitor'],
  },
  'a tenant with everything that can be asked for': {
    chart: 'data-plane',
    values: {
      ...tenant,
      beside: release(2),
      hosts: ['dakkah.city.example', 'dakkah.example'],
      web: { replicas: 2, resources, hpa: { minReplicas: 2, maxReplicas: 6, targetCPU: 70 } },
      gateway: {
        parentRefs: [{ name: 'cityos', namespace: 'gateway' }],
        peer: labelled,
        className: 'traefik',
        certificateIssuer: { kind: 'ClusterIssuer', name: 'letsencrypt' },
        certificates: [{ host: 'dakkah.example', secretName: 'own' }],
      },
      database: {
        mode: 'cnpg',
        cnpg: { objectStore: { destinationPath: 's3://backups/dakkah' }, apiServer: { cidrs: ['10.0.0.1/32'], port: 6443 } },
      },
      egress: { allowed: [{ cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '169.254.0.0/16'], port: 443 }] },
      quota: { pods: '20', 'requests.cpu': '4', 'limits.memory': '8Gi' },
      limits: { default: { memory: '256Mi' }, max: { memory: '2Gi' } },
      monitoring: { serviceMonitor: { interval: '30s', labels: { release: 'prometheus' } }, peer: labelled },
      keda: { worker: { secretName: 'binding-r1', secretKey: 'database_url', leadSeconds: 30, idleSeconds: 120 } },
      scheduling: { priorityClassName: 'tenants', tolerations: [{ key: 'tenants', operator: 'Exists' }] },
    },
    kinds: [
      'Certificate',
      'Cluster',
      'Gateway',
      'HorizontalPodAutoscaler',
      'LimitRange',
      'Pooler',
      'ResourceQuota',
      'ScaledObject',
      'ScheduledBackup',
      'ServiceMonitor',
      'TriggerAuthentication',
    ],
  },
  'a tenant whose values say null where nothing is wanted': {
    chart: 'data-plane',
    values: {
      ...tenant,
      beside: null,
      web: { hpa: null },
      files: { storageClass: null },
      gateway: { parentRefs: [{ name: 'cityos', namespace: 'gateway' }], peer: labelled, certificateIssuer: null },
      quota: null,
      limits: null,
      monitoring: { serviceMonitor: null },
      keda: { worker: null },
    },
    kinds: ['Deployment'],
    missing: ['HorizontalPodAutoscaler', 'ResourceQuota', 'ServiceMonitor'],
  },
  'a tenant asleep and off the gateway': {
    chart: 'data-plane',
    values: { ...tenant, asleep: true, hosts: [], web: { hpa: { minReplicas: 2, maxReplicas: 6, targetCPU: 70 } } },
    kinds: ['Deployment', 'PersistentVolumeClaim'],
    missing: ['HTTPRoute', 'HorizontalPodAutoscaler', 'Pod'],
  },
  'the control plane': {
    chart: 'control-plane',
    values: platform,
    kinds: [
      'ClusterRole',
      'ClusterRoleBinding',
      'Deployment',
      'HTTPRoute',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
    ],
    missing: ['Certificate', 'ServiceMonitor'],
  },
  'the control plane with everything that can be asked for': {
    chart: 'control-plane',
    values: {
      ...platform,
      gateway: { parentRefs: [{ name: 'cityos', namespace: 'gateway' }], peer: labelled, certificateIssuer: 'letsencrypt' },
      operatorCredential: { secretName: 'operator' },
      environment: { secretName: 'mail' },
      apiServers: [{ cidr: '10.0.0.1/32', port: 6443 }],
      monitoring: { serviceMonitor: true, peer: labelled },
    },
    kinds: ['Certificate', 'ServiceMonitor'],
  },
}

beforeAll(async () => {
  await hands.namespace(namespace)
  // A pod is judged with its account, and nothing that is only judged is ever there.
  await hands.kubectl('--namespace', namespace, 'create', 'serviceaccount', 'data-plane')
  await hands.kubectl('create', 'priorityclass', 'tenants', '--value', '1000')
})
afterAll(() => hands.kubectl('delete', `namespace/${namespace}`, 'priorityclass/tenants', '--wait=false'))

describe.each(Object.entries(cases))('%s', (_name, { chart, values, kinds, missing = [] }) => {
  let manifest: string
  let objects: KubernetesObject[]

  beforeAll(async () => {
    await hands.helm(['lint', chartDir(chart), '--strict', '--namespace', namespace], values)
    manifest = await hands.manifest(chart, namespace, values)
    objects = objectsOf(manifest)
  })

  it('renders what was asked for and nothing else', () => {
    const found = new Set(objects.map((object) => object.kind))
    expect(kinds.filter((kind) => !found.has(kind))).toEqual([])
    expect(missing.filter((kind) => found.has(kind))).toEqual([])
  })

  it('is taken by the API server, without a warning', async () => {
    expect(await hands.judge(manifest)).toEqual([])
  })

  it('has pods that the restricted standard lets in, with limits, without a token they do not need', async () => {
    const templates = objects.filter((object) => object.kind === 'Deployment').map((object) => (object as V1Deployment).spec!.template)
    // Only a pod itself is refused; its Deployment is warned about.
    const pods = templates.map((template, index) => podOf(`judged-${index}`, template.spec!))
    expect(await hands.judge(pods.join('\n---\n'))).toEqual([])
    for (const { spec } of templates) {
      expect(spec!.automountServiceAccountToken).toBe(chart === 'control-plane')
      for (const container of spec!.containers) expect(container.resources?.limits?.['memory']).toBeDefined()
    }
  })

  it('has network policies of which no rule is open to everybody by having no peer', () => {
    const policies = objects.filter((object) => object.kind === 'NetworkPolicy') as V1NetworkPolicy[]
    expect(policies.length).toBeGreaterThan(0)
    for (const { metadata, spec } of policies) {
      // An absent or empty list of peers is everybody.
      for (const rule of spec!.ingress ?? []) expect(rule._from?.length, metadata!.name).toBeGreaterThan(0)
      for (const rule of spec!.egress ?? []) expect(rule.to?.length, metadata!.name).toBeGreaterThan(0)
    }
  })
})

describe('the tenant’s chart', () => {
  it('leads every host and its doors to the release that serves, whatever stands beside', async () => {
    const objects = await hands.render('data-plane', namespace, { ...tenant, beside: release(2) })
    const routes = objects.filter((object) => object.kind === 'HTTPRoute') as unknown as { spec: Route }[]
    expect(routes.map(({ spec }) => [spec.hostnames, spec.rules.flatMap((rule) => (rule.backendRefs ?? []).map((to) => to.name))])).toEqual(
      [[['dakkah.city.example', 'admin.dakkah.city.example', 'vendor.dakkah.city.example', 'api.dakkah.city.example'], ['web-r1']]],
    )
    const names = objects.filter((object) => object.kind === 'Deployment').map((object) => object.metadata!.name)
    expect(names.sort()).toEqual(['web-r1', 'web-r2', 'worker'])
  })

  it('says how many pods there are only where no autoscaler does', async () => {
    const hpa = { minReplicas: 2, maxReplicas: 6, targetCPU: 70 }
    const scaled = await hands.render('data-plane', namespace, { ...tenant, web: { hpa }, beside: { ...release(2), replicas: 4 } })
    const web = (scaled.filter((object) => object.kind === 'Deployment') as V1Deployment[]).filter(
      ({ metadata }) => metadata!.name !== 'worker',
    )
    expect(web.map(({ spec }) => spec!.replicas)).toEqual([undefined, undefined])
    const limits = scaled.filter((object) => object.kind === 'HorizontalPodAutoscaler') as V2HorizontalPodAutoscaler[]
    expect(limits.map(({ metadata, spec }) => [metadata!.name, spec!.minReplicas, spec!.maxReplicas])).toEqual([
      ['web-r1', 2, 6],
      ['web-r2', 4, 6],
    ])
  })

  it('denies everything first', async () => {
    const objects = await hands.render('data-plane', namespace, tenant)
    const deny = objects.find((object) => object.kind === 'NetworkPolicy' && object.metadata?.name === 'deny') as V1NetworkPolicy
    expect(deny.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
  })

  it('runs nothing while the tenant sleeps', async () => {
    const objects = await hands.render('data-plane', namespace, { ...tenant, asleep: true })
    const deployments = objects.filter((object) => object.kind === 'Deployment') as V1Deployment[]
    expect(deployments.map(({ spec }) => spec!.replicas)).toEqual([0, 0])
  })

  const refused: [string, Values, RegExp][] = [
    ['a name that is not there', { ...tenant, relpicas: 3 }, /relpicas/],
    ['no tenant', { ...tenant, tenant: { id: '', slug: 'dakkah', plan: 'standard' } }, /tenant\/id|tenant\.id/],
    ['a host in capitals', { ...tenant, hosts: ['Dakkah.example'] }, /hosts/],
    ['memory that is no quantity', { ...tenant, web: { resources: { ...resources, limits: { memory: 'much' } } } }, /memory/],
    ['the same release beside', { ...tenant, beside: release(1) }, /beside is the release that serves already/],
    ['hosts without a gateway', { ...tenant, gateway: { parentRefs: [], peer: labelled } }, /hosts need a gateway/],
    [
      'certificates without a class of gateways',
      { ...tenant, gateway: { parentRefs: [], peer: labelled, certificateIssuer: { kind: 'Issuer', name: 'own' } } },
      /give gateway\.className/,
    ],
  ]
  it.each(refused)('refuses %s, and names it', async (_what, values, message) => {
    await expect(hands.render('data-plane', namespace, values)).rejects.toThrow(message)
  })
})

it('a pod that may become root is refused here: the judge is awake', async () => {
  const [deployment] = (await hands.render('data-plane', namespace, tenant)).filter(
    (object) => object.kind === 'Deployment',
  ) as V1Deployment[]
  const spec = structuredClone(deployment!.spec!.template.spec!)
  spec.containers[0]!.securityContext = { allowPrivilegeEscalation: true }
  await expect(hands.judge(podOf('judged-root', spec))).rejects.toThrow('violates PodSecurity')
})

interface Route {
  hostnames: string[]
  rules: { backendRefs?: { name: string }[] }[]
}

/** A pod as it comes out of a Deployment's template; the account is part of the chart, which is only judged here. */
function podOf(name: string, spec: V1PodSpec): string {
  const pod = { ...spec, serviceAccountName: 'default', priorityClassName: undefined }
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: pod })
}
