import { type Binding, DomainError, type PlaneHealth, type TenantDocument } from '@cityos/contract'
import type {
  ArchivePlace,
  ArchiveReport,
  DataPlaneDriver,
  ExportRequest,
  Fence,
  HostCertificate,
  ImportReport,
  ImportRequest,
  InventoryItem,
  MigrationReport,
  ProbeReport,
  RehearsalReport,
  RehearsalRequest,
  Release,
  RuntimeState,
  StoredArchive,
  TenantSecrets,
  TestRequest,
  TrafficSample,
  WhichProcess,
} from '../driver.ts'
import { Sealer } from '../local/node/seal.ts'
import { databaseName } from '../local/postgres/databases.ts'
import { CellDatabases } from './cell-databases.ts'
import type { CellSource } from './cells.ts'
import { inventoryOf } from './inventory.ts'
import { Lifecycle } from './lifecycle.ts'
import { namespaceOf } from './names.ts'
import { type PlaneClient, podClient } from './plane-client.ts'
import { PlaneAsker } from './planes.ts'
import { runtimeOf } from './runtime-state.ts'
import type { StackObject } from './stack/protocol.ts'
import { StackRunner } from './stack/runner.ts'
import { TenantStore } from './tenant-store.ts'
import { keysSetting, Tenants } from './tenants.ts'
import { Upgrades } from './upgrades.ts'

export interface KubernetesDriverOptions {
  cells: CellSource
  /** Postgres for the driver's own memory and Pulumi's state. */
  stateUrl: string
  /** 32 bytes: seals secrets, and derives logins and the stacks' passphrases. */
  rootKey: Buffer
  /** Issuer of staff tokens: `https://cityos.example`. */
  issuer: string
  public: Binding['public']
  /** Folder of `charts/data-plane`. */
  chartDir: string
  /** Program that runs Pulumi: `stack.mjs` of the release. */
  stackTask: string
  /** Folder for Pulumi's workspaces; may be emptied at any time. */
  workDir: string
  /** Folders with `pulumi` and its Kubernetes provider, before those on PATH. */
  toolDirs?: string[]
  smtpUrl?: string | null
  /** How many stacks are worked on at once. */
  stacksAtOnce?: number
  /** Milliseconds: longest time until a release's pods are ready. */
  readyWithinMs?: number
  planes?: PlaneClient
  now?: () => Date
  note?: (tenantId: string, message: string) => void
}

/** A method of the port that this driver does not have yet: says so plainly, and changes nothing. */
function notYet(what: string): DomainError {
  return new DomainError('dependency_unavailable', {
    message: `the Kubernetes driver cannot ${what} yet: archives of tenants in clusters are not there`,
    details: { dependency: 'kubernetes_archives' },
  })
}

/** The driver of clusters: each tenant is a namespace and a Pulumi stack, its database lies on the cell's Postgres. */
export class KubernetesDriver implements DataPlaneDriver {
  readonly name = 'kubernetes'
  private readonly options: KubernetesDriverOptions
  private readonly store: TenantStore
  private readonly databases: CellDatabases
  private readonly tenants: Tenants
  private readonly planes: PlaneAsker
  private readonly upgrades: Upgrades
  private readonly life: Lifecycle

  constructor(options: KubernetesDriverOptions) {
    const { cells, chartDir, issuer, smtpUrl = null, now = () => new Date(), note = () => undefined } = options
    const sealer = new Sealer(options.rootKey)
    this.options = options
    this.store = new TenantStore(options.stateUrl)
    this.databases = new CellDatabases(this.store, sealer)
    this.tenants = new Tenants({
      store: this.store,
      cells,
      databases: this.databases,
      sealer,
      runner: new StackRunner({
        task: options.stackTask,
        dir: options.workDir,
        toolDirs: options.toolDirs ?? [],
        // Pulumi knows this one of the scheme's two names.
        backend: { url: options.stateUrl.replace(/^postgresql:/, 'postgres:') },
        atOnce: options.stacksAtOnce ?? 2,
        note,
      }),
      chartDir,
      issuer,
      public: options.public,
      smtpUrl,
      now,
      note,
      readyWithinMs: options.readyWithinMs ?? 120_000,
    })
    const secretsOf: Tenants['secretsOf'] = (record) => this.tenants.secretsOf(record)
    this.planes = new PlaneAsker({ client: options.planes ?? podClient, cells, store: this.store, secretsOf, now })
    this.upgrades = new Upgrades(this.tenants, this.planes)
    this.life = new Lifecycle(this.tenants, this.upgrades, this.planes)
  }

  async close(): Promise<void> {
    await this.databases.close()
    await this.store.close()
  }

  prepareRelease(release: Release): Promise<void> {
    return this.databases.remember(release)
  }

  async dropRelease(version: string): Promise<void> {
    await this.databases.forget(await this.options.cells.all(), version)
  }

  publishKeys(jwks: { keys: Record<string, unknown>[] }): Promise<void> {
    return this.store.putSetting(keysSetting, jwks)
  }

  ensureDatabase(tenantId: string, release: string, fence: Fence): Promise<{ pooled: boolean }> {
    return this.tenants.fenced(tenantId, fence, ({ cluster }) => this.databases.ensure(cluster.cell, tenantId, release))
  }

  async dropDatabase(tenantId: string, fence: Fence): Promise<void> {
    const known = await this.store.find(tenantId)
    if (known?.desired === 'up') await this.life.stop(tenantId, fence)
    await this.tenants.fenced(tenantId, fence, ({ cluster }) => this.databases.of(cluster.cell).dropTenant(tenantId))
  }

  configure(document: TenantDocument, secrets: TenantSecrets, fence: Fence): Promise<void> {
    return this.life.configure(document, secrets, fence)
  }

  forget(tenantId: string, fence: Fence): Promise<void> {
    return this.life.forget(tenantId, fence)
  }

  start(tenantId: string, fence: Fence): Promise<void> {
    return this.life.start(tenantId, fence)
  }

  stop(tenantId: string, fence: Fence): Promise<void> {
    return this.life.stop(tenantId, fence)
  }

  seed(tenantId: string, fence: Fence): Promise<{ changed: boolean }> {
    return this.life.seed(tenantId, fence)
  }

  route(tenantId: string, hosts: string[], fence: Fence): Promise<void> {
    return this.life.route(tenantId, hosts, fence)
  }

  putCertificate(certificate: HostCertificate, fence: Fence): Promise<void> {
    return this.life.putCertificate(certificate, fence)
  }

  removeCertificate(tenantId: string, host: string, fence: Fence): Promise<void> {
    return this.life.removeCertificate(tenantId, host, fence)
  }

  sleep(tenantId: string): Promise<void> {
    return this.life.sleep(tenantId)
  }

  wake(tenantId: string): Promise<void> {
    return this.life.wake(tenantId)
  }

  /** Wakes the sleepers that have something to do by now; to be called every few seconds by whoever leads. */
  wakeDue(): Promise<string[]> {
    return this.life.wakeDue()
  }

  setReadOnly(tenantId: string, readOnly: boolean, fence: Fence): Promise<void> {
    return this.tenants.fenced(tenantId, fence, async ({ cluster }) => {
      const server = this.databases.of(cluster.cell)
      const name = databaseName(tenantId)
      if (await server.exists(name)) await server.states.setReadOnly(name, readOnly)
    })
  }

  migrate(tenantId: string, release: string, fence: Fence): Promise<MigrationReport> {
    return this.tenants.fenced(tenantId, fence, ({ record, cluster }) =>
      this.databases.migrate(cluster.cell, tenantId, release, record.document?.release ?? null),
    )
  }

  startBeside(tenantId: string, release: string, fence: Fence): Promise<void> {
    return this.upgrades.startBeside(tenantId, release, fence)
  }

  probe(tenantId: string, which: WhichProcess, fence: Fence): Promise<ProbeReport> {
    return this.upgrades.probe(tenantId, which, fence)
  }

  switchOver(tenantId: string, fence: Fence): Promise<{ drained: boolean }> {
    return this.upgrades.switchOver(tenantId, fence)
  }

  stopBeside(tenantId: string, fence: Fence): Promise<void> {
    return this.upgrades.stopBeside(tenantId, fence)
  }

  /** Puts back what somebody deleted or changed in the tenant's namespace. @returns what was done, in words; none when nothing had to be */
  repair(tenantId: string, fence: Fence): Promise<string[]> {
    return this.tenants.fenced(tenantId, fence, async (held) => {
      if (!held.record.has_stack || !held.record.document) return []
      const changes = await this.tenants.apply(held, { refresh: true })
      return Object.entries(changes).flatMap(([op, count]) => (op === 'same' || count === 0 ? [] : [`${op} ${count}`]))
    })
  }

  /** What the tenant's stack holds, as of its last run; asks no cluster. */
  async objects(tenantId: string): Promise<StackObject[]> {
    return (await this.store.find(tenantId))?.objects ?? []
  }

  traffic(): Promise<TrafficSample[]> {
    return this.planes.traffic()
  }

  async state(tenantId: string): Promise<RuntimeState> {
    const record = await this.store.find(tenantId)
    if (!record?.document)
      return { runtime: 'absent', restarts: 0, memoryBytes: null, cpuSeconds: null, startedAt: null, nextWakeAt: null, lastError: null }
    return runtimeOf(await this.tenants.clusterOf(tenantId), record)
  }

  async health(tenantId: string): Promise<PlaneHealth | null> {
    const record = await this.store.find(tenantId)
    if (!record?.document || record.desired === 'down' || record.asleep) return null
    return this.planes.health(await this.tenants.clusterOf(tenantId), record)
  }

  /** The last lines of all its pods together, in the order of their times. */
  async logs(tenantId: string, lines: number): Promise<string[]> {
    const record = await this.store.find(tenantId)
    if (!record?.has_stack) return []
    const cluster = await this.tenants.clusterOf(tenantId)
    const namespace = namespaceOf(tenantId)
    const pods = await cluster.pods(namespace)
    const each = await Promise.all(pods.map(({ metadata }) => cluster.log(namespace, metadata?.name ?? '', lines)))
    // Every line begins with its time.
    const together = each.flat().sort()
    return together.slice(-lines).map((line) => line.slice(line.indexOf(' ') + 1))
  }

  inventory(): Promise<InventoryItem[]> {
    return inventoryOf({ cells: this.options.cells, databases: this.databases, store: this.store })
  }

  async exportArchive(_request: ExportRequest, _fence: Fence): Promise<ArchiveReport> {
    throw notYet('write an archive of a tenant')
  }

  async importArchive(_request: ImportRequest, _fence: Fence): Promise<ImportReport> {
    throw notYet('load an archive')
  }

  async activateIncoming(_tenantId: string, _fence: Fence): Promise<void> {
    throw notYet('put a loaded archive in a tenant’s place')
  }

  async restoreFormer(_tenantId: string, _fence: Fence): Promise<void> {
    throw notYet('put back what a tenant had before')
  }

  /** Nothing is ever loaded beside a tenant here. */
  async dropIncoming(_tenantId: string, _fence: Fence): Promise<void> {}

  /** Nothing is ever kept of before. */
  async dropFormer(_tenantId: string, _fence: Fence): Promise<void> {}

  async testArchive(_request: TestRequest): Promise<ImportReport> {
    throw notYet('try an archive')
  }

  /** There are none. */
  async listArchives(_tenantId?: string): Promise<StoredArchive[]> {
    return []
  }

  /** There are none to delete. */
  async deleteArchive(_place: ArchivePlace, _fence: Fence): Promise<void> {}

  async rehearse(_request: RehearsalRequest, _fence: Fence): Promise<RehearsalReport> {
    throw notYet('rehearse an upgrade on a copy')
  }
}
