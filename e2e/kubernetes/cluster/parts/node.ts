import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kubeconfigOf } from '../certificates.ts'
import { layout } from '../layout.ts'
import { controlGroup } from '../machine.ts'
import { apply, environmentOf, kubectl, type Site, startComponent, succeeds, untilReady } from '../site.ts'

const run = promisify(execFile)
/** The image that holds a pod's namespaces; made by images/test-images.ts. */
export const pauseImage = 'localhost/pause:1'

export const containerdSocket = (folder: string): string => join(folder, 'containerd/containerd.sock')

/** containerd: what runs the containers. */
export async function startContainerd(site: Site): Promise<void> {
  const folder = join(site.folder, 'containerd')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'config.toml'), containerdSettings(site, folder))
  const containerd = startComponent(site, 'containerd', ['containerd', '--config', join(folder, 'config.toml')])
  const ctr = ['--address', containerdSocket(site.folder), 'version']
  await untilReady(containerd, () => succeeds(run('ctr', ctr, { env: environmentOf(site) })))
}

function containerdSettings(site: Site, folder: string): string {
  return `version = 2
root = "${folder}/root"
state = "${folder}/state"
[grpc]
  address = "${containerdSocket(site.folder)}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${folder}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  # a sandbox without CAP_SYS_RESOURCE may not lower what the kernel thinks of a process
  restrict_oom_score_adj = true
  sandbox_image = "${pauseImage}"
  stream_server_address = "127.0.0.1"
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${folder}/network-plugins"
    conf_dir = "${folder}/network"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
`
}

/** The kubelet; waits until the node is ready, which needs the network of pods too. */
export async function startKubelet(site: Site): Promise<void> {
  const folder = join(site.folder, 'kubelet')
  mkdirSync(folder, { recursive: true })
  const group = controlGroup(site.folder)
  for (const name of readdirSync('/sys/fs/cgroup')) mkdirSync(join('/sys/fs/cgroup', name, group), { recursive: true })
  writeFileSync(join(folder, 'config.json'), JSON.stringify(kubeletSettings(site, folder, group)))
  writeFileSync(join(folder, 'resolv.conf'), '')
  const kubelet = startComponent(site, 'kubelet', [
    'kubelet',
    `--config=${join(folder, 'config.json')}`,
    `--kubeconfig=${kubeconfigOf(site.folder, 'kubelet')}`,
    `--hostname-override=${layout.node.name}`,
    `--node-ip=${layout.node.address}`,
    `--root-dir=${join(folder, 'root')}`,
    `--cert-dir=${join(folder, 'certificates')}`,
  ])
  const wait = ['wait', '--for=condition=Ready', `node/${layout.node.name}`, '--timeout=1s']
  await untilReady(kubelet, () => succeeds(kubectl(site, wait)))
}

function kubeletSettings(site: Site, folder: string, group: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: layout.node.address,
    port: 10250,
    readOnlyPort: 0,
    healthzBindAddress: '127.0.0.1',
    authentication: {
      anonymous: { enabled: false },
      x509: { clientCAFile: join(site.folder, 'keys/authority.crt') },
      webhook: { enabled: true },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: join(site.folder, 'keys/kubelet.crt'),
    tlsPrivateKeyFile: join(site.folder, 'keys/kubelet.key'),
    containerRuntimeEndpoint: `unix://${containerdSocket(site.folder)}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${group}`,
    failCgroupV1: false,
    failSwapOn: false,
    clusterDomain: layout.dns.domain,
    clusterDNS: [layout.dns.serviceAddress],
    resolvConf: join(folder, 'resolv.conf'),
    podLogsDir: join(site.folder, 'logs/pods'),
    volumePluginDir: join(folder, 'volume-plugins'),
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    localStorageCapacityIsolation: false,
    maxPods: 200,
    nodeStatusUpdateFrequency: '5s',
    registerWithTaints: [],
  }
}

/** kube-proxy: makes addresses of services lead to their pods. */
export async function startProxy(site: Site): Promise<void> {
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'test-cluster:kube-proxy' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node-proxier' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:kube-proxy' }],
  }
  await apply(site, [binding])
  const settings = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    bindAddress: layout.node.address,
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    clusterCIDR: layout.pods,
    hostnameOverride: layout.node.name,
    clientConnection: { kubeconfig: kubeconfigOf(site.folder, 'kube-proxy') },
    conntrack: { maxPerCore: 0, min: 0 },
    nftables: { syncPeriod: '30s', minSyncPeriod: '100ms' },
  }
  const file = join(site.folder, 'kube-proxy.json')
  writeFileSync(file, JSON.stringify(settings))
  startComponent(site, 'kube-proxy', ['kube-proxy', `--config=${file}`])
}

/** Puts the plugins of the distribution and Calico's into one folder, as containerd wants them. */
export function linkNetworkPlugins(site: Site): void {
  const folder = join(site.folder, 'containerd/network-plugins')
  mkdirSync(folder, { recursive: true })
  for (const source of site.networkPlugins) for (const name of readdirSync(source)) symlinkSync(join(source, name), join(folder, name))
  symlinkSync(site.calico, join(folder, 'calico'))
}
