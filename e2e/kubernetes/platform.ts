import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { type PlatformStack, platformStack } from '@cityos/provisioning/kubernetes/platform'
import { PlatformSecrets, PlatformSettings } from '@cityos/provisioning/kubernetes/platform-settings'
import { KubeConfig, KubernetesObjectApi, type V1EndpointSlice } from '@kubernetes/client-node'
import type pg from 'pg'
import { sql } from '../sql.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { ReleaseImages } from './release-image.ts'

const host = 'cityos.localhost'
const password = 'the-first-operator-1'

/** A platform on the test cluster, installed as `pulumi up` does it. */
export interface Installed {
  namespace: string
  /** Installs it once more. @returns how many objects were made, changed or left as they were */
  up(): Promise<Record<string, number>>
  /** The API as the first operator, through the gateway. @throws with what it answered when it refuses */
  ask<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T>
  /** Rows of the registry. */
  registry<Row extends pg.QueryResultRow>(statement: string): Promise<Row[]>
  /** Rows of what driver and Pulumi remember. */
  state<Row extends pg.QueryResultRow>(statement: string): Promise<Row[]>
  remove(): Promise<void>
}

/** @param folder for the state of the installation */
export async function install(cluster: Cluster, release: ReleaseImages, folder: string): Promise<Installed> {
  const { postgres, gateway, storageClass } = cluster.description
  if (!postgres || !gateway || !storageClass) throw new Error('this test needs a cluster with a node, Postgres and a gateway')
  const name = `platform_${randomBytes(4).toString('hex')}`
  const databases = { registry: `${name}_registry`, state: `${name}_state` }
  for (const database of Object.values(databases)) await sql(postgres.url, `CREATE DATABASE ${database}`)
  const [repository, tag] = split(release.controlPlaneImage)
  const parents = [{ name: gateway.parentRef.name, namespace: gateway.parentRef.namespace, section: gateway.parentRef.sectionName }]
  const settings = PlatformSettings.parse({
    image: { repository, tag, pull_policy: 'Never' },
    public: { scheme: 'http', base_domain: 'localhost', port: null },
    gateway: { parents, namespace: gateway.parentRef.namespace },
    database: { kind: 'outside', cidrs: [postgres.cidr] },
    api_servers: await apiServers(cluster),
    cells: [
      {
        name: 'test-1',
        region: 'test',
        residency_zone: 'GCC',
        cluster: {
          image: { repository: split(release.image)[0], pull_policy: 'Never' },
          files: { storage_class: storageClass, size: '1Gi', access_mode: 'ReadWriteOnce' },
          gateway: { parents, namespace: gateway.parentRef.namespace },
          database: { host: postgres.host, port: postgres.port, cidrs: [postgres.cidr] },
        },
      },
    ],
  })
  const secrets = PlatformSecrets.parse({
    rootKey: randomBytes(32).toString('base64'),
    operatorPassword: password,
    databaseUrl: within(postgres.url, databases.registry),
    stateUrl: within(postgres.url, databases.state),
    cellAccess: { 'test-1': { database_url: postgres.url } },
  })
  const chartDir = join(import.meta.dirname, '../../charts/control-plane')
  const kubeconfig = readFileSync(cluster.kubeconfig, 'utf8')
  const stack = await open(cluster, folder, { settings, secrets, chartDir, kubeconfig, now: '2026-11-23T00:00:00.000Z' })
  const api = new Api(cluster)
  const installed: Installed = {
    namespace: settings.namespace,
    up: () => stack.up(),
    ask: (method, path, body) => api.ask(method, path, body),
    registry: (statement) => sql(within(postgres.url, databases.registry), statement),
    state: (statement) => sql(within(postgres.url, databases.state), statement),
    async remove() {
      await stack.destroy()
      await removeTenants(cluster)
      for (const database of Object.values(databases)) await sql(postgres.url, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)
    },
  }
  await stack.up()
  return installed
}

/** Where the API server really listens: policies are about what is behind the service's address. */
async function apiServers(cluster: Cluster): Promise<{ cidr: string; port: number }[]> {
  const slices = JSON.parse(
    await cluster.kubectl(['get', 'endpointslices', '--selector', 'kubernetes.io/service-name=kubernetes', '--output', 'json']),
  ) as { items: V1EndpointSlice[] }
  return slices.items.flatMap(({ endpoints, ports }) =>
    (endpoints ?? []).flatMap(({ addresses }) => addresses.map((address) => ({ cidr: `${address}/32`, port: ports?.[0]?.port ?? 443 }))),
  )
}

function open(cluster: Cluster, folder: string, installation: Parameters<typeof platformStack>[0]): Promise<PlatformStack> {
  const [state, workDir] = [join(folder, 'state'), join(folder, 'work')]
  for (const each of [state, workDir]) mkdirSync(each, { recursive: true })
  // Pulumi is looked for on this process's own PATH
  process.env['PATH'] = cluster.environment()['PATH']
  return platformStack(installation, { workDir, home: join(folder, 'home'), backendUrl: `file://${state}`, passphrase: 'test' })
}

/** What tenants have left: their namespaces, with everything in them. */
export async function removeTenants(cluster: Cluster): Promise<void> {
  const config = new KubeConfig()
  config.loadFromFile(cluster.kubeconfig)
  const objects = KubernetesObjectApi.makeApiClient(config)
  const list = () => objects.list('v1', 'Namespace', undefined, undefined, undefined, undefined, undefined, 'cityos.dev/tenant')
  for (const { metadata } of (await list()).items)
    await objects.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: metadata?.name ?? '' } })
  while ((await list()).items.length > 0) await new Promise((resolve) => setTimeout(resolve, 250))
}

/** The platform's API as the CLI uses it, but through the test cluster's gateway. */
class Api {
  readonly #cluster: Cluster
  #token: string | undefined

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  async ask<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    this.#token ??= await this.#signIn()
    const headers = { authorization: `Bearer ${this.#token}`, 'idempotency-key': randomBytes(8).toString('hex') }
    return (await this.#send<{ data: T }>(method, path, body, headers)).data
  }

  /** Authorization code with PKCE. */
  async #signIn(): Promise<string> {
    const redirect_uri = 'urn:ietf:wg:oauth:2.0:oob'
    const verifier = randomBytes(32).toString('base64url')
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'cli',
      redirect_uri,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      resource: 'cityos',
      state: 'state-1',
    })
    const asked = await this.#send<{ data: { request: string } }>('GET', `/oauth/authorize?${query}`)
    const credential = { email: `operator@${host}`, password }
    const { data } = await this.#send<{ data: { code: string } }>('POST', '/oauth/sign-in', { request: asked.data.request, ...credential })
    const grant = { grant_type: 'authorization_code', code: data.code, code_verifier: verifier, client_id: 'cli', redirect_uri }
    return (await this.#send<{ access_token: string }>('POST', '/oauth/token', grant)).access_token
  }

  #send<T>(method: string, path: string, body?: object, more: Record<string, string> = {}): Promise<T> {
    const { gateway } = this.#cluster.description
    const headers = { host, accept: 'application/json', 'content-type': 'application/json', ...more }
    return new Promise((resolve, reject) => {
      const sent = request({ host: gateway!.address, port: gateway!.port, method, path, headers, agent: false }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part: string) => (text += part))
        answer.once('end', () => {
          if ((answer.statusCode ?? 500) < 300) resolve(JSON.parse(text) as T)
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`))
        })
      })
      sent.once('error', reject)
      sent.end(body ? JSON.stringify(body) : undefined)
    })
  }
}

function split(image: string): [string, string] {
  const at = image.lastIndexOf(':')
  return [image.slice(0, at), image.slice(at + 1)]
}

function within(url: string, database: string): string {
  const parsed = new URL(url)
  parsed.pathname = `/${database}`
  return parsed.toString()
}
