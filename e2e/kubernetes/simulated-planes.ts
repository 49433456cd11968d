import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Binding, latencyBucket, noTraffic, type PlaneHealth, type PlaneTraffic, type ProbeReport } from '@cityos/contract'
import { JobTask, jobServer, planePort, roleLabel, tenantLabel } from '@cityos/provisioning/kubernetes/pods'
import { CoreV1Api, type Informer, KubeConfig, makeInformer, type V1Pod } from '@kubernetes/client-node'
import type { Cluster } from './cluster/cluster.ts'
import { SimulatedGateway } from './simulated-gateway.ts'

/** One pod as its process: what it read at its start, and what it has answered since. */
interface Process {
  binding: Binding
  startedAt: number
  traffic: PlaneTraffic
}

/** How a process of a tenant is doing; null: well. */
export type Illness = (process: { tenantId: string; slug: string; release: string }) => string | null

/**
 * Plays the pods of simulated nodes: listens at all their addresses and answers as the process in the pod that has the address
 * would. It knows what that process would know, from the secret the pod mounts, and refuses what it would refuse: other
 * hosts, other tenants' tokens, pods that are gone. Jobs of tenants do their real work, here. Where the cluster has no gateway,
 * it takes the tenants' routes as well.
 */
export class SimulatedPlanes {
  /** Falls ill whoever it names; may be set at any time. */
  illness: Illness = () => null
  /** What was refused, newest last. */
  readonly refused: string[] = []
  private readonly core: CoreV1Api
  private readonly pods: Informer<V1Pod>
  private readonly gateway: SimulatedGateway
  private readonly byAddress = new Map<string, V1Pod>()
  private readonly processes = new Map<string, Promise<Process>>()
  private readonly jobs = new Map<string, Promise<Server>>()
  private closed = false
  private readonly server = createServer((request, response) => void this.answer(request, response))
  private readonly releaseDirOf: (image: string) => string
  private readonly scratch = mkdtempSync(join(tmpdir(), 'cityos-simulated-'))

  private constructor(config: KubeConfig, releaseDirOf: (image: string) => string) {
    this.releaseDirOf = releaseDirOf
    this.core = config.makeApiClient(CoreV1Api)
    this.gateway = new SimulatedGateway(config)
    const list = () => this.core.listPodForAllNamespaces({ labelSelector: tenantLabel })
    this.pods = makeInformer(config, '/api/v1/pods', list, tenantLabel)
    for (const event of ['add', 'update'] as const) this.pods.on(event, (pod) => this.learn(pod))
    this.pods.on('delete', (pod) => this.unlearn(pod))
    this.pods.on('error', () => {
      if (!this.closed) setTimeout(() => void this.pods.start(), 500)
    })
  }

  /** @param releaseDirOf folder of the release that an image has, for the work of Jobs */
  static async start(cluster: Cluster, releaseDirOf: (image: string) => string): Promise<SimulatedPlanes> {
    const config = new KubeConfig()
    config.loadFromFile(cluster.kubeconfig)
    const planes = new SimulatedPlanes(config, releaseDirOf)
    await planes.pods.start()
    if (!cluster.description.gateway) await planes.gateway.start()
    await new Promise<void>((resolve, reject) => planes.server.once('error', reject).listen(planePort, '0.0.0.0', resolve))
    return planes
  }

  async close(): Promise<void> {
    this.closed = true
    await this.pods.stop()
    await this.gateway.close()
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
    rmSync(this.scratch, { recursive: true, force: true })
  }

  private learn(pod: V1Pod): void {
    if (pod.metadata?.deletionTimestamp) this.unlearn(pod)
    else if (pod.status?.podIP) this.byAddress.set(pod.status.podIP, pod)
  }

  private unlearn(pod: V1Pod): void {
    const address = pod.status?.podIP ?? ''
    if (this.byAddress.get(address)?.metadata?.uid === pod.metadata?.uid) this.byAddress.delete(address)
    this.processes.delete(pod.metadata?.uid ?? '')
    this.jobs.delete(pod.metadata?.uid ?? '')
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const pod = await this.podAt(request.socket.localAddress ?? '')
      if (!pod) return void request.socket.destroy() // nobody is there
      if (pod.metadata?.labels?.[roleLabel] === 'job') return void (await this.jobOf(pod)).emit('request', request, response)
      const process = await this.processOf(pod)
      const { status, data } = this.ask(process, request)
      if (status >= 400) this.refused.push(`${pod.metadata?.namespace} ${request.method} ${request.url}: ${status}`)
      request.resume()
      const body = JSON.stringify(status < 400 ? { data } : { data: null, errors: [{ code: String(status), message: String(data) }] })
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    } catch (error) {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** The watch may be a moment late. */
  private async podAt(address: string): Promise<V1Pod | null> {
    const known = this.byAddress.get(address)
    if (known) return known
    const { items } = await this.core.listPodForAllNamespaces({ labelSelector: tenantLabel, fieldSelector: `status.podIP=${address}` })
    for (const pod of items) this.learn(pod)
    return this.byAddress.get(address) ?? null
  }

  private ask({ binding, traffic, startedAt }: Process, request: IncomingMessage): { status: number; data: unknown } {
    const { tenant, secrets } = binding
    const path = (request.url ?? '/').split('?')[0]!
    const ill = this.illness({ tenantId: tenant.id, slug: tenant.slug, release: tenant.release })
    if (path.startsWith('/internal/')) {
      if (!isFromPlatform(request, tenant.id, secrets.plane_key)) return { status: 401, data: 'who asks?' }
      switch (`${request.method} ${path}`) {
        case 'GET /internal/health':
          return { status: 200, data: health(binding, ill, startedAt) }
        case 'GET /internal/traffic':
          return { status: 200, data: traffic }
        case 'POST /internal/probe':
          return { status: 200, data: probe(ill) }
        default:
          return { status: 404, data: 'not known here' }
      }
    }
    if (path !== '/health' && !tenant.domains.includes(hostOf(request))) return { status: 404, data: 'no shop has this address' }
    const status = ill ? 500 : 200
    if (path !== '/health') count(traffic, status)
    return { status, data: ill ?? [] }
  }

  private processOf(pod: V1Pod): Promise<Process> {
    return once(this.processes, pod, async () => {
      const role = pod.metadata?.labels?.[roleLabel] ?? ''
      const binding = Binding.parse(JSON.parse(await this.mounted(pod, `${role}.json`)))
      const traffic = { ...noTraffic(), release: binding.tenant.release, epoch: randomBytes(8).toString('hex') }
      return { binding, traffic, startedAt: performance.now() }
    })
  }

  private jobOf(pod: V1Pod): Promise<Server> {
    return once(this.jobs, pod, async () => {
      const text = await this.mounted(pod, 'task.json')
      const filesDir = join(this.scratch, pod.metadata?.namespace ?? '')
      const task = JobTask.parse(JSON.parse(text, (key, value) => (key === 'filesDir' ? filesDir : value)))
      // It stays until it is taken away.
      const releaseDir = this.releaseDirOf(pod.spec?.containers[0]?.image ?? '')
      return jobServer({ ...task, releaseDir, remove: [] }, { done: () => undefined })
    })
  }

  /** A file of the pod's mounted secret, as its process would read it. */
  private async mounted(pod: V1Pod, file: string): Promise<string> {
    const namespace = pod.metadata?.namespace ?? ''
    for (const { secret } of pod.spec?.volumes ?? []) {
      if (!secret?.secretName) continue
      const { data } = await this.core.readNamespacedSecret({ namespace, name: secret.secretName })
      if (data?.[file]) return Buffer.from(data[file], 'base64').toString('utf8')
    }
    throw new Error(`${namespace}/${pod.metadata?.name} mounts no ${file}`)
  }
}

/** Made at the first call for a pod; one that fails is tried again by the next. */
function once<T>(kept: Map<string, Promise<T>>, pod: V1Pod, make: () => Promise<T>): Promise<T> {
  const uid = pod.metadata?.uid ?? ''
  const known = kept.get(uid)
  if (known) return known
  const made = make()
  kept.set(uid, made)
  made.catch(() => kept.delete(uid))
  return made
}

const hostOf = ({ headers }: IncomingMessage): string => (headers.host ?? '').replace(/:\d+$/, '')

/** A token of the platform for this tenant, signed with its plane key and not too old. */
function isFromPlatform({ headers }: IncomingMessage, tenantId: string, planeKey: string): boolean {
  const [head, claims, signature] = (headers.authorization ?? '').replace(/^Bearer /, '').split('.')
  if (!head || !claims || !signature) return false
  const made = createHmac('sha256', Buffer.from(planeKey, 'base64')).update(`${head}.${claims}`).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== made.length || !timingSafeEqual(given, made)) return false
  const told = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { aud: string; tenant_id: string; exp: number }
  return told.aud === 'data-plane' && told.tenant_id === tenantId && told.exp * 1000 > Date.now()
}

function count(traffic: PlaneTraffic, status: number): void {
  traffic.requests += 1
  traffic.errors += status >= 500 ? 1 : 0
  traffic.latency[latencyBucket(1)]! += 1
}

function probe(ill: string | null): ProbeReport {
  const check = { name: 'quote', ok: ill === null, milliseconds: 1, message: ill }
  return { ok: check.ok, checks: [check] }
}

function health({ tenant }: Binding, ill: string | null, startedAt: number): PlaneHealth {
  const status = ill ? 'failed' : 'ok'
  return {
    status,
    release: tenant.release,
    schema: 'simulated',
    uptime_s: Math.round((performance.now() - startedAt) / 1000),
    tenant_version: tenant.version,
    dependencies: { database: { status, latency_ms: 1, ...(ill ? { message: ill } : {}) } },
    next_due_at: null,
    usage: {
      orders: 0,
      gmv_amount: 0,
      products: 0,
      customers: 0,
      database_bytes: 0,
      memory_bytes: 0,
      requests: 0,
      last_request_at: null,
    },
  }
}
