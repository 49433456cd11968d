import { setTimeout as delay } from 'node:timers/promises'
import { ApiException, type KubeConfig, type V1ObjectMeta } from '@kubernetes/client-node'
import { listMetadata, watchMetadata } from './connection.ts'
import { type WatchedKind, watchedKinds } from './kinds.ts'
import { tenantLabel } from './labels.ts'

/** Something about a tenant has changed in its cluster; what, is for whoever looks. */
export interface Change {
  namespace: string
  kind: string
  name: string
  /** `LISTED`: it was there when the watch began, or began anew. */
  phase: 'LISTED' | 'ADDED' | 'MODIFIED' | 'DELETED'
}

export interface WatchParts {
  kubeConfig: KubeConfig
  heard: (change: Change) => void
  /** Called with every answer of the cluster about a kind (null), and with every failure. */
  answers: (kind: string, error: unknown) => void
  kinds?: readonly WatchedKind[]
}

/** The version up to which everything was heard; null: from a new list on. */
interface Position {
  version: string | null
}

/** Milliseconds before the n-th try after a failure: 0.5 s, 1 s, 2 s … up to 10 s. */
const backoff = (failures: number): number => Math.min(10_000, 500 * 2 ** (failures - 1))
/** Milliseconds between two connections, whoever ended the first one. */
const betweenConnections = 100
/** Milliseconds until a kind the cluster does not know is asked for again: its operator may be installed meanwhile. */
const unknownKind = 60_000

/**
 * Hears everything that happens to tenants' objects in one cluster, one watch for each kind. It keeps nothing but the
 * version it has seen, so as to go on from there after an interruption; where the cluster no longer knows that version, and
 * at the start, everything there is is heard again.
 */
export class ClusterWatch {
  readonly #parts: WatchParts
  readonly #stop = new AbortController()
  #running: Promise<unknown> = Promise.resolve()

  constructor(parts: WatchParts) {
    this.#parts = parts
  }

  start(): void {
    this.#running = Promise.all((this.#parts.kinds ?? watchedKinds).map((kind) => this.#follow(kind)))
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #follow(kind: WatchedKind): Promise<void> {
    const position: Position = { version: null }
    let failures = 0
    while (!this.#stop.signal.aborted) {
      try {
        position.version ??= await this.#list(kind)
        failures = 0
        await this.#watch(kind, position, position.version)
        await this.#pause(betweenConnections)
      } catch (error) {
        if (this.#stop.signal.aborted) return
        if (isStatus(error, 410)) position.version = null
        else if (kind.optional && isStatus(error, 404)) await this.#pause(unknownKind)
        else {
          failures += 1
          this.#parts.answers(kind.kind, error)
          await this.#pause(backoff(failures))
        }
      }
    }
  }

  /** Everything there is, heard as if it had just come. @returns the version from which to go on */
  async #list(kind: WatchedKind): Promise<string> {
    let from = ''
    for await (const { items, version } of listMetadata(this.#parts.kubeConfig, kind.path, selection(kind), this.#stop.signal)) {
      this.#parts.answers(kind.kind, null)
      for (const metadata of items) this.#hear(kind, 'LISTED', metadata)
      from = version
    }
    return from
  }

  /** One connection, until it ends or breaks off; `position` is where to go on then. */
  async #watch(kind: WatchedKind, position: Position, from: string): Promise<void> {
    const { kubeConfig, answers } = this.#parts
    const opened = () => answers(kind.kind, null)
    for await (const { type, object } of watchMetadata(kubeConfig, kind.path, selection(kind), from, this.#stop.signal, opened)) {
      if (type === 'ERROR') {
        position.version = null
        return
      }
      position.version = object.metadata?.resourceVersion ?? position.version
      if (type === 'BOOKMARK' || !object.metadata) continue
      if (type === 'MODIFIED' && (kind.onceOnly || (kind.wishOnly && isStatusOnly(object.metadata)))) continue
      this.#hear(kind, type, object.metadata)
    }
  }

  #hear(kind: WatchedKind, phase: Change['phase'], metadata: V1ObjectMeta): void {
    const namespace = kind.kind === 'Namespace' ? metadata.name : metadata.namespace
    if (namespace !== undefined) this.#parts.heard({ namespace, kind: kind.kind, name: metadata.name ?? '', phase })
  }

  async #pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#stop.signal }).catch(() => undefined)
  }
}

/** Whether the last that was written to it is its status: the cluster notes for every writer when it wrote, to the second. */
function isStatusOnly({ managedFields = [], deletionTimestamp }: V1ObjectMeta): boolean {
  const at = (entry: { time?: Date | string }) => new Date(entry.time ?? 0).getTime()
  const last = Math.max(...managedFields.map(at))
  const lastWritten = managedFields.filter((entry) => at(entry) === last)
  return deletionTimestamp === undefined && lastWritten.length > 0 && lastWritten.every(({ subresource }) => subresource === 'status')
}

const selection = (kind: WatchedKind): Record<string, string> => (kind.unlabelled ? {} : { labelSelector: tenantLabel })

const isStatus = (error: unknown, status: number): boolean => error instanceof ApiException && error.code === status
