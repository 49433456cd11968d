import { setTimeout as delay } from 'node:timers/promises'
import { type Binding, DomainError, type TenantDocument } from '@cityos/contract'
import { type Fence, StaleFence, type TenantSecrets } from '../driver.ts'
import type { Sealer } from '../local/node/seal.ts'
import { databaseName } from '../local/postgres/databases.ts'
import { tenantLogins } from '../local/postgres/logins.ts'
import { Turns } from '../turns.ts'
import type { CellDatabases } from './cell-databases.ts'
import type { CellSource } from './cells.ts'
import { CellCluster } from './cluster.ts'
import { bindingData, type ContentSources, contentOf } from './content.ts'
import { faultOfRun } from './fault.ts'
import { bindingSecret, namespaceOf, stackOf, webDeployment, workerDeployment } from './names.ts'
import { becameReady } from './rollout-wait.ts'
import { routesTaken } from './route-wait.ts'
import type { StackRunner } from './stack/runner.ts'
import { seenFromOther, type TenantChange, type TenantRecord, type TenantStore, type WhichPlace } from './tenant-store.ts'

export interface TenantsParts {
  store: TenantStore
  cells: CellSource
  databases: CellDatabases
  runner: StackRunner
  sealer: Sealer
  chartDir: string
  issuer: string
  public: Binding['public']
  smtpUrl: string | null
  now(): Date
  note(tenantId: string, message: string): void
  /** Milliseconds: longest time until the pods of a release are ready. */
  readyWithinMs: number
  /** Milliseconds: longest time until gateways have taken a route. */
  routedWithinMs: number
}

/** A tenant while a change has it to itself. */
export interface Held {
  record: TenantRecord
  cluster: CellCluster
  /** Which of its places this is about; `own` unless it moves to another cell. */
  place: WhichPlace
}

/** Setting with the public keys of staff tokens. */
export const keysSetting = 'jwks'
/** Milliseconds that pods get to end; the chart's grace is shorter. */
const goneWithinMs = 90_000
const lookEvery = 250

/** Tenants as stacks: changes of one tenant run one after the other, each behind its fence, each a whole new rendering. */
export class Tenants {
  readonly parts: TenantsParts
  private readonly turns = new Turns()

  constructor(parts: TenantsParts) {
    this.parts = parts
  }

  async clusterOf({ id, cell }: TenantRecord): Promise<CellCluster> {
    const { cells } = this.parts
    // Only the driver knows the instant at which a tenant that moves is in the other cell.
    return new CellCluster(await (cell === null ? cells.of(id) : cells.named(cell)))
  }

  /** The tenant's other place, to be worked on as if it were its own. */
  async elsewhere({ record }: Held): Promise<Held> {
    const seen = seenFromOther(record)
    return { record: seen, cluster: await this.clusterOf(seen), place: 'other' }
  }

  /** Runs a change after the tenant's earlier ones, unless a newer operation has taken over. */
  fenced<T>(tenantId: string, fence: Fence, change: (held: Held) => Promise<T>): Promise<T> {
    return this.turns.run(tenantId, async () => {
      const record = await this.parts.store.takeOver(tenantId, fence)
      return change({ record, cluster: await this.clusterOf(record), place: 'own' })
    })
  }

  /** The same without an operation: what the platform does by itself. @throws DomainError not_found */
  unfenced<T>(tenantId: string, change: (held: Held) => Promise<T>): Promise<T> {
    return this.turns.run(tenantId, async () => {
      const record = await this.known(tenantId)
      return change({ record, cluster: await this.clusterOf(record), place: 'own' })
    })
  }

  async known(tenantId: string): Promise<TenantRecord> {
    const record = await this.parts.store.find(tenantId)
    if (!record?.document) throw new DomainError('not_found', { message: `tenant ${tenantId} is not known to the Kubernetes driver` })
    return record
  }

  async change({ record, place }: Held, change: TenantChange): Promise<TenantRecord> {
    const { store } = this.parts
    if (place === 'own') return store.change(record.id, record.fence, change)
    return seenFromOther(await store.changeOther(record.id, record.fence, change))
  }

  secretsOf({ id, secrets }: TenantRecord): TenantSecrets {
    if (!secrets) throw new Error(`tenant ${id} has no secrets yet: configure it first`)
    return JSON.parse(this.parts.sealer.open(secrets, `tenant ${id}`)) as TenantSecrets
  }

  /** Renders the record and has Pulumi make it so. @returns what was created, updated and deleted, by count */
  async apply(held: Held, options: { refresh?: boolean } = {}): Promise<Record<string, number>> {
    const { runner, sealer, note } = this.parts
    const { record, cluster } = held
    const namespace = namespaceOf(record.id, cluster.cell)
    const content = contentOf(await this.sources(held))
    // A cluster that is away is found out at once here; Pulumi would take its time, and its state would say that a run is open.
    await this.requireNotTerminating(cluster, namespace)
    held.record = await this.change(held, { has_stack: true, run_open: true })
    const began = performance.now()
    const run = runner.run({
      action: 'up',
      stack: record.stack ?? stackOf(record.id, null),
      recover: record.run_open,
      refresh: options.refresh ?? false,
      content,
      kubeconfig: cluster.cell.access.kubeconfig,
      passphrase: sealer.password(`pulumi.${record.id}`),
    })
    const done = await run.catch((error: unknown) => this.explain(cluster, namespace, error))
    held.record = await this.change(held, { run_open: false, takes_jobs: true, objects: done.objects })
    note(record.id, `stack up in ${Math.round(performance.now() - began)} ms ${JSON.stringify({ ...done.changes, ...done.timings })}`)
    return done.changes
  }

  /** Takes everything of the tenant out of the cluster. @throws DomainError namespace_terminating that names what holds it */
  async destroy(held: Held): Promise<void> {
    const { runner, sealer } = this.parts
    const { record, cluster } = held
    const namespace = namespaceOf(record.id, cluster.cell)
    // Nothing was ever asked of the cluster: there is nothing to look for either, whether it answers or not.
    if (!record.has_stack) return
    await cluster.namespace(namespace)
    held.record = await this.change(held, { run_open: true })
    const run = runner.run({
      action: 'destroy',
      stack: record.stack ?? stackOf(record.id, null),
      recover: record.run_open,
      refresh: false,
      content: null,
      kubeconfig: cluster.cell.access.kubeconfig,
      passphrase: sealer.password(`pulumi.${record.id}`),
    })
    await run.catch(async (error: unknown) => {
      await this.requireNotTerminating(cluster, namespace)
      return this.explain(cluster, namespace, error)
    })
    held.record = await this.change(held, {
      has_stack: false,
      takes_jobs: false,
      served: false,
      run_open: false,
      objects: [],
      active_release: null,
      beside_release: null,
      started_at: null,
      // The volume went with the namespace.
      files_dir: 'files',
      incoming_dir: null,
      former_dir: null,
      stale_dirs: [],
    })
    await this.requireNotTerminating(cluster, namespace)
  }

  /**
   * The place the tenant has left leads nobody any more: behind a gateway that both share, it would go on doing so. Where it cannot
   * be reached, its routes go with it.
   */
  async unrouteFormer(held: Held): Promise<void> {
    const { id, other } = held.record
    if (other?.role !== 'former' || !(other.run_open || other.objects.some(({ kind }) => kind === 'HTTPRoute'))) return
    try {
      await this.apply(await this.elsewhere(held))
    } catch (error) {
      if (error instanceof StaleFence) throw error
      this.parts.note(id, `the routes of its former place stay until that goes: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** The state of the stack in a cell that is gone goes, without a word to its cluster. */
  async forgetElsewhere({ record }: Held): Promise<void> {
    const { id, stack, has_stack, run_open } = seenFromOther(record)
    if (!has_stack) return
    await this.parts.runner.run({
      action: 'forget',
      stack: stack ?? stackOf(id, null),
      recover: run_open,
      refresh: false,
      content: null,
      kubeconfig: null,
      passphrase: this.parts.sealer.password(`pulumi.${id}`),
    })
  }

  /** What Pulumi complained about, as what it means for the cell. */
  private async explain(cluster: CellCluster, namespace: string, error: unknown): Promise<never> {
    const said = error instanceof Error ? error.message : String(error)
    const known = faultOfRun(said, { cell: cluster.cell.name, what: `namespace ${namespace}` }, error)
    if (known) throw known
    // It may have gone away meanwhile, which matters more than what the run made of it.
    await cluster.namespace(namespace)
    throw error
  }

  /** The cluster answers, and the namespace is not on its way out. @throws DomainError namespace_terminating that names what holds it */
  private async requireNotTerminating(cluster: CellCluster, name: string): Promise<void> {
    const left = await cluster.namespace(name)
    if (!left?.terminating) return
    const why = [...left.conditions.slice(0, 2), `finalizers ${left.finalizers.join(', ')}`].join('; ')
    throw new DomainError('namespace_terminating', {
      message: `namespace ${name} does not go away: ${why}`,
      details: { namespace: name, finalizers: left.finalizers },
    })
  }

  /** What a stack is rendered from. */
  async sources({ record, cluster }: Held): Promise<ContentSources> {
    const { store, sealer, chartDir, issuer, smtpUrl } = this.parts
    const { cell } = cluster
    const jwks = ((await store.setting(keysSetting)) ?? { keys: [] }) as Binding['jwks']
    const pull = cell.cluster.image.pull_secret
    return {
      cell,
      record,
      document: documentOf(record),
      secrets: this.secretsOf(record),
      database: { name: databaseName(record.id), login: tenantLogins(sealer, record.id).application },
      common: { jwks, issuer, public: this.parts.public },
      smtpUrl,
      chartDir,
      openKey: (sealed) => sealer.open(sealed, `certificate ${record.id}`),
      pullSecret: pull ? { name: pull, content: await cluster.pullSecret(cell.cluster.control_plane.namespace, pull) } : null,
    }
  }

  /** Pods that start from now on read the present document; those that run have it from the control plane's stream. */
  async refreshBindings(held: Held): Promise<void> {
    const { active_release, beside_release } = held.record
    if (!held.record.has_stack) return
    const sources = await this.sources(held)
    for (const release of [active_release, beside_release]) {
      if (release)
        await held.cluster.replaceSecret(
          namespaceOf(held.record.id, held.cluster.cell),
          bindingSecret(release),
          bindingData(sources, release),
        )
    }
  }

  /** Web processes of a release, and the worker where asked, are ready. */
  async ready({ record, cluster }: Held, release: string, options: { worker: boolean }): Promise<void> {
    const namespace = namespaceOf(record.id, cluster.cell)
    const timeoutMs = this.parts.readyWithinMs
    const names = [webDeployment(release), ...(options.worker ? [workerDeployment] : [])]
    await Promise.all(names.map((name) => becameReady(cluster, { namespace, name, timeoutMs })))
  }

  /** Gateways lead the tenant's hosts where its routes say now. */
  async routed({ record, cluster }: Held): Promise<void> {
    if (!record.has_stack || record.hosts.length === 0) return
    await routesTaken(cluster, { namespace: namespaceOf(record.id, cluster.cell), timeoutMs: this.parts.routedWithinMs })
  }

  /**
   * Resolves when no pod is left that `where` selects.
   * @returns whether every one of them ended by itself, before its grace was over
   */
  async gone({ record, cluster }: Held, where: { suffix?: string }): Promise<{ orderly: boolean }> {
    const until = performance.now() + goneWithinMs
    let orderly = true
    for (;;) {
      const pods = await cluster.pods(namespaceOf(record.id, cluster.cell), where)
      for (const { status } of pods)
        for (const container of status?.containerStatuses ?? []) if (container.state?.terminated?.exitCode === 137) orderly = false
      if (pods.length === 0) return { orderly }
      if (performance.now() > until) {
        const names = pods.map(({ metadata }) => metadata?.name).join(', ')
        throw new DomainError('dependency_unavailable', { message: `pods that should have ended are still there: ${names}` })
      }
      await delay(lookEvery)
    }
  }
}

export function documentOf({ id, document }: TenantRecord): TenantDocument {
  if (!document) throw new Error(`tenant ${id} has no document yet: configure it first`)
  return document
}
