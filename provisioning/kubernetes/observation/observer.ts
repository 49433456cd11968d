import { type ClusterObservation, DomainError } from '@cityos/contract'
import {
  ApiException,
  CoreV1Api,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  KubernetesObjectApi,
} from '@kubernetes/client-node'
import { faultOf } from '../fault.ts'
import { findingsOf } from './findings.ts'
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
  /** Names the cluster in errors. */
  readonly #cell: string

  constructor(kubeConfig: KubeConfig, cell: string) {
    this.#core = kubeConfig.makeApiClient(CoreV1Api)
    this.#objects = KubernetesObjectApi.makeApiClient(kubeConfig)
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
    const [space, pods, events, quotas, claims, objects] = await Promise.all([
      this.#core.readNamespace({ name: namespace }).catch(absent(null)),
      this.#core.listNamespacedPod({ namespace }),
      this.#core.listNamespacedEvent({ namespace, limit: 500 }),
      this.#core.listNamespacedResourceQuota({ namespace }),
      this.#core.listNamespacedPersistentVolumeClaim({ namespace }),
      this.#compare(made),
    ])
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

  /** One list for each kind in each namespace. */
  async #compare(made: readonly ObjectRef[]): Promise<{ kept: AnyObject[]; missing: ObjectRef[] }> {
    const groups = Map.groupBy(made, ({ apiVersion, kind, namespace }) => JSON.stringify([apiVersion, kind, namespace]))
    const compared = await Promise.all(
      [...groups.values()].map(async (refs) => {
        const { apiVersion, kind, namespace } = refs[0]!
        const found = namespace === null ? await this.#each(refs) : await this.#list(apiVersion, kind, namespace)
        const byName = new Map(found.map((object) => [object.metadata?.name, { ...object, apiVersion, kind }]))
        return {
          kept: refs.flatMap(({ name }) => byName.get(name) ?? []),
          missing: refs.filter(({ name }) => !byName.has(name)),
        }
      }),
    )
    return { kept: compared.flatMap(({ kept }) => kept), missing: compared.flatMap(({ missing }) => missing) }
  }

  #list(apiVersion: string, kind: string, namespace: string): Promise<AnyObject[]> {
    return this.#objects
      .list(apiVersion, kind, namespace)
      .then((list: KubernetesListObject<KubernetesObject>): AnyObject[] => list.items)
      .catch(absent<AnyObject[]>([]))
  }

  /** What lies in no namespace is read by its name: a cluster has a great many of them. */
  async #each(refs: readonly ObjectRef[]): Promise<AnyObject[]> {
    const read = ({ apiVersion, kind, name }: ObjectRef): Promise<AnyObject | null> =>
      this.#objects.read({ apiVersion, kind, metadata: { name, namespace: '' } }).catch(absent(null))
    return (await Promise.all(refs.map(read))).filter((object) => object !== null)
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
