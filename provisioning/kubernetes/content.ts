import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { type Binding, type Cell, type PlaneRole, planeProtocol, type TenantDocument } from '@cityos/contract'
import type { TenantSecrets } from '../driver.ts'
import type { Login } from '../local/postgres/databases.ts'
import { bindingSecret, certificateSecret, imageOf, namespaceOf, planePort, releaseSuffix } from './names.ts'
import { placementOf } from './node-placement.ts'
import { tenantLabel } from './observation/labels.ts'
import { resourcesOf } from './plan-resources.ts'
import type { StackContent } from './stack/protocol.ts'
import type { TenantRecord } from './tenant-store.ts'

/** What a tenant's stack is rendered from; whoever has these has all of it. */
export interface ContentSources {
  cell: Cell
  record: TenantRecord
  document: TenantDocument
  secrets: TenantSecrets
  database: { name: string; login: Login }
  /** Parts of a binding that are the same for all tenants of the platform. */
  common: Pick<Binding, 'jwks' | 'issuer' | 'public'>
  smtpUrl: string | null
  chartDir: string
  /** Opens the sealed key of a certificate. */
  openKey(sealed: string): string
  pullSecret: { name: string; content: string } | null
}

/** Where the image has its release, and where the volume of the tenant is mounted. */
const paths = { release: '/opt/cityos', volume: '/var/lib/cityos', mail: '/var/lib/cityos/mail', assets: '/var/lib/cityos/assets' }
const chartRelease = 'data-plane'
/** Longest name of a label in DNS and in Kubernetes alike. */
const namespaceName = 'kubernetes.io/metadata.name'

/** The whole desired state of one tenant in its cluster. */
export function contentOf(sources: ContentSources): StackContent {
  const { record, document, pullSecret } = sources
  const labels = { [tenantLabel]: record.id }
  const releases = releasesOf(record)
  return {
    tenantId: record.id,
    cell: sources.cell.name,
    namespace: namespaceOf(record.id, sources.cell),
    namespaceLabels: {
      ...labels,
      'app.kubernetes.io/managed-by': 'cityos',
      'cityos.dev/slug': document.slug,
      'cityos.dev/plan': document.plan,
      'pod-security.kubernetes.io/enforce': 'restricted',
    },
    secrets: [
      ...releases.map((release) => ({
        name: bindingSecret(release),
        type: 'Opaque' as const,
        labels,
        data: bindingData(sources, release),
      })),
      ...record.certificates.map(({ host, chain, sealedKey }) => ({
        name: certificateSecret(host),
        type: 'kubernetes.io/tls' as const,
        labels,
        data: { 'tls.crt': chain, 'tls.key': sources.openKey(sealedKey) },
      })),
      ...(pullSecret
        ? [
            {
              name: pullSecret.name,
              type: 'kubernetes.io/dockerconfigjson' as const,
              labels,
              data: { '.dockerconfigjson': pullSecret.content },
            },
          ]
        : []),
    ],
    chart: { dir: sources.chartDir, release: chartRelease, values: valuesOf(sources) },
  }
}

/** Releases that have pods, the one that serves first. @throws when the tenant has none yet */
function releasesOf(record: TenantRecord): string[] {
  if (!record.active_release) throw new Error(`tenant ${record.id} serves no release yet`)
  return [...new Set([record.active_release, ...(record.beside_release ? [record.beside_release] : [])])]
}

/** Content of a release's binding secret: one file for each role. */
export function bindingData(sources: ContentSources, release: string): Record<string, string> {
  return {
    'web.json': JSON.stringify(bindingOf(sources, release, 'web')),
    'worker.json': JSON.stringify(bindingOf(sources, release, 'worker')),
  }
}

/** What one of the tenant's processes reads at its start. */
export function bindingOf(sources: ContentSources, release: string, role: PlaneRole): Binding {
  const { cell, record, document, secrets, database, common, smtpUrl } = sources
  const { cluster } = cell
  const direct = databaseUrl(cluster.database, database)
  return {
    tenant: { ...document, release },
    role,
    listen: { host: '0.0.0.0', port: planePort },
    database: { url: cluster.database.pooler ? databaseUrl(cluster.database.pooler, database) : direct, direct_url: direct },
    secrets: { tenant_key: secrets.tenantKey, plane_key: secrets.planeKey },
    ...common,
    control_plane: { origin: cluster.control_plane.origin },
    supervisor: null,
    mail: { smtp_url: smtpUrl, mailbox_dir: paths.mail },
    files_dir: `${paths.volume}/${record.files_dir}`,
    kept_assets_dir: paths.assets,
    release_dir: paths.release,
    protocol: planeProtocol,
    idle_after: 0,
  }
}

/** Address of a database as pods reach it. */
export function databaseUrl({ host, port }: { host: string; port: number }, { name, login }: ContentSources['database']): string {
  const url = new URL(`postgres://${isIP(host) === 6 ? `[${host}]` : host}:${port}/${name}`)
  url.username = login.name
  url.password = encodeURIComponent(login.password)
  return url.toString()
}

/** Values of `charts/data-plane`. */
export function valuesOf(sources: ContentSources): Record<string, unknown> {
  const { cell, record, document } = sources
  const { cluster } = cell
  const { gateway, database, operators } = cluster
  const { web, worker, quota } = resourcesOf(document.plan)
  const release = (version: string) => ({
    release: version,
    image: imageOf(cell, version),
    suffix: releaseSuffix(version),
    bindingHash: bindingHash(sources, version),
    ...(record.web_replicas ? { replicas: record.web_replicas } : {}),
  })
  const [active, beside] = releasesOf(record)
  return {
    tenant: { id: record.id, slug: document.slug, plan: document.plan },
    active: release(active!),
    beside: beside ? release(beside) : null,
    hosts: record.hosts,
    asleep: record.asleep || record.desired === 'down',
    web,
    worker,
    image: { pullPolicy: cluster.image.pull_policy, pullSecrets: cluster.image.pull_secret ? [cluster.image.pull_secret] : [] },
    files: { storageClass: cluster.files.storage_class, size: cluster.files.size, accessMode: cluster.files.access_mode },
    gateway: {
      parentRefs: gateway.parents.map(({ name, namespace, section }) => ({
        name,
        namespace,
        ...(section ? { sectionName: section } : {}),
      })),
      peer: peer({ namespace: gateway.namespace }),
      certificates: record.certificates.map(({ host }) => ({ host, secretName: certificateSecret(host) })),
      className: gateway.class_name ?? '',
      certificateIssuer:
        gateway.class_name && gateway.certificate_issuer && operators.cert_manager
          ? { kind: 'ClusterIssuer', name: gateway.certificate_issuer }
          : null,
    },
    controlPlane: controlPlaneOf(cluster.control_plane),
    database: {
      mode: 'shared',
      port: database.port,
      ports: database.pooler && database.pooler.port !== database.port ? [database.pooler.port] : [],
      peer: peer({ cidrs: [...new Set([...database.cidrs, ...(database.pooler?.cidrs ?? [])])] }),
    },
    egress: { dns: peer({ namespace: 'kube-system' }), allowed: cluster.egress.map(({ cidr, port }) => ({ cidr, port })) },
    quota,
    scheduling: { priorityClassName: '', ...placementOf(cell) },
    monitoring: { peer: peer({}), serviceMonitor: operators.prometheus ? { interval: '30s', labels: {} } : null },
  }
}

function controlPlaneOf({ origin, namespace }: Cell['cluster']['control_plane']): Record<string, unknown> {
  const { hostname, port, protocol } = new URL(origin)
  // A control plane outside of the cluster is known by its address alone.
  const outside = isIP(hostname) === 4 ? { cidrs: [`${hostname}/32`] } : {}
  return { port: Number(port || (protocol === 'https:' ? 443 : 80)), peer: peer({ namespace, ...outside }) }
}

function peer({ namespace, cidrs = [] }: { namespace?: string; cidrs?: string[] }): Record<string, unknown> {
  return { namespaceSelector: namespace ? { [namespaceName]: namespace } : null, podSelector: null, cidrs }
}

/** Changes when pods have to be replaced; the document reaches those that run over the control plane's stream. */
function bindingHash(sources: ContentSources, release: string): string {
  const { tenant: _, jwks: __, ...fixed } = bindingOf(sources, release, 'web')
  return createHash('sha256').update(JSON.stringify(fixed)).digest('hex').slice(0, 16)
}
