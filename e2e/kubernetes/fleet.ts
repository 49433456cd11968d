import { setTimeout as delay } from 'node:timers/promises'
import type { Session } from '@cityos/cli/session'
import { createTenant, readOperation } from '@cityos/control-plane/contract'
import type { Release } from '@cityos/provisioning'
import { imageTag, namespaceOf } from '@cityos/provisioning/kubernetes'
import { ApiException, KubeConfig, NetworkingV1Api } from '@kubernetes/client-node'
import type { Cluster } from './cluster/cluster.ts'
import { auditedUser } from './cluster/parts/control-plane.ts'
import {
  addSimulatedNodes,
  addSimulatedVolumes,
  removeSimulatedNodes,
  simulatedLabel,
  simulatedStorage,
  simulatedTaint,
} from './cluster/simulated-nodes.ts'
import { type ControlPlaneHere, controlPlaneHere } from './control-plane-here.ts'
import { Hands } from './helm.ts'
import { removeTenants } from './platform.ts'
import { isOfStack, RequestLog } from './request-log.ts'
import { SimulatedPlanes } from './simulated-planes.ts'

/** Where the control plane listens: tenants' own port belongs to those who play their pods. */
const port = 8090
/** Pods of a tenant: web of two releases, worker, and a Job. A node takes 4,000. */
const tenantsOnANode = 800
/** So many requests in a quarter of a second are those of a round that comes by itself. */
const calm = 30

export interface MadeTenant {
  id: string
  slug: string
  /** From the start of the operation to its end. */
  milliseconds: number
}

/** A control plane with tenants whose pods are simulated; all else (driver, Pulumi, API server, databases) is real. */
export class Fleet {
  readonly cluster: Cluster
  readonly here: ControlPlaneHere
  readonly planes: SimulatedPlanes
  readonly requests: RequestLog
  readonly operator: Session

  private constructor(cluster: Cluster, here: ControlPlaneHere, planes: SimulatedPlanes, operator: Session) {
    this.cluster = cluster
    this.operator = operator
    this.here = here
    this.planes = planes
    this.requests = new RequestLog(cluster)
  }

  /**
   * @param releases what tenants may be on; the first one is that of the control plane
   * @param tenants how many there will be at most
   */
  static async open(cluster: Cluster, releases: readonly Release[], tenants: number): Promise<Fleet> {
    await addSimulatedNodes(cluster, Math.ceil(tenants / tenantsOnANode))
    await addSimulatedVolumes(cluster, numbered(tenants))
    const kubeconfig = await auditedAccess(cluster)
    const dirs = new Map(releases.map(({ version, dir }) => [imageTag(version), dir]))
    const dirOf = (image: string) => {
      const dir = dirs.get(image.slice(image.lastIndexOf(':') + 1))
      if (!dir) throw new Error(`no release is in image ${image}`)
      return dir
    }
    const planes = await SimulatedPlanes.start(cluster, dirOf)
    const image = `simulated/cityos:${imageTag(releases[0]!.version)}`
    const here = await controlPlaneHere(cluster, { dir: releases[0]!.dir, image }, releases, {
      port,
      cell: (cell) => ({
        ...cell,
        name: 'simulated-1',
        capacity: { databases: 2_500, namespaces: 10_000 },
        access: { ...cell.access, kubeconfig },
        cluster: {
          ...cell.cluster,
          files: { ...cell.cluster.files, storage_class: simulatedStorage },
          nodes: { selector: simulatedLabel, tolerations: [{ ...simulatedTaint }] },
        },
      }),
    })
    return new Fleet(cluster, here, planes, await here.cityos.operator())
  }

  /** Through the whole path: operation, database, Pulumi, pods. */
  async create(slugs: readonly string[]): Promise<MadeTenant[]> {
    const begun = []
    for (const slug of slugs) {
      const body = { slug, name: slug, owner: `owner@${slug}.test`, driver: 'kubernetes', region: 'test' } as const
      const { tenant, operation } = await this.operator.call(createTenant, { body })
      begun.push({ id: tenant.id, slug, operation: operation.id })
    }
    return Promise.all(begun.map((one) => this.made(one)))
  }

  private async made({ id, slug, operation }: { id: string; slug: string; operation: string }): Promise<MadeTenant> {
    for (;;) {
      const { status, failure, started_at, finished_at } = await this.operator.call(readOperation, { params: { id: operation } })
      if (status === 'succeeded') return { id, slug, milliseconds: Date.parse(finished_at ?? '') - Date.parse(started_at ?? '') }
      if (status === 'failed' || status === 'cancelled') throw new Error(`${slug} was not made: ${failure?.message ?? status}`)
      await delay(250)
    }
  }

  /** Resolves when the control plane has asked about each of these tenants since a mark in `requests`. */
  async lookedAt(ids: readonly string[], mark: number): Promise<void> {
    const wanted = new Set(ids.map((id) => namespaceOf(id)))
    for (const until = performance.now() + 60_000 + ids.length * 1_000; ; await delay(250)) {
      for (const request of this.requests.since(mark))
        if (request.namespace !== null && !isOfStack(request)) wanted.delete(request.namespace)
      if (wanted.size === 0) return
      if (performance.now() > until) throw new Error(`${wanted.size} tenants were not looked at: ${[...wanted].slice(0, 5).join(', ')}`)
    }
  }

  /**
   * Takes a NetworkPolicy away from a tenant, and waits until it has another one.
   * @returns milliseconds until the control plane looked for it, and until it was back
   */
  async takeAway(id: string): Promise<{ seenMs: number; backMs: number }> {
    const config = new KubeConfig()
    config.loadFromFile(this.cluster.kubeconfig)
    const network = config.makeApiClient(NetworkingV1Api)
    const policy = { namespace: namespaceOf(id), name: 'deny' }
    const uid = (await network.readNamespacedNetworkPolicy(policy)).metadata?.uid
    const mark = this.requests.mark()
    await network.deleteNamespacedNetworkPolicy(policy)
    const gone = Date.now()
    for (const until = performance.now() + 120_000; ; await delay(50)) {
      const found = await network.readNamespacedNetworkPolicy(policy).catch(missing)
      if (found && found.metadata?.uid !== uid) break
      if (performance.now() > until) throw new Error(`nobody put the policy of ${policy.namespace} back`)
    }
    const backMs = Date.now() - gone
    const looks = this.requests.since(mark).filter((one) => one.namespace === policy.namespace && one.resource === 'networkpolicies')
    const seen = looks.find((one) => one.verb === 'list' && one.at >= gone)
    return { seenMs: (seen?.at ?? Number.NaN) - gone, backMs }
  }

  /** Resolves when nothing was asked about any tenant for a while, but what comes by itself in turn. */
  async settled(quietMs = 5_000): Promise<void> {
    let mark = this.requests.mark()
    for (let quietSince = performance.now(); performance.now() - quietSince < quietMs; await delay(250)) {
      if (this.requests.since(mark).filter(({ namespace }) => namespace !== null).length > calm) quietSince = performance.now()
      mark = this.requests.mark()
    }
  }

  /** Ends what belongs to this fleet outside of the cluster; for a cluster that ends as well. */
  async leave(): Promise<void> {
    await this.here.close()
    await this.planes.close()
  }

  async close(): Promise<void> {
    await this.here.close()
    await removeTenants(this.cluster)
    await this.planes.close()
    await removeSimulatedNodes(this.cluster)
  }
}

function missing(error: unknown): null {
  if (error instanceof ApiException && error.code === 404) return null
  throw error
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index + 1))

/** Kubeconfig of an account with the chart's own role for the control plane, whose requests are written down. */
async function auditedAccess(cluster: Cluster): Promise<string> {
  const { namespace, name } = auditedUser
  const hands = new Hands(cluster)
  const anybody = { namespaceSelector: null, podSelector: null, cidrs: ['0.0.0.0/0'] }
  const values = {
    image: { repository: 'none', tag: 'none' },
    publicHost: 'cityos.localhost',
    gateway: { parentRefs: [{ name: 'none', namespace: 'none' }], peer: anybody },
    database: { peer: anybody },
  }
  await hands.namespace(namespace)
  const objects = (await hands.render('control-plane', namespace, values)).filter(({ kind }) =>
    /^(ServiceAccount|ClusterRole)/.test(kind ?? ''),
  )
  await cluster.apply(objects.map((object) => ({ ...object, metadata: { namespace, ...object.metadata } })))
  const token = (await cluster.kubectl(['create', 'token', name, '--namespace', namespace, '--duration=24h'])).trim()
  const text = await cluster.kubectl(['config', 'view', '--raw', '--minify', '--output=json'])
  const config = JSON.parse(text) as { users: { name: string; user: object }[] }
  return JSON.stringify({ ...config, users: [{ name: config.users[0]!.name, user: { token } }] })
}
