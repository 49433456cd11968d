import { type ClusterObservation, DomainError } from '@cityos/contract'
import { ApiException, CoreV1Api, type KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import { faultOf } from '../fault.ts'
import { findingsOf } from './findings.ts'
import { MetadataApi } from './metadata-api.ts'
import type { AnyObject, CertificateObject, ObjectRef, Seen } from './seen.ts'
import { viewEvents, viewPod } from './views.ts'

export interface PodLogs {
  lines: number
  /** The container before the last restart. */
  previous?: boolean
}

/** Looks at the tenants of one cluster; changes nothing. */
export class ClusterObserver {
  readonly #core: CoreV1Api
  readonly #objects: KubernetesObjectApi
  readonly #metadata: MetadataApi
  /** Names the cluster in errors. */
  readonly #cell: string

  constructor(kubeConfig: KubeConfig, cell: string) {
    this.#core = kubeConfig.makeApiClient(CoreV1Api)
    this.#objects = kubeConfig.makeApiClient(KubernetesObjectApi)
    this.#metadata = kubeConfig.makeApiClient(MetadataApi)
    this.#cell = cell
  }

  /**
   * One look at a tenant's namespace.
   * @param made what the driver made there
   * @throws DomainError dependency_unavailable | forbidden naming what is not allowed
   */
  async observe(namespace: string, made: readonly ObjectRef[], now: Date): Promise<ClusterObservation> {
    const seen = await this.#asked(`namespace ${namespace}`, () => this.#see(namespace, made))
    return {
      namespace,
      findings: findingsOf(seen, now),
      pods: seen.pods.map(viewPod).sort((a, b) => a.name.localeCompare(b.name)),
      events: viewEvents(seen.events),
      quota: seen.quotas.flatMap((quota) =>
        Object.entries(quota.status?.hard ?? {}).map(([resource, hard]) => ({
          resource,
          used: quota.status?.used?.[resource] ?? '0',
          hard,
        })),
      ),
    }
  }

  /** The last lines of a pod. @throws DomainError not_found when there is no such pod, or it has written nothing yet */
  async logs(namespace: string, pod: string, { lines, previous = false }: PodLogs): Promise<string[]> {
    const text = await this.#asked(`the logs of ${pod}`, () =>
      this.#core.readNamespacedPodLog({ namespace, name: pod, tailLines: lines, previous }),
    )
    return (text ?? '').split('\n').filter((line) => line !== '')
  }

  async #see(namespace: string, made: readonly ObjectRef[]): Promise<Seen> {
    const [space, pods, events, quotas, claims] = await Promise.all([
      this.#core.readNamespace({ name: namespace }).catch(absent(null)),
      this.#core.listNamespacedPod({ namespace }),
      this.#core.listNamespacedEvent({ namespace, limit: 500 }),
      this.#core.listNamespacedResourceQuota({ namespace }),
      this.#core.listNamespacedPersistentVolumeClaim({ namespace }),
    ])
    const read = { Namespace: space ? [space] : [], ResourceQuota: quotas.items, PersistentVolumeClaim: claims.items }
    const objects = await this.#compare(made, read)
    const certificates = objects.kept.filter(({ kind }) => kind === 'Certificate') as CertificateObject[]
    return {
      namespace: space,
      pods: pods.items,
      events: events.items,
      quotas: quotas.items,
      claims: claims.items,
      certificates,
      ...objects,
    }
  }

  /** One list for each kind that was not read already. */
  async #compare(
    made: readonly ObjectRef[],
    read: Readonly<Record<string, AnyObject[]>>,
  ): Promise<{ kept: AnyObject[]; missing: ObjectRef[] }> {
    const groups = Map.groupBy(made, ({ apiVersion, kind, namespace }) => JSON.stringify([apiVersion, kind, namespace]))
    const compared = await Promise.all(
      [...groups.values()].map(async (refs) => {
        const { apiVersion, kind, namespace } = refs[0]!
        const found = read[kind] ?? (await this.#list(apiVersion, kind, namespace))
        const byName = new Map(found.map((object) => [object.metadata?.name, { ...object, apiVersion, kind }]))
        return {
          kept: refs.flatMap(({ name }) => byName.get(name) ?? []),
          missing: refs.filter(({ name }) => !byName.has(name)),
        }
      }),
    )
    return { kept: compared.flatMap(({ kept }) => kept), missing: compared.flatMap(({ missing }) => missing) }
  }

  /** Only of certificates more than the metadata matters. */
  async #list(apiVersion: string, kind: string, namespace: string | null): Promise<AnyObject[]> {
    const api = kind === 'Certificate' ? this.#objects : this.#metadata
    const { items } = await api.list(apiVersion, kind, namespace ?? undefined).catch(absent<{ items: AnyObject[] | null }>({ items: [] }))
    return items ?? [] // null: the server has no metadata to list
  }

  async #asked<T>(what: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      if (error instanceof DomainError) throw error
      throw faultOf(error, { cell: this.#cell, what })
    }
  }
}

/** What is not there is an answer, not a failure. */
function absent<T>(answer: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof ApiException && error.code === 404) return answer
    // a kind that this cluster does not know: its operator is not installed
    if (error instanceof Error && /^Unrecognized API version and kind/.test(error.message)) return answer
    throw error
  }
}
