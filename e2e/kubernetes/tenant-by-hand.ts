import { createHash, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { join } from 'node:path'
import { type Binding, newId, planeProtocol, type TenantDocument } from '@cityos/contract'
import { Databases, databaseName } from '../../provisioning/local/postgres/databases.ts'
import { readMigrations } from '../../provisioning/migrate.ts'
import type { Cluster } from './cluster/cluster.ts'
import { chartDir, type Hands, type Values } from './helm.ts'
import type { ReleaseImages } from './release-image.ts'

/** A tenant that nobody but the chart runs: no control plane, no driver, no Pulumi. */
export interface HandTenant {
  id: string
  namespace: string
  host: string
  /** Name part of its release's objects. */
  suffix: string
  values: Values
  binding: Binding
}

const base = 'k8s.localhost'

/** Makes a database as the platform would, the Secret with the bindings, and installs the chart; resolves when all pods are ready. */
export async function installTenant(cluster: Cluster, hands: Hands, images: ReleaseImages, slug: string): Promise<HandTenant> {
  const { postgres, gateway, storageClass } = cluster.description
  if (!postgres || !gateway) throw new Error('this needs a cluster with Postgres and a gateway')
  const id = newId('tnt')
  const [namespace, host] = [`hand-${slug}`, `${slug}.${base}`]
  const suffix = createHash('sha256').update(images.version).digest('hex').slice(0, 10)
  const binding = bindingOf(documentOf(id, slug, host, images.version), await databaseOf(postgres.url, id, images))
  await hands.namespace(namespace, { 'cityos.dev/tenant': id })
  const stringData = {
    'web.json': JSON.stringify({ ...binding, role: 'web' }),
    'worker.json': JSON.stringify({ ...binding, role: 'worker' }),
  }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: `binding-${suffix}`, namespace }, type: 'Opaque', stringData }
  await hands.command('kubectl', ['apply', '--filename', '-'], JSON.stringify(secret))
  const small = { requests: { cpu: '20m', memory: '160Mi' }, limits: { memory: '512Mi' } }
  const nobody = { namespaceSelector: null, podSelector: null, cidrs: [] }
  const values = {
    tenant: { id, slug, plan: 'standard' },
    active: { release: images.version, image: images.image, suffix },
    hosts: [host],
    image: { pullPolicy: 'Never' },
    web: { resources: small, drainSeconds: 1 },
    worker: { resources: small },
    files: { storageClass, size: '1Gi' },
    gateway: {
      parentRefs: [gateway.parentRef],
      peer: { namespaceSelector: gateway.namespaceLabels, podSelector: gateway.podLabels, cidrs: [] },
    },
    database: { mode: 'shared', port: postgres.port, peer: { ...nobody, cidrs: [postgres.cidr] } },
  }
  const tenant = { id, namespace, host, suffix, values, binding }
  await upgrade(hands, tenant, values)
  return tenant
}

/** `helm upgrade --install`, and waits for the pods. */
export function upgrade(hands: Hands, tenant: HandTenant, values: Values): Promise<string> {
  const args = ['upgrade', 'data-plane', chartDir('data-plane'), '--install', '--namespace', tenant.namespace, '--wait', '--timeout', '3m']
  return hands.helm(args, values)
}

/** Takes everything of it away again. */
export async function removeTenant(cluster: Cluster, hands: Hands, tenant: HandTenant): Promise<void> {
  await hands.kubectl('delete', 'namespace', tenant.namespace, '--timeout=90s')
  const databases = new Databases(cluster.description.postgres!.url)
  await databases.dropTenant(tenant.id)
  await databases.close()
}

/** Asks the gateway of the cluster for a page of a host. */
export function askGateway(cluster: Cluster, host: string, path: string): Promise<{ status: number; body: string }> {
  const { address, port } = cluster.description.gateway!
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: address, port, path, headers: { host, accept: 'text/html,application/json' }, timeout: 10_000 },
      (answer) => {
        let body = ''
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
      },
    )
    sent.once('timeout', () => sent.destroy(new Error(`${host}${path}: no answer`)))
    sent.once('error', reject)
    sent.end()
  })
}

async function databaseOf(url: string, id: string, images: ReleaseImages): Promise<string> {
  const databases = new Databases(url)
  try {
    const template = await databases.ensureTemplate(await readMigrations(join(images.dir, 'migrations')))
    const name = databaseName(id)
    const login = (role: string) => ({ name: `${name}_${role}`, password: randomBytes(18).toString('base64url') })
    const application = login('app')
    await databases.ensureTenant(id, template, { application, owner: login('own') })
    return databases.address(name, application)
  } finally {
    await databases.close()
  }
}

function documentOf(id: string, slug: string, host: string, release: string): TenantDocument {
  return {
    id,
    version: 1,
    slug,
    name: { en: slug, fr: slug, ar: slug },
    status: 'active',
    plan: 'standard',
    verticals: ['catalogue'],
    locales: ['en', 'fr', 'ar'],
    default_locale: 'en',
    currencies: ['SAR'],
    default_currency: 'SAR',
    timezone: 'Asia/Riyadh',
    country: 'SA',
    theme: { brand: '#0f766e', radius: 'medium', logo_url: null },
    release,
    domains: [host],
    test: true,
    quarantined: false,
    read_only: false,
    limits: {},
  }
}

function bindingOf(tenant: TenantDocument, databaseUrl: string): Binding {
  const key = (): string => randomBytes(32).toString('base64')
  return {
    tenant,
    listen: { host: '0.0.0.0', port: 8080 },
    database: { url: databaseUrl, direct_url: databaseUrl },
    secrets: { tenant_key: key(), plane_key: key() },
    jwks: { keys: [] },
    issuer: `http://cityos.${base}`,
    // There is none: what sells goes on without it.
    control_plane: { origin: 'http://control-plane.nowhere.svc:8080' },
    supervisor: null,
    public: { scheme: 'http', base_domain: base, port: null },
    mail: { smtp_url: null, mailbox_dir: '/var/lib/cityos/mail' },
    files_dir: '/var/lib/cityos/files',
    release_dir: '/opt/cityos',
    protocol: planeProtocol,
    idle_after: 0,
  }
}
