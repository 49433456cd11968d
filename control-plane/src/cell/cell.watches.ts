import { setTimeout as wait } from 'node:timers/promises'
import type { Cell } from '@cityos/contract'
import type { CellSource } from '@cityos/provisioning/kubernetes/cells'
import type { CellWatch, Clusters } from '@cityos/provisioning/kubernetes/clusters'
import { Inject, Injectable } from '@nestjs/common'
import { Alerts } from '../alert/alerts.ts'
import { Clock } from '../clock.ts'
import { OperationEngine } from '../operations/engine.ts'
import { explain, isTakenOver } from '../operations/runner.ts'
import { ClusterReconciler } from '../reconcilers/cluster.reconciler.ts'
import { Registry } from '../registry/registry.ts'
import { SETTINGS, type Settings } from '../settings.ts'
import { CellHealth, databaseKind } from './cell.health.ts'
import { DirtyTenants } from './dirty-tenants.ts'

/** What a platform with clusters has beside its drivers; null on one without. */
export const CLUSTERS = Symbol('control-plane:clusters')
export interface ClusterParts {
  cells: CellSource
  clusters: Clusters
}

/** Milliseconds between two looks at what was heard. */
const pulse = 250
/** Milliseconds between two looks at which cells there are. */
const cellsEvery = 10_000
/** Milliseconds between two turns in which a few tenants are looked at although nothing was heard of them: time passes, certificates end. */
const turnsEvery = 30_000
const inTurn = 25
/** Milliseconds between two looks at which sleepers are due. */
const wakeEvery = 3_000
const atOnce = 4

/**
 * Listens to every cluster while this process holds the lease, and has the tenants looked at that something has happened to.
 * A watch that begins hears everything there is, so that nothing is missed that happened while nobody listened.
 */
@Injectable()
export class CellWatches {
  readonly #stop = new AbortController()
  readonly #dirty = new DirtyTenants()
  readonly #watches = new Map<string, { signature: string; watch: CellWatch }>()
  readonly #reconciler: ClusterReconciler | null
  readonly #health: CellHealth
  #loop: Promise<void> | undefined
  #cellsSeen = Number.NEGATIVE_INFINITY
  #turned = Number.NEGATIVE_INFINITY
  #turn = ''
  #woken = Number.NEGATIVE_INFINITY

  constructor(
    private readonly registry: Registry,
    private readonly engine: OperationEngine,
    alerts: Alerts,
    clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLUSTERS) private readonly parts: ClusterParts | null,
  ) {
    this.#health = new CellHealth(registry, alerts, clock)
    const { lease } = engine
    this.#reconciler = parts
      ? new ClusterReconciler({
          registry,
          clock,
          alerts,
          clusters: parts.clusters,
          fence: () => (lease.fence === null ? null : { operationId: 'reconciler', number: Number(lease.fence) }),
        })
      : null
  }

  start(): void {
    if (this.parts) this.#loop ??= this.#run(this.parts)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #run(parts: ClusterParts): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        if (this.engine.holdsLease) await this.#once(parts)
        else await this.#silence()
      } catch (error) {
        this.settings.log.warn({ error }, 'the clusters could not be looked after yet')
      }
      await wait(pulse, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
    await this.#silence()
  }

  async #once(parts: ClusterParts): Promise<void> {
    if (performance.now() - this.#cellsSeen > cellsEvery) {
      this.#cellsSeen = performance.now()
      await this.#listen(parts, await parts.cells.all())
    }
    if (performance.now() - this.#turned > turnsEvery) {
      this.#turned = performance.now()
      await this.#someInTurn()
    }
    if (performance.now() - this.#woken > wakeEvery) {
      this.#woken = performance.now()
      await this.#wake(parts.clusters)
    }
    await this.#health.note()
    const ids = this.#dirty.take(performance.now(), atOnce)
    await Promise.all(ids.map((id) => this.#look(id)))
  }

  async #wake(clusters: Clusters): Promise<void> {
    const { log } = this.settings
    try {
      for (const id of await clusters.wakeDue()) log.info({ tenant_id: id }, 'woken: it had something to do')
    } catch (error) {
      log.warn({ reason: explain(error) }, 'sleepers could not be woken yet')
    }
  }

  async #look(id: string): Promise<void> {
    const { log } = this.settings
    try {
      const look = await this.#reconciler!.reconcile(id)
      if (look === 'busy') this.#dirty.later(id, performance.now(), 'busy')
      else if (look && look.repaired.length > 0) log.info({ tenant_id: id, outcome: look.repaired }, 'drift in the cluster repaired')
    } catch (error) {
      log.warn(
        { tenant_id: id, reason: explain(error), taken_over: isTakenOver(error) },
        'a tenant could not be looked at in its cluster yet',
      )
      this.#dirty.later(id, performance.now(), 'failed')
    }
  }

  /** One watch for each cell there is; one whose access changed is begun anew. */
  async #listen({ clusters }: ClusterParts, cells: readonly Cell[]): Promise<void> {
    const wanted = new Map(cells.map((cell) => [cell.name, cell]))
    for (const [name, { signature, watch }] of this.#watches) {
      const cell = wanted.get(name)
      if (cell && signatureOf(cell) === signature) continue
      this.#watches.delete(name)
      this.#health.forget(name)
      await watch.stop()
    }
    for (const cell of cells) {
      if (this.#watches.has(cell.name)) continue
      const watch = this.#watchOf(clusters, cell)
      if (!watch) continue
      this.#watches.set(cell.name, { signature: signatureOf(cell), watch })
      watch.start()
    }
  }

  /** Null for a cell nobody can get into: the others are listened to all the same. */
  #watchOf(clusters: Clusters, cell: Cell): CellWatch | null {
    const answered = (kind: string, fault: Error | null) => this.#health.answered(cell.name, kind, fault, performance.now())
    const databaseAnswered = (fault: Error | null) => answered(databaseKind, fault)
    try {
      const watch = clusters.watch(cell, {
        listed: (tenantId) => this.#dirty.listed(tenantId, performance.now()),
        heard: (tenantId) => this.#dirty.heard(tenantId, performance.now()),
        answered,
        databaseAnswered,
      })
      // one that could not be read before can be now
      this.#health.forget(cell.name)
      return watch
    } catch (error) {
      answered('kubeconfig', error instanceof Error ? error : new Error(String(error)))
      return null
    }
  }

  /** Another process listens now, or nobody needs to. */
  async #silence(): Promise<void> {
    const watches = [...this.#watches.values()]
    this.#watches.clear()
    this.#dirty.clear()
    this.#cellsSeen = Number.NEGATIVE_INFINITY
    await Promise.all(watches.map(({ watch }) => watch.stop()))
  }

  async #someInTurn(): Promise<void> {
    const rows = await this.registry.db.tenant.findMany({
      where: { deleted_at: null, cell: { not: null }, id: { gt: this.#turn } },
      orderBy: { id: 'asc' },
      select: { id: true },
      take: inTurn,
    })
    this.#turn = rows.length < inTurn ? '' : rows.at(-1)!.id
    for (const { id } of rows) this.#dirty.listed(id, performance.now())
  }
}

const signatureOf = ({ access }: Cell): string => `${access.database_url} ${access.kubeconfig ?? ''}`
