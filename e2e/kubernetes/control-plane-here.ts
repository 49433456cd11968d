import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cell, ControlPlaneBinding, type OperatorCredential } from '@cityos/contract'
import { Platform } from '../platform.ts'
import { sql } from '../sql.ts'
import type { Cluster, ClusterDescription } from './cluster/cluster.ts'
import type { ReleaseImages } from './release-image.ts'

const usualPort = 8080
/** The machine of the test as pods see it. */
const address = '172.31.0.1'
const upWithin = 60_000

/** A control plane outside of the cluster, with the Kubernetes driver alone, and the command line that speaks to it. */
export interface ControlPlaneHere {
  cityos: Platform
  archivesDir: string
  /** Where driver and Pulumi keep what they know. */
  stateUrl: string
  /** The last lines it wrote. */
  said(): string[]
  /** What it was started with. */
  binding: ControlPlaneBinding
  /** Number of its process. */
  pid(): number
  /** Ends it without a word, as a power cut would, and starts another one on the same registry. */
  replace(): Promise<void>
  close(): Promise<void>
}

/** A cell beside `here-1`, on the same API server: its own names and its own Postgres. */
export interface CellBeside {
  name: string
  /** Of its namespaces. */
  prefix: string
  postgres: NonNullable<ClusterDescription['postgres']>
  /** Left out: where `here-1` has its images. */
  repository?: string
  kubeconfig?: string
}

export interface HereOptions {
  /** Where it listens. */
  port?: number
  /** Makes its cell another one than that of the test cluster's node. */
  cell?: (cell: Cell) => Cell
  beside?: readonly CellBeside[]
}

/** @param releases what tenants may be on; the first one is what the process runs from */
export async function controlPlaneHere(
  cluster: Cluster,
  release: Pick<ReleaseImages, 'dir' | 'image'>,
  releases: readonly { version: string; dir: string; schema: string }[],
  { port = usualPort, cell: changed = (cell) => cell, beside = [] }: HereOptions = {},
): Promise<ControlPlaneHere> {
  const { postgres, gateway, storageClass, tools, kubeconfig } = cluster.description
  if (!postgres) throw new Error('this test needs a cluster with Postgres')
  // Where there is no gateway, somebody has to play its controller (simulated-gateway.ts).
  const parent = gateway?.parentRef ?? { name: 'none', namespace: 'none', sectionName: 'none' }
  const folder = mkdtempSync(join(tmpdir(), 'cityos-here-'))
  const name = `here_${randomBytes(4).toString('hex')}`
  const databases = { registry: `${name}_registry`, state: `${name}_state` }
  for (const database of Object.values(databases)) await sql(postgres.url, `CREATE DATABASE ${database}`)
  const within = (database: string) => Object.assign(new URL(postgres.url), { pathname: `/${database}` }).toString()
  const archivesDir = join(folder, 'archives')
  const operator: OperatorCredential = {
    origin: `http://cityos.localhost:${port}`,
    email: 'operator@cityos.localhost',
    password: randomBytes(12).toString('hex'),
    created_at: '2026-11-23T00:00:00.000Z',
  }
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  writeFileSync(join(folder, 'data', 'operator.json'), JSON.stringify(operator), { mode: 0o600 })
  const binding = ControlPlaneBinding.parse({
    listen: { host: '0.0.0.0', port },
    database: { url: within(databases.registry) },
    root_key: randomBytes(32).toString('base64'),
    node: null,
    kubernetes: {
      state_url: within(databases.state),
      archives_dir: archivesDir,
      cells: [changed(cellOf({ name: 'here-1', prefix: 'tenant', postgres })), ...beside.map(cellOf)],
    },
    public: { scheme: 'http', base_domain: 'localhost', port },
    release_dir: release.dir,
    releases,
    data_dir: join(folder, 'control-plane'),
    operator_credential_path: join(folder, 'data', 'operator.json'),
  })
  const file = join(folder, 'binding.json')
  writeFileSync(file, JSON.stringify(binding), { mode: 0o600 })

  function cellOf(cell: CellBeside) {
    const { name, prefix, postgres, repository = release.image.slice(0, release.image.lastIndexOf(':')) } = cell
    return Cell.parse({
      name,
      region: 'test',
      residency_zone: 'GCC',
      access: { kubeconfig: cell.kubeconfig ?? readFileSync(kubeconfig, 'utf8'), database_url: postgres.url },
      cluster: {
        namespace_prefix: prefix,
        image: { repository, pull_policy: 'Never' },
        files: { storage_class: storageClass ?? 'none', size: '1Gi', access_mode: 'ReadWriteOnce' },
        gateway: {
          parents: [{ name: parent.name, namespace: parent.namespace, section: parent.sectionName }],
          namespace: parent.namespace,
          address: gateway?.address ?? null,
        },
        database: { host: postgres.host, port: postgres.port, cidrs: [postgres.cidr] },
        control_plane: { origin: `http://${address}:${port}` },
      },
    })
  }
  const lines: string[] = []
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, ['--max-semi-space-size=16', '--enable-source-maps', join(release.dir, 'control-plane.mjs')], {
      env: { ...cluster.environment(), PATH: [...tools, process.env['PATH']].join(':'), CITYOS_BINDING_FILE: file, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        lines.push(...chunk.toString().split('\n').filter(Boolean))
        lines.splice(0, lines.length - 400)
      })
    const until = performance.now() + upWithin
    while (!(await answers(port))) {
      if (child.exitCode !== null || performance.now() > until)
        throw new Error(`the control plane did not start:\n${lines.slice(-20).join('\n')}`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    return child
  }
  let child = await start()
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
  return {
    cityos: new Platform(port, join(folder, 'data')),
    archivesDir,
    stateUrl: within(databases.state),
    binding,
    pid: () => child.pid ?? 0,
    said: () => lines.slice(-60),
    async replace() {
      await end('SIGKILL')
      child = await start()
    },
    async close() {
      await end('SIGTERM')
      for (const database of Object.values(databases)) await sql(postgres.url, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health`).then(
    ({ ok }) => ok,
    () => false,
  )
}
