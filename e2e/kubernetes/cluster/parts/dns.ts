import { corednsImage } from '../images/test-images.ts'
import { layout } from '../layout.ts'
import { apply, kubectl, type Site } from '../site.ts'

const namespace = 'kube-system'
const labels = { 'k8s-app': 'kube-dns' }
const settings = `.:53 {
  errors
  health :8080
  ready :8181
  cache 5
  kubernetes ${layout.dns.domain} in-addr.arpa {
    ttl 5
  }
}
`

/** CoreDNS as a pod: names of services, and nothing of the world outside. */
export async function startDns(site: Site): Promise<void> {
  await apply(site, [...access(), { ...named('v1', 'ConfigMap'), data: { Corefile: settings } }, deployment(), service()])
}

export const dnsReady = (site: Site): Promise<string> =>
  kubectl(site, ['--namespace', namespace, 'rollout', 'status', 'deployment/coredns', '--timeout=60s'])

const named = (apiVersion: string, kind: string, name = 'coredns') => ({ apiVersion, kind, metadata: { name, namespace } })

function access(): object[] {
  const group = 'rbac.authorization.k8s.io'
  const role = { apiVersion: `${group}/v1`, metadata: { name: 'test-cluster:dns' } }
  return [
    named('v1', 'ServiceAccount'),
    {
      ...role,
      kind: 'ClusterRole',
      rules: [
        { apiGroups: [''], resources: ['services', 'pods', 'namespaces', 'endpoints'], verbs: ['list', 'watch'] },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      ],
    },
    {
      ...role,
      kind: 'ClusterRoleBinding',
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: role.metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: 'coredns', namespace }],
    },
  ]
}

function deployment(): object {
  const container = {
    name: 'coredns',
    image: corednsImage,
    imagePullPolicy: 'Never',
    args: ['/bin/coredns', '-conf', '/etc/coredns/Corefile'],
    volumeMounts: [{ name: 'settings', mountPath: '/etc/coredns' }],
    readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
  }
  const pod = {
    serviceAccountName: 'coredns',
    tolerations: [{ operator: 'Exists' }],
    containers: [container],
    volumes: [{ name: 'settings', configMap: { name: 'coredns' } }],
    nodeSelector: { 'kubernetes.io/hostname': layout.node.name },
  }
  return {
    ...named('apps/v1', 'Deployment'),
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
  }
}

function service(): object {
  const port = { port: 53, targetPort: 53 }
  const ports = [
    { name: 'dns', protocol: 'UDP', ...port },
    { name: 'dns-tcp', protocol: 'TCP', ...port },
  ]
  return { ...named('v1', 'Service', 'kube-dns'), spec: { clusterIP: layout.dns.serviceAddress, selector: labels, ports } }
}
