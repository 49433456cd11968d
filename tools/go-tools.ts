import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A program built from the Go modules pinned in `tools/<folder>/go.mod` and `go.sum`. */
export interface GoTool {
  name: string
  /** The version that `go.mod` pins and the program says it is. */
  version: string
  /** Program name → Go package. */
  programs: Record<string, string>
  /** Further names of the first program. */
  links: string[]
  linkerFlags: string[]
  /** Files that are taken out of modules as they are: name → module and path in it. */
  files?: Record<string, [module: string, path: string]>
  /** Makes files that the package embeds, in a copy of the pins, from what a module ships. */
  prepare?: { module: string; make: (folder: string, moduleFolder: string) => void }
  /** How a ready-made program is recognised as this version; null when it does not say. */
  says: { command: string[]; text: string } | null
}

const kubernetesVersion = '1.35.4'
const componentVersion = 'k8s.io/component-base/version'
const pulumiVersion = '3.255.0'
const pulumiNodeVersion = '3.68.0'
const pulumiKubernetesVersion = '4.26.0'
const pulumiKubernetesModule = 'github.com/pulumi/pulumi-kubernetes/provider/v4'
const pulumiSdkVersion = 'github.com/pulumi/pulumi/sdk/v3/go/common/version.Version'

export const goTools: GoTool[] = [
  {
    name: 'kubernetes',
    version: kubernetesVersion,
    programs: { hyperkube: './hyperkube' },
    links: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kubectl'],
    linkerFlags: [
      `-X ${componentVersion}.gitVersion=v${kubernetesVersion}`,
      `-X ${componentVersion}.gitMajor=1`,
      `-X ${componentVersion}.gitMinor=${kubernetesVersion.split('.')[1]}`,
      `-X ${componentVersion}.gitTreeState=clean`,
    ],
    says: { command: ['kube-apiserver', '--version'], text: `v${kubernetesVersion}` },
  },
  {
    name: 'etcd',
    version: '3.6.16',
    programs: { etcd: '.' },
    links: [],
    linkerFlags: [],
    says: { command: ['etcd', '--version'], text: '3.6.16' },
  },
  {
    name: 'calico',
    version: '3.29',
    programs: {
      'calico-felix': 'github.com/projectcalico/calico/felix/cmd/calico-felix',
      'calico-cni': 'github.com/projectcalico/calico/cni-plugin/cmd/calico',
    },
    links: [],
    linkerFlags: [],
    says: null,
  },
  {
    name: 'kwok',
    version: '0.7.0',
    programs: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' },
    links: [],
    linkerFlags: ['-X sigs.k8s.io/kwok/pkg/consts.Version=v0.7.0'],
    says: { command: ['kwok', '--version'], text: 'v0.7.0' },
  },
  {
    name: 'pulumi',
    version: pulumiVersion,
    programs: { pulumi: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi' },
    links: [],
    linkerFlags: [`-X ${pulumiSdkVersion}=v${pulumiVersion}`],
    says: { command: ['pulumi', 'version'], text: `v${pulumiVersion}` },
  },
  {
    name: 'pulumi-kubernetes',
    version: pulumiKubernetesVersion,
    programs: { 'pulumi-resource-kubernetes': '.' },
    links: [],
    linkerFlags: [`-X ${pulumiKubernetesModule}/pkg/version.Version=${pulumiKubernetesVersion}`],
    prepare: { module: pulumiKubernetesModule, make: embedProviderSchema },
    says: null,
  },
  {
    name: 'pulumi-language-nodejs',
    version: pulumiNodeVersion,
    programs: { 'pulumi-language-nodejs': 'github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs' },
    links: [],
    linkerFlags: [`-X ${pulumiSdkVersion}=v${pulumiNodeVersion}`],
    says: null,
  },
  {
    name: 'helm',
    version: '3.22.0',
    programs: { helm: 'helm.sh/helm/v3/cmd/helm' },
    links: [],
    linkerFlags: ['-X helm.sh/helm/v3/internal/version.version=v3.22.0'],
    says: { command: ['helm', 'version', '--short'], text: 'v3.22.0' },
  },
  {
    name: 'traefik',
    version: '3.6.12',
    programs: { traefik: 'github.com/traefik/traefik/v3/cmd/traefik' },
    links: [],
    linkerFlags: ['-X github.com/traefik/traefik/v3/pkg/version.Version=3.6.12'],
    says: { command: ['traefik', 'version'], text: '3.6.12' },
  },
  {
    name: 'coredns',
    version: '1.14.7',
    programs: { coredns: '.' },
    links: [],
    linkerFlags: [],
    says: { command: ['coredns', '-version'], text: '1.14.7' },
  },
  {
    // definitions of the kinds that operators bring, so that the API server judges objects of them
    name: 'kinds',
    version: '1',
    programs: {},
    links: [],
    linkerFlags: [],
    files: {
      ...definitions('sigs.k8s.io/gateway-api', 'config/crd/standard', [
        'gateway.networking.k8s.io_backendtlspolicies.yaml',
        'gateway.networking.k8s.io_gatewayclasses.yaml',
        'gateway.networking.k8s.io_gateways.yaml',
        'gateway.networking.k8s.io_grpcroutes.yaml',
        'gateway.networking.k8s.io_httproutes.yaml',
        'gateway.networking.k8s.io_referencegrants.yaml',
      ]),
      ...definitions('github.com/cert-manager/cert-manager', 'deploy/crds', [
        'cert-manager.io_certificaterequests.yaml',
        'cert-manager.io_certificates.yaml',
        'cert-manager.io_clusterissuers.yaml',
        'cert-manager.io_issuers.yaml',
      ]),
      ...definitions('github.com/cloudnative-pg/cloudnative-pg', 'config/crd/bases', [
        'postgresql.cnpg.io_backups.yaml',
        'postgresql.cnpg.io_clusters.yaml',
        'postgresql.cnpg.io_databases.yaml',
        'postgresql.cnpg.io_poolers.yaml',
        'postgresql.cnpg.io_scheduledbackups.yaml',
      ]),
      ...definitions('github.com/kedacore/keda/v2', 'config/crd/bases', [
        'keda.sh_scaledobjects.yaml',
        'keda.sh_triggerauthentications.yaml',
      ]),
      ...definitions('github.com/prometheus-operator/prometheus-operator', 'example/prometheus-operator-crd', [
        'monitoring.coreos.com_podmonitors.yaml',
        'monitoring.coreos.com_prometheusrules.yaml',
        'monitoring.coreos.com_servicemonitors.yaml',
      ]),
    },
    says: null,
  },
]

function definitions(module: string, folder: string, names: string[]): NonNullable<GoTool['files']> {
  return Object.fromEntries(names.map((name) => [name, [module, join(folder, name)]]))
}

/** The provider's own release job makes two files that its `main` embeds; the module ships what they are made from. */
function embedProviderSchema(folder: string, moduleFolder: string): void {
  const source = join(moduleFolder, 'cmd/pulumi-resource-kubernetes')
  const schema = JSON.parse(readFileSync(join(source, 'schema.json'), 'utf8')) as Record<string, unknown>
  writeFileSync(join(folder, 'schema-embed.json'), JSON.stringify({ ...schema, version: pulumiKubernetesVersion }))
  cpSync(join(source, 'terraform-mapping.json'), join(folder, 'terraform-mapping-embed.json'))
}
