import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubeconfigOf } from '../certificates.ts'
import { layout } from '../layout.ts'
import { apply, kubectl, type Site, startComponent, untilReady } from '../site.ts'

const group = 'crd.projectcalico.org'
/** The kinds that Calico's node keeps in the API server, with the plural of each; their contents are its own business. */
const kinds: Record<string, { plural: string; namespaced?: true }> = {
  BGPConfiguration: { plural: 'bgpconfigurations' },
  BGPFilter: { plural: 'bgpfilters' },
  BGPPeer: { plural: 'bgppeers' },
  BlockAffinity: { plural: 'blockaffinities' },
  CalicoNodeStatus: { plural: 'caliconodestatuses' },
  ClusterInformation: { plural: 'clusterinformations' },
  FelixConfiguration: { plural: 'felixconfigurations' },
  GlobalNetworkPolicy: { plural: 'globalnetworkpolicies' },
  GlobalNetworkSet: { plural: 'globalnetworksets' },
  HostEndpoint: { plural: 'hostendpoints' },
  IPAMBlock: { plural: 'ipamblocks' },
  IPAMConfig: { plural: 'ipamconfigs' },
  IPAMHandle: { plural: 'ipamhandles' },
  IPPool: { plural: 'ippools' },
  IPReservation: { plural: 'ipreservations' },
  KubeControllersConfiguration: { plural: 'kubecontrollersconfigurations' },
  NetworkPolicy: { plural: 'networkpolicies', namespaced: true },
  NetworkSet: { plural: 'networksets', namespaced: true },
  StagedGlobalNetworkPolicy: { plural: 'stagedglobalnetworkpolicies' },
  StagedKubernetesNetworkPolicy: { plural: 'stagedkubernetesnetworkpolicies', namespaced: true },
  StagedNetworkPolicy: { plural: 'stagednetworkpolicies', namespaced: true },
  Tier: { plural: 'tiers' },
}

/** Calico: gives pods their network and enforces NetworkPolicies on it. */
export async function startCalico(site: Site): Promise<void> {
  configureNetworkOfPods(site)
  await apply(site, Object.entries(kinds).map(definition))
  await kubectl(site, ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s'])
  await apply(site, settings)
  const felix = startComponent(site, 'calico-felix', ['calico-felix'], {
    KUBECONFIG: kubeconfigOf(site.folder, 'administrator'),
    FELIX_DATASTORETYPE: 'kubernetes',
    FELIX_FELIXHOSTNAME: layout.node.name,
    FELIX_LOGFILEPATH: 'none',
    FELIX_LOGSEVERITYFILE: 'none',
    FELIX_LOGSEVERITYSYS: 'none',
    FELIX_LOGSEVERITYSCREEN: 'warning',
    FELIX_IPTABLESBACKEND: 'NFT',
    FELIX_HEALTHENABLED: 'true',
    FELIX_HEALTHHOST: '127.0.0.1',
    FELIX_HEALTHPORT: '9099',
    FELIX_BPFENABLED: 'false',
    FELIX_IPV6SUPPORT: 'false',
    FELIX_XDPENABLED: 'false',
  })
  await untilReady(felix, async () => (await fetch('http://127.0.0.1:9099/readiness').catch(() => null))?.ok ?? false)
}

function configureNetworkOfPods(site: Site): void {
  const folder = join(site.folder, 'containerd/network')
  mkdirSync(folder, { recursive: true })
  const calico = {
    type: 'calico',
    log_level: 'warning',
    log_file_path: join(site.folder, 'logs/calico-cni.log'),
    datastore_type: 'kubernetes',
    nodename: layout.node.name,
    nodename_file_optional: true,
    mtu: 1500,
    ipam: { type: 'host-local', subnet: layout.pods, dataDir: join(site.folder, 'containerd/addresses') },
    policy: { type: 'k8s' },
    kubernetes: { kubeconfig: kubeconfigOf(site.folder, 'administrator') },
  }
  writeFileSync(join(folder, '10-calico.conflist'), JSON.stringify({ cniVersion: '0.3.1', name: 'pods', plugins: [calico] }))
}

function definition([kind, { plural, namespaced }]: [string, { plural: string; namespaced?: true }]): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope: namespaced ? 'Namespaced' : 'Cluster',
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  }
}

const settings = [
  {
    apiVersion: `${group}/v1`,
    kind: 'ClusterInformation',
    metadata: { name: 'default' },
    spec: { datastoreReady: true, clusterGUID: 'test', clusterType: 'k8s' },
  },
  {
    // packets leave for addresses outside of the pods' with the node's own
    apiVersion: `${group}/v1`,
    kind: 'IPPool',
    metadata: { name: 'pods' },
    spec: { cidr: layout.pods, natOutgoing: true, ipipMode: 'Never', vxlanMode: 'Never', nodeSelector: 'all()', blockSize: 26 },
  },
  {
    apiVersion: `${group}/v1`,
    kind: 'FelixConfiguration',
    metadata: { name: 'default' },
    spec: {
      usageReportingEnabled: false,
      ipv6Support: false,
      bpfEnabled: false,
      xdpEnabled: false,
      vxlanEnabled: false,
      ipipEnabled: false,
      defaultEndpointToHostAction: 'Accept',
      iptablesBackend: 'NFT',
      mtuIfacePattern: '^(node0|eth.*)$',
    },
  },
]
