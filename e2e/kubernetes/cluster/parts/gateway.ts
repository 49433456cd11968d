import type { ClusterDescription } from '../cluster.ts'
import { traefikImage } from '../images/test-images.ts'
import { layout } from '../layout.ts'
import { apply, kubectl, type Site } from '../site.ts'

const { namespace, podLabels, className, name, listener, serviceAddress, port } = layout.gateway
const entryPoint = 8000

/** Traefik as a pod, reading Gateway API objects, and one Gateway for all namespaces. */
export async function startGateway(site: Site): Promise<NonNullable<ClusterDescription['gateway']>> {
  await apply(site, [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: namespaceLabels } },
    ...access(),
    deployment(),
    service(),
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: className },
      spec: { controllerName: 'traefik.io/gateway-controller' },
    },
    {
      ...named('gateway.networking.k8s.io/v1', 'Gateway', name),
      spec: {
        gatewayClassName: className,
        listeners: [{ name: listener, protocol: 'HTTP', port: entryPoint, allowedRoutes: { namespaces: { from: 'All' } } }],
      },
    },
  ])
  await kubectl(site, ['--namespace', namespace, 'rollout', 'status', 'deployment/traefik', '--timeout=60s'])
  await kubectl(site, ['--namespace', namespace, 'wait', '--for=condition=Programmed', `gateway/${name}`, '--timeout=60s'])
  return {
    address: serviceAddress,
    port,
    parentRef: { name, namespace, sectionName: listener },
    namespaceLabels,
    podLabels,
  }
}

const namespaceLabels = { 'kubernetes.io/metadata.name': namespace }
const named = (apiVersion: string, kind: string, objectName = 'traefik') => ({
  apiVersion,
  kind,
  metadata: { name: objectName, namespace },
})

function access(): object[] {
  const group = 'rbac.authorization.k8s.io'
  const role = { apiVersion: `${group}/v1`, metadata: { name: 'test-cluster:traefik' } }
  const read = ['get', 'list', 'watch']
  const routes = 'gateway.networking.k8s.io'
  return [
    named('v1', 'ServiceAccount'),
    {
      ...role,
      kind: 'ClusterRole',
      rules: [
        { apiGroups: [''], resources: ['namespaces', 'services', 'secrets', 'configmaps', 'nodes', 'endpoints'], verbs: read },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
        { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: read },
        { apiGroups: [routes], resources: ['*'], verbs: read },
        { apiGroups: [routes], resources: ['gatewayclasses/status', 'gateways/status', 'httproutes/status'], verbs: ['update'] },
        { apiGroups: [routes], resources: ['grpcroutes/status', 'backendtlspolicies/status'], verbs: ['update'] },
      ],
    },
    {
      ...role,
      kind: 'ClusterRoleBinding',
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: role.metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: 'traefik', namespace }],
    },
  ]
}

function deployment(): object {
  const container = {
    name: 'traefik',
    image: traefikImage,
    imagePullPolicy: 'Never',
    args: [
      '/bin/traefik',
      `--entrypoints.${listener}.address=:${entryPoint}`,
      `--entrypoints.${listener}.transport.respondingTimeouts.readTimeout=0`,
      '--entrypoints.traefik.address=:8080',
      '--ping=true',
      '--providers.kubernetesgateway=true',
      '--providers.providersThrottleDuration=100ms',
      '--global.checknewversion=false',
      '--global.sendanonymoususage=false',
      '--log.level=INFO',
    ],
    readinessProbe: { httpGet: { path: '/ping', port: 8080 }, periodSeconds: 1 },
    volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
  }
  const pod = {
    serviceAccountName: 'traefik',
    containers: [container],
    volumes: [{ name: 'scratch', emptyDir: {} }],
    nodeSelector: { 'kubernetes.io/hostname': layout.node.name },
  }
  const strategy = { type: 'Recreate' }
  return {
    ...named('apps/v1', 'Deployment'),
    spec: { strategy, selector: { matchLabels: podLabels }, template: { metadata: { labels: podLabels }, spec: pod } },
  }
}

function service(): object {
  const ports = [{ name: 'web', port, targetPort: entryPoint }]
  return { ...named('v1', 'Service'), spec: { clusterIP: serviceAddress, selector: podLabels, ports } }
}
