import { setTimeout as delay } from 'node:timers/promises'
import type { Session } from '@cityos/cli/session'
import { createTenant, readOperation } from '@cityos/control-plane/contract'
import type { Release } from '@cityos/provisioning'
import { imageTag } from '@cityos/provisioning/kubernetes'
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
import { RequestLog } from './request-log.ts'
import { SimulatedPlanes } from './simulated-planes.ts'

/** Where the control plane listens: tenants' own port belongs to those who play their pods. */
const port = 8090
/** Pods of a tenant: web of two releases, worker, and a Job. A node takes 4,000. */
const tenantsOnANode = 800

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

  async close(): Promise<void> {
    await this.here.close()
    await removeTenants(this.cluster)
    await this.planes.close()
    await removeSimulatedNodes(this.cluster)
  }
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
