import type { Cell } from '@cityos/contract'
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  type CoreV1Event,
  CustomObjectsApi,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Deployment,
  type V1Pod,
} from '@kubernetes/client-node'
import { faultOf } from './fault.ts'
import { kubeConfigOf } from './kube-config.ts'
import { tenantOf } from './names.ts'
import { listMetadata } from './observation/connection.ts'
import { roleLabel, tenantLabel } from './observation/labels.ts'
import type { Route } from './route-wait.ts'

/** Label of pods with the release they are of. */
const releaseLabel = 'cityos.dev/release-suffix'

/** Milliseconds after which a cluster that says nothing counts as away: some networks swallow what they do not lead anywhere. */
const answersWithin = 10_000

/** The few questions the driver has for a cell's API server; what it changes there goes through Pulumi, but for two things. */
export class CellCluster {
  readonly cell: Cell
  private readonly config: KubeConfig
  private readonly core: CoreV1Api
  private readonly apps: AppsV1Api
  private readonly custom: CustomObjectsApi

  constructor(cell: Cell) {
    this.cell = cell
    this.config = kubeConfigOf(cell)
    this.core = this.config.makeApiClient(CoreV1Api)
    this.apps = this.config.makeApiClient(AppsV1Api)
    this.custom = this.config.makeApiClient(CustomObjectsApi)
  }

  /** Null when there is none. */
  deployment(namespace: string, name: string): Promise<V1Deployment | null> {
    return this.found(`deployment ${namespace}/${name}`, () => this.apps.readNamespacedDeployment({ namespace, name }))
  }

  /** Pods with processes of a tenant, of one role or one release where asked; those of Jobs and tests are none. */
  async pods(namespace: string, where: { role?: 'web' | 'worker'; suffix?: string } = {}): Promise<V1Pod[]> {
    const labels = [
      tenantLabel,
      where.role ? `${roleLabel}=${where.role}` : `${roleLabel} in (web,worker)`,
      ...(where.suffix ? [`${releaseLabel}=${where.suffix}`] : []),
    ]
    const list = await this.asked(`pods of ${namespace}`, () => this.core.listNamespacedPod({ namespace, labelSelector: labels.join(',') }))
    return list.items
  }

  /** Web pods of all tenants. */
  async webPods(): Promise<V1Pod[]> {
    const labelSelector = `${tenantLabel},${roleLabel}=web`
    const { items } = await this.asked('web pods of all tenants', () => this.core.listPodForAllNamespaces({ labelSelector }))
    return items.filter(({ metadata }) => this.isHere(metadata?.namespace))
  }

  /** Routes of a tenant, with what gateways say of them. */
  async routes(namespace: string): Promise<Route[]> {
    const kind = { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes' }
    const list = await this.asked(`httproutes.${kind.group} of ${namespace}`, () =>
      this.custom.listNamespacedCustomObject({ ...kind, namespace, labelSelector: tenantLabel }),
    )
    return (list as { items: Route[] }).items
  }

  /** Warnings of the namespace, the newest last. */
  async warnings(namespace: string): Promise<CoreV1Event[]> {
    const { items } = await this.asked(`events of ${namespace}`, () =>
      this.core.listNamespacedEvent({ namespace, fieldSelector: 'type=Warning', limit: 100 }),
    )
    const at = (event: CoreV1Event) => (event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp)?.valueOf() ?? 0
    return items.sort((a, b) => Number(at(a)) - Number(at(b)))
  }

  /** The last lines of a pod, each with its time before it; none while its container has not started. */
  async log(namespace: string, name: string, lines: number, previous = false): Promise<string[]> {
    try {
      const text = await this.core.readNamespacedPodLog({ namespace, name, tailLines: lines, timestamps: true, previous })
      return text.split('\n').filter(Boolean)
    } catch (error) {
      // Not started yet, or no former container: there is nothing to read.
      if (error instanceof ApiException && [400, 404].includes(error.code)) return []
      throw faultOf(error, this.about(`log of ${namespace}/${name}`))
    }
  }

  /** Namespaces of tenants that are there, terminating ones too. */
  async tenantNamespaces(): Promise<{ name: string; tenantId: string }[]> {
    const namespaces = await this.tenantObjects('namespaces', '/api/v1/namespaces')
    return namespaces.filter(({ name }) => this.isHere(name))
  }

  /** Volumes with the files of tenants. */
  async volumes(): Promise<{ name: string; tenantId: string }[]> {
    const volumes = await this.tenantObjects('volumes', '/api/v1/persistentvolumeclaims')
    return volumes
      .filter(({ namespace }) => this.isHere(namespace))
      .map(({ namespace, name, tenantId }) => ({ name: `${namespace}/${name}`, tenantId }))
  }

  /** What is labelled with a tenant, of the kind at this path. */
  private tenantObjects(what: string, path: string): Promise<{ namespace: string; name: string; tenantId: string }[]> {
    return this.asked(what, async () => {
      const found = []
      const pages = listMetadata(this.config, path, { labelSelector: tenantLabel }, AbortSignal.timeout(answersWithin))
      for await (const { items } of pages)
        found.push(...items.map(({ namespace = '', name = '', labels }) => ({ namespace, name, tenantId: labels?.[tenantLabel] ?? '' })))
      return found
    })
  }

  /** Null when the namespace is gone; else what keeps it: `kubernetes` and whatever finalizers it has. */
  async namespace(name: string): Promise<{ terminating: boolean; conditions: string[]; finalizers: string[] } | null> {
    const found = await this.found(`namespace ${name}`, () => this.core.readNamespace({ name }))
    if (!found) return null
    const conditions = (found.status?.conditions ?? []).filter(({ status }) => status === 'True').map(({ message }) => message ?? '')
    return {
      terminating: found.metadata?.deletionTimestamp !== undefined,
      conditions: conditions.filter(Boolean),
      finalizers: [...(found.spec?.finalizers ?? []), ...(found.metadata?.finalizers ?? [])],
    }
  }

  /** A dockerconfigjson of the platform's own namespace. */
  async pullSecret(namespace: string, name: string): Promise<string> {
    const secret = await this.asked(`secret ${namespace}/${name}`, () => this.core.readNamespacedSecret({ namespace, name }))
    return Buffer.from(secret.data?.['.dockerconfigjson'] ?? '', 'base64').toString('utf8')
  }

  /** New content of a secret that is there: pods that start from now on read it. False when it is not there. */
  async replaceSecret(namespace: string, name: string, content: Record<string, string>): Promise<boolean> {
    const change = { namespace, name, body: { stringData: content }, fieldManager: 'cityos' }
    const asMerge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
    return (await this.found(`secret ${namespace}/${name}`, () => this.core.patchNamespacedSecret(change, asMerge))) !== null
  }

  /** Whether it is a tenant's namespace of this cell; there may be another cell in the same cluster. */
  private isHere(namespace: string | undefined): boolean {
    return tenantOf(namespace ?? '', this.cell) !== null
  }

  private about(what: string) {
    return { cell: this.cell.name, what }
  }

  private async asked<T>(what: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await inTime(ask())
    } catch (error) {
      throw faultOf(error, this.about(what))
    }
  }

  private async found<T>(what: string, ask: () => Promise<T>): Promise<T | null> {
    try {
      return await inTime(ask())
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) return null
      throw faultOf(error, this.about(what))
    }
  }
}

async function inTime<T>(asking: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${answersWithin / 1_000} s`)), answersWithin)
  })
  try {
    return await Promise.race([asking, silence])
  } finally {
    clearTimeout(timer)
  }
}
