import { setTimeout as delay } from 'node:timers/promises'
import { type Cell, DomainError } from '@cityos/contract'
import { ApiException, BatchV1Api, CoreV1Api, type V1Job, type V1Pod, type V1Secret } from '@kubernetes/client-node'
import { faultOf } from '../fault.ts'
import { kubeConfigOf } from '../kube-config.ts'
import { secretOf } from './job-object.ts'

/** Milliseconds in which a Job that is taken away is gone with its pod. */
const goneWithin = 60_000
const lookEvery = 150
const fieldManager = 'cityos'

/** Jobs of tenants in a cell. */
export class JobApi {
  private readonly cell: Cell
  private readonly batch: BatchV1Api
  private readonly core: CoreV1Api

  constructor(cell: Cell) {
    this.cell = cell
    const config = kubeConfigOf(cell)
    this.batch = config.makeApiClient(BatchV1Api)
    this.core = config.makeApiClient(CoreV1Api)
  }

  /** Makes Job and secret; the secret goes with the Job, whoever takes it away. @returns the Job's uid */
  async create(namespace: string, { job, secret }: { job: V1Job; secret: V1Secret }): Promise<string> {
    const name = job.metadata?.name ?? ''
    const made = await this.asked(`job ${namespace}/${name}`, () => this.batch.createNamespacedJob({ namespace, body: job, fieldManager }))
    const uid = made.metadata?.uid ?? ''
    const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'Job', name, uid, blockOwnerDeletion: true }]
    const body = { ...secret, metadata: { ...secret.metadata, ownerReferences } }
    await this.asked(`secret ${namespace}/${secretOf(name)}`, () => this.core.createNamespacedSecret({ namespace, body, fieldManager }))
    return uid
  }

  /** Asks for the end of one Job; another one that has taken its name stays. It may take a moment. */
  async end(namespace: string, name: string, uid: string): Promise<void> {
    const body = { preconditions: { uid }, propagationPolicy: 'Foreground' }
    const isAnother = (error: unknown) => error instanceof ApiException && error.code === 409
    await this.found(`job ${namespace}/${name}`, () =>
      this.batch.deleteNamespacedJob({ namespace, name, body }).catch((error: unknown) => {
        if (!isAnother(error)) throw error
      }),
    )
  }

  /** Ends whatever Job has this name, and resolves when neither it nor a pod of it is left. */
  async remove(namespace: string, name: string): Promise<void> {
    await this.found(`job ${namespace}/${name}`, () => this.batch.deleteNamespacedJob({ namespace, name, propagationPolicy: 'Foreground' }))
    await this.found(`secret ${namespace}/${secretOf(name)}`, () => this.core.deleteNamespacedSecret({ namespace, name: secretOf(name) }))
    for (const until = performance.now() + goneWithin; ; ) {
      const job = await this.found(`job ${namespace}/${name}`, () => this.batch.readNamespacedJob({ namespace, name }))
      const pods = job ? [] : await this.pods(namespace, name)
      if (!job && pods.length === 0) return
      if (performance.now() > until)
        throw new DomainError('dependency_unavailable', { message: `job ${name} in ${namespace} does not end: look at its pod` })
      await delay(lookEvery)
    }
  }

  /** Null when there is none yet. */
  async pod(namespace: string, name: string): Promise<V1Pod | null> {
    return (await this.pods(namespace, name))[0] ?? null
  }

  private async pods(namespace: string, name: string): Promise<V1Pod[]> {
    const labelSelector = `batch.kubernetes.io/job-name=${name}`
    return (await this.asked(`pods of ${namespace}`, () => this.core.listNamespacedPod({ namespace, labelSelector }))).items
  }

  private async asked<T>(what: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      throw faultOf(error, { cell: this.cell.name, what })
    }
  }

  private async found<T>(what: string, ask: () => Promise<T>): Promise<T | null> {
    try {
      return await ask()
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) return null
      throw faultOf(error, { cell: this.cell.name, what })
    }
  }
}
