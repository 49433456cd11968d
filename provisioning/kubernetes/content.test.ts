import { Binding, Cell, TenantDocument } from '@cityos/contract'
import { expect, it } from 'vitest'
import { bindingOf, type ContentSources, contentOf, valuesOf } from './content.ts'
import { imageTag, namespaceOf, releaseSuffix, tenantOf } from './names.ts'

const id = 'tnt_01m83ayj44qsf5njd979fjvjfq'
const cell = Cell.parse({
  name: 'riyadh-1',
  region: 'riyadh',
  access: { kubeconfig: 'none', database_url: 'postgres://cityos@db.internal:5432/postgres' },
  cluster: {
    image: { repository: 'registry.example/cityos' },
    files: { storage_class: 'fast' },
    gateway: { parents: [{ name: 'cityos', namespace: 'gateway', section: 'web' }], namespace: 'gateway', class_name: 'traefik' },
    database: { host: '10.1.0.5', port: 5433, cidrs: ['10.1.0.5/32'], pooler: { host: '10.1.0.6', port: 6432, cidrs: ['10.1.0.6/32'] } },
    control_plane: { origin: 'http://control-plane.cityos.svc:8080' },
    egress: [{ cidr: '198.51.100.7/32', port: 443 }],
  },
})

const document = TenantDocument.parse({
  id,
  version: 3,
  slug: 'souq',
  name: { en: 'Souq' },
  status: 'active',
  plan: 'unlimited',
  verticals: [],
  locales: ['en'],
  default_locale: 'en',
  currencies: ['SAR'],
  default_currency: 'SAR',
  timezone: 'Asia/Riyadh',
  country: 'SA',
  theme: { brand: '#0f766e' },
  release: '0.2.0+bbbbbbb',
  domains: ['souq.example'],
  test: false,
  quarantined: false,
  limits: {},
})

function sources(change: Partial<ContentSources['record']> = {}, more: Partial<ContentSources> = {}): ContentSources {
  return {
    cell,
    document,
    record: {
      id,
      fence: 1,
      document,
      cell: null,
      stack: null,
      other: null,
      secrets: 'sealed',
      hosts: ['souq.example'],
      certificates: [],
      desired: 'up',
      asleep: false,
      next_wake_at: null,
      active_release: '0.1.0+aaaaaaa',
      beside_release: null,
      beside_since: null,
      web_replicas: null,
      started_at: null,
      files_dir: 'files',
      incoming_dir: null,
      former_dir: null,
      stale_dirs: [],
      has_stack: true,
      takes_jobs: true,
      served: true,
      run_open: false,
      objects: [],
      last_error: null,
      ...change,
    },
    secrets: { tenantKey: 'a2V5', planeKey: 'a2V5' },
    database: { name: 't_01m83ayj44qsf5njd979fjvjfq', login: { name: 't_01m83ayj44qsf5njd979fjvjfq_app', password: 'p@ss/word' } },
    common: { jwks: { keys: [] }, issuer: 'https://cityos.example', public: { scheme: 'https', base_domain: 'example', port: null } },
    smtpUrl: null,
    chartDir: '/charts/data-plane',
    openKey: (sealed) => `open ${sealed}`,
    pullSecret: null,
    ...more,
  }
}

it('names say whose they are, both ways', () => {
  expect(tenantOf(namespaceOf(id))).toBe(id)
  expect(tenantOf('kube-system')).toBeNull()
  const second = { cluster: { namespace_prefix: 'second-tenant' } }
  expect(namespaceOf(id, second)).toBe('second-tenant-01m83ayj44qsf5njd979fjvjfq')
  expect(tenantOf(namespaceOf(id, second), second)).toBe(id)
  expect([tenantOf(namespaceOf(id, second)), tenantOf(namespaceOf(id), second)]).toEqual([null, null])
  expect(() => namespaceOf('org_1')).toThrow('not a tenant id')
  expect(imageTag('0.1.0+aaaaaaa')).toBe('0.1.0-aaaaaaa')
  expect(releaseSuffix('0.1.0+aaaaaaa')).toMatch(/^[0-9a-f]{10}$/)
})

it('a process gets the release of its pod, the pooled connection, and a direct one to listen on', () => {
  const binding = Binding.parse(bindingOf(sources(), '0.1.0+aaaaaaa', 'web'))
  expect(binding).toMatchObject({ role: 'web', tenant: { release: '0.1.0+aaaaaaa' }, supervisor: null, idle_after: 0 })
  const [pooled, direct] = [new URL(binding.database.url), new URL(binding.database.direct_url)]
  expect([pooled.host, direct.host]).toEqual(['10.1.0.6:6432', '10.1.0.5:5433'])
  expect(decodeURIComponent(direct.password)).toBe('p@ss/word')
})

it('while a release stands by, its pods have a binding of their own and no route', () => {
  const content = contentOf(sources({ beside_release: '0.2.0+bbbbbbb' }))
  expect(content.secrets.map(({ name }) => name)).toEqual([
    `binding-${releaseSuffix('0.1.0+aaaaaaa')}`,
    `binding-${releaseSuffix('0.2.0+bbbbbbb')}`,
  ])
  expect(content.chart.values).toMatchObject({
    active: { release: '0.1.0+aaaaaaa', image: 'registry.example/cityos:0.1.0-aaaaaaa' },
    beside: { release: '0.2.0+bbbbbbb' },
    hosts: ['souq.example'],
  })
  expect(content.namespaceLabels).toMatchObject({ 'cityos.dev/tenant': id, 'pod-security.kubernetes.io/enforce': 'restricted' })
})

it('a changed document does not replace pods, a changed database does', () => {
  const hash = (from: ContentSources) => (valuesOf(from)['active'] as { bindingHash: string }).bindingHash
  const before = hash(sources())
  expect(hash(sources({}, { document: { ...document, version: 4, status: 'suspended' } }))).toBe(before)
  const moved = { ...cell, cluster: { ...cell.cluster, database: { ...cell.cluster.database, host: '10.1.0.9' } } }
  expect(hash(sources({}, { cell: moved }))).not.toBe(before)
})

it('pods may reach the database, the pooler, the control plane and what the cell allows', () => {
  expect(valuesOf(sources())).toMatchObject({
    database: { port: 5433, ports: [6432], peer: { cidrs: ['10.1.0.5/32', '10.1.0.6/32'] } },
    controlPlane: { port: 8080, peer: { namespaceSelector: { 'kubernetes.io/metadata.name': 'cityos' }, cidrs: [] } },
    egress: { allowed: [{ cidr: '198.51.100.7/32', port: 443 }] },
  })
  const outside = { ...cell, cluster: { ...cell.cluster, control_plane: { origin: 'https://203.0.113.4', namespace: 'cityos' } } }
  expect(valuesOf(sources({}, { cell: outside }))).toMatchObject({ controlPlane: { port: 443, peer: { cidrs: ['203.0.113.4/32'] } } })
})

it('pods run where the cell has nodes for them, and anywhere in a cell that names none', () => {
  expect(valuesOf(sources())).toMatchObject({ scheduling: { nodeSelector: {}, tolerations: [] } })
  const nodes = {
    selector: { pool: 'tenants' },
    tolerations: [
      { key: 'tenants', effect: 'NoSchedule' as const },
      { key: 'spot', value: 'yes' },
    ],
  }
  expect(valuesOf(sources({}, { cell: { ...cell, cluster: { ...cell.cluster, nodes } } }))['scheduling']).toEqual({
    priorityClassName: '',
    nodeSelector: { pool: 'tenants' },
    tolerations: [
      { key: 'tenants', operator: 'Exists', effect: 'NoSchedule' },
      { key: 'spot', operator: 'Equal', value: 'yes' },
    ],
  })
})

it('a tenant that rests has no process, and a certificate brings its opened key', () => {
  expect(valuesOf(sources({ asleep: true }))).toMatchObject({ asleep: true })
  expect(valuesOf(sources({ desired: 'down' }))).toMatchObject({ asleep: true })
  const certificates = [{ host: 'souq.example', hosts: ['souq.example'], chain: 'PEM', sealedKey: 'sealed' }]
  const { secrets, chart } = contentOf(sources({ certificates }))
  expect(secrets.at(-1)).toMatchObject({ type: 'kubernetes.io/tls', data: { 'tls.crt': 'PEM', 'tls.key': 'open sealed' } })
  expect(chart.values).toMatchObject({ gateway: { certificates: [{ host: 'souq.example', secretName: secrets.at(-1)?.name }] } })
})
