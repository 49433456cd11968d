import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cell, kindOfMigration, newId, type ReleaseManifest, schemaName, TenantDocument } from '@cityos/contract'
import type { Fence, Release, TenantSecrets } from '@cityos/provisioning'
import { KubernetesDriver } from '@cityos/provisioning/kubernetes'
import { sql } from '../sql.ts'
import type { Cluster } from './cluster/cluster.ts'

/** A driver on the test cluster, and what is needed to play the control plane for it. */
export interface TenantPlatform {
  driver: KubernetesDriver
  /** As the driver finds it at its next call: a test may change how the cluster is reached. */
  cell: Cell
  /** Where driver and Pulumi keep what they know. */
  stateUrl: string
  /** A driver as another control plane would have it: the same memory, nothing else in common. */
  another(): KubernetesDriver
  close(): Promise<void>
  /** Where its archives lie. */
  archivesDir: string
  /** What the driver has said, newest last. */
  notes: string[]
}

const issuer = 'http://cityos.localhost'

/** @param image as pods name it, with its tag */
export async function tenantPlatform(cluster: Cluster, image: string): Promise<TenantPlatform> {
  const { postgres, gateway, storageClass, tools, kubeconfig } = cluster.description
  if (!postgres || !gateway || !storageClass) throw new Error('this test needs a cluster with a node, Postgres and a gateway')
  const state = `cityos_state_${randomBytes(4).toString('hex')}`
  await sql(postgres.url, `CREATE DATABASE ${state}`)
  const stateUrl = new URL(postgres.url)
  stateUrl.pathname = `/${state}`
  const cell = Cell.parse({
    name: 'test-1',
    region: 'test',
    access: { kubeconfig: readFileSync(kubeconfig, 'utf8'), database_url: postgres.url },
    cluster: {
      image: { repository: image.slice(0, image.lastIndexOf(':')), pull_policy: 'Never' },
      files: { storage_class: storageClass, size: '1Gi', access_mode: 'ReadWriteOnce' },
      gateway: {
        parents: [{ name: gateway.parentRef.name, namespace: gateway.parentRef.namespace, section: gateway.parentRef.sectionName }],
        namespace: gateway.parentRef.namespace,
      },
      database: { host: postgres.host, port: postgres.port, cidrs: [postgres.cidr] },
      control_plane: { origin: 'http://172.31.0.1:8080' },
    },
  })
  const workDir = mkdtempSync(join(tmpdir(), 'cityos-pulumi-'))
  const archivesDir = join(workDir, 'archives')
  const rootKey = randomBytes(32)
  const notes: string[] = []
  // A folder for each: what Pulumi keeps on disk does not count.
  const make = () =>
    new KubernetesDriver({
      cells: { of: async () => platform.cell, named: async () => platform.cell, all: async () => [platform.cell] },
      stateUrl: stateUrl.toString(),
      rootKey,
      issuer,
      public: { scheme: 'http', base_domain: 'localhost', port: null },
      chartDir: join(import.meta.dirname, '../../charts/data-plane'),
      stackTask: join(import.meta.dirname, '../../provisioning/kubernetes/stack/main.ts'),
      workDir: mkdtempSync(join(workDir, 'driver-')),
      archivesDir,
      toolDirs: tools,
      routedWithinMs: 10_000,
      note: (tenantId, message) => notes.push(`${tenantId.slice(-6)} ${message}`),
    })
  const drivers: KubernetesDriver[] = []
  const another = () => {
    const driver = make()
    drivers.push(driver)
    return driver
  }
  const platform: TenantPlatform = {
    driver: another(),
    cell,
    stateUrl: stateUrl.toString(),
    archivesDir,
    notes,
    another,
    async close() {
      await Promise.all(drivers.map((driver) => driver.close()))
      await sql(postgres.url, `DROP DATABASE IF EXISTS ${state} WITH (FORCE)`)
      rmSync(workDir, { recursive: true, force: true })
    },
  }
  return platform
}

/** A tenant nobody has heard of yet. */
export function newTenant(slug: string, release: string): { document: TenantDocument; secrets: TenantSecrets; host: string } {
  const host = `${slug}.localhost`
  const key = () => randomBytes(32).toString('base64')
  const document = TenantDocument.parse({
    id: newId('tnt'),
    version: 1,
    slug,
    name: { en: slug },
    status: 'active',
    plan: 'standard',
    verticals: ['catalogue'],
    locales: ['en'],
    default_locale: 'en',
    currencies: ['SAR'],
    default_currency: 'SAR',
    timezone: 'Asia/Riyadh',
    country: 'SA',
    theme: { brand: '#0f766e' },
    release,
    domains: [host],
    test: true,
    quarantined: false,
    limits: {},
  })
  return { document, secrets: { tenantKey: key(), planeKey: key() }, host }
}

export const fence = (number: number): Fence => ({ operationId: `op_${number}`, number })

/** A release as the registry would make it known to a driver. */
export function knownRelease({ version, dir }: { version: string; dir: string }): Release {
  return { version, dir, schema: manifestOf(dir).schema }
}

function manifestOf(dir: string): ReleaseManifest {
  return JSON.parse(readFileSync(join(dir, 'release.json'), 'utf8')) as ReleaseManifest
}

/**
 * A release that differs from this one by its version, and by the migrations it has more; only what a driver reads of it is there.
 * @param more SQL by name in the journal
 */
export function releaseCalled(version: string, from: { dir: string }, more: Record<string, string> = {}): Release & { remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'cityos-release-'))
  const journal = join(dir, 'migrations')
  cpSync(join(from.dir, 'migrations'), journal, { recursive: true })
  for (const [name, statements] of Object.entries(more)) writeFileSync(join(journal, name), statements)
  const manifest = manifestOf(from.dir)
  const added = Object.keys(more).map((name) => ({ name, kind: kindOfMigration(name) }))
  const migrations = [...manifest.migrations, ...added]
  const schema = schemaName(migrations.at(-1)!.name)
  writeFileSync(join(journal, 'migrations.json'), JSON.stringify(migrations.map(({ name }) => name)))
  writeFileSync(join(dir, 'release.json'), JSON.stringify({ ...manifest, version, schema, migrations, checksums: {} }))
  return { version, dir, schema, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** As a shopper's browser asks, through the gateway. */
export function visit(cluster: Cluster, host: string, path: string): Promise<{ status: number; body: string }> {
  const { gateway } = cluster.description
  if (!gateway) throw new Error('this cluster has no gateway')
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: gateway.address,
        port: gateway.port,
        path,
        headers: { host, accept: 'text/html,application/json' },
        agent: false,
        signal: AbortSignal.timeout(10_000),
      },
      (answer) => {
        let body = ''
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => {
          body += part
        })
        answer.once('error', reject)
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body }))
      },
    )
    sent.once('error', reject)
    sent.end()
  })
}
