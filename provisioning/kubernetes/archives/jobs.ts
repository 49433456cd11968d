import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { DomainError } from '@cityos/contract'
import type { V1Pod } from '@kubernetes/client-node'
import { CellCluster } from '../cluster.ts'
import { jobPort } from '../job/task.ts'
import { podObstacle } from '../rollout-wait.ts'
import { JobApi } from './job-api.ts'
import { type JobOrder, jobObjects } from './job-object.ts'
import { JobPod } from './job-pod.ts'

/** Runs Jobs of tenants. */
export interface JobRunner {
  /**
   * Makes the Job, hands its pod to `use` when it is ready, and takes it away again. One of this name that is there already
   * (of a control plane that was killed, or has lost its lease) is ended first.
   * @param confirm called right before the Job is made; throws when whoever asks may not any more
   */
  perform<T>(order: JobOrder, use: (pod: JobPod) => Promise<T>, confirm: () => Promise<void>): Promise<T>
}

const lookEvery = 150
/** Looks between two that ask why it takes so long. */
const askWhyEvery = 10

export interface ClusterJobsOptions {
  /** Milliseconds until a Job's pod has to be ready. */
  readyWithinMs: number
  note(tenantId: string, message: string): void
}

/** Jobs as Kubernetes has them. */
export class ClusterJobs implements JobRunner {
  private readonly options: ClusterJobsOptions

  constructor(options: ClusterJobsOptions) {
    this.options = options
  }

  async perform<T>(order: JobOrder, use: (pod: JobPod) => Promise<T>, confirm: () => Promise<void>): Promise<T> {
    const { namespace, name, tenantId } = order
    const api = new JobApi(order.cell)
    const began = performance.now()
    await api.remove(namespace, name)
    await confirm()
    const token = randomBytes(32).toString('base64url')
    const uid = await api.create(namespace, jobObjects(order, token))
    try {
      const pod = await this.ready(api, order, token)
      const ready = performance.now()
      const result = await use(pod)
      await pod.done().catch(() => undefined) // it ends by itself as well
      this.options.note(
        tenantId,
        `job ${name}: ready after ${Math.round(ready - began)} ms, done after ${Math.round(performance.now() - began)} ms`,
      )
      return result
    } catch (error) {
      throw await this.explained(api, order, error)
    } finally {
      // One that stays is ended by its deadline, by its own patience, or by the next of its name.
      await api
        .end(namespace, name, uid)
        .catch((error: Error) => this.options.note(tenantId, `job ${name} stays for now: ${error.message}`))
    }
  }

  private async ready(api: JobApi, order: JobOrder, token: string): Promise<JobPod> {
    const { namespace, name } = order
    const cluster = new CellCluster(order.cell)
    const until = performance.now() + this.options.readyWithinMs
    let last = 'it has no pod yet'
    for (let look = 1; performance.now() < until; look += 1) {
      const found = await api.pod(namespace, name)
      const ended = found && endOf(found)
      if (ended) throw new Error(ended)
      const host = found?.status?.podIP
      if (host && found.status?.phase === 'Running') {
        const pod = new JobPod({ host, port: jobPort }, token)
        if (await pod.isReady()) return pod
        last = 'its pod does not answer yet'
      }
      if (look % askWhyEvery === 0) {
        const why = found ? await podObstacle(cluster, namespace, found) : await this.refused(cluster, order)
        if (why?.final) throw why.error
        last = why?.error.message ?? last
      }
      await delay(lookEvery)
    }
    throw new DomainError('dependency_unavailable', {
      message: `job ${name} in ${namespace} did not start within ${Math.round(this.options.readyWithinMs / 1000)} s: ${last}`,
      details: { dependency: 'cluster', namespace, job: name },
    })
  }

  /** Why the cluster makes no pod of it. */
  private async refused(cluster: CellCluster, { namespace, name }: JobOrder): Promise<{ error: DomainError; final: boolean } | null> {
    const told = (await cluster.warnings(namespace)).findLast(
      ({ involvedObject }) => involvedObject.kind === 'Job' && involvedObject.name === name,
    )
    if (!told?.message) return null
    const isQuota = told.message.includes('exceeded quota')
    const message = `the cluster makes no pod of job ${name} in ${namespace}: ${told.message}`
    return { error: new DomainError(isQuota ? 'quota_exceeded' : 'dependency_unavailable', { message }), final: isQuota }
  }

  /** A broken connection says little; how the pod ended says more. */
  private async explained(api: JobApi, { namespace, name }: JobOrder, error: unknown): Promise<unknown> {
    if (error instanceof DomainError) return error
    const pod = await api.pod(namespace, name).catch(() => null)
    const ended = pod && endOf(pod)
    const said = error instanceof Error ? error.message : String(error)
    if (!ended || ended === said) return error
    return new Error(`${ended} (${said})`, { cause: error })
  }
}

/** How a Job's pod ended, with the last it said; null while it has not. */
export function endOf({ metadata, status }: V1Pod): string | null {
  const ended = status?.containerStatuses?.map(({ state }) => state?.terminated).find((each) => each !== undefined)
  if (!ended && status?.phase !== 'Failed') return null
  const reason = [ended?.reason ?? status?.reason ?? 'an error', ended ? String(ended.exitCode) : ''].filter(Boolean).join(' ')
  const said = (ended?.message ?? status?.message ?? '').trim().split('\n').slice(-5).join(' ').slice(-500)
  return `${metadata?.name} ended with ${reason}${said ? `: ${said}` : ''}`
}
