import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubeconfigOf } from '../certificates.ts'
import { layout } from '../layout.ts'
import { kubectl, type Site, startComponent, succeeds, untilReady } from '../site.ts'

/** etcd, API server, controller manager and scheduler, as processes on the node's address. */
export async function startControlPlane(site: Site): Promise<void> {
  startEtcd(site)
  const apiServer = startApiServer(site)
  await untilReady(apiServer, () => succeeds(kubectl(site, ['get', '--raw', '/readyz'])))
  const manager = startController(site, 'kube-controller-manager', [
    `--service-account-private-key-file=${join(site.folder, 'keys/service-accounts.key')}`,
    `--root-ca-file=${join(site.folder, 'keys/authority.crt')}`,
    '--use-service-account-credentials',
    // simulated nodes get a share of these, so there must be many
    '--allocate-node-cidrs=false',
    '--node-monitor-grace-period=20s',
    '--concurrent-namespace-syncs=30',
    ...unbraked,
  ])
  startController(site, 'kube-scheduler', unbraked)
  await untilReady(manager, () => succeeds(kubectl(site, ['--namespace', 'default', 'get', 'serviceaccount', 'default'])))
}

/** Their own brakes suit clusters that many share: 20 requests a second would be what every test with many objects waits for. */
const unbraked = ['--kube-api-qps=500', '--kube-api-burst=1000']

function startEtcd(site: Site): void {
  const client = `http://127.0.0.1:${layout.etcd.port}`
  startComponent(site, 'etcd', [
    'etcd',
    `--data-dir=${join(site.folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=http://127.0.0.1:${layout.etcd.peerPort}`,
    '--unsafe-no-fsync', // nothing of a test cluster outlives its machine
    '--log-level=warn',
  ])
}

function startApiServer(site: Site) {
  const key = (name: string) => join(site.folder, 'keys', name)
  return startComponent(site, 'kube-apiserver', [
    'kube-apiserver',
    `--etcd-servers=http://127.0.0.1:${layout.etcd.port}`,
    `--bind-address=${layout.node.address}`,
    `--advertise-address=${layout.node.address}`,
    `--secure-port=${layout.apiServer.port}`,
    `--tls-cert-file=${key('apiserver.crt')}`,
    `--tls-private-key-file=${key('apiserver.key')}`,
    `--client-ca-file=${key('authority.crt')}`,
    `--kubelet-client-certificate=${key('apiserver-kubelet-client.crt')}`,
    `--kubelet-client-key=${key('apiserver-kubelet-client.key')}`,
    `--kubelet-certificate-authority=${key('authority.crt')}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--service-account-key-file=${key('service-accounts.pub')}`,
    `--service-account-signing-key-file=${key('service-accounts.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-cluster-ip-range=${layout.services}`,
    '--authorization-mode=Node,RBAC',
    `--audit-policy-file=${auditPolicy(site)}`,
    `--audit-log-path=${auditLog(site.folder)}`,
    '--allow-privileged=true',
  ])
}

/** Where the API server writes down what `auditedUser` asks of it, a line of JSON for each request. */
export const auditLog = (folder: string): string => join(folder, 'logs', 'audit.log')
/** The control plane of a test that counts its requests; of nobody else anything is kept. */
export const auditedUser = { namespace: 'audited', name: 'control-plane' } as const

function auditPolicy(site: Site): string {
  const file = join(site.folder, 'audit-policy.json')
  const users = [`system:serviceaccount:${auditedUser.namespace}:${auditedUser.name}`]
  const rules = [{ level: 'Metadata', users, omitStages: ['RequestReceived', 'ResponseStarted'] }, { level: 'None' }]
  writeFileSync(file, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }))
  return file
}

function startController(site: Site, name: string, flags: string[]) {
  const kubeconfig = kubeconfigOf(site.folder, name)
  return startComponent(site, name, [
    name,
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    '--leader-elect=false',
    ...flags,
  ])
}
